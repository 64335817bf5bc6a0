"""A case in any state, lived through by the real verbs."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial

import pytest
from django.test import Client

from dispatch.actions import route
from followup import actions as followup
from followup.actions import Said
from handling import actions as handling
from handling.actions import Result
from handling.models import Plan
from hotline.watch import sweep
from intake import actions as intake
from intake.actions import guiding
from intake.requests import Request
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
        if state in ("guiding", "guided"):
            return _guided(city, request, state, answer, at)
        return intake.end_at_desk(request, _AT_DESK[state], answer=answer, by=city.agent, at=at)
    ticket = intake.file(request, by=city.agent, at=at)
    if state in _ASIDE:
        return _ASIDE[state](city, ticket, at)
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


def _guided(city: City, request: Request, state: str, answer: str, at: datetime) -> Ticket:
    ticket = intake.propose(request, way="legal", answer=answer, by=city.agent, at=at)
    if state == "guided":
        guiding.confirm(ticket.guidance, by=city.team_leader, at=at)
    return ticket


def _merged(city: City, ticket: Ticket, at: datetime) -> Ticket:
    """Merged into somebody else's case, which the unit has signed."""
    master = live_through(city, "handling", at, phone="13800003057", name="李先生")
    ticket.move("merge", by=city.dispatcher, at=at, facts={"master": master.number}, master=master)
    return ticket


def _objected(city: City, ticket: Ticket, at: datetime) -> Ticket:
    route(ticket, at)
    ticket.move("object", by=city.clerk, at=at)
    return ticket


def _on_plan(city: City, ticket: Ticket, at: datetime) -> Ticket:
    """With a plan of two steps, the first of which is done."""
    route(ticket, at)
    handling.sign(ticket, by=city.clerk, at=at)
    told = handling.contact(ticket, channel="phone", reached=True, note="", by=city.clerk, at=at)
    plan = Plan.objects.create(
        ticket=ticket, unit=city.heating, by=city.leader, at=at, why="building", text="内部：更换主管线",
        told=told, until=date(2026, 9, 1), state=Plan.State.ACTIVE,
    )  # fmt: skip
    first = plan.milestones.create(name="完成设计", due=date(2026, 5, 1), done_at=at)
    plan.milestones.create(name="完成施工", due=date(2026, 8, 20))
    ticket.move("plan", by=city.supervisor, at=at, facts={"plan": plan.pk})
    ticket.record("milestone", by=city.clerk, at=at, facts={"plan": plan.pk, "milestone": first.pk})
    return ticket


_ASIDE = {"merged": _merged, "objected": _objected, "on_plan": _on_plan}
_AT_DESK = {"answered": "answer", "guided": "", "guiding": "", "transferred": "transfer"}
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
