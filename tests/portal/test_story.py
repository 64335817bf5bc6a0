"""A case told in plain words, at a given moment."""

from datetime import timedelta

import pytest
from django.utils import translation

from followup import actions as followup
from followup.actions import Said
from followup.queries import online_until
from handling import actions as handling
from handling.actions import Result
from handling.models import Extension
from intake import actions as intake
from intake.models import Word
from portal import story
from portal.moments import left, moment, span
from portal.queries import case_of
from portal.record import SHARED, TOLD, record
from tests.city import NOON, City
from tests.portal.conftest import REPLY, UNHAPPY, Live
from tickets.facts import FACTS
from tickets.flow import MOVES
from tickets.models import Ticket
from tickets.states import State


def minutes(n: int) -> timedelta:
    return timedelta(minutes=n)


def test_a_span_names_its_two_largest_units() -> None:
    assert span(minutes(5)) == "5 分钟"
    assert span(minutes(60)) == "1 小时"
    assert span(minutes(65)) == "1 小时 5 分钟"
    assert span(minutes(1440)) == "1 天"
    assert span(minutes(1440 + 185)) == "1 天 3 小时"
    assert span(timedelta(seconds=5)) == "1 分钟"


def test_a_moment_is_told_from_today() -> None:
    assert moment(NOON, NOON) == "今天 12:00"
    assert moment(NOON - timedelta(hours=13), NOON) == "昨天 23:00"
    assert moment(NOON + timedelta(hours=13), NOON) == "明天 01:00"
    assert moment(NOON + timedelta(days=8), NOON) == "3月10日 12:00"
    assert moment(NOON - timedelta(days=90), NOON) == "2025年12月2日 12:00"


def test_what_is_left_turns_into_what_has_passed() -> None:
    assert left(NOON + minutes(90), NOON) == "还剩 1 小时 30 分钟"
    assert left(NOON, NOON + minutes(1500)) == "已超过 1 天 1 小时"


HEADLINES = {
    "pending": "已受理，等待派单",
    "dispatched": "已派单，等待签收",
    "objected": "承办单位核定中",
    "handling": "办理中",
    "on_plan": "已列入计划",
    "reported": "已有结果，正在审核",
    "followup": "已办结，等待您评价",
    "closed": "已归档",
    "answered": "已直接答复",
    "guiding": "已告知办理途径，等待复核",
    "guided": "已告知办理途径",
    "transferred": "已转紧急救助",
    "merged": "已与同类诉求合并办理",
}


def test_every_state_has_its_headline() -> None:
    assert set(HEADLINES) == set(State.values)


@pytest.mark.parametrize("state", HEADLINES)
def test_every_state_is_told_with_what_happens_next(state: str, live: Live) -> None:
    told = story.now(case_of(live(state, NOON).number), NOON + minutes(30))
    assert told.headline == HEADLINES[state]
    assert told.text and told.next and all(told.next)


STEPS = {
    "pending": "done now todo todo todo",
    "dispatched": "done done now todo todo",
    "objected": "done done now todo todo",
    "handling": "done done now todo todo",
    "on_plan": "done done now todo todo",
    "reported": "done done done now todo",
    "followup": "done done done done now",
    "closed": "done done done done done",
    "answered": "done done",
    "merged": "done done now todo todo",
}


@pytest.mark.parametrize("state", STEPS)
def test_the_steps_show_how_far_it_is(state: str, live: Live) -> None:
    told = story.steps(case_of(live(state, NOON).number), NOON)
    assert " ".join(step.state for step in told) == STEPS[state]
    assert told[0].note == "今天 12:00"


def test_the_record_tells_units_and_no_person(live: Live) -> None:
    told = record(case_of(live("closed", NOON).number), NOON)
    assert [(line.what, line.moment, line.who, line.detail) for line in told] == [
        ("回访结束，工单归档", "今天 12:06", "", ""),
        ("办理结果审核通过", "今天 12:05", "热力集团", ""),
        ("承办单位已提交办理结果，等待审核", "今天 12:04", "热力集团", ""),
        ("承办单位已联系您", "今天 12:03", "热力集团", ""),
        ("承办单位已签收", "今天 12:02", "热力集团", ""),
        ("已派给承办单位", "今天 12:01", "热力集团", ""),
        ("已受理您的诉求", "今天 12:00", "", "电话 12345"),
    ]


def test_notes_and_inner_assignments_stay_inside(live: Live, city: City) -> None:
    ticket = live("handling", NOON)
    before = record(case_of(ticket.number), NOON)
    handling.note(ticket, text="此人常来电", by=city.clerk, at=NOON + minutes(9))
    handling.assign(ticket, to=city.leader, by=city.clerk, at=NOON + minutes(9))
    assert record(case_of(ticket.number), NOON) == before


def test_a_contact_that_missed_the_caller_is_told_as_such(live: Live, city: City) -> None:
    ticket = live("dispatched", NOON)
    handling.contact(ticket, channel="phone", reached=False, note="", by=city.clerk, at=NOON)
    assert record(case_of(ticket.number), NOON)[0].what == "承办单位联系您，未能联系上"


def test_only_kinds_of_the_table_are_told() -> None:
    assert set(TOLD) <= set(MOVES) | set(FACTS)
    assert set(MOVES) - set(TOLD) == {"send_back", "uphold", "overrule"}
    assert set(FACTS) & set(TOLD) == {
        "contact", "attempt", "add", "urge", "split", "whistle", "coordinate", "on_site", "extend_grant",
        "reckon", "milestone", "plan_renew", "report_late", "approve_late",
    }  # fmt: skip
    assert not set(SHARED) & {"contact", "attempt", "add", "urge", "withdraw", "close", "reopen", "receive"}


def test_a_result_that_was_not_approved_is_not_told(live: Live, city: City) -> None:
    ticket = live("reported", NOON)
    assert case_of(ticket.number).replies == []
    handling.approve(ticket, by=city.leader, at=NOON + minutes(9))
    case = case_of(ticket.number)
    assert case.reply is not None and case.reply.reply == REPLY


def test_a_case_whose_limit_ended_says_so(expired: Live) -> None:
    case = case_of(expired(NOON).number)
    assert story.now(case, NOON).headline == "办理时限已到，等待您评价"
    assert story.deadline(case) is None


def test_a_case_that_is_done_again_says_so(live: Live, city: City) -> None:
    ticket = live("followup", NOON)
    at = NOON + minutes(20)
    followup.take_answers(ticket, UNHAPPY, channel="phone", by=city.caller_back, at=at)
    case = case_of(ticket.number)
    assert story.now(case, at).headline == "重新办理中"
    assert story.deadline(case) == at + timedelta(days=1)
    assert case.reply is None and case.replies[0].round == 1


def test_an_online_answer_is_taken_for_72_hours(live: Live) -> None:
    ticket = live("followup", NOON)
    begun = NOON + minutes(5)
    assert online_until(ticket, begun) == begun + timedelta(hours=72)
    assert online_until(ticket, begun + timedelta(hours=72)) is not None
    assert online_until(ticket, begun + timedelta(hours=72, seconds=1)) is None


def test_an_online_answer_is_taken_only_in_followup(live: Live) -> None:
    for state in ("handling", "closed", "answered"):
        assert online_until(live(state, NOON), NOON) is None


def test_moments_and_spans_are_told_in_english_too() -> None:
    with translation.override("en"):
        assert span(minutes(1440)) == "1 day"
        assert span(minutes(2 * 1440 + 60)) == "2 days 1 hour"
        assert left(NOON + minutes(2), NOON) == "2 minutes left"
        assert moment(NOON, NOON) == "today 12:00"


def test_a_case_is_read_in_few_statements(live: Live, django_assert_num_queries: object) -> None:
    number = live("closed", NOON).number
    with django_assert_num_queries(5):
        case_of(number)
    assert Ticket.objects.count() == 1


def test_a_merged_case_tells_what_is_done_for_its_master_and_nothing_of_the_other_caller(
    live: Live, city: City
) -> None:
    ticket = live("merged", NOON)
    case = case_of(ticket.number)
    assert story.now(case, NOON).text.endswith("目前进展：办理中。")
    assert (str(case.lead), story.deadline(case)) == ("热力集团", NOON + minutes(1) + timedelta(days=1))
    assert [(line.what, line.who) for line in record(case, NOON)] == [
        ("承办单位已签收", "热力集团"),
        ("已派给承办单位", "热力集团"),
        ("与反映同一问题的诉求合并办理", ""),
        ("已受理您的诉求", ""),
    ]
    master = case.master.ticket
    handling.report(
        master, Result("explained", "内部情况：已修。", REPLY), by=city.clerk, at=NOON + minutes(9)
    )
    handling.approve(master, by=city.leader, at=NOON + minutes(9))
    case = case_of(ticket.number)
    assert [row.reply for row in case.all_replies] == [REPLY]
    assert case.master.words == {} and case.master.answers == []


def test_a_plan_is_told_with_its_end_and_its_steps(live: Live) -> None:
    case = case_of(live("on_plan", NOON).number)
    told = story.now(case, NOON)
    assert "至 2026年9月1日" in told.text and "更换主管线" not in told.text
    assert [(step.name, step.done_at) for step in case.milestones] == [("完成设计", NOON), ("完成施工", None)]
    assert [(line.what, line.detail) for line in record(case, NOON)][:2] == [
        ("计划的一个节点已完成", "完成设计"),
        ("已列入计划，按节点推进", "计划至 2026年9月1日"),
    ]
    assert story.deadline(case) is None


def test_of_an_objection_the_caller_reads_one_line(live: Live, city: City) -> None:
    ticket = live("objected", NOON)
    before = [line.what for line in record(case_of(ticket.number), NOON)]
    assert before[0] == "已请 12345 核定承办单位"
    ticket.move("overrule", by=city.reviewer, at=NOON + minutes(5))
    assert [line.what for line in record(case_of(ticket.number), NOON)] == before


def test_an_extension_is_told_with_the_new_limit(live: Live, city: City) -> None:
    ticket = live("handling", NOON)
    row = Extension.objects.create(
        ticket=ticket, number=1, unit=city.heating, by=city.leader, at=NOON, minutes=1440, reason="内部原因",
        basis="", due=NOON, was_due=ticket.handle_due, now_due=NOON + timedelta(days=2),
    )  # fmt: skip
    ticket.record("extend_grant", by=city.supervisor, at=NOON + minutes(9), facts={"extension": row.pk})
    line = record(case_of(ticket.number), NOON)[0]
    assert (line.what, line.detail) == ("办理时限已延长", "最晚办结改为 3月4日 12:00")


def test_a_limit_that_was_reckoned_anew_is_told_and_a_reminder_is_not(live: Live) -> None:
    ticket = live("handling", NOON)
    two = [NOON.isoformat(), (NOON + timedelta(days=2)).isoformat()]
    ticket.record("reckon", by=None, at=NOON + minutes(8), facts={"moved": {"handle_due": two}})
    ticket.record("reckon", by=None, at=NOON + minutes(9), facts={"moved": {"warn_at": two}})
    lines = [(line.what, line.detail) for line in record(case_of(ticket.number), NOON)]
    assert lines[0] == ("办理时限已按新的规定调整", "最晚办结改为 3月4日 12:00")
    assert [what for what, _detail in lines].count("办理时限已按新的规定调整") == 1


def test_another_callers_urge_is_not_told_as_ones_own(live: Live, city: City) -> None:
    child = live("merged", NOON)
    intake.urge(child, text="我家更冷", by=city.agent, at=NOON + minutes(9))
    told = [(line.what, line.detail) for line in record(case_of(child.number), NOON)]
    assert told[0] == ("您催办了一次，已转告承办单位", "我家更冷")
    assert "催办" not in str(record(case_of(child.master.number), NOON))


def test_who_followed_to_the_end_keeps_the_masters_answer_when_their_own_round_begins(
    live: Live, city: City
) -> None:
    ticket = live("merged", NOON)
    master = ticket.master
    result = Result("explained", "内部情况：已修。", REPLY)
    handling.report(master, result, by=city.clerk, at=NOON + minutes(9))
    handling.approve(master, by=city.leader, at=NOON + minutes(9))
    ticket.refresh_from_db()
    assert story.now(case_of(ticket.number), NOON).headline == "已办结，等待您评价"
    said = Said(contacted="no", solved="unsolved", satisfied="dissatisfied", reason="late")
    followup.take_answers(ticket, said, channel="phone", by=city.caller_back, at=NOON + minutes(20))
    case = case_of(ticket.number)
    assert (case.ticket.master, case.reply) == (None, None)
    assert [row.reply for row in case.all_replies] == [REPLY]
    assert story.now(case, NOON).headline == "重新办理中"


def test_what_the_caller_said_later_is_echoed(live: Live) -> None:
    ticket = live("handling", NOON)
    row = Word.objects.create(ticket=ticket, kind="add", text="今天更冷了", at=NOON)
    ticket.record("add", by=None, at=NOON + minutes(9), facts={"word": row.pk})
    line = record(case_of(ticket.number), NOON)[0]
    assert (line.what, line.detail, line.who) == ("您补充了情况", "今天更冷了", "")


def test_a_case_that_was_taken_back_is_checked_first(live: Live) -> None:
    ticket = live("handling", NOON)
    ticket.move("withdraw", by=None, at=NOON + minutes(9), withdrawn_at=NOON + minutes(9))
    case = case_of(ticket.number)
    assert story.now(case, NOON).headline == "您已撤回，等待核实"
    assert record(case, NOON)[0].what == "您撤回了诉求，等待核实"
