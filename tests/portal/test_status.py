"""The page of one's own case."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from followup import actions as followup
from followup.models import Answer
from portal.actions import evaluate
from tests.city import NOON, City
from tests.portal.conftest import HAPPY, REPLY, UNHAPPY, Live, look_up
from tests.portal.test_story import HEADLINES
from tickets.errors import Refused, Stale
from tickets.models import Ticket

SAID = {"round": 1, "contacted": "yes", "solved": "solved", "satisfied": "basic", "remark": "谢谢"}
ENGLISH = {
    "pending": "Registered, waiting to be dispatched",
    "dispatched": "Dispatched, waiting for the unit to sign",
    "handling": "Being handled",
    "reported": "Result reported, under review",
    "followup": "Handled, waiting for your rating",
    "closed": "Closed",
    "answered": "Answered directly",
    "guiding": "Shown another way, under review",
    "guided": "Shown the right route",
    "transferred": "Passed to the emergency services",
}


def status(ticket: Ticket, **headers: str) -> str:
    page = look_up(ticket).get(f"/q/{ticket.number}/", headers=headers)
    assert page.status_code == 200
    return page.content.decode()


@pytest.mark.parametrize("state", HEADLINES)
def test_every_state_is_shown_in_chinese(state: str, live: Live) -> None:
    page = status(live(state, timezone.now()))
    assert HEADLINES[state] in page
    assert len(re.findall("<h1", page)) == 1


@pytest.mark.parametrize("state", ENGLISH)
def test_every_state_is_shown_in_english(state: str, live: Live) -> None:
    page = status(live(state, timezone.now()), **{"accept-language": "en"})
    assert ENGLISH[state] in page
    assert '<html lang="en"' in page


def test_the_latest_moment_of_completion_is_told_with_the_time_left(live: Live) -> None:
    page = status(live("handling", timezone.now()))
    assert "最晚办结：" in page
    assert re.search(r"还剩 (1 天|23 小时 59 分钟)", page)
    assert "热力集团" in page


def test_a_late_case_says_how_late(live: Live, city: City) -> None:
    ticket = live("handling", timezone.now() - timedelta(days=1, hours=2))
    assert re.search(r"已超过 (2 小时|1 小时 59 分钟)", status(ticket))


def test_the_approved_reply_is_shown_and_the_inner_account_is_not(live: Live) -> None:
    page = status(live("followup", timezone.now()))
    assert REPLY in page
    assert "内部情况" not in page and "内部约定" not in page


def test_a_result_under_review_is_not_shown(live: Live) -> None:
    assert REPLY not in status(live("reported", timezone.now()))


def test_the_answer_of_the_desk_is_shown(live: Live) -> None:
    for state in ("answered", "guided"):
        assert "供暖季自 11 月 15 日开始。" in status(live(state, timezone.now()))


def test_a_closed_case_shows_the_three_answers(live: Live) -> None:
    page = status(live("closed", timezone.now()))
    assert [page.count(text) > 0 for text in ("<dd>是</dd>", "<dd>已解决</dd>", "满意</dd>")] == [True] * 3
    assert "提交评价" not in page


def test_a_case_that_nobody_could_be_asked_about_says_so(live: Live, city: City) -> None:
    at = timezone.now() - timedelta(days=3)
    ticket = live("followup", at.replace(hour=4, minute=0))
    followup.attempt(
        ticket, channel="phone", reach="refused", by=city.caller_back, at=at.replace(hour=5, minute=0)
    )
    followup.end_unasked(ticket, by=city.caller_back, at=at.replace(hour=6, minute=0))
    page = status(ticket)
    assert "没有得到您的评价（拒绝回访）" in page
    assert "12345 多次联系您未果" in page


def test_names_of_staff_and_whole_phone_numbers_are_nowhere(live: Live, city: City) -> None:
    for state in HEADLINES:
        page = status(live(state, timezone.now()))
        assert "13800002046" not in page and "王女士" not in page
        assert "138****2046" in page
        for person in ("agent", "clerk", "caller_back", "dispatcher"):
            assert not re.search(rf">[^<]*\b{person}\b[^<]*<", page)


def test_what_was_said_is_shown_as_text(live: Live) -> None:
    page = status(
        live("pending", timezone.now(), content="暖气<script>alert(1)</script>不热", location='"><b x=')
    )
    assert "<script>alert" not in page and "<b x=" not in page
    assert "&lt;script&gt;" in page


def test_the_page_is_kept_nowhere(live: Live) -> None:
    ticket = live("pending", timezone.now())
    page = look_up(ticket).get(f"/q/{ticket.number}/")
    assert "no-store" in page["Cache-Control"]
    assert page["Referrer-Policy"] == "same-origin"
    assert page["X-Robots-Tag"] == "noindex, nofollow"


def test_the_caller_answers_online(live: Live) -> None:
    ticket = live("followup", timezone.now())
    client = look_up(ticket)
    assert client.post(f"/q/{ticket.number}/answers/", SAID)["Location"] == f"/q/{ticket.number}/"
    answer = Answer.objects.get()
    assert (answer.channel, answer.by, answer.reach) == ("online", None, "reached")
    assert (answer.contacted, answer.solved, answer.satisfied) == ("yes", "solved", "basic")
    assert answer.counted
    assert Ticket.objects.get().state == "closed"
    page = client.get(f"/q/{ticket.number}/").content.decode()
    assert "已收到您的评价，谢谢。" in page and "您的评价" in page


def test_a_first_no_sends_the_case_back(live: Live) -> None:
    ticket = live("followup", timezone.now())
    client = look_up(ticket)
    client.post(f"/q/{ticket.number}/answers/", {**SAID, "solved": "unsolved", "satisfied": "dissatisfied"})
    fresh = Ticket.objects.get()
    assert (fresh.state, fresh.round) == ("handling", 2)
    assert "重新办理中" in client.get(f"/q/{ticket.number}/").content.decode()


def test_an_unanswered_question_is_named_and_the_rest_stays(live: Live) -> None:
    ticket = live("followup", timezone.now())
    answer = look_up(ticket).post(f"/q/{ticket.number}/answers/", {**SAID, "solved": ""})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert page.count("请选择问题是否解决") == 2
    assert re.search(r"<title>\s*错误：", page)
    assert re.search(r'value="basic"[^>]*checked', page) and "谢谢</textarea>" in page
    assert Answer.objects.count() == 0
    assert Ticket.objects.get().version == ticket.version


def test_answers_to_a_round_that_ended_change_nothing(live: Live, city: City) -> None:
    ticket = live("followup", timezone.now())
    client = look_up(ticket)
    followup.take_answers(ticket, UNHAPPY, channel="phone", by=city.caller_back, at=timezone.now())
    answer = client.post(f"/q/{ticket.number}/answers/", SAID)
    assert answer.status_code == 409
    assert "重新办理中" in answer.content.decode() and "这次回访已经结束" in answer.content.decode()
    assert Ticket.objects.get().version == ticket.version
    assert Answer.objects.count() == 1


def test_answers_of_another_round_are_refused(live: Live) -> None:
    ticket = live("followup", NOON)
    with pytest.raises(Stale):
        evaluate(ticket, HAPPY, round_=2, at=NOON + timedelta(minutes=9))
    assert Answer.objects.count() == 0


def test_after_72_hours_the_line_calls_instead(live: Live) -> None:
    ticket = live("followup", timezone.now() - timedelta(hours=73))
    client = look_up(ticket)
    assert "提交评价" not in client.get(f"/q/{ticket.number}/").content.decode()
    answer = client.post(f"/q/{ticket.number}/answers/", SAID)
    assert answer.status_code == 422
    assert "网上评价的时间已过" in answer.content.decode()
    assert Ticket.objects.get().version == ticket.version
    with pytest.raises(Refused):
        evaluate(ticket, HAPPY, round_=1, at=timezone.now())


def test_the_address_of_answers_leads_back_to_the_case(live: Live) -> None:
    ticket = live("followup", timezone.now())
    answer = look_up(ticket).get(f"/q/{ticket.number}/answers/")
    assert (answer.status_code, answer["Location"]) == (302, f"/q/{ticket.number}/")


@pytest.mark.parametrize("events", [0, 30])
def test_the_page_costs_the_same_statements_whatever_happened(
    live: Live, city: City, events: int, django_assert_max_num_queries: Callable[..., object]
) -> None:
    ticket = live("followup", timezone.now())
    for _n in range(events):
        ticket.record("attempt", by=city.caller_back, at=timezone.now(), facts={"reach": "no_answer"})
    client = look_up(ticket)
    client.get(f"/q/{ticket.number}/")
    with django_assert_max_num_queries(7):
        assert client.get(f"/q/{ticket.number}/").status_code == 200


def test_the_case_needs_no_account(live: Live) -> None:
    assert "_auth_user_id" not in look_up(live("pending", timezone.now())).session
    assert Client().get("/").status_code == 200
