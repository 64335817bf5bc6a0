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

from scoring.rules.arithmetic import WHOLE, Rate, Weights


class Interval(NamedTuple):
    """Per cent, or points: the lowest and highest that the sample allows. A tuple as `Rate` is one."""

    low: Decimal
    high: Decimal


def deviations(confidence: int) -> float:
    """How many standard deviations hold so many thousandths of a normal distribution: 950 → 1.96."""
    return NormalDist().inv_cdf(0.5 + confidence / 2000)


def of_rate(rate: Rate, z: float) -> Interval | None:
    """Wilson's interval in per cent, two decimals; None when nobody was asked."""
    ends = _ends(rate, z)
    return None if ends is None else Interval(_told(100 * ends[0], 2), _told(100 * ends[1], 2))


def of_score(rates: Mapping[str, Rate], weights: Weights, z: float, tenths: int = 0) -> Interval | None:
    """The points if every rate were at its lowest, and at its highest: the safe side, as the same callers
    give all three answers. A rate without a base has its weight with the others, as in the score; the
    `tenths` of a point that people added or took are certain.
    """
    low = high = whole = 0.0
    for name, rate in rates.items():
        ends = _ends(rate, z)
        if ends is not None:
            low += weights[name] * ends[0]
            high += weights[name] * ends[1]
            whole += weights[name]
    if not whole:
        return None
    given = Decimal(tenths) / 10
    return Interval(_told(100 * low / whole, 1) + given, _told(100 * high / whole, 1) + given)


def _ends(rate: Rate, z: float) -> tuple[float, float] | None:
    n = rate.base
    if n <= 0:
        return None
    p = min(max(rate.num / (WHOLE * n), 0.0), 1.0)
    doubt = z * z / n
    middle, spread, whole = p + doubt / 2, sqrt(doubt * (p * (1 - p) + doubt / 4)), 1 + doubt
    return max(0.0, (middle - spread) / whole), min(1.0, (middle + spread) / whole)


def _told(value: float, places: int) -> Decimal:
    return Decimal(round(value * 10**places)).scaleb(-places)


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
