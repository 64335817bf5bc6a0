"""How long an order lasts that is done again: half of the limit that it had (DOMAIN §3.2, §4.6)."""

from datetime import datetime, timedelta

import pytest

from dispatch.actions import rebound, route
from dispatch.actions.merging import merge
from dispatch.models import Rule
from followup.actions import Said, take_answers
from handling import actions as handling
from handling.actions import Result, extension
from handling.actions.extension import Wish
from intake import actions as intake
from tests.city import NOON, City, forget
from tickets.models import Ticket

DAY = timedelta(days=1)
SOLVED = Said(contacted="yes", solved="solved", satisfied="satisfied")
NO = Said(contacted="yes", solved="unsolved", satisfied="dissatisfied", reason="not_accepted")


@pytest.fixture
def by_law(city: City) -> None:
    Rule.objects.filter(category=city.leaves["property"]).update(
        statutory_days=60, legal_basis="物业管理条例第五十条"
    )
    forget()


def fresh(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def filed(city: City, **changes: object) -> Ticket:
    said = city.request(category=city.leaves["property"], **changes)
    return intake.file(said, by=city.agent, at=NOON, then=route)


def done(city: City, ticket: Ticket, at: datetime) -> None:
    if ticket.state == "dispatched":
        handling.sign(ticket, by=city.street_clerk, at=at)
    result = Result("explained", "已上门说明。", "已督促物业清运，请您留意。")
    handling.report(ticket, result, by=city.street_clerk, at=at)
    handling.approve(ticket, by=city.street_leader, at=at)


def asked(city: City, ticket: Ticket, said: Said, at: datetime) -> Ticket:
    take_answers(fresh(ticket), said, channel="phone", by=city.caller_back, at=at)
    return fresh(ticket)


def test_half_of_the_days_by_law(city: City, by_law: None) -> None:
    ticket = filed(city)
    done(city, ticket, NOON + DAY)
    now = asked(city, ticket, NO, NOON + DAY)
    assert (now.round, now.handle_minutes, now.handle_due) == (2, 30 * 1440, NOON + 31 * DAY)


def test_what_an_extension_added_is_not_halved(city: City) -> None:
    ticket = filed(city)
    handling.sign(ticket, by=city.street_clerk, at=NOON)
    row = extension.ask(
        ticket, Wish(2 * 1440, "需要协调物业公司", "物业合同"), by=city.street_leader, at=NOON
    )
    extension.grant(row, by=city.district_officer, at=NOON)
    assert ticket.handle_minutes == 9 * 1440
    done(city, ticket, NOON + DAY)
    assert asked(city, ticket, NO, NOON + DAY).handle_minutes == 7 * 720


def test_a_third_round_lasts_as_long_as_the_second(city: City, by_law: None) -> None:
    ticket = filed(city)
    done(city, ticket, NOON + DAY)
    again = asked(city, ticket, NO, NOON + DAY)
    done(city, again, NOON + 2 * DAY)
    closed = asked(city, ticket, SOLVED, NOON + 2 * DAY)
    assert (closed.state, closed.round) == ("closed", 2)
    assert rebound.second_round(closed, NOON + 3 * DAY)["handle_minutes"] == 30 * 1440


def test_a_duplicate_that_goes_on_alone_has_half_of_its_own_matters_limit(city: City, by_law: None) -> None:
    """Its master is another matter: heating, a day."""
    master = intake.file(city.request(), by=city.agent, at=NOON, then=route)
    child = intake.file(city.request(phone="", category=city.leaves["property"]), by=city.agent, at=NOON)
    merge(child, into=master, by=city.dispatcher, at=NOON)
    held = fresh(master)
    handling.sign(held, by=city.clerk, at=NOON)
    handling.report(held, Result("explained", "已上门说明。", "明早回升，请您留意。"), by=city.clerk, at=NOON)
    handling.approve(held, by=city.leader, at=NOON)
    now = asked(city, child, NO, NOON + DAY)
    assert (now.state, now.lead, now.limit.code) == ("handling", city.heating, "G")
    assert now.handle_minutes == 30 * 1440
