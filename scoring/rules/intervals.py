"""How sure a rate is, and which places cannot be told apart.

A month's answers are a sample of what the unit's callers think. The interval of a rate is Wilson's; for a
rate with part values (基本满意 0.9) it is on the safe side, since such answers vary less than yes and no.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from decimal import Decimal
from math import sqrt
from statistics import NormalDist
from typing import NamedTuple

from scoring.rules.arithmetic import PARTS, WHOLE, Rate, Weights, shifted


class Interval(NamedTuple):
    """Per cent, or points: the lowest and highest that the sample allows. A tuple as `Rate` is one."""

    low: Decimal
    high: Decimal

    def __str__(self) -> str:
        return f"{self.low}–{self.high}"


def deviations(confidence: int) -> float:
    """How many standard deviations hold so many thousandths of a normal distribution: 950 → 1.96."""
    return NormalDist().inv_cdf(0.5 + confidence / 2000)


def of_rate(rate: Rate, z: float) -> Interval | None:
    """Wilson's interval in per cent, two decimals; None when nobody was asked."""
    if rate.base <= 0:
        return None
    low, high = _ends(*rate, z)
    return Interval(shifted(round(10_000 * low), 2), shifted(round(10_000 * high), 2))


def of_score(amounts: Mapping[str, int], weights: Weights, z: float, tenths: int = 0) -> Interval | None:
    """The points if every rate were at its lowest, and at its highest: the safe side, as the same callers
    give all three answers. A rate without a base has its weight with the others, as in the score; the
    `tenths` of a point that people added or took are certain.
    """
    low = high = whole = 0.0
    for name, num, base in PARTS:
        asked = amounts[base]
        if asked > 0:
            least, most = _ends(amounts[num], asked, z)
            weight = weights[name]
            low += weight * least
            high += weight * most
            whole += weight
    if not whole:
        return None
    return Interval(
        shifted(round(1000 * low / whole) + tenths, 1), shifted(round(1000 * high / whole) + tenths, 1)
    )


def _ends(num: int, base: int, z: float) -> tuple[float, float]:
    """As parts of 1."""
    p = num / (WHOLE * base)
    if not 0 <= p <= 1:
        p = 0.0 if p < 0 else 1.0
    doubt = z * z / base
    middle, spread, whole = p + doubt / 2, sqrt(doubt * (p * (1 - p) + doubt / 4)), 1 + doubt
    low, high = (middle - spread) / whole, (middle + spread) / whole
    return (low if low > 0 else 0.0), (high if high < 1 else 1.0)


def ranges(intervals: Sequence[Interval | None]) -> list[tuple[int, int]]:
    """For each, best first: the places from which it cannot be told apart. (1, 1): surely the first.

    Better for sure is whose lowest is above my highest; worse for sure whose highest is below my lowest.
    """
    lows = sorted(row.low for row in intervals if row is not None)
    highs = sorted(row.high for row in intervals if row is not None)
    told = []
    for row in intervals:
        if row is None:
            told.append((1, len(intervals)))
            continue
        better = len(lows) - bisect_right(lows, row.high)
        worse = bisect_left(highs, row.low)
        told.append((1 + better, len(intervals) - worse))
    return told
