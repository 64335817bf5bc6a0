"""Random schedules: people act, sweepers come late, in pairs, and are killed; the story is the pure one.

Every example keeps its own tickets; those of the examples before have nothing due any more.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event as Signal
from threading import Thread

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dispatch import sweep as steps
from hotline.watch import BELLS
from tests.city import NOON, City
from tests.journeys.crowd import CONTACT, HANDLE, RED, REMIND, SIGN, SPECIAL, WARN, crowd
from tickets import timers
from tickets.chain import faults
from tickets.errors import Refused
from tickets.flow import MOVES
from tickets.models import Ticket, Timer

#: The follow-up's own limit in the small city.
FOLLOWUP = 2880
#: step → in which states it may come due, after how many minutes.
LADDER = {
    "auto_sign": ({"dispatched"}, SIGN),
    "contact_late": ({"dispatched", "handling"}, CONTACT),
    "remind": ({"dispatched", "handling"}, REMIND),
    "warn": ({"dispatched", "handling"}, WARN),
    "expire": ({"dispatched", "handling", "reported"}, HANDLE),
    "red": ({"followup"}, RED),
    "special": ({"followup"}, SPECIAL),
}
ACTS = {"sign": {"dispatched"}, "contact": {"dispatched", "handling", "reported"}, "report": {"handling"}}
AFTER = {"sign": "handling", "report": "reported", "auto_sign": "handling", "expire": "followup"}
#: What the story of an example is told in; cards and notices have tests of their own.
TOLD = ("receive", "dispatch", *LADDER, *ACTS, "followup_late", "co_late")

Line = tuple[str, int]


@dataclass
class Model:
    """One ticket as values: the events it should have, with the minute they were written at."""

    probes: list[int]
    state: str = "dispatched"
    done: set[str] = field(default_factory=set)
    followup_late: int | None = None
    story: list[Line] = field(default_factory=lambda: [("receive", 0), ("dispatch", 0)])

    def act(self, verb: str, at: int) -> None:
        if self.state in ACTS[verb]:
            self._take(verb, at)

    def sweep(self, at: int) -> None:
        while waiting := [(due, order, step) for due, order, step in self._waiting() if due <= at]:
            due, _order, step = min(waiting)
            if step == "co_late":
                self.probes.remove(due)
            if step == "expire":
                self.followup_late = at + FOLLOWUP
            self._take(step, at)

    def _waiting(self) -> Iterator[tuple[int, int, str]]:
        for order, (step, (states, due)) in enumerate(LADDER.items()):
            if self.state in states and step not in self.done and not self._settled(step):
                yield due, order, step
        if self.state == "followup" and self.followup_late is not None and "followup_late" not in self.done:
            yield self.followup_late, len(LADDER), "followup_late"
        for due in self.probes:
            yield due, len(LADDER) + 1, "co_late"

    def _settled(self, step: str) -> bool:
        if step == "contact_late":
            return "contact" in self.done
        return step in ("red", "special") and "report" in self.done

    def _take(self, kind: str, at: int) -> None:
        self.done.add(kind)
        self.state = AFTER.get(kind, self.state)
        self.story.append((kind, at))


@dataclass(frozen=True)
class Sweep:
    """Two sweepers at a moment: the first stops at its n-th statement, the second runs, the first goes on
    or is killed there; then the next beat.
    """

    at: int
    size: int
    stops_at: int
    killed: bool


@dataclass(frozen=True)
class Act:
    at: int
    ticket: int
    verb: str


minutes = st.one_of(
    st.integers(1, 9000),
    st.sampled_from([SIGN, CONTACT, REMIND, WARN, HANDLE, RED, SPECIAL, HANDLE + FOLLOWUP]),
)
sweeps = st.builds(Sweep, minutes, st.integers(1, 3), st.integers(1, 12), st.booleans())
acts = st.builds(Act, minutes, st.integers(0, 3), st.sampled_from(sorted(ACTS)))
probe_lists = st.lists(st.lists(minutes, max_size=2, unique=True), min_size=4, max_size=4)


class Killed(BaseException):
    """The process is gone: nobody catches that."""


@contextmanager
def stopping_at(nth: int, then: Callable[[], None]) -> Iterator[None]:
    """Do something before this connection's n-th statement."""
    seen = 0

    def count(execute: Callable[..., object], *arguments: object) -> object:
        nonlocal seen
        seen += 1
        if seen == nth:
            then()
        return execute(*arguments)

    with connection.execute_wrapper(count):
        yield


def ring(ticket: Ticket, timer: Timer, at: datetime) -> None:
    ticket.record("co_late", by=None, at=at, facts={"co": timer.ref})


def sweep_once(at: datetime, size: int) -> int:
    return steps.sweep(at, {**BELLS, "probe": ring}, size=size)


def sweep_in_pairs(row: Sweep, at: datetime) -> None:
    """The first sweeper in a thread of its own, the second here while the first stands still."""
    stands, goes = Signal(), Signal()

    def stand() -> None:
        stands.set()
        assert goes.wait(30)
        if row.killed:
            raise Killed

    def first() -> None:
        try:
            with stopping_at(row.stops_at, stand):
                sweep_once(at, row.size)
        except Killed:
            pass
        finally:
            stands.set()
            connection.close()

    sweeper = Thread(target=first)
    sweeper.start()
    try:
        assert stands.wait(30)
        sweep_once(at, row.size)
    finally:
        goes.set()
        sweeper.join(30)
    sweep_once(at, row.size)


def play(city: City, rows: list[Sweep | Act], probes: list[list[int]]) -> None:
    tickets = crowd(city, len(probes), NOON)
    models = [Model(list(due)) for due in probes]
    for ticket, dues in zip(tickets, probes, strict=True):
        for due in dues:
            timers.start_until(
                ticket, "probe", Timer.objects.count(), at=NOON, due=NOON + timedelta(minutes=due)
            )
        if dues:
            ticket.record("note", by=city.clerk, at=NOON)
    for row in sorted(rows, key=lambda row: row.at):
        at = NOON + timedelta(minutes=row.at)
        if isinstance(row, Sweep):
            sweep_in_pairs(row, at)
            for model in models:
                model.sweep(row.at)
        else:
            take(city, tickets[row.ticket], row.verb, at)
            models[row.ticket].act(row.verb, row.at)
    assert [told(ticket) for ticket in tickets] == [model.story for model in models]


def take(city: City, ticket: Ticket, verb: str, at: datetime) -> None:
    changes = {"contact": {"contacted_at": at}, "report": {"reported_at": at}, "sign": {"signed_at": at}}
    fresh = Ticket.objects.get(pk=ticket.pk)
    write = fresh.move if verb in MOVES else fresh.record
    try:
        write(verb, by=city.clerk, at=at, **changes[verb])
    except Refused:
        pass


def told(ticket: Ticket) -> list[Line]:
    events = ticket.events.filter(kind__in=TOLD).order_by("seq").values_list("kind", "at")
    return [(kind, round((at - NOON).total_seconds() / 60)) for kind, at in events]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_any_schedule_gives_the_story_of_the_pure_model(city: City) -> None:
    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(st.lists(st.one_of(sweeps, acts), max_size=8), probe_lists)
    def every(rows: list[Sweep | Act], probes: list[list[int]]) -> None:
        # The last sweep leaves nothing due to the next example.
        play(city, [*rows, Sweep(20_000, 3, 2, False), Sweep(30_000, 3, 2, False)], probes)

    every()
    assert list(faults()) == []
