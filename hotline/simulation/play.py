"""Plays the lives of many requests side by side, in the order of their simulated moments."""

import hashlib
import heapq
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Count, Q, QuerySet, Sum

from dispatch.sweep import sweep
from hotline.simulation.life import live
from hotline.simulation.world import World, build
from scoring.actions import fold, score_waiting
from scoring.models import ScoreLine
from tickets.models import Ticket
from tickets.states import DESK_ENDS

#: How often the clock's steps are taken and the ledger kept, in simulated time.
SWEEP_EVERY = timedelta(minutes=15)
SCORE_EVERY = timedelta(hours=12)
ANALYZE_EVERY = timedelta(days=2)

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
def play(*, days: int, per_day: float, seed: int, end: datetime, tell: Tell) -> Summary:
    """Plays `days` up to `end`. Raises LookupError when there is no city, or its numbers begin later."""
    last = Ticket.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    start = end - timedelta(days=days)
    world = build(seed, end, round(days * per_day))
    with _without_savepoints():
        _run(world, world.arrivals(start, per_day), start, tell)
        sweep(end)
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
    ticks = ((_sweep, SWEEP_EVERY), (_keep_ledger, SCORE_EVERY), (_analyze, ANALYZE_EVERY))
    heap: list[tuple[datetime, int, Iterator[datetime]]] = [
        (start + every, -number, _ticking(act, start + every, every))
        for number, (act, every) in enumerate(ticks, 1)
    ]
    heap += [(at, number, _born(world, number, at)) for number, at in enumerate(arrivals)]
    heapq.heapify(heap)
    while heap and heap[0][0] <= world.end:
        at, number, life = heapq.heappop(heap)
        if number >= 0 and arrivals[number] == at:
            tell(number + 1, len(arrivals), at)
        following = next(life, None)
        if following is not None:
            heapq.heappush(heap, (max(following, at), number, life))


def _born(world: World, number: int, at: datetime) -> Iterator[datetime]:
    """A life that begins when it is first woken."""
    yield from live(world, number, at)


def _ticking(act: Callable[[datetime], object], at: datetime, every: timedelta) -> Iterator[datetime]:
    while True:
        act(at)
        at += every
        yield at


def _sweep(at: datetime) -> None:
    if Ticket.objects.due(at).exists():
        sweep(at)


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
