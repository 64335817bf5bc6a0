"""The ladder and its cards (DOMAIN §3.7): each step once, at the right person, at its moment."""

from collections import Counter
from datetime import datetime, timedelta
from threading import Thread

import pytest
from django.db import connections

from dispatch.actions import cards, dispatch_by_hand, route
from dispatch.models import Card
from followup import actions as followup
from followup.actions import Said
from handling import actions as handling
from handling.actions import Result
from hotline.watch import sweep
from intake import actions as intake
from tests.city import NOON, City
from tests.journeys.crowd import crowd
from tickets.errors import Refused
from tickets.models import Notice, Ticket
from units.models import User

NO = Said(contacted="yes", solved="unsolved", satisfied="dissatisfied")


def after(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def told(ticket: Ticket, kind: str) -> list[tuple[str, str, str]]:
    """Whom a step told: unit code, role, person."""
    rows = Notice.objects.filter(ticket=ticket, kind=kind).select_related("unit", "person").order_by("pk")
    return [
        (row.unit.code if row.unit else "", row.role, row.person.username if row.person else "")
        for row in rows
    ]


def given(ticket: Ticket) -> list[tuple[str, str, str, datetime]]:
    rows = Card.objects.filter(ticket=ticket).select_related("unit").order_by("at", "pk")
    return [(row.unit.code, row.kind, row.why, row.at) for row in rows]


def sweep_each(*minutes: float) -> None:
    """Sweep at each moment, twice."""
    for moment in minutes:
        sweep(after(moment))
        sweep(after(moment))


def test_each_rung_of_an_urgent_order_is_climbed_once_at_its_moment(city: City, dispatched: Ticket) -> None:
    for minutes, kind, whom in (
        (720, "remind", [("E-heating", "clerk", "")]),
        (1152, "warn", [("E-heating", "clerk", ""), ("E-heating", "leader", "")]),
        (1440, "card", [("E-heating", "leader", "")]),
        # Above a body of the city stands the city's supervision.
        (2160, "card", [("E-heating", "leader", ""), ("E-heating", "leader", ""), ("", "supervisor", "")]),
        (4320, "special", [("", "supervisor", "")]),
    ):
        before = len(told(dispatched, kind))
        sweep_each(minutes - 1)
        assert len(told(dispatched, kind)) == before
        sweep_each(minutes, minutes + 1)
        assert told(dispatched, kind) == whom
    assert given(dispatched) == [
        ("E-heating", "yellow", "overdue", after(1440)),
        ("E-heating", "red", "far_overdue", after(2160)),
    ]


def test_the_rungs_of_an_ordinary_order_lie_in_its_own_limit_and_tell_its_own_district(city: City) -> None:
    ticket = intake.file(city.request(category=city.leaves["property"]), by=city.agent, at=NOON, then=route)
    assert ticket.lead == city.street
    sweep_each(5040, 8064, 10080, 15120, 30240)
    assert told(ticket, "remind") == [("110108009", "clerk", "")]
    assert told(ticket, "card") == [
        ("110108009", "leader", ""),
        ("110108009", "leader", ""),
        ("110108", "district", ""),
    ]
    assert told(ticket, "special") == [("110108", "district", ""), ("", "supervisor", "")]
    assert [at for *_card, at in given(ticket)] == [after(10080), after(15120)]


def test_whoever_has_the_order_in_hand_is_reminded_and_not_the_others(city: City, dispatched: Ticket) -> None:
    handling.sign(dispatched, by=city.clerk, at=NOON)
    handling.assign(dispatched, to=city.clerk, by=city.leader, at=NOON)
    sweep_each(720)
    assert told(dispatched, "remind") == [("", "", "clerk")]


def test_the_reminder_of_somebody_who_left_the_house_goes_to_the_unit(city: City, dispatched: Ticket) -> None:
    handling.sign(dispatched, by=city.clerk, at=NOON)
    handling.assign(dispatched, to=city.clerk, by=city.leader, at=NOON)
    User.objects.filter(pk=city.clerk.pk).update(is_active=False)
    sweep_each(720)
    assert told(dispatched, "remind") == [("E-heating", "clerk", "")]


def test_the_order_of_a_district_government_is_told_to_its_sub_centre(city: City) -> None:
    ticket = intake.file(city.request(category=city.leaves["orphan"]), by=city.agent, at=NOON, then=route)
    assert ticket.lead == city.district
    sweep_each(10080, 15120)
    assert told(ticket, "remind") == [("110108", "district", "")]
    assert told(ticket, "card") == [
        ("110108", "district", ""),
        ("110108", "district", ""),
        ("", "supervisor", ""),
    ]


def test_a_sweep_that_comes_late_gives_the_same_cards_and_tells_the_same_people(
    city: City, dispatched: Ticket
) -> None:
    sweep_each(9999)
    assert [card[:3] for card in given(dispatched)] == [
        ("E-heating", "yellow", "overdue"),
        ("E-heating", "red", "far_overdue"),
    ]
    assert len(told(dispatched, "special")) == 1


def test_a_result_that_waits_for_its_leader_at_the_end_of_the_limit_gets_no_card(
    city: City, dispatched: Ticket
) -> None:
    dispatched.move("sign", by=city.clerk, at=NOON)
    dispatched.move("report", by=city.clerk, at=NOON, reported_at=NOON)
    sweep_each(1440, 9999)
    assert given(dispatched) == []
    assert told(dispatched, "card") == []


def test_a_report_after_the_limit_keeps_the_yellow_card_and_spares_the_red_one(
    city: City, dispatched: Ticket
) -> None:
    sweep_each(1440)
    dispatched.refresh_from_db()
    dispatched.record("report_late", by=city.clerk, at=after(1500), reported_at=after(1500))
    sweep_each(2160, 9999)
    assert [card[1] for card in given(dispatched)] == ["yellow"]


def test_missed_windows_are_told_to_those_who_can_still_act(city: City, pending: Ticket) -> None:
    sweep_each(120)
    assert told(pending, "dispatch_late") == [("", "dispatcher", "")]
    pending.refresh_from_db()
    dispatch_by_hand(pending, lead=city.heating, co=[], reason="目录", by=city.dispatcher, at=after(121))
    sweep_each(121 + 120)
    assert told(pending, "contact_late") == [("E-heating", "clerk", ""), ("E-heating", "leader", "")]
    sweep_each(121 + 1440, 121 + 1440 + 2880)
    assert told(pending, "followup_late") == [("", "caller_back", "")]


@pytest.mark.django_db(transaction=True)
def test_sweeps_side_by_side_give_each_card_and_tell_each_person_once(city: City) -> None:
    crowd(city, 250, NOON)

    def work() -> None:
        try:
            sweep(after(1440))
        finally:
            connections.close_all()

    workers = [Thread(target=work) for _n in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert Card.objects.count() == Card.objects.values("ticket").distinct().count() == 250
    kinds = Counter(Notice.objects.values_list("kind", "role"))
    assert kinds == {
        ("contact_late", "clerk"): 250,
        ("contact_late", "leader"): 250,
        ("remind", "clerk"): 250,
        ("warn", "clerk"): 250,
        ("warn", "leader"): 250,
        ("card", "leader"): 250,
    }


def test_every_card_is_an_event_that_names_it(city: City, dispatched: Ticket) -> None:
    sweep_each(2160)
    facts = [event.facts for event in dispatched.events.filter(kind="card").order_by("seq")]
    yellow, red = Card.objects.filter(ticket=dispatched).order_by("at")
    assert facts == [
        {"card": yellow.pk, "kind": "yellow", "why": "overdue"},
        {"card": red.pk, "kind": "red", "why": "far_overdue"},
    ]


def answered(city: City, ticket: Ticket, at: datetime) -> None:
    """The unit reports and its leader approves; the caller says no."""
    handling.sign(ticket, by=city.clerk, at=at) if ticket.state == "dispatched" else None
    handling.contact(ticket, channel="phone", reached=True, note="已联系", by=city.clerk, at=at)
    done = Result(outcome="explained", text="已现场查看并说明", reply="已向您说明情况")
    handling.report(ticket, done, by=city.clerk, at=at)
    handling.approve(ticket, by=city.leader, at=at)
    followup.take_answers(ticket, NO, channel="phone", by=city.caller_back, at=at)


def test_a_first_no_is_done_again_and_a_second_one_is_a_red_card(city: City, dispatched: Ticket) -> None:
    answered(city, dispatched, NOON)
    assert (dispatched.state, given(dispatched)) == ("handling", [])
    answered(city, dispatched, after(60))
    assert dispatched.state == "closed"
    assert given(dispatched) == [("E-heating", "red", "second_negative", after(60))]
    assert told(dispatched, "card") == [("E-heating", "leader", ""), ("", "supervisor", "")]
    assert dispatched.events.order_by("seq").last().kind == "card"


@pytest.fixture
def yellow(city: City, dispatched: Ticket) -> Card:
    sweep(after(1440))
    return Card.objects.select_related("unit", "ticket").get(ticket=dispatched)


def test_the_leader_of_the_unit_accounts_for_its_card(city: City, yellow: Card) -> None:
    cards.acknowledge(
        yellow, account="管网抢修延误，已加派人员，电话13800002046", by=city.leader, at=after(1500)
    )
    fresh = Card.objects.get(pk=yellow.pk)
    assert (fresh.acknowledged_by, fresh.acknowledged_at) == (city.leader, after(1500))
    assert fresh.account.startswith("管网抢修延误，已加派人员，电话138")
    assert "13800002046" not in fresh.account
    last = yellow.ticket.events.order_by("seq").last()
    assert (last.kind, last.actor, last.facts) == ("ack", city.leader, {"card": yellow.pk})


@pytest.mark.parametrize("who", ["clerk", "street_leader", "district_officer", "supervisor"])
def test_nobody_else_accounts_for_a_card(city: City, yellow: Card, who: str) -> None:
    before = Ticket.objects.get(pk=yellow.ticket_id).version
    with pytest.raises(Refused):
        cards.acknowledge(yellow, account="我来说明情况", by=city.people[who], at=after(1500))
    assert Card.objects.get(pk=yellow.pk).acknowledged_at is None
    assert Ticket.objects.get(pk=yellow.ticket_id).version == before


def test_a_card_is_acknowledged_once_and_not_without_an_account(city: City, yellow: Card) -> None:
    with pytest.raises(Refused, match="请写明情况"):
        cards.acknowledge(yellow, account=" 好 ", by=city.leader, at=after(1500))
    assert Card.objects.get(pk=yellow.pk).acknowledged_at is None
    cards.acknowledge(yellow, account="管网抢修延误", by=city.leader, at=after(1500))
    with pytest.raises(Refused, match="已经确认过"):
        cards.acknowledge(yellow, account="换一个说法", by=city.leader, at=after(1501))
    assert Card.objects.get(pk=yellow.pk).account == "管网抢修延误"
