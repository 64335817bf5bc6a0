"""The places of a rank group in a period, from the ledger or, once published, as they were published."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db.models import Sum

from scoring.models import AMOUNTS, Mark, Period, Published
from scoring.queries.ledger import Amounts, amounts
from scoring.rules import RATE_NAMES, Standing, Weights, rank
from scoring.rules.ranking import DEFAULT_TIES
from units.models import Unit


@dataclass(frozen=True)
class Placed:
    """The ranked, best first, and those with a low sample; each with its unit's key."""

    ranked: list[tuple[int, Standing]]
    low: list[tuple[int, Standing]]

    @property
    def all(self) -> list[tuple[int, Standing]]:
        return [*self.ranked, *self.low]


NOBODY = Placed([], [])


def weights_of(period: Period) -> Weights:
    """The scheme's weights in thousandths, which is as fine as they are kept."""
    scheme = period.scheme
    return {name: int(1000 * getattr(scheme, f"weight_{name}")) for name in RATE_NAMES}


def places(
    counted: Mapping[int, Amounts], codes: Mapping[int, str], period: Period, marks: Mapping[int, int]
) -> Placed:
    """The group's units in their places; one without a count has none, one that is not in `codes` neither.

    `marks`: unit → tenths of a point added or taken.
    """
    weights, scheme = weights_of(period), period.scheme
    ties = tuple(scheme.ties) or DEFAULT_TIES
    told = {codes[pk]: pk for pk, row in counted.items() if pk in codes and any(row.values())}
    standings = [
        Standing(code, counted[pk], weights, tenths=marks.get(pk, 0), ties=ties) for code, pk in told.items()
    ]
    ranked, low = rank(standings, scheme.min_sample)
    return Placed([(told[row.code], row) for row in ranked], [(told[row.code], row) for row in low])


def standings(group: str, period: Period, codes: Mapping[int, str], marks: Mapping[int, int]) -> Placed:
    """A rank group's places: as published, else as the ledger stands (see `places`)."""
    if period.frozen_at is not None:
        return published_places(period, group)
    rows = amounts([period], group=group, by_unit=True)
    return places({row.unit: row.amounts for row in rows if row.unit is not None}, codes, period, marks)


def marks_of(period: Period) -> dict[int, int]:
    """Unit → tenths of a point that people added or took."""
    told: dict[int, int] = {}
    for unit, tenths in Mark.objects.filter(period=period).values_list("unit", "tenths"):
        told[unit] = told.get(unit, 0) + tenths
    return told


def marks_of_unit(unit: Unit, periods: Collection[Period]) -> dict[int, int]:
    """Period → tenths of a point that people added to the unit or took from it."""
    found = Mark.objects.filter(unit=unit, period__in=periods).order_by().values("period")
    return dict(found.annotate(sum=Sum("tenths")).values_list("period", "sum"))


def published_places(period: Period, group: str) -> Placed:
    """The places as they were published, whatever became of the units since."""
    weights = weights_of(period)
    rows = Published.objects.filter(period=period, group=group).order_by("rank", "code")
    told = [
        (
            row.unit_id,
            Standing(
                row.code,
                dict.fromkeys(AMOUNTS, 0) | row.amounts,
                weights,
                rank=row.rank,
                tenths=row.tenths,
            ),
        )
        for row in rows
    ]
    return Placed([row for row in told if row[1].rank], [row for row in told if not row[1].rank])
