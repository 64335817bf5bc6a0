"""The board of a rank group in a period: places, counts, rates, how sure they are, and what has changed."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from reports.queries import board_units
from reports.queries.board_history import SHOWN
from reports.queries.board_rows import Pooled, Row
from reports.queries.board_units import Named, Within
from scoring import queries as ruler
from scoring.models import AMOUNTS, COMPARED, Mark, Period, ScoreLine
from scoring.queries.standing import NOBODY, Placed
from scoring.rules import (
    PARTS,
    WHOLE,
    Month,
    Standing,
    mean,
    same_day,
    summed,
)
from scoring.rules.intervals import Interval, deviations, of_score, ranges
from scoring.rules.ranking import Lists, band, lists
from tickets.book import local_day

ALL = Within()


@dataclass(frozen=True)
class Earlier:
    """A period that a board is compared with, up to the day that is as far in."""

    period: Period
    until: date
    placed: Placed = NOBODY
    whole: Pooled | None = None


@dataclass(frozen=True)
class Board:
    """Everything a board shows, read in a few statements whatever the number of units."""

    group: str
    period: Period
    previous: Earlier | None
    #: The same period a year ago.
    year: Earlier | None
    running: bool
    within: Within
    ranked: Sequence[Row]
    low: Sequence[Row]
    #: Units of the group about which nothing was counted.
    idle: int
    whole: Pooled
    #: The units named each month; of a whole group alone.
    lists: Lists
    marks: Sequence[Mark]
    #: The strata that the group's units belong to.
    strata: Sequence[str] = ()
    #: Late lines of other periods that adjust this one since it was published.
    adjusted: int = 0
    #: Unit → its row, for the lists and the marks.
    by_code: Mapping[str, Row] = field(default_factory=dict, compare=False)

    @property
    def size(self) -> int:
        """How many units are compared with each other."""
        return len(self.ranked) + len(self.low) + self.idle

    @property
    def empty(self) -> bool:
        return not self.ranked and not self.low


def periods() -> list[Period]:
    """The periods there are, newest first."""
    return list(Period.objects.select_related("scheme").order_by("-begins")[: 2 * SHOWN])


def previous_of(period: Period, known: Sequence[Period]) -> Period | None:
    """The period that ends where this one begins."""
    return next((row for row in known if row.ends == period.begins), None)


def year_before(period: Period, known: Sequence[Period]) -> Period | None:
    """The period of the same month a year ago."""
    code = f"{int(period.code[:4]) - 1}{period.code[4:]}"
    return next((row for row in known if row.code == code), None)


def compared_until(period: Period, other: Period, at: datetime) -> date:
    """The day of another period up to which it is compared: as far in as this one is by now."""
    month = Month(other.code, local_day(other.begins), local_day(other.ends))
    last = local_day(period.ends) - timedelta(days=1)
    if at >= period.ends:
        return month.ends - timedelta(days=1)
    return same_day(local_day(period.begins), min(local_day(at), last), month)


def board(group: str, period: Period, known: Sequence[Period], at: datetime, within: Within = ALL) -> Board:
    """The board as the ledger stands at this moment; `at` tells how far into the period we are.

    `within` a stratum or a volume band, the units that remain are placed among themselves.
    """
    units = board_units.ranked(group)
    before, ago = previous_of(period, known), year_before(period, known)
    marks = _marks(group, [row for row in (period, before, ago) if row is not None])
    placed = ruler.standings(group, period, _codes(units), _tenths(marks, period))
    # A published month also has the rows of units that are no longer ranked.
    units |= board_units.known(pk for pk, _row in placed.all if pk not in units)
    kept = _kept(within, units, placed, period)
    previous, year = _earlier(group, period, (before, ago), at, units, marks, kept)
    here = _within(placed, kept) if within else placed
    ranked, low = _rows(here, period, units, (previous, year))
    told = {row.standing.code: row for row in (*ranked, *low)}
    return Board(
        group=group,
        period=period,
        previous=previous,
        year=year,
        running=at < period.ends,
        within=within,
        ranked=ranked,
        low=low,
        idle=len(kept) - len(told),
        whole=_with_means(_whole(here, period, AMOUNTS), here),
        lists=_lists(here, previous, period),
        marks=[row for row in marks if row.period_id == period.pk and row.unit_id in kept],
        strata=sorted({unit.stratum for unit in units.values()} - {""}),
        adjusted=ScoreLine.objects.filter(about=period).count() if period.frozen_at else 0,
        by_code=told,
    )


def _marks(group: str, wanted: Sequence[Period]) -> list[Mark]:
    """Points added and taken by people in these periods, with their reasons."""
    found = Mark.objects.filter(period__in=[row.pk for row in wanted], unit__rank_group=group)
    return list(found.order_by("at", "pk"))


def _tenths(marks: Sequence[Mark], period: Period) -> dict[int, int]:
    told: dict[int, int] = {}
    for row in marks:
        if row.period_id == period.pk:
            told[row.unit_id] = told.get(row.unit_id, 0) + row.tenths
    return told


def _earlier(
    group: str,
    period: Period,
    others: tuple[Period | None, Period | None],
    at: datetime,
    units: Mapping[int, Named],
    marks: Sequence[Mark],
    kept: set[int],
) -> tuple[Earlier | None, Earlier | None]:
    """The period before and that of a year ago, each up to the same day, of the units that are shown."""
    days = {other: compared_until(period, other, at) for other in others if other is not None}
    found = ruler.amounts_until(days, districts=ruler.credits_district(group))
    codes = {pk: unit.code for pk, unit in units.items() if pk in kept}

    def told(other: Period | None, place: Callable[..., Placed]) -> Earlier | None:
        if other is None:
            return None
        placed = place(found[other.pk], codes, other, _tenths(marks, other))
        return Earlier(other, days[other], placed, _whole(placed, other, COMPARED) if placed.all else None)

    before, year = others
    return told(before, ruler.places), told(year, _unplaced)


def _unplaced(
    amounts: Mapping[int, ruler.Amounts], codes: Mapping[int, str], period: Period, tenths: Mapping[int, int]
) -> Placed:
    """The units' scores, worked out when they are shown: nobody asks for their places a year ago."""
    weights = ruler.weights_of(period)
    told = [(pk, row) for pk, row in amounts.items() if pk in codes and any(row.values())]
    rows = [(pk, Standing(codes[pk], row, weights, tenths=tenths.get(pk, 0))) for pk, row in told]
    return Placed([], rows)


def _codes(units: Mapping[int, Named]) -> dict[int, str]:
    return {pk: unit.code for pk, unit in units.items()}


def _within(placed: Placed, kept: set[int]) -> Placed:
    """These units alone, placed among themselves in the same order."""
    ranked = [(pk, row) for pk, row in placed.ranked if pk in kept]
    told = [(pk, row.at(place)) for place, (pk, row) in enumerate(ranked, 1)]
    return Placed(told, [(pk, row) for pk, row in placed.low if pk in kept])


def _kept(within: Within, units: Mapping[int, Named], placed: Placed, period: Period) -> set[int]:
    """The units that are compared with each other, also those about which nothing was counted."""
    if not within:
        return set(units)
    valid = {pk: row.amounts["valid"] for pk, row in placed.all}
    edges = period.scheme.volume_bands
    return {pk for pk, unit in units.items() if within.holds(unit, valid.get(pk, 0), edges)}


def _rows(
    placed: Placed,
    period: Period,
    units: Mapping[int, Named],
    earlier: tuple[Earlier | None, Earlier | None],
) -> tuple[list[Row], list[Row]]:
    """The rows with what they are compared with; the ranked also with what the sample allows to say."""
    scheme = period.scheme
    z = deviations(scheme.confidence)
    before, year = (dict(row.placed.all) if row else {} for row in earlier)

    def made(pk: int, row: Standing, *sure: object) -> Row:
        return Row(units[pk], row, period.code, before.get(pk), year.get(pk), (), scheme.min_sample, z, *sure)

    told = zip(placed.ranked, _sure([row for _pk, row in placed.ranked], z), strict=True)
    ranked = [made(pk, row, *sure, band(row.score, scheme.bands)) for (pk, row), sure in told]
    return ranked, [made(pk, row) for pk, row in placed.low]


def _sure(ranked: Sequence[Standing], z: float) -> Iterator[tuple[Interval | None, tuple[int, int], bool]]:
    """Of each, best first: its interval, the places it may have, and whether it is like the one above."""
    above: Interval | None = None
    intervals = [of_score(row.amounts, row.weights, z, row.tenths) for row in ranked]
    for interval, places in zip(intervals, ranges(intervals), strict=True):
        alike = above is not None and interval is not None and interval.high >= above.low
        yield interval, places, alike
        above = interval


def _lists(placed: Placed, previous: Earlier | None, period: Period) -> Lists:
    """Who is named this month (DOMAIN §2.5)."""
    before = {row.code: row for _pk, row in previous.placed.all} if previous else {}
    return lists([row for _pk, row in placed.ranked], before, period.scheme.lists)


def _whole(placed: Placed, period: Period, columns: Sequence[str]) -> Pooled:
    """The group as one."""
    rows = [row.amounts for _pk, row in placed.all]
    return Pooled(summed(rows, columns), ruler.weights_of(period))


def _with_means(whole: Pooled, placed: Placed) -> Pooled:
    """With the arithmetic mean of its units beside it (DOMAIN §11 sums up by the mean)."""
    rows = [row for _pk, row in placed.all]
    means = {name: mean((_share(row.amounts, *part) for row in rows), 4) for name, *part in PARTS}
    return replace(
        whole,
        means={name: None if share is None else share.scaleb(2) for name, share in means.items()},
        mean_score=mean((row.score for row in rows), 1),
    )


def _share(amounts: ruler.Amounts, num: str, base: str) -> Decimal | None:
    """To 28 digits: exact fractions cost three times that."""
    asked = amounts[base]
    return Decimal(amounts[num]) / (WHOLE * asked) if asked > 0 else None
