"""The verbs of dispatch on the small city."""

from datetime import timedelta

import pytest

from dispatch.actions import dispatch_by_hand, redispatch, route
from dispatch.models import Assignment, CoTask
from dispatch.queries import desk, district_desk, propose, waits_because
from dispatch.rules import Asked
from hotline.watch import sweep
from intake import actions as intake
from tests.city import NOON, City
from tickets.errors import Refused, Stale
from tickets.models import Event, Notice, Ticket
from units.models import Unit, User


def state_of(ticket: Ticket) -> tuple[str, int, int, int]:
    """State, version, and how many decisions and events there are: nothing may have changed."""
    fresh = Ticket.objects.get(pk=ticket.pk)
    return fresh.state, fresh.version, Assignment.objects.count(), Event.objects.filter(ticket=ticket).count()


def test_the_catalogue_dispatches_with_reason_limits_and_co_units(city: City, pending: Ticket) -> None:
    assert route(pending, NOON)
    made = Assignment.objects.get(ticket=pending)
    assert (made.unit, made.how, made.reason, made.catalogue) == (
        city.heating, "rule", "目录 heating", city.catalogue
    )  # fmt: skip
    assert [task.unit for task in CoTask.objects.filter(ticket=pending)] == [city.street]
    pending.refresh_from_db()
    assert (pending.state, pending.lead, pending.limit.code) == ("dispatched", city.heating, "U")
    assert pending.sign_due == NOON + timedelta(minutes=30)
    assert pending.contact_due == NOON + timedelta(hours=2)
    assert pending.remind_at == NOON + timedelta(hours=12)
    assert pending.warn_at == NOON + timedelta(minutes=1152)
    assert pending.handle_due == NOON + timedelta(hours=24)
    assert (pending.wake_for, pending.wake_at) == ("auto_sign", pending.sign_due)


def test_routing_twice_is_routing_once(city: City, dispatched: Ticket) -> None:
    before = state_of(dispatched)
    assert not route(dispatched, NOON)
    assert state_of(dispatched) == before


def test_a_leaf_without_a_rule_goes_to_the_district(city: City) -> None:
    ticket = intake.file(city.request(category=city.leaves["orphan"]), by=city.agent, at=NOON, then=route)
    assert (ticket.lead_id, ticket.assignments.get().how) == (city.district.pk, "fallback")


def test_a_ticket_that_cannot_be_placed_waits_and_says_so_once(city: City) -> None:
    ticket = intake.file(city.request(category=None, place=None), by=city.agent, at=NOON, then=route)
    assert not route(ticket, NOON)
    assert (ticket.state, ticket.steps) == ("pending", ["route_failed"])
    assert [event.kind for event in ticket.events.told()] == ["receive", "route_failed"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"category": None, "place": None}, "未填分类"),
        ({"category": "property", "place": None}, "未填地点"),
        ({}, "等待系统按目录派单"),
    ],
)
def test_the_desk_says_why_a_ticket_waits(city: City, changes: dict[str, object], words: str) -> None:
    if changes.get("category"):
        changes = {**changes, "category": city.leaves["property"]}
    ticket = intake.file(city.request(**changes), by=city.agent, at=NOON)
    assert waits_because(ticket, NOON) == words


def test_a_tip_off_against_rule_and_district_waits_because_of_the_accused(city: City) -> None:
    said = city.request(kind="tip_off", category=city.leaves["orphan"], accused=city.district)
    ticket = intake.file(said, by=city.agent, at=NOON, then=route)
    assert ticket.state == "pending"
    assert waits_because(ticket, NOON) == "目录指定的单位是被举报单位"


def test_a_person_dispatches_with_a_reason(city: City, pending: Ticket) -> None:
    later = NOON + timedelta(minutes=40)
    helpers = [city.heating, city.street]
    dispatch_by_hand(
        pending, lead=city.street, co=helpers, reason=" 小区自管供暖 ", by=city.dispatcher, at=later
    )
    made = pending.assignments.get()
    assert (made.how, made.unit, made.reason, made.by) == (
        "by_hand", city.street, "小区自管供暖", city.dispatcher
    )  # fmt: skip
    assert [task.unit for task in pending.co_tasks.all()] == [city.heating]
    assert pending.handle_due == later + timedelta(hours=24)


@pytest.mark.parametrize("reason", ["", "  ", "好"])
def test_by_hand_without_a_reason_is_refused(city: City, pending: Ticket, reason: str) -> None:
    before = state_of(pending)
    with pytest.raises(Refused, match="请写明派单理由"):
        dispatch_by_hand(pending, lead=city.street, reason=reason, by=city.dispatcher, at=NOON)
    assert state_of(pending) == before


def test_a_number_in_the_reason_is_hidden(city: City, pending: Ticket) -> None:
    said = "诉求人13800138000要求街道来"
    dispatch_by_hand(pending, lead=city.street, reason=said, by=city.dispatcher, at=NOON)
    assert pending.assignments.get().reason == "诉求人138****8000要求街道来"


def test_the_accused_is_not_dispatched_to_by_hand_either(city: City) -> None:
    ticket = intake.file(city.request(kind="tip_off", accused=city.street), by=city.agent, at=NOON)
    before = state_of(ticket)
    with pytest.raises(Refused, match="被举报单位不能承办"):
        dispatch_by_hand(ticket, lead=city.street, reason="属地", by=city.dispatcher, at=NOON)
    assert state_of(ticket) == before
    dispatch_by_hand(ticket, lead=city.district, co=[city.street], reason="上级", by=city.dispatcher, at=NOON)
    assert not CoTask.objects.filter(ticket=ticket).exists()


def test_whoever_the_accused_commands_gets_neither_the_tip_off_nor_a_part(city: City) -> None:
    said = city.request(kind="tip_off", category=city.leaves["property"], accused=city.district)
    ticket = intake.file(said, by=city.agent, at=NOON, then=route)
    assert ticket.state == "pending"
    before = state_of(ticket)
    for lead in (city.street, city.housing):
        with pytest.raises(Refused, match="其下属单位也不能"):
            dispatch_by_hand(ticket, lead=lead, reason="属地", by=city.dispatcher, at=NOON)
    assert state_of(ticket) == before
    dispatch_by_hand(
        ticket, lead=city.department, co=[city.street], reason="市级查办", by=city.dispatcher, at=NOON
    )
    assert (ticket.lead, ticket.co_tasks.count()) == (city.department, 0)


def test_a_tip_off_about_the_hotline_itself_still_finds_a_unit(city: City) -> None:
    said = city.request(kind="tip_off", category=city.leaves["property"], accused=city.centre)
    ticket = intake.file(said, by=city.agent, at=NOON, then=route)
    assert ticket.lead == city.street


def test_the_hotline_itself_and_closed_units_take_no_orders(city: City, pending: Ticket) -> None:
    before = state_of(pending)
    Unit.objects.filter(pk=city.housing.pk).update(active=False)
    city.housing.refresh_from_db()
    for unit in (city.centre, city.housing):
        with pytest.raises(Refused, match="该单位不能承办工单"):
            dispatch_by_hand(pending, lead=unit, reason="试试看", by=city.dispatcher, at=NOON)
    assert state_of(pending) == before


def test_only_a_dispatcher_dispatches_by_hand(city: City, pending: Ticket) -> None:
    before = state_of(pending)
    with pytest.raises(Refused, match="您的角色不能「派单」"):
        dispatch_by_hand(pending, lead=city.street, reason="属地", by=city.agent, at=NOON)
    assert state_of(pending) == before


def test_of_two_dispatchers_the_slower_changes_nothing(city: City, pending: Ticket) -> None:
    slower = Ticket.objects.get(pk=pending.pk)
    dispatch_by_hand(pending, lead=city.street, reason="属地", by=city.dispatcher, at=NOON)
    before = state_of(pending)
    with pytest.raises(Stale):
        dispatch_by_hand(slower, lead=city.heating, reason="供热", by=city.dispatcher, at=NOON)
    assert state_of(pending) == before


@pytest.fixture
def at_the_street(city: City) -> Ticket:
    """A matter of the street, unsigned."""
    return intake.file(city.request(category=city.leaves["property"]), by=city.agent, at=NOON, then=route)


def test_a_district_passes_an_unsigned_ticket_on_and_the_clocks_run_on(
    city: City, at_the_street: Ticket
) -> None:
    due = at_the_street.handle_due
    redispatch(at_the_street, lead=city.sibling, reason="在中关村", by=city.district_officer, at=NOON)
    assert (at_the_street.state, at_the_street.lead, at_the_street.handle_due) == (
        "dispatched",
        city.sibling,
        due,
    )
    assert [row.how for row in at_the_street.assignments.all()] == ["rule", "within_district"]


def test_the_unit_it_is_passed_on_to_signs_and_contacts_in_windows_of_its_own(city: City) -> None:
    """What lay with the district government for a day is not the street's lateness, nor its contact."""
    ticket = intake.file(city.request(category=city.leaves["orphan"]), by=city.agent, at=NOON, then=route)
    later = NOON + timedelta(hours=25)
    sweep(later)
    ticket = Ticket.objects.get(pk=ticket.pk)
    assert (ticket.state, ticket.steps) == ("handling", ["auto_sign", "contact_late"])
    redispatch(ticket, lead=city.street, reason="属地管理", by=city.district_officer, at=later)
    fresh = Ticket.objects.get(pk=ticket.pk)
    assert (fresh.sign_due, fresh.contact_due, fresh.contacted_at, fresh.steps) == (
        later + timedelta(hours=4),
        later + timedelta(hours=24),
        None,
        [],
    )
    sweep(later + timedelta(hours=25))
    told = Notice.objects.filter(kind="contact_late").order_by("pk")
    assert [(row.unit, row.role) for row in told] == [
        (city.district, "district"),
        (city.street, "clerk"),
        (city.street, "leader"),
    ]


def test_a_district_passes_nothing_on_to_another_district(city: City, at_the_street: Ticket) -> None:
    before = state_of(at_the_street)
    with pytest.raises(Refused, match="请选择本区的另一个单位"):
        redispatch(at_the_street, lead=city.other_street, reason="朝阳", by=city.district_officer, at=NOON)
    assert state_of(at_the_street) == before


def test_what_the_district_itself_signed_it_may_still_pass_on(city: City) -> None:
    said = city.request(category=city.leaves["orphan"])
    ticket = intake.file(said, by=city.agent, at=NOON, then=route)
    ticket.move("sign", by=User(unit=city.district, roles=["clerk"], pk=city.district_officer.pk), at=NOON)
    visible = Ticket.objects.visible_to(city.district_officer)
    assert list(district_desk(visible, city.district_officer)) == [ticket]
    redispatch(ticket, lead=city.street, reason="属地", by=city.district_officer, at=NOON)
    assert (ticket.state, ticket.lead) == ("dispatched", city.street)


def test_a_signed_ticket_is_not_passed_on(city: City, at_the_street: Ticket) -> None:
    at_the_street.move("sign", by=city.street_clerk, at=NOON)
    before = state_of(at_the_street)
    with pytest.raises(Refused, match="承办单位已签收"):
        redispatch(at_the_street, lead=city.sibling, reason="中关村", by=city.district_officer, at=NOON)
    assert state_of(at_the_street) == before


def test_the_most_pressing_ticket_stands_first(city: City) -> None:
    slow = intake.file(city.request(category=city.leaves["orphan"]), by=city.agent, at=NOON)
    quick = intake.file(city.request(urgent=True), by=city.agent, at=NOON + timedelta(minutes=5))
    assert list(desk(Ticket.objects.visible_to(city.dispatcher))) == [quick, slow]


def test_a_proposal_names_unit_basis_version_and_moments(city: City) -> None:
    told = propose(city.leaves["heating"], city.community, Asked("complaint"), NOON)
    assert (told.lead, list(told.co), told.rule.basis, told.version) == (
        city.heating, [city.street], "目录 heating", "2026.01"
    )  # fmt: skip
    assert (told.contact_by, told.done_by) == (NOON + timedelta(hours=2), NOON + timedelta(hours=24))


def test_a_proposal_without_a_place_says_what_is_missing(city: City) -> None:
    told = propose(city.leaves["property"], None, Asked("complaint"), NOON)
    assert (told.lead, told.obstacle, told.limit.code) == (None, "未填地点", "G")
