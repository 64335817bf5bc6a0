"""Whatever happens in whatever order, and wherever a worker dies: the ledger is what its sources make it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from dispatch.actions import dispatch_by_hand
from dispatch.models import Assignment
from followup.models import Answer
from scoring.actions import adjusting, ensure_period, exclusions, fold, score_waiting
from scoring.actions.freezing import digest, freeze
from scoring.audit import differences
from scoring.models import AMOUNTS, Exclusion, Period, ScoreLine
from scoring.queries import amounts
from tests.city import NOON, City
from tests.handling.conftest import photo
from tests.scoring.asking import filed
from tickets.errors import Refused
from tickets.models import Ticket
from units.models import User

#: Tickets of an example; each may be asked about twice.
TICKETS = 4
SAID = {
    "good": ("reached", "yes", "solved", "satisfied"),
    "basic": ("reached", "yes", "solved", "basic"),
    "unsure": ("reached", "unsure", "solved", "dissatisfied"),
    "bad": ("reached", "no", "unsolved", "dissatisfied"),
    "nobody": ("no_answer", "", "", ""),
    "back": ("withdrawn", "", "", ""),
}
QUESTIONS = ("contacted", "solved", "satisfied")
Amounts = dict[str, int]


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
    at: datetime = NOON
    published: dict[int, tuple[str, list[dict[str, object]]]] = field(default_factory=dict)

    def answer(self, step: Step) -> None:
        ticket = self.tickets[step.ticket]
        asked = list(ticket.answers.order_by("round"))
        if len(asked) == 2 or (asked and not asked[0].negative):
            return
        reach, contacted, solved, satisfied = SAID[step.said]
        ticket.refresh_from_db()
        Answer.objects.create(
            ticket=ticket, round=len(asked) + 1, unit=ticket.lead, reach=reach, channel="phone",
            contacted=contacted, solved=solved, satisfied=satisfied, at=self.at,
            recorded=step.ticket % 2 == 0, overdue=step.ticket == 3,
        )  # fmt: skip

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
        answer = self._answer(step)
        adjusting.revoke_solved(answer, self.tickets[step.ticket - 1], self.at)

    def publish(self, step: Step) -> None:
        period = Period.objects.filter(frozen_at=None, ends__lte=self.at).order_by("begins").first()
        if period is not None:
            freeze(period, by=self.city.supervisor, at=self.at)

    def pass_on(self, step: Step) -> None:
        """An order goes to another unit; straight in the table, since rules would soon forbid it."""
        ticket = self.tickets[step.ticket]
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


def should(answer: Answer) -> Amounts:
    """What the ledger must hold of an answer in all, worked out apart from the program.

    A correction after a rebound does not bring 已解决 back; what is left out counts as 剔除 alone.
    """
    counted = dict.fromkeys(AMOUNTS, 0)
    if answer.reach == "withdrawn":
        return counted
    negative = "unsolved" in answer.solved or "dis" in answer.satisfied
    counted["closed"] = int(answer.round == 2 or not negative)
    if answer.reach != "reached":
        return counted | {"overdue": int(answer.overdue)}
    exclusion = Exclusion.objects.filter(ticket=answer.ticket_id, unit=answer.unit_id).first()
    if exclusion is not None and exclusion.state == "granted":
        return counted | {"excluded": 1}
    return counted | _valid(answer)


def _valid(answer: Answer) -> Amounts:
    last = answer.corrections.order_by("pk").last()
    said = (
        last.now if last else {name: getattr(answer, name) for name in ("contacted", "solved", "satisfied")}
    )
    worth = {"yes": 1000, "no": 0, "solved": 1000, "unsolved": 0, "satisfied": 1000, "basic": 900}
    solved = said["solved"] == "solved" and not answer.lines.filter(source="rebound").exists()
    return {
        "valid": 1,
        "overdue": int(answer.overdue),
        "contacted": int(said["contacted"] == "yes"),
        "solved": int(solved),
        "satisfied": int(said["satisfied"] == "satisfied"),
        "basic": int(said["satisfied"] == "basic"),
        "responded_num": worth.get(said["contacted"], 0),
        "responded_base": int(said["contacted"] != "unsure"),
        "solved_num": 1000 * solved,
        "solved_base": 1,
        "satisfied_num": worth.get(said["satisfied"], 0),
        "satisfied_base": 1,
    }


def stands(answer: Answer) -> Amounts:
    rows = [line.amounts for line in ScoreLine.objects.filter(answer=answer)]
    return {name: sum(row[name] for row in rows) for name in AMOUNTS}


def check(world: World) -> None:
    """In the end everything is counted, though somebody died in between."""
    score_waiting(world.at)
    for answer in Answer.objects.select_related("ticket"):
        assert stands(answer) == should(answer), (answer.round, answer.solved)
    for ticket in world.tickets:
        given = ScoreLine.objects.filter(ticket=ticket, source="accepted").values_list("unit", "accepted")
        held = {unit: sum(n for one, n in given if one == unit) for unit, _n in given}
        assert {unit: n for unit, n in held.items() if n} == {ticket.lead_id: 1}
    tail = read()
    fold(world.at + timedelta(days=400))
    assert read() == tail
    for period in Period.objects.all():
        assert list(differences(period)) == [], period.code
    for key, (hash_, rows) in world.published.items():
        period = Period.objects.get(pk=key)
        assert digest(period) == (period.lines_frozen, hash_)
        assert list(period.published.order_by("pk").values()) == rows


def read() -> dict[str, list[Amounts]]:
    """Each period by unit, which must add up to the city, and to its lines."""
    told = {}
    for period in Period.objects.order_by("begins"):
        units = sorted((row.unit, row.amounts) for row in amounts([period], by_unit=True))
        (city,) = amounts([period]) or [None]
        total = {name: sum(row[name] for _unit, row in units) for name in AMOUNTS}
        assert total == (city.amounts if city else dict.fromkeys(AMOUNTS, 0))
        lines = [line.amounts for line in ScoreLine.objects.filter(period=period)]
        assert total == {name: sum(row[name] for row in lines) for name in AMOUNTS}
        told[period.code] = units
    return told


@pytest.mark.slow
def test_any_interleaving_with_crashes_gives_what_the_sources_give(city: City, files: None) -> None:
    type(city.scheme).objects.update(contacted_values={"yes": 1000, "no": 0, "unsure": None})
    tickets = [filed(city, None) for _ in range(TICKETS)]
    for number, ticket in enumerate(tickets):
        unit = city.street if number % 2 else city.sibling
        dispatch_by_hand(ticket, lead=unit, reason="属地", by=city.dispatcher, at=NOON)
    second = User.objects.create(username="second", roles=["supervisor"], unit=city.centre)
    ensure_period(NOON)

    @settings(
        max_examples=60,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
        phases=[Phase.generate],
    )
    @given(schedules)
    def every(schedule: list[Step]) -> None:
        with transaction.atomic():
            world = World(city, [Ticket.objects.get(pk=ticket.pk) for ticket in tickets], second)
            play(world, schedule)
            check(world)
            transaction.set_rollback(True)

    every()


@pytest.fixture
def files(settings: object, tmp_path: object) -> None:
    settings.MEDIA_ROOT = tmp_path
