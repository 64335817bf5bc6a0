"""The life of one request: it acts, says when it goes on, and is woken then.

Every step goes through the actions that people use, as somebody who may, at the simulated moment. What the
clocks do meanwhile (automatic signing, expiry) the player does to the same ticket; a life looks at its
ticket and goes on from what it finds.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cached_property

from followup import actions as followup
from followup.models import Channel, Contacted, Reach, Reason, Satisfied, Solved
from handling import actions as handling
from handling.models import Contact, Report
from hotline.simulation import texts
from hotline.simulation.arrival import arrive, place_by_hand
from hotline.simulation.photos import photo
from hotline.simulation.world import Quality, World
from scoring.actions import score
from tickets.models import Ticket
from tickets.states import WITH_UNIT, Outcome, State
from units.models import Unit, User
from units.roles import Role

Steps = Iterator[datetime]

#: What the unit reported → how often the caller agrees that it is solved. "": nothing was reported.
AGREES = {
    Outcome.SOLVED: 0.94,
    Outcome.PARTLY: 0.6,
    Outcome.EXPLAINED: 0.55,
    Outcome.NOT_SOLVED: 0.1,
    "": 0.15,
}

#: The three grades of the default scheme.
GRADES = (Satisfied.SATISFIED, Satisfied.BASIC, Satisfied.DISSATISFIED)

#: How the three attempts are made: in another part of the day each.
TRIES = ((Channel.PHONE, 9, 12), (Channel.MESSAGE, 13, 18), (Channel.PHONE, 18, 20))


class Life:
    """One request. `ticket` is there once it has arrived; `steps` yields the moments to be woken at."""

    def __init__(self, world: World, number: int, at: datetime) -> None:
        self.world = world
        self.rng = world.rng("life", number)
        self.ticket: Ticket | None = None
        self.steps = self._live(at)

    def _live(self, at: datetime) -> Steps:
        self.ticket = arrive(self.world, self.rng, at)
        if self.ticket.state == State.PENDING:
            at += timedelta(minutes=20 + self.rng.expovariate(1 / 200))
            yield at
            place_by_hand(self.world, self.rng, self.ticket, at)
        while self.ticket.state in WITH_UNIT:
            yield from Round(self).steps()
            if self.ticket.state in WITH_UNIT:
                yield self.ticket.handle_due + timedelta(minutes=1)
            if self.ticket.state == State.FOLLOWUP:
                yield from FollowUp(self).steps()


class Round:
    """One round at the unit; it ends early when the clocks have taken the ticket on."""

    def __init__(self, life: Life) -> None:
        self.world, self.rng, self.ticket = life.world, life.rng, life.ticket
        self.unit: Unit = self.world.units[self.ticket.lead_id]
        self.ticket.lead = self.unit  # the very row, so that no action reads it again
        self.good: Quality = self.world.quality(self.unit)
        self.start: datetime = self.ticket.clock_from

    @cached_property
    def clerk(self) -> User:
        return self.world.people.clerk(self.unit)

    def _by_day(self, at: datetime) -> datetime:
        return at if self.ticket.urgent else self.world.by_day(at, self.rng)

    def steps(self) -> Steps:
        at = self.start
        if self.ticket.state == State.DISPATCHED:
            at += (self.ticket.sign_due - at) * min(self.rng.expovariate(2.6) * self.good.pace, 1.5)
            yield at
            if self.ticket.state == State.DISPATCHED:
                handling.sign(self.ticket, by=self.clerk, at=at)
        if self.rng.random() < self.good.contacts:
            window = self.ticket.contact_due - self.start
            part = self.rng.uniform(0.05, 0.95) * self.good.pace
            at = self._by_day(max(at + timedelta(minutes=2), self.start + window * part))
            yield at
            if self.ticket.state in WITH_UNIT:
                self._contact(at)
        if self.rng.random() < self.good.reports:
            part = min(self.rng.betavariate(2.2, 2.4) * self.good.pace, 1.08)
            moment = self.start + (self.ticket.handle_due - self.start) * part
            yield from self._reported(self._by_day(max(at + timedelta(minutes=9), moment)))

    def _contact(self, at: datetime) -> None:
        """A contact, an inner assignment now and then, and a co-unit's word."""
        reached = self.rng.random() < 0.9
        note = texts.said(self.rng, texts.CONTACTED if reached else texts.NOT_REACHED)
        channel = self.rng.choice((Contact.Channel.PHONE, Contact.Channel.PHONE, Contact.Channel.VISIT))
        handling.contact(self.ticket, channel=channel, reached=reached, note=note, by=self.clerk, at=at)
        if self.rng.random() < 0.25:
            grid = self.world.people.of(self.unit, Role.GRID, 0)
            handling.assign(self.ticket, to=self.rng.choice([self.clerk, *grid]), by=self.clerk, at=at)
        if self.rng.random() < 0.15:
            for task in self.ticket.co_tasks.order_by("unit__code")[:1]:
                helper = self.world.people.clerk(self.world.units[task.unit_id])
                text = texts.said(self.rng, texts.CO_NOTES)
                handling.note(self.ticket, text=text, by=helper, at=at)

    def _reported(self, at: datetime) -> Steps:
        """Report, and the leader's word; sent back once in a while, and then done better."""
        for again in (False, True):
            yield at
            if self.ticket.state != State.HANDLING:
                return
            self._report(at)
            wait = self.rng.uniform(10, 45) if self.ticket.urgent else self.rng.uniform(30, 600)
            at = self._by_day(at + timedelta(minutes=wait))
            yield at
            if self.ticket.state != State.REPORTED:
                return
            leader = self.world.people.leader(self.unit)
            if again or self.rng.random() >= 0.1:
                handling.approve(self.ticket, by=leader, at=at)
                return
            note = texts.said(self.rng, texts.SENT_BACK)
            handling.send_back(self.ticket, note=note, by=leader, at=at)
            at += timedelta(minutes=self.rng.uniform(30, 300))

    def _report(self, at: datetime) -> None:
        outcome = Outcome.SOLVED
        if self.rng.random() >= self.good.solves:
            outcome = self.rng.choice((Outcome.PARTLY, Outcome.NOT_SOLVED, Outcome.EXPLAINED))
        shown = self.rng.choice((1, 1, 2)) if outcome == Outcome.SOLVED or self.rng.random() < 0.3 else 0
        files = [photo(self.rng, f"现场照片{number + 1}") for number in range(shown)]
        result = handling.Result(
            outcome=outcome,
            text=texts.said(self.rng, texts.DONE[outcome]),
            reply=texts.REPLIES[outcome].format(what=self.ticket.title),
            reason="" if outcome == Outcome.SOLVED else Report.Reason.UNDER_WAY,
        )
        handling.report(self.ticket, result, by=self.clerk, at=at, files=files)


class FollowUp:
    """The caller is asked: online by the caller's own will, or by telephone in a few attempts."""

    def __init__(self, life: Life) -> None:
        self.world, self.rng, self.ticket = life.world, life.rng, life.ticket

    def steps(self) -> Steps:
        at = self.ticket.followup_at
        if self.ticket.taken_by_id is None and self.rng.random() < 0.5:
            at = self.world.by_day(at + timedelta(hours=self.rng.uniform(1, 40)), self.rng)
            yield at
            self._answer(Channel.ONLINE, None, at)
            return
        at += timedelta(hours=self.rng.expovariate(1 / 14))
        for channel, opens, closes in TRIES:
            at = self.world.by_day(at, self.rng, opens, closes)
            yield at
            by = self.world.anyone(Role.CALLER_BACK, self.rng)
            if self.rng.random() < 0.76:
                self._answer(channel, by, at)
                return
            reach = self.rng.choices((Reach.NO_ANSWER, Reach.REFUSED, Reach.WRONG_NUMBER), (86, 9, 5))[0]
            followup.attempt(self.ticket, channel=channel, reach=reach, by=by, at=at)
            hours = self.rng.uniform(13, 26) if reach == Reach.NO_ANSWER else 1
            at += timedelta(hours=hours)
            if reach != Reach.NO_ANSWER:
                break
        at = self._in_hours(at)
        yield at
        by = self.world.anyone(Role.CALLER_BACK, self.rng)
        followup.end_unasked(self.ticket, by=by, at=at, then=score)

    def _in_hours(self, at: datetime) -> datetime:
        return self.world.by_day(at, self.rng, 9, 20)

    def _answer(self, channel: str, by: User | None, at: datetime) -> None:
        followup.take_answers(self.ticket, self._opinion(), channel=channel, by=by, at=at, then=score)

    def _opinion(self) -> followup.Said:
        """What this caller answers, given what was done."""
        rng, met = self.rng, self.ticket.contacted_at is not None
        contacted = Contacted.UNSURE if rng.random() < 0.04 else (Contacted.YES if met else Contacted.NO)
        solved = rng.random() < AGREES[self.ticket.outcome]
        satisfied = rng.choices(GRADES, (82, 15, 3) if solved else (6, 22, 72))[0]
        reason = ""
        if not solved or satisfied == Satisfied.DISSATISFIED:
            known = (Reason.NOT_ACCEPTED, Reason.UNDER_WAY, Reason.POLICY, Reason.LATE, Reason.ATTITUDE)
            reason = rng.choice(known) if met else Reason.NOT_CONTACTED
        return followup.Said(
            contacted=contacted,
            solved=Solved.SOLVED if solved else Solved.UNSOLVED,
            satisfied=satisfied,
            reason=reason,
            remark=rng.choice(texts.REMARKS) if rng.random() < 0.12 else "",
        )
