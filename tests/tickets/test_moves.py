"""The tables of moves and facts, tried whole: every state, every row, every role, from every seat."""

from itertools import product

import pytest

from tests.city import NOON, City
from tickets import flow
from tickets.errors import Refused, Stale
from tickets.facts import FACTS, label
from tickets.models import Event, Ticket
from tickets.states import State
from units.models import Unit, User
from units.roles import CITY_WIDE, Role

ROWS = {**flow.MOVES, **FACTS}
#: Where a person may sit, seen from an order that a street leads and has given to one of its communities.
SEATS = {
    "lead": "street",
    "inner": "community",
    "above": "district",
    "assignee": "other_street",
    "co": "heating",
    "sibling": "sibling",
    "stranger": "other_street",
    "nowhere": "",
}
#: Whoever speaks for the lead: itself, and who watches over it.
AT_LEAD = {"lead", "above"}
#: Who works on it for the lead from below, and whom it was given to.
INSIDE = {"inner", "assignee"}
#: The work itself; no more than this is theirs.
WORK = {"contact", "assign", "first_call", "report", "report_late", "milestone"}


@pytest.fixture
def given(city: City, dispatched: Ticket) -> Ticket:
    """An order led by the street, given to a community of it; in memory, for what is only asked of it."""
    path = f"{city.street.path}110108009001/"
    below = {"parent": city.street, "district": city.district, "path": path}
    community = Unit.objects.create(
        code="110108009001", name="示例社区居委会", type="community", place=city.community, **below
    )
    dispatched.lead, dispatched.inner = city.street, community
    return dispatched


def seated(city: City, ticket: Ticket, role: str, seat: str) -> User:
    unit = ticket.inner if seat == "inner" else getattr(city, SEATS[seat]) if SEATS[seat] else None
    person = User.objects.create(username=f"{role}-{seat}", roles=[role], unit=unit)
    ticket.assignee = person if seat == "assignee" else None
    return person


def write(ticket: Ticket, name: str, by: User | None) -> None:
    (ticket.move if name in flow.MOVES else ticket.record)(name, by=by, at=NOON)


def allowed(row: flow.Move | flow.Fact, state: str, role: str, seat: str) -> bool:
    """The table read by a second pair of eyes."""
    if state not in (row.sources if isinstance(row, flow.Move) else row.states):
        return False
    seats = AT_LEAD | INSIDE if row.name in WORK else AT_LEAD
    return role in row.roles and (not row.at_lead or role in CITY_WIDE or seat in seats)


@pytest.mark.parametrize("role", list(Role))
def test_a_person_may_do_exactly_what_the_tables_say(city: City, given: Ticket, role: str) -> None:
    for seat in SEATS:
        person = seated(city, given, role, seat)
        for state in State:
            given.state = state
            may = {move.name for move in given.moves_for(person)} | given.facts_for(person)
            expected = {name for name, row in ROWS.items() if allowed(row, state, role, seat)}
            assert may == expected, (seat, state)


@pytest.mark.parametrize("role", list(Role))
def test_whoever_may_not_is_refused_and_nothing_changes(city: City, given: Ticket, role: str) -> None:
    version, head = given.version, given.head_hash
    for seat in SEATS:
        person = seated(city, given, role, seat)
        for state, (name, row) in product(State, ROWS.items()):
            if allowed(row, state, role, seat):
                continue
            given.state = state
            with pytest.raises(Refused):
                write(given, name, person)
            assert (given.state, given.version, given.head_hash) == (state, version, head), (seat, name)
    assert given.events.count() == version


@pytest.mark.parametrize("state", list(State))
def test_the_system_does_only_what_is_its_own(city: City, dispatched: Ticket, state: str) -> None:
    written = dispatched.version
    for name, row in ROWS.items():
        Ticket.objects.filter(pk=dispatched.pk).update(state=state)
        ticket = Ticket.objects.get(pk=dispatched.pk)
        sources, target = (row.sources, row.target) if isinstance(row, flow.Move) else (row.states, state)
        if row.system and state in sources:
            write(ticket, name, None)
            written += 1
        else:
            target = state
            with pytest.raises(Refused):
                write(ticket, name, None)
        fresh = Ticket.objects.get(pk=ticket.pk)
        assert (fresh.state, fresh.version, fresh.events.count()) == (target, written, written), name


def test_nothing_can_be_done_that_nobody_may_do() -> None:
    assert [name for name, row in ROWS.items() if not row.roles and not row.system] == []


def test_a_state_can_be_reached_and_every_one_but_the_desks_ends_left() -> None:
    assert {move.target for move in flow.MOVES.values()} == set(State)
    left = {source for move in flow.MOVES.values() for source in move.sources}
    assert set(State) - left == {State.ANSWERED, State.GUIDED, State.TRANSFERRED}


def test_only_the_limit_and_the_hotline_take_an_order_from_its_unit() -> None:
    leaving = {
        name
        for name, move in flow.MOVES.items()
        if move.sources & {State.HANDLING, State.DISPATCHED}
        and move.target in {State.PENDING, State.FOLLOWUP, State.MERGED, State.CLOSED}
    }
    assert leaving == {"expire", "withdraw"}


def test_a_stranger_of_the_same_role_is_refused_and_nothing_changes(city: City, dispatched: Ticket) -> None:
    with pytest.raises(Refused):
        dispatched.move("sign", by=city.stranger, at=NOON)
    fresh = Ticket.objects.get(pk=dispatched.pk)
    assert (fresh.state, fresh.version) == ("dispatched", 2)


def test_a_fact_cannot_be_moved_nor_a_move_recorded(city: City, dispatched: Ticket) -> None:
    with pytest.raises(LookupError):
        dispatched.move("note", by=city.clerk, at=NOON)
    with pytest.raises(LookupError):
        dispatched.record("sign", by=city.clerk, at=NOON)
    assert (dispatched.state, dispatched.version, dispatched.pending) == ("dispatched", 2, [])


def test_the_slower_of_two_is_told_so_and_changes_nothing(city: City, dispatched: Ticket) -> None:
    twin = Ticket.objects.get(pk=dispatched.pk)
    dispatched.move("sign", by=city.clerk, at=NOON)
    with pytest.raises(Stale):
        twin.move("sign", by=city.clerk, at=NOON)
    assert Event.objects.filter(ticket=twin).count() == 3


def test_every_move_and_fact_has_a_name_that_fits_its_column() -> None:
    assert not set(flow.MOVES) & set(FACTS)
    assert all(len(name) <= 20 and str(label(name)) for name in ROWS)
