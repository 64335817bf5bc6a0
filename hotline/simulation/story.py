"""The main line of a life: it arrives, goes through the desk, its unit and follow-up, and ends."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import cached_property

from handling import actions as handling
from handling.models import Contact
from hotline.simulation import (
    coordinating,
    extending,
    helping,
    objecting,
    passing,
    planning,
    repeating,
    returning,
    speaking,
    splitting,
    texts,
    whistling,
)
from hotline.simulation.arrival import arrive, place_by_hand
from hotline.simulation.asking import FollowUp
from hotline.simulation.life import Life, Steps
from hotline.simulation.reporting import result
from hotline.simulation.world import Quality
from tickets.states import WITH_UNIT, Outcome, State
from units.models import Unit, User
from units.roles import Role

#: What goes on beside the first round.
BESIDE: tuple[Callable[[Life], Steps], ...] = (
    coordinating.steps,
    helping.steps,
    speaking.steps,
    whistling.steps,
)


def live(life: Life) -> Steps:
    """From the first word to the end, wherever actions take the ticket."""
    about = repeating.subject(life)
    life.ticket = arrive(life.world, life.rng, life.now, about, () if about else splitting.matters(life))
    repeating.remember(life)
    yield from go_on(life)


def go_on(life: Life) -> Steps:
    """From the desk or the unit that has it."""
    if life.ticket.state in WITH_UNIT:
        life.begin(*(concern(life) for concern in BESIDE))
    while life.ticket.state in STAGES:
        yield from STAGES[life.ticket.state](life)


def _desk(life: Life) -> Steps:
    """A dispatcher joins it to the case it repeats, or finds out where it belongs."""
    yield life.now + timedelta(minutes=20 + life.rng.expovariate(1 / 200))
    if life.ticket.state != State.PENDING:
        return
    if repeating.join(life):
        return
    if not splitting.part(life):
        place_by_hand(life.world, life.rng, life.ticket, life.now)
    if life.ticket.state in WITH_UNIT:
        life.begin(*(concern(life) for concern in BESIDE))


def _merged(life: Life) -> Steps:
    """It follows its master; now and then somebody looks."""
    yield life.now + timedelta(hours=12)


def _with_unit(life: Life) -> Steps:
    """A round at whoever has it; one that went to another unit meanwhile begins anew there."""
    unit = life.unit
    yield from Round(life).steps()
    if life.ticket.state in WITH_UNIT and life.unit == unit:
        yield max(life.ticket.handle_due, life.now) + timedelta(minutes=1)


def _followup(life: Life) -> Steps:
    yield from FollowUp(life).steps()


STAGES: Mapping[str, Callable[[Life], Steps]] = {
    State.PENDING: _desk,
    State.MERGED: _merged,
    State.ON_PLAN: planning.running,
    State.FOLLOWUP: _followup,
    **dict.fromkeys(WITH_UNIT, _with_unit),
}


class Round:
    """One round at the unit; it ends early when the clocks, or others, have taken the ticket on."""

    def __init__(self, life: Life) -> None:
        self.life, self.world, self.rng, self.ticket = life, life.world, life.rng, life.ticket
        self.unit: Unit = life.unit
        self.ticket.lead = self.unit
        self.good: Quality = self.world.quality(self.unit)
        self.start: datetime = life.now

    @cached_property
    def clerk(self) -> User:
        return self.world.people.clerk(self.unit)

    def _by_day(self, at: datetime) -> datetime:
        return at if self.ticket.urgent else self.world.by_day(at, self.rng)

    def _ours(self) -> bool:
        return self.ticket.state in WITH_UNIT and self.ticket.lead_id == self.unit.pk

    def steps(self) -> Steps:
        if self.ticket.state == State.DISPATCHED:
            yield from self._taken()
        if self._ours() and self.ticket.contacted_at is None and self.rng.random() < self.good.contacts:
            window = max(self.ticket.contact_due - self.start, timedelta(minutes=10))
            part = self.rng.uniform(0.05, 0.95) * self.good.pace
            yield self._by_day(max(self.life.now + timedelta(minutes=2), self.start + window * part))
            if self._ours() and self.ticket.state != State.OBJECTED:
                self._contact()
        if self.ticket.state == State.HANDLING and self._ours():
            yield from planning.asked(self.life)
        if self.ticket.state == State.HANDLING and self.rng.random() < self.good.reports:
            yield from extending.steps(self.life)
            part = min(self.rng.betavariate(2.2, 2.4) * self.good.pace, 1.08)
            moment = self.start + (self.ticket.handle_due - self.start) * part
            yield from self._reported(self._by_day(max(self.life.now + timedelta(minutes=9), moment)))

    def _taken(self) -> Steps:
        """Contested now and then, else signed, or left to sign itself."""
        yield from passing.steps(self.life)
        if self.ticket.state == State.DISPATCHED and self._ours():
            yield from objecting.steps(self.life)
        if self.ticket.state != State.DISPATCHED or not self._ours():
            return
        left = max(self.ticket.sign_due - self.life.now, timedelta(minutes=1))
        yield self.life.now + left * min(self.rng.expovariate(2.6) * self.good.pace, 1.5)
        if self.ticket.state == State.DISPATCHED and self._ours():
            handling.sign(self.ticket, by=self.clerk, at=self.life.now)

    def _contact(self) -> None:
        """A contact, and an inner assignment now and then."""
        at, reached = self.life.now, self.rng.random() < 0.9
        note = texts.said(self.rng, texts.CONTACTED if reached else texts.NOT_REACHED)
        channel = self.rng.choice((Contact.Channel.PHONE, Contact.Channel.PHONE, Contact.Channel.VISIT))
        handling.contact(self.ticket, channel=channel, reached=reached, note=note, by=self.clerk, at=at)
        if self.rng.random() < 0.25:
            grid = self.world.people.of(self.unit, Role.GRID, 0)
            handling.assign(self.ticket, to=self.rng.choice([self.clerk, *grid]), by=self.clerk, at=at)

    def _reported(self, at: datetime) -> Steps:
        """Report, and the leader's word; sent back once in a while, and then done better."""
        for again in (False, True):
            yield at
            if self.ticket.state != State.HANDLING or not self._ours():
                return
            told, files = result(self.rng, self.ticket, self._outcome())
            handling.report(self.ticket, told, by=self.clerk, at=self.life.now, files=files)
            wait = self.rng.uniform(10, 45) if self.ticket.urgent else self.rng.uniform(30, 600)
            yield self._by_day(self.life.now + timedelta(minutes=wait))
            if self.ticket.state != State.REPORTED:
                return
            leader = self.world.people.leader(self.unit)
            if again or self.rng.random() >= 0.1:
                handling.approve(self.ticket, by=leader, at=self.life.now)
                self.life.begin(returning.steps(self.life))
                return
            note = texts.said(self.rng, texts.SENT_BACK)
            handling.send_back(self.ticket, note=note, by=leader, at=self.life.now)
            at = self.life.now + timedelta(minutes=self.rng.uniform(30, 300))

    def _outcome(self) -> Outcome:
        if self.rng.random() < self.good.solves:
            return Outcome.SOLVED
        return self.rng.choice((Outcome.PARTLY, Outcome.NOT_SOLVED, Outcome.EXPLAINED))
