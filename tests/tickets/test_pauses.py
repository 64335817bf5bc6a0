"""Moments reckoned anew keep what stood still."""

from datetime import timedelta

from dispatch.actions import dispatch_by_hand, route
from intake import actions as intake
from tests.city import NOON, City
from tests.dispatch.objecting import fresh, objected, ruled
from tickets.actions import Correction, correct
from tickets.pauses import put_off

HOUR = timedelta(hours=1)


def test_a_ticket_that_was_never_dispatched_has_nothing_to_put_off(city: City) -> None:
    ticket = intake.file(city.request(), by=city.agent, at=NOON)
    assert put_off(ticket, ticket.limit, {"handle_due": NOON}) == {"handle_due": NOON}


def test_a_limit_that_changes_on_the_desk_keeps_the_pause_of_the_objection(city: City) -> None:
    """G, objected to for two hours, sent back to the desk, found to be a C matter, and dispatched again."""
    said = city.request(category=city.leaves["property"])
    ticket = intake.file(said, by=city.agent, at=NOON, then=route)
    objected(ticket, city, by=city.street_clerk, to=city.department, at=NOON + HOUR)
    ruled(ticket, city, "upheld", at=NOON + 3 * HOUR)
    desk = fresh(ticket)
    right = Correction(city.leaves["deed"], desk.place, desk.location, desk.content)
    correct(desk, right, by=city.dispatcher, at=NOON + 4 * HOUR)
    dispatch_by_hand(
        fresh(ticket), lead=city.department, reason="产权登记", by=city.dispatcher, at=NOON + 5 * HOUR
    )
    now = fresh(ticket)
    assert (now.lead, now.limit.code, now.clock_from) == (city.department, "C", NOON)
    assert now.handle_due == NOON + timedelta(days=15) + 2 * HOUR
