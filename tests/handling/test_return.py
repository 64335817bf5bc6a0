"""Returned once as incomplete by those above (退回补正), and reported late after the limit."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from dispatch.actions.merging import merge
from handling import actions
from handling.actions import Result
from handling.models import Report
from hotline.watch import sweep
from intake import actions as intake
from tests.city import NOON, City
from tests.handling.conftest import ClientOf, Make, Order, fresh, photo, post
from tickets.errors import Refused
from tickets.models import Notice, Ticket

HOUR = timedelta(hours=1)
DAY = 24 * HOUR
TOLD = Result("explained", "已上门解释供暖时间。", "供暖自十五日起，请您留意室温。")


@pytest.fixture
def approved(city: City, reported: Ticket) -> Ticket:
    actions.approve(reported, by=city.leader, at=NOON + HOUR)
    return reported


def give_back(ticket: Ticket, by: object, at: object = NOON + 2 * HOUR, note: str = "缺现场照片") -> None:
    actions.return_report(ticket, note=note, by=by, at=at)


def refused(do: Callable[[], object], ticket: Ticket, words: str) -> None:
    """It is refused in these words and nothing has changed."""
    before = Ticket.objects.filter(pk=ticket.pk).values().get(), list(Report.objects.values())
    with pytest.raises(Refused, match=words):
        do()
    assert (Ticket.objects.filter(pk=ticket.pk).values().get(), list(Report.objects.values())) == before


def test_a_returned_result_gives_the_unit_a_day_and_is_no_new_round(city: City, approved: Ticket) -> None:
    give_back(approved, city.supervisor)
    ticket = fresh(approved)
    assert (ticket.state, ticket.round, ticket.returned) == ("handling", 1, True)
    assert (ticket.reported_at, ticket.outcome, ticket.followup_due) == (None, "", None)
    assert ticket.handle_due == NOON + 26 * HOUR
    assert ticket.warn_at == NOON + 2 * HOUR + 0.8 * DAY
    row = Report.objects.get()
    assert (row.verdict, row.verdict_note) == ("returned", "缺现场照片")
    told = Notice.objects.filter(kind="return_report").values_list("unit", "role")
    assert set(told) == {(city.heating.pk, "clerk"), (city.heating.pk, "leader")}
    actions.report(ticket, TOLD, by=city.clerk, at=NOON + 3 * HOUR)
    actions.approve(ticket, by=city.leader, at=NOON + 4 * HOUR)
    again = fresh(approved)
    refused(lambda: give_back(again, city.supervisor, NOON + 5 * HOUR), again, "已退回补正过")


def test_a_limit_that_is_far_enough_stays(city: City, make: Make) -> None:
    ticket = make(category=city.leaves["property"])
    actions.sign(ticket, by=city.street_clerk, at=NOON)
    actions.report(ticket, TOLD, by=city.street_clerk, at=NOON)
    give_back(ticket, city.district_officer)
    assert fresh(ticket).handle_due == NOON + 7 * DAY
    assert fresh(ticket).state == "handling"


def test_a_limit_that_is_over_by_then_begins_anew(city: City, approved: Ticket) -> None:
    give_back(approved, city.supervisor, NOON + 25 * HOUR)
    sweep(NOON + 48 * HOUR)
    assert fresh(approved).state == "handling"
    sweep(NOON + 49 * HOUR)
    assert (fresh(approved).state, fresh(approved).overdue_at) == ("followup", NOON + 49 * HOUR)


def test_an_emergency_gets_no_more_than_its_own_two_hours(city: City, make: Make) -> None:
    ticket = make(urgent=True)
    actions.sign(ticket, by=city.clerk, at=NOON)
    actions.report(ticket, TOLD, by=city.clerk, at=NOON + HOUR)
    give_back(ticket, city.supervisor, NOON + 1.5 * HOUR)
    assert fresh(ticket).handle_due == NOON + 3.5 * HOUR


def test_after_its_window_nothing_is_returned(city: City, approved: Ticket) -> None:
    late = NOON + 25 * HOUR + timedelta(seconds=1)
    refused(lambda: give_back(approved, city.supervisor, late), approved, "超过 24 小时")


def test_what_was_answered_or_never_reported_is_not_returned(city: City, make: Make) -> None:
    silent = make()
    sweep(NOON + DAY)
    silent = fresh(silent)
    refused(lambda: give_back(silent, city.supervisor, NOON + DAY), silent, "没有可退回")


def test_a_result_that_no_leader_ever_read_is_returned_too(city: City, reported: Ticket) -> None:
    """A leader who keeps silent spares the unit neither the reading above nor the completion."""
    sweep(NOON + DAY)
    ticket = fresh(reported)
    late = NOON + 48 * HOUR + timedelta(seconds=1)
    refused(lambda: give_back(ticket, city.supervisor, late), ticket, "超过 24 小时")
    give_back(ticket, city.supervisor, NOON + 47 * HOUR)
    ticket = fresh(reported)
    assert (ticket.state, ticket.handle_due, ticket.overdue_at) == ("handling", NOON + 71 * HOUR, None)
    assert Report.objects.get().verdict == "returned"


def test_a_return_says_what_is_missing(city: City, approved: Ticket) -> None:
    refused(lambda: give_back(approved, city.supervisor, note=" "), approved, "缺什么")


@pytest.mark.parametrize("who", ["leader", "district_officer", "reviewer", "stranger"])
def test_only_those_above_return(city: City, approved: Ticket, who: str) -> None:
    # The heating company stands under no district.
    refused(lambda: give_back(approved, city.people[who]), approved, "角色|主办单位|上级")


def test_callers_who_were_to_be_asked_along_follow_again(city: City, make: Make) -> None:
    master = make()
    child = intake.file(city.request(phone="13900001111"), by=city.agent, at=NOON)
    merge(child, into=master, by=city.dispatcher, at=NOON)
    master = fresh(master)
    actions.sign(master, by=city.clerk, at=NOON)
    actions.report(master, TOLD, by=city.clerk, at=NOON)
    actions.approve(master, by=city.leader, at=NOON)
    assert fresh(child).state == "followup"
    give_back(fresh(master), city.supervisor)
    child = fresh(child)
    assert (child.state, child.lead, child.followup_due, child.handle_due) == ("merged", None, None, None)
    assert not Ticket.objects.visible_to(city.clerk).filter(pk=child.pk).exists()
    master = fresh(master)
    actions.report(master, TOLD, by=city.clerk, at=NOON + 3 * HOUR)
    actions.approve(master, by=city.leader, at=NOON + 3 * HOUR)
    assert (fresh(child).state, fresh(child).lead) == ("followup", city.heating)


def test_the_page_returns_with_reason_or_says_why_not(city: City, order: Order, client_of: ClientOf) -> None:
    ticket = order(category=city.leaves["property"])
    now = timezone.now()
    actions.sign(ticket, by=city.street_clerk, at=now)
    actions.report(ticket, TOLD, by=city.street_clerk, at=now)
    actions.approve(ticket, by=city.street_leader, at=now)
    client, url = client_of("district_officer"), reverse("handling:return_report", args=[ticket.number])
    page = client.get(url).content.decode()
    assert "没有佐证" in page and TOLD.reply in page
    assert client.post(url, {"version": ticket.version, "note": ""}).status_code == 422
    stale = client.post(url, {"version": 2, "note": "缺照片"})
    assert stale.status_code == 409 and "缺照片" in stale.content.decode()
    done = client.post(url, {"version": ticket.version, "note": "缺照片"})
    assert (done.status_code, done.url) == (302, reverse("reports:case", args=[ticket.number]))
    again = client.post(url, {"version": fresh(ticket).version, "note": "缺照片"})
    assert again.status_code == 422
    clerk = client_of("street_clerk").get(reverse("handling:pane", args=[ticket.number])).content.decode()
    assert "上级退回补正" in clerk and "缺照片" in clerk


@pytest.fixture
def owing(signed: Ticket) -> Ticket:
    """The limit has ended and nothing was reported."""
    sweep(NOON + DAY)
    return fresh(signed)


def test_a_late_report_stops_the_ladder_and_waits_for_the_leader(city: City, owing: Ticket) -> None:
    assert owing.wake_for == "red"
    actions.report_late(owing, TOLD, by=city.clerk, at=NOON + 25 * HOUR)
    sweep(NOON + 80 * HOUR)
    ticket = fresh(owing)
    assert (ticket.state, ticket.reported_at) == ("followup", NOON + 25 * HOUR)
    assert not ticket.events.filter(kind="red").exists()
    row = Report.objects.get()
    assert (row.late, row.verdict) == (True, "waiting")
    actions.approve_late(ticket, by=city.leader, at=NOON + 81 * HOUR)
    assert Report.objects.get().verdict == "approved" and fresh(owing).state == "followup"
    ticket = fresh(owing)
    again = NOON + 82 * HOUR
    refused(lambda: actions.report_late(ticket, TOLD, by=city.clerk, at=again), ticket, "已审核通过")


def test_a_second_late_report_replaces_the_first(city: City, owing: Ticket) -> None:
    actions.report_late(owing, TOLD, by=city.clerk, at=NOON + 25 * HOUR)
    better = Result("solved", "更换了循环泵。", "三号楼循环泵已更换，室温已达标。")
    actions.report_late(fresh(owing), better, by=city.clerk, at=NOON + 26 * HOUR, files=[photo()])
    assert list(Report.objects.values_list("verdict", flat=True)) == ["sent_back", "waiting"]
    assert fresh(owing).outcome == "solved"


def test_what_is_not_owed_is_not_reported_late(city: City, approved: Ticket) -> None:
    refused(
        lambda: actions.report_late(approved, TOLD, by=city.clerk, at=NOON + 2 * HOUR), approved, "不用补报"
    )


def test_a_result_the_leader_left_lying_is_approved_after_the_limit(city: City, reported: Ticket) -> None:
    sweep(NOON + DAY)
    ticket = fresh(reported)
    assert (ticket.state, ticket.overdue_at) == ("followup", None)
    actions.approve_late(ticket, by=city.leader, at=NOON + 25 * HOUR)
    assert Report.objects.get().verdict == "approved"


@pytest.mark.parametrize("who", ["clerk", "street_leader", "supervisor"])
def test_only_the_leads_leader_approves_late(city: City, owing: Ticket, who: str) -> None:
    actions.report_late(owing, TOLD, by=city.clerk, at=NOON + 25 * HOUR)
    ticket, at = fresh(owing), NOON + 26 * HOUR
    refused(lambda: actions.approve_late(ticket, by=city.people[who], at=at), ticket, "角色|主办单位|上级")


def test_the_inbox_shows_what_is_owed_and_the_page_reports_it(
    city: City, order: Order, client_of: ClientOf
) -> None:
    now = timezone.now()
    ticket = order(at=now - timedelta(hours=25))
    sweep(now - timedelta(minutes=30))
    clerk, leader, inbox = client_of("clerk"), client_of("leader"), reverse("handling:inbox")
    shown = clerk.get(inbox, {"v": "owed"}).context["lines"]
    assert [line.ticket.number for line in shown] == [ticket.number]
    pane = reverse("handling:pane", args=[ticket.number])
    assert "补报结果" in clerk.get(pane).content.decode()
    told = {"outcome": "explained", "text": TOLD.text, "reply": TOLD.reply}
    assert post(clerk, "report", fresh(ticket), **told).status_code == 302
    assert clerk.get(inbox, {"v": "owed"}).context["lines"] == []
    waiting = leader.get(inbox, {"v": "reported"}).context["lines"]
    assert [line.ticket.number for line in waiting] == [ticket.number]
    assert "逾期补报" in leader.get(pane).content.decode()
    assert post(leader, "approve", fresh(ticket)).status_code == 302
    assert Report.objects.get().verdict == "approved"
