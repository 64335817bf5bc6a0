"""More time: asked before the limit, decided in time or refused by silence (DOMAIN §3.3)."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from handling import actions
from handling.actions import extension
from handling.actions.extension import Wish
from handling.models import Extension
from hotline.watch import sweep
from tests.city import NOON, City
from tests.handling.conftest import HTMX, ClientOf, Make, Order, fresh, post
from tickets.errors import Refused, Stale
from tickets.models import Notice, Pause, Ticket, Timer

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WEEK = Wish(10080, "维修资金须业主表决，公示期七日。", "《住宅专项维修资金管理办法》第二十二条")
TYPED = {
    "extend-length": "3",
    "extend-unit": "d",
    "extend-reason": "维修资金须业主表决。",
    "extend-basis": "管理办法第二十二条",
}


@pytest.fixture
def general(street_order: Ticket) -> Ticket:
    return street_order


@pytest.fixture
def asked(city: City, general: Ticket) -> Extension:
    return extension.ask(general, WEEK, by=city.street_leader, at=NOON)


def again(row: Extension) -> Extension:
    return Extension.objects.select_related("ticket__limit", "ticket__lead").get(pk=row.pk)


def refused(do: Callable[[], object], ticket: Ticket, words: str) -> None:
    """It is refused in these words and nothing has changed."""
    before = Ticket.objects.filter(pk=ticket.pk).values().get()
    rows = Extension.objects.values_list("pk", "state")
    was = list(rows)
    with pytest.raises(Refused, match=words):
        do()
    assert Ticket.objects.filter(pk=ticket.pk).values().get() == before
    assert list(rows.all()) == was


def test_asking_leaves_the_clock_running_and_starts_that_of_the_decision(
    city: City, general: Ticket, asked: Extension
) -> None:
    ticket = fresh(general)
    assert (ticket.state, ticket.handle_due) == ("handling", NOON + 7 * DAY)
    assert (asked.number, asked.state, asked.was_due) == (1, "asked", NOON + 7 * DAY)
    timer = Timer.objects.get(kind="extension")
    assert asked.due == timer.due == ticket.aside_at == NOON + 4 * HOUR
    told = Notice.objects.get(kind="extend_ask")
    assert (told.unit, told.role) == (city.district, "district")


def test_the_four_hours_are_working_hours(city: City, general: Ticket) -> None:
    friday = NOON + 4 * DAY + 4 * HOUR
    row = extension.ask(general, WEEK, by=city.street_leader, at=friday)
    assert row.due == NOON + 7 * DAY  # Friday 16:00, one hour; Monday 9:00–12:00, three.


def test_a_class_without_extensions_says_so(city: City, signed: Ticket) -> None:
    refused(lambda: extension.ask(signed, WEEK, by=city.leader, at=NOON), signed, "不能延期")


def test_an_order_without_a_district_above_is_the_citys_to_decide(city: City, make: Make) -> None:
    deed = make(category=city.leaves["deed"])
    actions.sign(deed, by=city.planning_leader, at=NOON)
    extension.ask(deed, WEEK, by=city.planning_leader, at=NOON)
    told = Notice.objects.get(kind="extend_ask")
    assert (told.unit, told.role) == (None, "supervisor")


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        (Wish(10081, WEEK.reason, WEEK.basis), "最长可延 7 天"),
        (Wish(0, WEEK.reason, WEEK.basis), "最长可延"),
        (Wish(60, "忙", WEEK.basis), "理由和依据"),
        (Wish(60, WEEK.reason, " "), "理由和依据"),
    ],
)
def test_a_wish_must_be_short_enough_and_grounded(
    city: City, general: Ticket, wish: Wish, words: str
) -> None:
    refused(lambda: extension.ask(general, wish, by=city.street_leader, at=NOON), general, words)


def test_after_the_limit_nobody_asks(city: City, general: Ticket) -> None:
    late = NOON + 7 * DAY
    refused(lambda: extension.ask(general, WEEK, by=city.street_leader, at=late), general, "已到")


@pytest.mark.parametrize("who", ["street_clerk", "housing_leader", "district_officer", "stranger"])
def test_only_the_leads_leader_asks(city: City, general: Ticket, who: str) -> None:
    refused(lambda: extension.ask(general, WEEK, by=city.people[who], at=NOON), general, "角色|主办单位")


def test_one_waits_at_a_time(city: City, asked: Extension) -> None:
    ticket = fresh(asked.ticket)
    refused(lambda: extension.ask(ticket, WEEK, by=city.street_leader, at=NOON), ticket, "待审批")


@pytest.mark.parametrize("who", ["district_officer", "supervisor"])
def test_a_grant_moves_the_limit_and_its_ladder(city: City, asked: Extension, who: str) -> None:
    extension.grant(again(asked), by=city.people[who], at=NOON + HOUR)
    ticket, row = fresh(asked.ticket), again(asked)
    assert ticket.handle_minutes == 2 * 10080
    assert ticket.handle_due == row.now_due == NOON + 14 * DAY
    assert ticket.remind_at == NOON + 7 * DAY
    assert ticket.warn_at == NOON + 0.8 * 14 * DAY
    assert ticket.red_at == NOON + 21 * DAY
    assert ticket.special_at == NOON + 42 * DAY
    assert (row.state, row.decided_by) == ("granted", city.people[who])
    assert not Timer.objects.open().filter(kind="extension").exists()
    assert ticket.aside_at == Timer.objects.get(kind="co").due
    event = ticket.events.get(kind="extend_grant")
    moments = [datetime.fromisoformat(event.facts[key]) for key in ("was", "due")]
    assert moments == [NOON + 7 * DAY, NOON + 14 * DAY]


def test_whoever_works_on_it_is_told_to_tell_the_caller(city: City, asked: Extension) -> None:
    ticket = fresh(asked.ticket)
    actions.assign(ticket, to=city.street_clerk, by=city.street_leader, at=NOON)
    extension.grant(again(asked), by=city.district_officer, at=NOON + HOUR)
    assert Notice.objects.get(kind="extend_grant").person == city.street_clerk


def test_steps_that_lie_ahead_again_are_taken_again(city: City, general: Ticket) -> None:
    sweep(NOON + 6 * DAY)
    ticket = fresh(general)
    assert {"remind", "warn"} <= set(ticket.steps)
    row = extension.ask(ticket, WEEK, by=city.street_leader, at=NOON + 6 * DAY)
    extension.grant(again(row), by=city.supervisor, at=NOON + 6 * DAY)
    ticket = fresh(general)
    # Half of fourteen days is a day ahead, and so are four fifths.
    assert {"remind", "warn"}.isdisjoint(ticket.steps)
    assert ticket.wake_at == NOON + 7 * DAY


def test_a_pause_moves_the_longer_ladder_too(city: City, general: Ticket) -> None:
    Pause.objects.create(ticket=general, why="plan", begin=NOON + DAY, end=NOON + 3 * DAY)
    Ticket.objects.filter(pk=general.pk).update(handle_due=NOON + 9 * DAY)
    ticket = fresh(general)
    row = extension.ask(ticket, WEEK, by=city.street_leader, at=NOON + 4 * DAY)
    extension.grant(again(row), by=city.supervisor, at=NOON + 4 * DAY)
    ticket = fresh(general)
    assert (ticket.handle_due, ticket.remind_at) == (NOON + 16 * DAY, NOON + 9 * DAY)


def test_a_second_one_needs_a_class_that_has_two(city: City, make: Make, asked: Extension) -> None:
    extension.grant(again(asked), by=city.district_officer, at=NOON + HOUR)
    ticket = fresh(asked.ticket)
    refused(lambda: extension.ask(ticket, WEEK, by=city.street_leader, at=NOON + HOUR), ticket, "延期 1 次")
    deed = make(category=city.leaves["deed"])
    actions.sign(deed, by=city.planning_leader, at=NOON)
    for minutes in (21600, 43200):
        wish = Wish(minutes, WEEK.reason, WEEK.basis)
        row = extension.ask(fresh(deed), wish, by=city.planning_leader, at=NOON)
        extension.grant(again(row), by=city.supervisor, at=NOON)
    assert fresh(deed).handle_due == NOON + 60 * DAY
    assert list(Extension.objects.filter(ticket=deed).values_list("number", flat=True)) == [1, 2]


def test_a_refusal_needs_its_reason_and_leaves_the_limit(city: City, asked: Extension) -> None:
    row = again(asked)
    refused(lambda: extension.refuse(row, opinion="", by=city.supervisor, at=NOON), row.ticket, "理由")
    extension.refuse(again(asked), opinion="材料不足", by=city.district_officer, at=NOON + HOUR)
    assert again(asked).state == "refused" and again(asked).opinion == "材料不足"
    assert fresh(asked.ticket).handle_due == NOON + 7 * DAY
    assert not Timer.objects.open().filter(kind="extension").exists()
    told = Notice.objects.get(kind="extend_refuse")
    assert (told.unit, told.role) == (city.street, "leader")


def test_silence_is_a_refusal_once(city: City, asked: Extension) -> None:
    sweep(NOON + 4 * HOUR)
    sweep(NOON + 5 * HOUR)
    row = again(asked)
    assert (row.state, row.decided_by, row.decided_at) == ("silent", None, NOON + 4 * HOUR)
    event = row.ticket.events.get(kind="extend_refuse")
    assert event.facts == {"extension": row.pk, "why": "silent"}
    assert row.ticket.handle_due == NOON + 7 * DAY
    refused(lambda: extension.grant(row, by=city.supervisor, at=NOON + 6 * HOUR), row.ticket, "已有结果")
    # A refused wish takes nothing away: it may be asked once more, better grounded.
    later = NOON + 6 * HOUR
    assert extension.ask(fresh(row.ticket), WEEK, by=city.street_leader, at=later).number == 1


@pytest.mark.parametrize("who", ["street_leader", "clerk", "reviewer", "agent"])
def test_who_does_not_decide_changes_nothing(city: City, asked: Extension, who: str) -> None:
    row, by = again(asked), city.people[who]
    refused(lambda: extension.grant(row, by=by, at=NOON), row.ticket, "角色|上级")
    refused(lambda: extension.refuse(row, opinion="不行", by=by, at=NOON), row.ticket, "角色|上级")


def test_a_district_never_decides_about_its_own_order(city: City, make: Make) -> None:
    ticket = make(category=city.leaves["orphan"])
    both = city.district_officer
    both.roles = ["district", "leader"]
    both.save()
    actions.sign(ticket, by=both, at=NOON)
    row = again(extension.ask(ticket, WEEK, by=both, at=NOON))
    refused(lambda: extension.grant(row, by=both, at=NOON), row.ticket, "上级")
    assert Notice.objects.get(kind="extend_ask").role == "supervisor"


def test_what_expired_or_began_anew_meanwhile_is_not_extended(city: City, general: Ticket) -> None:
    soon = NOON + 7 * DAY - HOUR
    row = again(extension.ask(general, WEEK, by=city.street_leader, at=soon))
    late = NOON + 7 * DAY
    refused(lambda: extension.grant(row, by=city.supervisor, at=late), row.ticket, "已到")
    Ticket.objects.filter(pk=general.pk).update(clock_from=soon + HOUR / 2, handle_due=late + DAY)
    row = again(row)
    refused(lambda: extension.grant(row, by=city.supervisor, at=late), row.ticket, "重办或改派")


def test_two_who_decide_at_once_decide_once(city: City, asked: Extension) -> None:
    one, two = again(asked), again(asked)
    extension.grant(one, by=city.supervisor, at=NOON)
    with pytest.raises(Stale):
        extension.refuse(two, opinion="不行", by=city.district_officer, at=NOON)
    assert again(asked).state == "granted"


def test_the_leader_asks_in_the_pane_and_sees_it_wait(city: City, order: Order, client_of: ClientOf) -> None:
    ticket = order(category=city.leaves["property"])
    actions.sign(ticket, by=city.street_clerk, at=timezone.now())
    leader = client_of("street_leader")
    wrong = post(leader, "extend", ticket, **{**TYPED, "extend-length": "30", "headers": HTMX})
    assert wrong.status_code == 422 and "最长可延 7 天" in wrong.content.decode()
    assert "管理办法第二十二条" in wrong.content.decode()
    response = post(leader, "extend", ticket, **{**TYPED, "headers": HTMX})
    page = response.content.decode()
    assert response.status_code == 200
    assert "待审批" in page and "延长 3 天" in page and "/extend/" not in page
    assert Extension.objects.get().minutes == 3 * 1440
    clerk = client_of("street_clerk").get(reverse("handling:pane", args=[ticket.number])).content.decode()
    assert "延长 3 天" in clerk and "/extend/" not in clerk


def test_a_clerk_cannot_ask_and_keeps_what_was_typed(city: City, order: Order, client_of: ClientOf) -> None:
    ticket = order(category=city.leaves["property"])
    actions.sign(ticket, by=city.street_clerk, at=timezone.now())
    response = post(client_of("street_clerk"), "extend", ticket, **{**TYPED, "headers": HTMX})
    assert response.status_code == 422
    assert "管理办法第二十二条" in response.content.decode()
    assert (fresh(ticket).version, Extension.objects.count()) == (ticket.version, 0)
