"""A case in any state, lived through by the real verbs."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import pytest
from django.test import Client

from dispatch.actions import route
from followup import actions as followup
from followup.actions import Said
from handling import actions as handling
from handling.actions import Result
from hotline.watch import sweep
from intake import actions as intake
from tests.city import City
from tickets.models import Ticket

REPLY = "已更换阀门，复测室温二十度。"
HAPPY = Said(contacted="yes", solved="solved", satisfied="satisfied")
UNHAPPY = Said(contacted="no", solved="unsolved", satisfied="dissatisfied", reason="late")

Live = Callable[..., Ticket]


def live_through(city: City, state: str, at: datetime, **said: object) -> Ticket:
    """A case that began at that moment and stands in the state; each step takes a minute."""
    request = city.request(**said)
    if state in _AT_DESK:
        answer = "供暖季自 11 月 15 日开始。"
        return intake.end_at_desk(request, _AT_DESK[state], answer=answer, by=city.agent, at=at)
    ticket = intake.file(request, by=city.agent, at=at)
    for name, step in _STEPS:
        if ticket.state == state and name != "contact":
            break
        at += timedelta(minutes=1)
        step(city, ticket, at)
    assert ticket.state == state
    return ticket


@pytest.fixture
def live(city: City) -> Live:
    """`live("handling", at)`: see `live_through`."""
    return partial(live_through, city)


_AT_DESK = {"answered": "answer", "guided": "guide", "transferred": "transfer"}
_STEPS = (
    ("dispatch", lambda city, ticket, at: route(ticket, at)),
    ("sign", lambda city, ticket, at: handling.sign(ticket, by=city.clerk, at=at)),
    (
        "contact",
        lambda city, ticket, at: (
            ticket.state == "handling"
            and handling.contact(
                ticket, channel="phone", reached=True, note="内部约定下午上门", by=city.clerk, at=at
            )
        ),
    ),
    (
        "report",
        lambda city, ticket, at: handling.report(
            ticket, Result("explained", "内部情况：阀门老化。", REPLY), by=city.clerk, at=at
        ),
    ),
    ("approve", lambda city, ticket, at: handling.approve(ticket, by=city.leader, at=at)),
    (
        "close",
        lambda city, ticket, at: followup.take_answers(
            ticket, HAPPY, channel="phone", by=city.caller_back, at=at
        ),
    ),
)


@pytest.fixture
def expired(live: Live) -> Callable[[datetime], Ticket]:
    """A case nobody worked on until its limit ended, a day after `at`."""

    def ended(at: datetime) -> Ticket:
        ticket = live("dispatched", at)
        sweep(at + timedelta(days=1, minutes=2))
        return Ticket.objects.get(pk=ticket.pk)

    return ended


def look_up(ticket: Ticket, client: Client | None = None) -> Client:
    """A browser in which number and code were right."""
    client = client or Client()
    answer = client.post("/q/", {"number": ticket.number, "code": ticket.query_code})
    assert answer.status_code == 302, answer.content.decode()
    assert answer["Location"] == f"/q/{ticket.number}/"
    return client
