"""Follow-up: the caller is asked, online by their own will, or by telephone in a few attempts."""

from datetime import datetime, timedelta

from followup import actions as followup
from followup.models import Channel, Contacted, Reach, Reason, Satisfied, Solved
from hotline.simulation import excluding, supervising, texts
from hotline.simulation.life import Life, Steps
from scoring.actions import score
from tickets.states import Outcome, State
from units.models import User
from units.roles import Role

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
#: How often a caller says that somebody leaned on them.
PRESSED = 0.004


class FollowUp:
    """One round's questions. Ends early when the ticket was taken back to its unit meanwhile."""

    def __init__(self, life: Life) -> None:
        self.life, self.world, self.rng, self.ticket = life, life.world, life.rng, life.ticket

    def steps(self) -> Steps:
        if self.ticket.withdrawn_at is not None:
            # Whoever saw to the withdrawal asks about it.
            yield self.life.now + timedelta(hours=6)
            return
        if self.ticket.overdue_at is not None:
            supervising.begin(self.life)
        yield from self._asked()

    def _asked(self) -> Steps:
        at = self.life.now
        if self.ticket.taken_by_id is None and self.rng.random() < 0.5:
            yield self.world.by_day(at + timedelta(hours=self.rng.uniform(1, 40)), self.rng)
            if self._waits():
                self._answer(Channel.ONLINE, None)
            return
        at += timedelta(hours=self.rng.expovariate(1 / 14))
        for channel, opens, closes in TRIES:
            at = self.world.by_day(at, self.rng, opens, closes)
            yield at
            if not self._waits():
                return
            by = self.world.anyone(Role.CALLER_BACK, self.rng)
            if self.rng.random() < 0.76:
                self._answer(channel, by)
                return
            reach = self.rng.choices((Reach.NO_ANSWER, Reach.REFUSED, Reach.WRONG_NUMBER), (86, 9, 5))[0]
            followup.attempt(self.ticket, channel=channel, reach=reach, by=by, at=at)
            hours = self.rng.uniform(13, 26) if reach == Reach.NO_ANSWER else 1
            at += timedelta(hours=hours)
            if reach != Reach.NO_ANSWER:
                break
        at = self._in_hours(at)
        yield at
        if self._waits():
            by = self.world.anyone(Role.CALLER_BACK, self.rng)
            followup.end_unasked(self.ticket, by=by, at=at, then=score)

    def _waits(self) -> bool:
        return self.ticket.state == State.FOLLOWUP and self.ticket.withdrawn_at is None

    def _in_hours(self, at: datetime) -> datetime:
        return self.world.by_day(at, self.rng, 9, 20)

    def _answer(self, channel: str, by: User | None) -> None:
        answer = followup.take_answers(
            self.ticket, self._opinion(), channel=channel, by=by, at=self.life.now, then=score
        )
        if answer.negative:
            self.life.begin(excluding.steps(self.life, answer))
        if answer.negative and self.ticket.state == State.CLOSED:
            self.life.begin(supervising.cards(self.life))

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
            pressed=rng.random() < PRESSED,
        )
