"""The board of a rank group in a period: places, counts, rates, and the change since the last period."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from reports.rules import changed
from scoring import queries as ruler
from scoring.models import AMOUNTS, COUNTS, Period
from scoring.rules import (
    RATE_NAMES,
    Month,
    Standing,
    mean,
    rank,
    rates_of,
    rounded,
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

Weights = Mapping[str, Decimal]


@dataclass(frozen=True)
class Row:
    """A unit on the board."""

    unit: Unit
    standing: Standing
    before: Standing | None = None
    history: Sequence[Decimal] = ()

    @property
    def change(self) -> int | None:
        return changed(self.before.rank if self.before else None, self.standing.rank)

    @property
    def moved(self) -> int:
        return abs(self.change or 0)

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

    @property
    def rates(self) -> dict[str, Decimal | None]:
        return {name: rate.percent for name, rate in rates_of(self.amounts).items()}

    @property
    def score(self) -> Decimal | None:
        shares = {name: rate.share for name, rate in rates_of(self.amounts).items()}
        return score_of(shares, self.weights)


@dataclass(frozen=True)
class Board:
    """Everything a board shows, read in three statements whatever the number of units."""

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


def weights_of(period: Period) -> Weights:
    scheme = period.scheme
    return {
        "responded": scheme.weight_responded,
        "solved": scheme.weight_solved,
        "satisfied": scheme.weight_satisfied,
    }


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
    shown = [row for row in known if row.begins <= period.begins][:SHOWN]
    rows = ruler.amounts(shown, group=group, by_period=True, by_unit=True)
    now = {row.unit: row.amounts for row in rows if row.period == period.pk and row.unit in units}
    previous = previous_of(period, known)
    until = compared_until(period, previous, at) if previous else None
    before = ruler.amounts_until(previous, until, group) if previous and until else {}
    before = {unit: amounts for unit, amounts in before.items() if unit in units}
    ranked, low = _placed(now, units, period)
    places = _places(before, units, previous) if previous else {}
    lines = _lines(rows, shown) if len(units) <= DRAWN else {}
    full = [
        [Row(units[pk], row, places.get(row.code), lines.get(pk, ())) for pk, row in part]
        for part in (ranked, low)
    ]
    return Board(
        group=group,
        period=period,
        previous=previous,
        until=until,
        running=at < period.ends,
        ranked=full[0],
        low=full[1],
        idle=len(units) - len(ranked) - len(low),
        whole=_whole(now.values(), period),
        whole_before=_whole(before.values(), previous) if previous and before else None,
        history=_history(rows, shown, units),
    )


Placed = list[tuple[int, Standing]]


def _placed(
    now: Mapping[int, ruler.Amounts], units: Mapping[int, Unit], period: Period
) -> tuple[Placed, Placed]:
    """The ranked and the low sample, each with the unit's key; in neither: units without a count."""
    keys = {units[pk].code: pk for pk in now}
    weights = weights_of(period)
    told = [
        Standing(units[pk].code, amounts, weights) for pk, amounts in now.items() if any(amounts.values())
    ]
    ranked, low = rank(told, period.scheme.min_sample)
    return [(keys[row.code], row) for row in ranked], [(keys[row.code], row) for row in low]


def _places(
    before: Mapping[int, ruler.Amounts], units: Mapping[int, Unit], previous: Period
) -> dict[str, Standing]:
    ranked, _low = _placed(before, units, previous)
    return {row.code: row for _pk, row in ranked}


def _whole(amounts: Iterable[ruler.Amounts], period: Period) -> Pooled:
    """The group as one, and the arithmetic mean of its units (DOMAIN §11 sums up by the mean)."""
    rows = list(amounts)
    weights = weights_of(period)
    shares = [{name: rate.share for name, rate in rates_of(row).items()} for row in rows]
    scores = [score_of(share, weights) for share in shares]
    points = mean(None if score is None else Fraction(score) for score in scores)
    return Pooled(
        amounts=summed(rows, AMOUNTS),
        weights=weights,
        means={name: _percent(mean(share[name] for share in shares)) for name in RATE_NAMES},
        mean_score=None if points is None else rounded(points, 1),
    )


def _percent(share: Fraction | None) -> Decimal | None:
    return None if share is None else rounded(share * 100, 2)


def _history(
    rows: Sequence[ruler.Row], shown: Sequence[Period], units: Mapping[int, Unit]
) -> list[tuple[str, Pooled]]:
    """The group as one in each real period, oldest first."""
    told = []
    for period in reversed(shown):
        amounts = [row.amounts for row in rows if row.period == period.pk and row.unit in units]
        if amounts:
            told.append((period.code, Pooled(summed(amounts, AMOUNTS), weights_of(period))))
    return told


def _lines(rows: Sequence[ruler.Row], shown: Sequence[Period]) -> dict[int, list[Decimal]]:
    """Each unit's score in each real period, oldest first."""
    order = {period.pk: (place, weights_of(period)) for place, period in enumerate(reversed(shown))}
    found: dict[int, list[Decimal]] = {}
    for row in sorted(rows, key=lambda row: order[row.period][0]):
        shares = {name: rate.share for name, rate in rates_of(row.amounts).items()}
        score = score_of(shares, order[row.period][1])
        if score is not None:
            found.setdefault(row.unit, []).append(score)
    return found
