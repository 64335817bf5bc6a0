"""Plays the lives of many requests side by side, in the order of their simulated moments."""

import hashlib
import heapq
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Union

from django.db import connection, transaction
from django.db.models import Count, Q, QuerySet, Sum

from hotline.simulation.life import Life, Steps
from hotline.simulation.story import go_on, live
from hotline.simulation.world import World, build
from hotline.watch import wake
from scoring.actions import fold, score_waiting
from scoring.models import ScoreLine
from tickets.models import Event, Ticket
from tickets.states import DESK_ENDS

#: How often the ledger is kept and the planner told, in simulated time.
SCORE_EVERY = timedelta(hours=12)
ANALYZE_EVERY = timedelta(days=2)

#: What the summary counts of all that goes on beside the main line.
BESIDE = (
    "object", "uphold", "overrule", "rule", "extend_ask", "extend_grant", "plan_ask", "plan", "coordinate",
    "opinion", "on_site", "whistle", "whistle_end", "co_done", "co_late", "add", "urge", "withdraw", "merge",
    "card", "oversee", "oversee_reply", "report_late", "split", "redispatch", "return_report", "plan_review",
    "exclude_ask", "exclude_grant", "exclude_refuse",
)  # fmt: skip

_Wakes = Union["_Turn", "_Clock", "_Tick"]
#: Equal moments keep the order in which they were asked for.
Waking = tuple[datetime, int, _Wakes]

#: Told how far it is: requests so far, requests in all, the simulated moment.
Tell = Callable[[int, int, datetime], None]


@dataclass(frozen=True)
class Summary:
    """What was made, in numbers that are the same for the same seed, city and dates."""

    lines: list[str]

    @property
    def digest(self) -> str:
        return hashlib.sha256("\n".join(self.lines).encode()).hexdigest()[:16]


# One transaction: nobody, and no sweep at the real present, sees a half played month; Ctrl-C leaves nothing.
@transaction.atomic
def play(*, days: int, per_day: float, seed: int, end: datetime, tell: Tell, stir: float = 1) -> Summary:
    """Plays `days` up to `end`. Raises LookupError when there is no city, or its numbers begin later.

    `stir`: how much oftener than usual something goes on beside the main line of an order.
    """
    last = Ticket.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    start = end - timedelta(days=days)
    world = build(seed, end, round(days * per_day), stir)
    with _without_savepoints():
        _run(world, world.arrivals(start, per_day), start, tell)
        _keep_ledger(end)
    return _summary(Ticket.objects.filter(pk__gt=last))


@contextmanager
def _without_savepoints() -> Iterator[None]:
    """Inside, an action's own `atomic` costs nothing: half the statements otherwise.

    Nothing in here catches a database error and goes on; one ends the whole play, and undoes it.
    """
    features = connection.features
    before, features.uses_savepoints = features.uses_savepoints, False
    try:
        yield
    finally:
        features.uses_savepoints = before


def _run(world: World, arrivals: list[datetime], start: datetime, tell: Tell) -> None:
    """Wakes whoever is next until the end of the simulated time."""
    heap: list[Waking] = []
    turns = count()
    for number, at in enumerate(arrivals):
        life = Life(world, number, at)
        heapq.heappush(heap, (at, next(turns), _Turn(life, live(life))))
    for act, every in ((_keep_ledger, SCORE_EVERY), (_analyze, ANALYZE_EVERY)):
        heapq.heappush(heap, (start + every, next(turns), _Tick(act, every)))
    begun = 0
    while heap and heap[0][0] <= world.end:
        at, _turn, waking = heapq.heappop(heap)
        if isinstance(waking, _Turn) and waking.life.ticket is None:
            begun += 1
            tell(begun, len(arrivals), at)
        for later, who in waking.wake(at):
            heapq.heappush(heap, (max(later, at), next(turns), who))


class _Turn:
    """A life goes on, in its main line or in something that goes on beside it."""

    def __init__(self, life: Life, steps: Steps) -> None:
        self.life, self.steps = life, steps

    def wake(self, at: datetime) -> Iterator[tuple[datetime, "_Wakes"]]:
        self.life.wake(at)
        following = next(self.steps, None)
        if following is not None:
            yield following, self
        begun, self.life.begun = self.life.begun, []
        for steps in begun:
            yield at, _Turn(self.life, steps)
        born, self.life.born = self.life.born, []
        for other in born:
            yield at, _Turn(other, go_on(other))
        yield from _Clock(self.life).set()


class _Clock:
    """What the sweep would do to a life's ticket, the moment it is due.

    The sweep itself finds tickets by an index in which, inside one transaction, every dead version stays.
    """

    def __init__(self, life: Life) -> None:
        self.life = life

    def set(self) -> Iterator[tuple[datetime, "_Wakes"]]:
        if self.life.ticket is not None and self.life.ticket.wake_at is not None:
            yield self.life.ticket.wake_at, self

    def wake(self, at: datetime) -> Iterator[tuple[datetime, "_Wakes"]]:
        """Nothing is due when the ticket has moved since; then another clock is set."""
        ticket = self.life.ticket
        if ticket is None or ticket.wake_at is None or ticket.wake_at > at:
            return
        self.life.wake(at)
        if ticket.wake_at is not None and ticket.wake_at <= at:
            wake(ticket, at)
        yield from self.set()


class _Tick:
    """Something that is done over and over."""

    def __init__(self, act: Callable[[datetime], object], every: timedelta) -> None:
        self.act, self.every = act, every

    def wake(self, at: datetime) -> Iterator[tuple[datetime, "_Wakes"]]:
        self.act(at)
        yield at + self.every, self


def _keep_ledger(at: datetime) -> None:
    score_waiting(at)
    fold(at)


def _analyze(_at: datetime) -> None:
    """Tells the planner how the tables grow, which it does not see inside our transaction."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE tickets_ticket, tickets_event, dispatch_assignment, followup_answer")


def _summary(tickets: QuerySet[Ticket]) -> Summary:
    lines = [
        f"{state} {n}" for state, n in tickets.order_by("state").values_list("state").annotate(n=Count("pk"))
    ]
    orders = tickets.exclude(state__in=DESK_ENDS)
    lines.append(f"orders {orders.count()} overdue {orders.filter(overdue_at__isnull=False).count()}")
    lines.append(f"reopened {orders.filter(round=2).count()}")
    told = Event.objects.filter(ticket__in=orders.values("pk"), kind__in=BESIDE)
    lines += [f"{kind} {n}" for kind, n in told.order_by("kind").values_list("kind").annotate(n=Count("pk"))]
    rates = ScoreLine.objects.filter(ticket__in=tickets.values("pk")).aggregate(
        valid=Sum("valid", default=0),
        **{
            f"{rate}_{part}": Sum(f"{rate}_{part}", default=0)
            for rate in ("responded", "solved", "satisfied")
            for part in ("num", "base")
        },
    )
    lines.append(f"valid follow-ups {rates['valid']}")
    for rate in ("responded", "solved", "satisfied"):
        base = rates[f"{rate}_base"]
        lines.append(f"{rate} {rates[f'{rate}_num'] / base / 10:.2f} %" if base else f"{rate} –")
    late = tickets.aggregate(n=Count("pk", filter=Q(steps__contains=["contact_late"])))
    lines.append(f"contacted late {late['n']}")
    return Summary(lines)
