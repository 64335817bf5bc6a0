"""The table of moves, tried whole: every state, every move, every role, in the right and in a wrong unit."""

from itertools import product

import pytest

from tests.city import NOON, City
from tickets import flow
from tickets.errors import Refused, Stale
from tickets.models import Event, Ticket
from tickets.states import State
from units.models import User
from units.roles import Role


def person(city: City, role: str, *, at_lead: bool) -> User:
    unit = city.heating if at_lead else city.other_street
    return User.objects.create(username=f"{role}-{at_lead}", roles=[role], unit=unit)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("at_lead", [True, False])
def test_a_person_may_make_exactly_the_moves_of_the_table(
    city: City, dispatched: Ticket, role: str, at_lead: bool
) -> None:
    user = person(city, role, at_lead=at_lead)
    for state, move in product(State, flow.MOVES.values()):
        dispatched.state = state
        allowed = state in move.sources and role in move.roles and (at_lead or not move.at_lead)
        assert (move in dispatched.moves_for(user)) == allowed, (state, move.name)


@pytest.mark.parametrize(("state", "name"), product(State, flow.MOVES))
def test_the_system_makes_only_its_own_moves(city: City, dispatched: Ticket, state: str, name: str) -> None:
    Ticket.objects.filter(pk=dispatched.pk).update(state=state)
    ticket = Ticket.objects.get(pk=dispatched.pk)
    row = flow.MOVES[name]
    before = ticket.version
    if row.system and state in row.sources:
        ticket.move(name, by=None, at=NOON)
        assert Ticket.objects.get(pk=ticket.pk).state == row.target
        assert ticket.events.count() == before + 1
    else:
        with pytest.raises(Refused):
            ticket.move(name, by=None, at=NOON)
        fresh = Ticket.objects.get(pk=ticket.pk)
        assert (fresh.state, fresh.version, fresh.events.count()) == (state, before, before)


def test_a_stranger_of_the_same_role_is_refused_and_nothing_changes(city: City, dispatched: Ticket) -> None:
    with pytest.raises(Refused):
        dispatched.move("sign", by=city.stranger, at=NOON)
    fresh = Ticket.objects.get(pk=dispatched.pk)
    assert (fresh.state, fresh.version) == ("dispatched", 2)


def test_the_slower_of_two_is_told_so_and_changes_nothing(city: City, dispatched: Ticket) -> None:
    twin = Ticket.objects.get(pk=dispatched.pk)
    dispatched.move("sign", by=city.clerk, at=NOON)
    with pytest.raises(Stale):
        twin.move("sign", by=city.clerk, at=NOON)
    assert Event.objects.filter(ticket=twin).count() == 3


def test_every_move_and_fact_has_a_name_that_fits_its_column() -> None:
    assert not set(flow.MOVES) & set(flow.FACTS)
    assert all(len(name) <= 20 and str(flow.label(name)) for name in {**flow.MOVES, **flow.FACTS})
