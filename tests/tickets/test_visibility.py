"""Fetching is the permission check: who sees which ticket, for every role and a stranger."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from dispatch.actions import redispatch, route
from intake import actions as intake
from tests.city import NOON, City
from tickets.errors import Refused
from tickets.models import Ticket
from units.auth import WithUnit
from units.models import User

#: Everybody of the small city.
PEOPLE = (
    "agent", "other_agent", "team_leader", "dispatcher", "caller_back", "supervisor", "auditor", "admin",
    "district_officer", "clerk", "leader", "grid", "street_clerk", "street_leader", "stranger",
)  # fmt: skip
CITY = {"team_leader", "dispatcher", "caller_back", "supervisor", "auditor"}
#: The heating company leads, the street of the place helps, its district stands above it.
OF_A_DISPATCHED = CITY | {"agent", "clerk", "leader", "street_clerk", "street_leader", "district_officer"}


def seen(user: User, ticket: Ticket) -> bool:
    return Ticket.objects.visible_to(user).filter(pk=ticket.pk).exists()


@pytest.mark.parametrize("name", PEOPLE)
def test_a_pending_ticket_is_seen_by_its_agent_and_the_city(city: City, pending: Ticket, name: str) -> None:
    assert seen(city.people[name], pending) is (name in CITY | {"agent"})


@pytest.mark.parametrize("name", PEOPLE)
def test_a_dispatched_ticket_is_seen_by_its_units_too(city: City, dispatched: Ticket, name: str) -> None:
    assert seen(city.people[name], dispatched) is (name in OF_A_DISPATCHED)


def test_everybody_of_the_city_is_in_these_tables(city: City) -> None:
    assert set(city.people) >= set(PEOPLE)


def test_nobody_signed_in_sees_nothing(city: City, pending: Ticket) -> None:
    city.dispatcher.is_active = False
    assert not seen(city.dispatcher, pending)


def test_a_grid_worker_sees_what_is_assigned_to_them(city: City, dispatched: Ticket) -> None:
    Ticket.objects.filter(pk=dispatched.pk).update(assignee=city.grid)
    assert seen(city.grid, dispatched)


def test_another_agent_sees_a_callers_tickets_only_while_that_caller_is_on_the_line(
    city: City, pending: Ticket
) -> None:
    assert not seen(city.other_agent, pending)
    call = intake.take_call("138 0000 2046", by=city.other_agent, at=NOON + timedelta(hours=1))
    assert seen(city.other_agent, pending)
    intake.end_call(call, at=NOON + timedelta(hours=2))
    assert not seen(city.other_agent, pending)


def test_a_call_of_another_caller_opens_nothing(city: City, pending: Ticket) -> None:
    intake.take_call("13900001111", by=city.other_agent, at=NOON)
    assert not seen(city.other_agent, pending)


@pytest.mark.parametrize("name", ["street_clerk", "street_leader"])
def test_the_accused_unit_never_sees_a_tip_off_though_it_is_a_co_unit(city: City, name: str) -> None:
    said = city.request(kind="tip_off", accused=city.street)
    ticket = intake.file(said, by=city.agent, at=NOON, then=route)
    ticket.co_tasks.create(unit=city.street, at=NOON)
    assert not seen(city.people[name], ticket)
    assert seen(city.clerk, ticket)


def test_a_unit_above_the_lead_sees_and_a_sibling_does_not(city: City) -> None:
    ticket = intake.file(city.request(category=city.leaves["property"]), by=city.agent, at=NOON, then=route)
    assert ticket.lead == city.street
    assert seen(city.district_officer, ticket)
    sibling = User.objects.create(username="sibling", roles=["clerk"], unit=city.sibling)
    assert not seen(sibling, ticket)


@pytest.mark.parametrize("name", ["clerk", "leader", "district_officer", "street_clerk", "stranger"])
def test_the_list_of_what_a_unit_leads_shows_nothing_that_its_people_may_not_see(
    city: City, dispatched: Ticket, name: str
) -> None:
    user = city.people[name]
    led = list(Ticket.objects.led_under(user))
    assert led == ([dispatched] if user.unit == city.heating else [])
    assert {ticket.pk for ticket in led} <= {ticket.pk for ticket in Ticket.objects.visible_to(user)}
    Ticket.objects.filter(pk=dispatched.pk).update(accused=user.unit)
    assert list(Ticket.objects.led_under(user)) == []
    assert not seen(user, dispatched)


def test_the_units_a_person_reads_for_come_with_the_person_in_one_statement(
    city: City, django_assert_num_queries: Callable
) -> None:
    with django_assert_num_queries(1):
        officer = WithUnit().get_user(city.district_officer.pk)
        assert set(officer.reach) >= {officer.unit_id, city.street.pk, city.sibling.pk}
    assert sorted(officer.reach) == sorted(city.district_officer.reach)
    assert city.heating.pk not in officer.reach
    assert WithUnit().get_user(city.clerk.pk).reach == [city.heating.pk]
    nobody = User.objects.create(username="nobody", roles=["clerk"])
    assert WithUnit().get_user(nobody.pk).reach == nobody.reach == []


def test_after_a_redispatch_the_former_unit_sees_no_more(city: City) -> None:
    ticket = intake.file(city.request(category=city.leaves["property"]), by=city.agent, at=NOON, then=route)
    redispatch(ticket, lead=city.sibling, reason="物业在中关村", by=city.district_officer, at=NOON)
    assert not seen(city.street_clerk, ticket)
    sibling = User.objects.create(username="sibling", roles=["clerk"], unit=city.sibling)
    assert seen(sibling, ticket)


def test_a_role_without_a_unit_sees_nothing_of_a_unit(city: City, dispatched: Ticket) -> None:
    assert not seen(User.objects.create(username="nobody", roles=["clerk"]), dispatched)


def test_seeing_is_not_acting(city: City, dispatched: Ticket) -> None:
    with pytest.raises(Refused, match="您的角色不能"):
        dispatched.move("sign", by=city.dispatcher, at=NOON)
    dispatched.refresh_from_db()
    assert (dispatched.state, dispatched.version) == ("dispatched", 2)
