"""What may happen to a few tickets, step by step, in any order, with workers that die (`test_property`)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import connection, transaction
from hypothesis import strategies as st

from dispatch.models import Assignment, Rebound
from followup.models import Answer
from scoring.actions import adjusting, exclusions, fold, score_waiting
from scoring.actions.freezing import freeze
from scoring.actions.rebounds import revoke_returned
from scoring.models import Exclusion, Period
from tests.city import NOON, City
from tests.handling.conftest import photo
from tickets.errors import Refused
from tickets.models import Ticket
from units.models import User

#: Tickets of an example; each may be asked about twice. The last three are merged duplicates: by another
#: caller, by one who had asked already, and one that the unit had had as an order of its own.
TICKETS = 7
FRESH, REPEAT, GIVEN = 4, 5, 6
SAID = {
    "good": ("reached", "yes", "solved", "satisfied"),
    "basic": ("reached", "yes", "solved", "basic"),
    "unsure": ("reached", "unsure", "solved", "dissatisfied"),
    "bad": ("reached", "no", "unsolved", "dissatisfied"),
    "nobody": ("no_answer", "", "", ""),
    "back": ("withdrawn", "", "", ""),
}


class Killed(Exception):
    """The worker's process ended."""


@dataclass(frozen=True)
class Step:
    """What happens, to which ticket, with which answer, after how many hours; `dies`: at which statement."""

    verb: str
    ticket: int
    said: str
    hours: int
    dies: int


def some(verbs: list[str], least: int, most: int) -> st.SearchStrategy[list[Step]]:
    step = st.builds(
        Step,
        verb=st.sampled_from(verbs),
        ticket=st.integers(0, TICKETS - 1),
        said=st.sampled_from(["good", "basic", "unsure", "bad", "bad", "nobody", "back"]),
        hours=st.sampled_from([0, 1, 5]),
        dies=st.sampled_from([0, 0, 0, 0, 0, 2, 5, 9]),
    )
    return st.lists(step, min_size=least, max_size=most)


ABOUT = ["ask_out", "ask_out", "agree", "agree", "put_back", "correct", "return"]
#: First some answers, then what is said about them; the month ends, is published, and more is said.
schedules = st.tuples(
    some(["answer", "answer", "answer", "count"], 4, 7),
    some([*ABOUT, "answer", "count", "fold", "pass_on"], 4, 10),
    st.sampled_from([[], [Step("publish", 0, "", 500, 0)], [Step("publish", 0, "", 500, 8)]]),
    some([*ABOUT, "answer", "count", "fold", "publish", "pass_on"], 3, 8),
).map(lambda parts: [step for part in parts for step in part])


@dataclass
class World:
    """One example: its tickets, the clock, and what was published with how it looked then."""

    city: City
    tickets: list[Ticket]
    second: User
    each: bool
    at: datetime = NOON + timedelta(hours=1)
    published: dict[int, tuple[str, list[dict[str, object]]]] = field(default_factory=dict)

    def answer(self, step: Step) -> None:
        ticket = self.tickets[step.ticket]
        asked = list(ticket.answers.order_by("round"))
        back = Rebound.objects.filter(ticket=ticket, round=1).exists()
        if len(asked) == 2 or (asked and not asked[0].negative and not back):
            return
        reach, contacted, solved, satisfied = SAID[step.said]
        ticket.refresh_from_db()
        merged = step.ticket >= FRESH and not asked
        answer = Answer.objects.create(
            ticket=ticket, round=len(asked) + 1, unit=ticket.lead, reach=reach, channel="phone",
            contacted=contacted, solved=solved, satisfied=satisfied, at=self.at,
            recorded=step.ticket % 2 == 0, overdue=step.ticket == 3,
            merged=merged, repeat=merged and step.ticket == REPEAT,
        )  # fmt: skip
        if merged and answer.negative:
            self._alone(answer)

    def _alone(self, answer: Answer) -> None:
        """A duplicate that is reopened is an order of its own."""
        Assignment.objects.create(ticket=answer.ticket, unit=answer.unit, how="followed", at=self.at)

    def count(self, _step: Step) -> None:
        score_waiting(self.at)

    def fold(self, _step: Step) -> None:
        fold(self.at)

    def ask_out(self, step: Step) -> None:
        answer = self._answer(step)
        by = self.city.street_clerk if answer.unit == self.city.street else self.city.sibling_clerk
        exclusions.ask(answer, ground="X2", text="已进入诉讼程序", by=by, at=self.at, files=[photo()])

    def agree(self, step: Step) -> None:
        row = Exclusion.objects.waiting().order_by("pk").first()
        if row is not None:
            exclusions.agree(row, opinion="案号属实", by=self.city.supervisor, at=self.at)

    def put_back(self, step: Step) -> None:
        row = Exclusion.objects.filter(state="granted").order_by("pk").first()
        if row is not None:
            exclusions.revoke(row, opinion="抽查不实", by=self.second, at=self.at)

    def correct(self, step: Step) -> None:
        _reach, contacted, solved, satisfied = SAID[step.said]
        right = {"contacted": contacted, "solved": solved, "satisfied": satisfied}
        adjusting.right_answer(
            self._answer(step), right, why="录音与记录不符", by=self.city.supervisor, at=self.at
        )

    def return_(self, step: Step) -> None:
        """An order that ended as solved comes back, once; a worker looks at whatever did."""
        answer = self._answer(step)
        ended = answer.solved == "solved" and (answer.round == 2 or not answer.negative)
        if ended and not Rebound.objects.filter(ticket=answer.ticket).exists():
            returned = self.tickets[self.tickets.index(answer.ticket) - 1]
            Rebound.objects.create(ticket=answer.ticket, returned=returned, round=answer.round, at=self.at)
            if answer.merged:
                self._alone(answer)
        revoke_returned(self.at)

    def publish(self, step: Step) -> None:
        period = Period.objects.filter(frozen_at=None, ends__lte=self.at).order_by("begins").first()
        if period is not None:
            freeze(period, by=self.city.supervisor, at=self.at)

    def pass_on(self, step: Step) -> None:
        """An order goes to another unit; straight in the table, since rules would soon forbid it."""
        ticket = self.tickets[step.ticket]
        if step.ticket >= FRESH and not ticket.assignments.filter(how="followed").exists():
            return
        other = self.city.sibling if ticket.lead == self.city.street else self.city.street
        Ticket.objects.filter(pk=ticket.pk).update(lead=other)
        Assignment.objects.create(ticket=ticket, unit=other, how="by_hand", reason="属地", at=self.at)
        ticket.refresh_from_db()

    def _answer(self, step: Step) -> Answer:
        """One of those who answered, as the step's number points."""
        found = list(Answer.objects.filter(reach="reached").order_by("pk"))
        if not found:
            raise Refused("nobody was asked")
        return found[(5 * step.ticket + step.hours) % len(found)]

    def see(self) -> None:
        """Remember what was published as it was when it was."""
        for period in Period.objects.exclude(frozen_at=None).exclude(pk__in=self.published):
            self.published[period.pk] = (period.digest, list(period.published.order_by("pk").values()))


@contextmanager
def dying_at(nth: int) -> Iterator[None]:
    """The process ends before its n-th statement; 0: it lives."""
    seen = 0

    def count(execute: Callable[..., object], *arguments: object) -> object:
        nonlocal seen
        seen += 1
        if seen == nth:
            raise Killed
        return execute(*arguments)

    with connection.execute_wrapper(count):
        yield


def play(world: World, schedule: list[Step]) -> None:
    for step in schedule:
        world.at += timedelta(hours=step.hours)
        do = getattr(world, "return_" if step.verb == "return" else step.verb)
        try:
            with transaction.atomic(), dying_at(step.dies):
                do(step)
        except (Refused, Killed):
            pass
        world.see()
