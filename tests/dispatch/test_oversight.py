"""督办: the order, its limit, the reply, the end (DOMAIN §3.7)."""

from datetime import datetime, timedelta

import pytest

from dispatch.actions import oversight, route
from dispatch.models import Oversight
from hotline.watch import sweep
from intake import actions as intake
from tests.city import NOON, City
from tickets.errors import Refused
from tickets.models import Notice, Ticket
from tickets.queries import in_hand

DEMAND = "请今天到现场并回复"
REPLY = "已到现场，明日恢复供暖"


def after(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


@pytest.fixture
def ordered(city: City, dispatched: Ticket) -> Oversight:
    return oversight.order(dispatched, demand=DEMAND, by=city.supervisor, at=NOON)


def latest(row: Oversight) -> Oversight:
    return Oversight.objects.select_related("by", "ticket__lead", "ticket__limit").get(pk=row.pk)


def kinds(ticket: Ticket) -> list[str]:
    return list(ticket.events.order_by("seq").values_list("kind", flat=True))


def told(kind: str) -> list[tuple[str, str, str]]:
    rows = Notice.objects.filter(kind=kind).select_related("unit", "person").order_by("pk")
    return [
        (row.unit.code if row.unit else "", row.role, row.person.username if row.person else "")
        for row in rows
    ]


def refused(row: Oversight, ticket: Ticket, act: object, words: str) -> None:
    """It is refused, and nothing has changed."""
    version, state = Ticket.objects.get(pk=ticket.pk).version, latest(row).state
    with pytest.raises(Refused, match=words):
        act()
    assert Ticket.objects.get(pk=ticket.pk).version == version
    assert (latest(row).state, latest(row).replies.count()) == (state, row.replies.count())


def test_an_order_gives_the_unit_the_city_s_time_to_reply(city: City, ordered: Oversight) -> None:
    assert (ordered.unit, ordered.kind, ordered.state) == (city.heating, "ordinary", "open")
    assert ordered.due == after(2880)
    assert told("oversee") == [("E-heating", "clerk", ""), ("E-heating", "leader", "")]
    event = ordered.ticket.events.order_by("seq").last()
    assert (event.kind, event.facts) == ("oversee", {"oversight": ordered.pk, "kind": "ordinary"})


def test_a_second_order_waits_until_the_first_is_ended(city: City, ordered: Oversight) -> None:
    def again() -> None:
        oversight.order(latest(ordered).ticket, demand=DEMAND, by=city.supervisor, at=NOON)

    refused(ordered, ordered.ticket, again, "已有未办结的督办")
    oversight.end(latest(ordered), conclusion="情况属实，已整改", by=city.supervisor, at=NOON)
    again()
    assert Oversight.objects.count() == 2


def test_an_order_needs_a_demand_and_a_unit(city: City, pending: Ticket) -> None:
    with pytest.raises(Refused, match="没有承办单位"):
        oversight.order(pending, demand=DEMAND, by=city.supervisor, at=NOON)
    assert route(pending, NOON)
    version = pending.version
    with pytest.raises(Refused, match="请写明督办要求"):
        oversight.order(pending, demand=" ？ ", by=city.supervisor, at=NOON)
    assert Ticket.objects.get(pk=pending.pk).version == version
    assert not Oversight.objects.exists()


@pytest.mark.parametrize("who", ["clerk", "leader", "agent", "dispatcher", "auditor", "district_officer"])
def test_only_supervision_and_the_district_above_may_order(city: City, dispatched: Ticket, who: str) -> None:
    with pytest.raises(Refused):
        oversight.order(dispatched, demand=DEMAND, by=city.people[who], at=NOON)
    assert not Oversight.objects.exists()
    assert kinds(dispatched)[-1] == "dispatch"


def test_a_district_orders_within_itself(city: City) -> None:
    ticket = intake.file(city.request(category=city.leaves["property"]), by=city.agent, at=NOON, then=route)
    row = oversight.order(ticket, demand=DEMAND, by=city.district_officer, at=NOON)
    assert row.unit == city.street


def test_the_unit_replies_and_whoever_ordered_it_is_told(city: City, ordered: Oversight) -> None:
    oversight.reply(latest(ordered), text=REPLY + "，联系13800002046", by=city.clerk, at=after(60))
    oversight.reply(latest(ordered), text="已恢复供暖", by=city.leader, at=after(90))
    fresh = latest(ordered)
    assert (fresh.state, fresh.late) == ("replied", False)
    assert [(row.by, row.again) for row in fresh.replies.all()] == [(city.clerk, False), (city.leader, False)]
    assert "13800002046" not in fresh.replies.first().text
    assert told("oversee_reply") == [("", "", "supervisor"), ("", "", "supervisor")]
    sweep(after(2880))
    assert latest(ordered).late is False


@pytest.mark.parametrize("who", ["street_clerk", "stranger", "supervisor", "district_officer"])
def test_nobody_but_the_lead_replies(city: City, ordered: Oversight, who: str) -> None:
    refused(
        ordered,
        ordered.ticket,
        lambda: oversight.reply(latest(ordered), text=REPLY, by=city.people[who], at=NOON),
        "不能|只有|由",
    )


def test_a_district_replies_for_itself_alone(city: City) -> None:
    own = intake.file(city.request(category=city.leaves["orphan"]), by=city.agent, at=NOON, then=route)
    row = oversight.order(own, demand=DEMAND, by=city.supervisor, at=NOON)
    oversight.reply(latest(row), text=REPLY, by=city.district_officer, at=after(5))
    assert latest(row).state == "replied"
    street_s = intake.file(city.request(category=city.leaves["property"]), by=city.agent, at=NOON, then=route)
    other = oversight.order(street_s, demand=DEMAND, by=city.supervisor, at=NOON)
    refused(
        other,
        street_s,
        lambda: oversight.reply(latest(other), text=REPLY, by=city.district_officer, at=after(5)),
        "由承办单位回复",
    )


def test_without_a_reply_it_is_late_once_and_stays_open(city: City, ordered: Oversight) -> None:
    sweep(after(2879))
    assert latest(ordered).late is False
    sweep(after(2880))
    sweep(after(2881))
    fresh = latest(ordered)
    assert (fresh.late, fresh.state) == (True, "open")
    assert kinds(ordered.ticket).count("oversee_late") == 1
    assert told("oversee_late") == [
        ("E-heating", "leader", ""),
        ("", "supervisor", ""),
        ("", "", "supervisor"),
    ]
    oversight.reply(fresh, text=REPLY, by=city.clerk, at=after(2900))
    assert (latest(ordered).late, latest(ordered).state) == (True, "replied")


def test_a_reply_that_will_not_do_is_asked_about_again_with_a_new_limit(
    city: City, ordered: Oversight
) -> None:
    def again() -> None:
        oversight.ask_again(latest(ordered), demand="请补充现场照片", by=city.supervisor, at=after(70))

    refused(ordered, ordered.ticket, again, "还在回复期限内")
    oversight.reply(latest(ordered), text=REPLY, by=city.clerk, at=after(60))
    again()
    fresh = latest(ordered)
    assert (fresh.state, fresh.due) == ("open", after(70 + 2880))
    assert [(row.again, row.text) for row in fresh.replies.all()] == [
        (False, REPLY),
        (True, "请补充现场照片"),
    ]
    sweep(after(2880))
    assert latest(ordered).late is False
    sweep(after(70 + 2880))
    assert latest(ordered).late is True
    # It may be asked about once more when it was late.
    oversight.ask_again(latest(ordered), demand="请立即回复", by=city.supervisor, at=after(3000))
    assert latest(ordered).due == after(3000 + 2880)


def test_the_end_needs_a_conclusion_and_is_the_end(city: City, ordered: Oversight) -> None:
    refused(
        ordered,
        ordered.ticket,
        lambda: oversight.end(latest(ordered), conclusion="", by=city.supervisor, at=after(5)),
        "请写明督办结论",
    )
    oversight.end(latest(ordered), conclusion="情况属实，已整改", by=city.supervisor, at=after(5))
    fresh = latest(ordered)
    assert (fresh.state, fresh.ended_by, fresh.conclusion) == ("ended", city.supervisor, "情况属实，已整改")
    assert told("oversee_end") == [("E-heating", "leader", "")]
    for act in (
        lambda: oversight.reply(latest(ordered), text=REPLY, by=city.clerk, at=after(6)),
        lambda: oversight.ask_again(latest(ordered), demand=DEMAND, by=city.supervisor, at=after(6)),
        lambda: oversight.end(latest(ordered), conclusion="再办结一次", by=city.supervisor, at=after(6)),
    ):
        refused(ordered, ordered.ticket, act, "已经办结")
    sweep(after(2880))
    assert "oversee_late" not in kinds(ordered.ticket)


def test_a_district_ends_what_it_ordered_and_nothing_of_the_city_s(city: City) -> None:
    ticket = intake.file(city.request(category=city.leaves["property"]), by=city.agent, at=NOON, then=route)
    row = oversight.order(ticket, demand=DEMAND, by=city.supervisor, at=NOON)
    refused(
        row,
        ticket,
        lambda: oversight.end(latest(row), conclusion="我们看过了", by=city.district_officer, at=after(5)),
        "由市督办处理",
    )
    oversight.end(latest(row), conclusion="情况属实", by=city.supervisor, at=after(5))
    own = oversight.order(latest(row).ticket, demand=DEMAND, by=city.district_officer, at=after(6))
    oversight.end(latest(own), conclusion="区里已核实", by=city.district_officer, at=after(7))
    assert latest(own).state == "ended"


def test_the_top_of_the_ladder_orders_supervision_with_a_limit_of_its_own(
    city: City, dispatched: Ticket
) -> None:
    for minutes in (1440, 2160, 4320, 4320):
        sweep(after(minutes))
    row = Oversight.objects.get()
    assert (row.kind, row.by, row.unit, row.due) == ("special", None, city.heating, after(4320 + 2880))
    assert kinds(dispatched)[-3:] == ["special", "oversee", "followup_late"]
    sweep(after(4320 + 2880))
    assert kinds(dispatched)[-1] == "oversee_late"
    # What the ladder ordered is the city's supervision's to hear of.
    assert told("oversee_late")[-1] == ("", "supervisor", "")
    ticket = in_hand(city.clerk, dispatched.number)
    oversight.reply(ticket.oversights.get(), text=REPLY, by=city.clerk, at=after(7300))
    assert told("oversee_reply") == [("", "supervisor", "")]
