"""The board of a rank group in a period: places, counts, rates, and the change since the last period."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from urllib.parse import quote

from reports.rules import changed, percent
from scoring import queries as ruler
from scoring.models import AMOUNTS, COUNTS, Period
from scoring.queries.standing import NOBODY, Placed, marks_of
from scoring.rules import (
    RATE_NAMES,
    Month,
    Standing,
    Weights,
    mean,
    rates_of,
    same_day,
    score_of,
    summed,
)
from tickets.book import local_day
from units.models import Unit

#: Periods offered and drawn.
SHOWN = 12
#: In larger groups no row has a line of its own: nobody could read 343 of them.
DRAWN = 60


@dataclass(frozen=True)
class Row:
    """A unit on the board."""

    unit: Unit
    standing: Standing
    period: str = ""
    before: Standing | None = None
    history: Sequence[Decimal] = ()

    @property
    def change(self) -> int | None:
        return changed(self.before.rank if self.before else None, self.standing.rank)

    @property
    def moved(self) -> int:
        return abs(self.change or 0)

    @property
    def path(self) -> str:
        """Its page, below the board's address."""
        return f"{self.period}/{quote(self.standing.code)}/"

    @property
    def percents(self) -> dict[str, str]:
        return {name: percent(rate.percent) for name, rate in self.standing.rates.items()}

    @property
    def counts(self) -> list[tuple[str, int]]:
        """The whole numbers in the order of the columns, each with its name."""
        return [(name, self.standing.amounts[name]) for name in COUNTS]


@dataclass(frozen=True)
class Pooled:
    """A group as one: its counts, the rates of all its answers together, and the mean of its units' rates."""

    amounts: Mapping[str, int]
    weights: Weights
    means: Mapping[str, Decimal | None] = field(default_factory=dict)
    mean_score: Decimal | None = None

    @cached_property
    def rates(self) -> dict[str, Decimal | None]:
        return {name: rate.percent for name, rate in rates_of(self.amounts).items()}

    @cached_property
    def score(self) -> Decimal | None:
        return score_of(rates_of(self.amounts), self.weights)

    @property
    def percents(self) -> dict[str, str]:
        return {name: percent(rate) for name, rate in self.rates.items()}

    @property
    def mean_percents(self) -> dict[str, str]:
        return {name: percent(rate) for name, rate in self.means.items()}


@dataclass(frozen=True)
class Board:
    """Everything a board shows, read in four statements whatever the number of units."""

    group: str
    period: Period
    previous: Period | None
    #: The day up to which the previous period is compared.
    until: date | None
    running: bool
    ranked: Sequence[Row]
    low: Sequence[Row]
    #: Units of the group about which nothing was counted.
    idle: int
    whole: Pooled
    whole_before: Pooled | None
    history: Sequence[tuple[str, Pooled]]

    @property
    def empty(self) -> bool:
        return not self.ranked and not self.low


def periods() -> list[Period]:
    """The periods there are, newest first."""
    return list(Period.objects.select_related("scheme").order_by("-begins")[: 2 * SHOWN])


def previous_of(period: Period, known: Sequence[Period]) -> Period | None:
    """The period that ends where this one begins."""
    return next((row for row in known if row.ends == period.begins), None)


def compared_until(period: Period, previous: Period, at: datetime) -> date:
    """The day of the previous period up to which it is compared: as far in as this one is by now."""
    month = Month(previous.code, local_day(previous.begins), local_day(previous.ends))
    last = local_day(period.ends) - timedelta(days=1)
    if at >= period.ends:
        return month.ends - timedelta(days=1)
    return same_day(local_day(period.begins), min(local_day(at), last), month)


def board(group: str, period: Period, known: Sequence[Period], at: datetime) -> Board:
    """The board as the ledger stands at this moment; `at` tells how far into the period we are."""
    units = {unit.pk: unit for unit in Unit.objects.ranked(group)}
    placed = _placed(group, period, units)
    # A published month also has the rows of units that are no longer ranked.
    units |= Unit.objects.in_bulk([pk for pk, _row in placed.all if pk not in units])
    previous = previous_of(period, known)
    until = compared_until(period, previous, at) if previous else None
    before = NOBODY
    if previous and until:
        earlier = ruler.amounts_until(previous, until, group)
        before = ruler.places(earlier, _codes(units), previous, marks_of(previous))
    places = dict(before.ranked)
    shown = [row for row in known if row.begins <= period.begins][:SHOWN]
    history, lines = _history(group, shown, units)
    ranked, low = (
        [Row(units[pk], row, period.code, places.get(pk), lines.get(pk, ())) for pk, row in part]
        for part in (placed.ranked, placed.low)
    )
    return Board(
        group=group,
        period=period,
        previous=previous,
        until=until,
        running=at < period.ends,
        ranked=ranked,
        low=low,
        idle=len(units) - len(ranked) - len(low),
        whole=_with_means(_whole(placed, period), placed),
        whole_before=_whole(before, previous) if previous and before.all else None,
        history=history,
    )


def _placed(group: str, period: Period, units: Mapping[int, Unit]) -> Placed:
    """The group's places: as published, else as the ledger stands."""
    if period.frozen_at is not None:
        return ruler.published_places(period, group)
    rows = ruler.amounts([period], group=group, by_unit=True)
    amounts = {row.unit: row.amounts for row in rows if row.unit is not None}
    return ruler.places(amounts, _codes(units), period, marks_of(period))


def _codes(units: Mapping[int, Unit]) -> dict[int, str]:
    return {pk: unit.code for pk, unit in units.items()}


def _whole(placed: Placed, period: Period) -> Pooled:
    """The group as one."""
    rows = [row.amounts for _pk, row in placed.all]
    return Pooled(summed(rows, AMOUNTS), ruler.weights_of(period))


def _with_means(whole: Pooled, placed: Placed) -> Pooled:
    """With the arithmetic mean of its units beside it (DOMAIN §11 sums up by the mean)."""
    rows = [row for _pk, row in placed.all]
    means = {name: mean((row.rates[name].share for row in rows), 4) for name in RATE_NAMES}
    return replace(
        whole,
        means={name: None if share is None else share.scaleb(2) for name, share in means.items()},
        mean_score=mean((row.score for row in rows), 1),
    )


History = list[tuple[str, Pooled]]
Lines = dict[int, list[Decimal]]


def _history(group: str, shown: Sequence[Period], units: Mapping[int, Unit]) -> tuple[History, Lines]:
    """The group as one in each real period, oldest first; in a small group also each unit's scores."""
    single = len(units) <= DRAWN
    rows = ruler.amounts(shown, group=group, by_period=True, by_unit=single)
    told: History = []
    lines: Lines = {}
    for period in reversed(shown):
        weights = ruler.weights_of(period)
        here = [row for row in rows if row.period == period.pk and (not single or row.unit in units)]
        if here:
            told.append((period.code, Pooled(summed([row.amounts for row in here], AMOUNTS), weights)))
        for row in here if single else ():
            score = score_of(rates_of(row.amounts), weights)
            if score is not None:
                lines.setdefault(row.unit, []).append(score)
    return told, lines
