"""The arithmetic of the ruler: periods, what an answer counts, rates, points, ranks (DOMAIN §2, §11).

Everything is exact: thousandths and fractions inside, one rounding (half up) at the very end.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from functools import cached_property

#: Thousandths in one answer.
WHOLE = 1000
#: The three rates, in the order in which they are always told.
RATE_NAMES = ("responded", "solved", "satisfied")


@dataclass(frozen=True)
class Month:
    """A period of the ruler by its days, `ends` excluded; named after the month in which it ends."""

    code: str
    begins: date
    ends: date


def month_of(day: date, start_day: int) -> Month:
    """The period that holds the day. Start day 19: the 19th of one month to the 18th of the next.

    Raises ValueError for a start day that not every month has.
    """
    if not 1 <= start_day <= 28:
        raise ValueError(f"a period cannot start on day {start_day} of every month")
    begins = day.replace(day=start_day)
    if day < begins:
        begins = (day.replace(day=1) - timedelta(days=1)).replace(day=start_day)
    ends = (begins + timedelta(days=31)).replace(day=start_day)
    last = ends - timedelta(days=1)
    return Month(f"{last:%Y-%m}", begins, ends)


def same_day(begins: date, day: date, other: Month) -> date:
    """As far into the other period as `day` is into the one that begins then; never past its end."""
    return min(other.begins + (day - begins), other.ends - timedelta(days=1))


@dataclass(frozen=True)
class Told:
    """What a follow-up brought. `ended`: the order was archived with it, not reopened."""

    valid: bool
    ended: bool
    contacted: str = ""
    solved: str = ""
    satisfied: str = ""


@dataclass(frozen=True)
class Values:
    """A scheme's answer → thousandths. None, or an answer left out: not counted in the base."""

    contacted: Mapping[str, int | None]
    solved: Mapping[str, int | None]
    satisfied: Mapping[str, int | None]


def amounts_of(told: Told, values: Values) -> dict[str, int]:
    """What one follow-up adds to the ledger. Only a valid one makes bases (DOMAIN §11)."""
    counted = {"closed": int(told.ended)}
    if not told.valid:
        return counted
    counted |= {
        "valid": 1,
        "contacted": int(told.contacted == "yes"),
        "solved": int(told.solved == "solved"),
        "satisfied": int(told.satisfied == "satisfied"),
        "basic": int(told.satisfied == "basic"),
    }
    parts = (
        ("responded", values.contacted.get(told.contacted)),
        ("solved", values.solved.get(told.solved)),
        ("satisfied", values.satisfied.get(told.satisfied)),
    )
    for name, value in parts:
        counted[f"{name}_num"] = value or 0
        counted[f"{name}_base"] = int(value is not None)
    return counted


def rounded(num: int, base: int, places: int) -> Decimal:
    """num / base (base > 0), half up away from zero, to so many decimal places."""
    doubled = 2 * abs(num) * 10**places + base
    whole = doubled // (2 * base)
    return Decimal(-whole if num < 0 else whole).scaleb(-places)


@dataclass(frozen=True)
class Rate:
    """`num` thousandths of an answer over `base` answers."""

    num: int
    base: int

    @cached_property
    def share(self) -> Fraction | None:
        """The exact share; None when nobody was asked, which is not zero."""
        return Fraction(self.num, WHOLE * self.base) if self.base > 0 else None

    @property
    def place(self) -> int | None:
        """Orders shares as the exact ones do, for bases below ten million; fractions cost ten times that."""
        return 10**15 * self.num // self.base if self.base > 0 else None

    @cached_property
    def percent(self) -> Decimal | None:
        """Per cent with two decimals."""
        return rounded(100 * self.num, WHOLE * self.base, 2) if self.base > 0 else None


Rates = Mapping[str, Rate]
#: Rate → its weight in thousandths.
Weights = Mapping[str, int]


def rates_of(amounts: Mapping[str, int]) -> dict[str, Rate]:
    """The three rates of some amounts."""
    return {name: Rate(amounts[f"{name}_num"], amounts[f"{name}_base"]) for name in RATE_NAMES}


def score_of(rates: Rates, weights: Weights) -> Decimal | None:
    """Points out of 100 with one decimal. The weight of a rate without a base goes to the others in
    proportion (DOMAIN §2.2); None when there is nothing to weigh.
    """
    top, bottom, weighed = 0, 1, 0
    for name, rate in rates.items():
        if rate.base > 0:
            top = top * rate.base + weights[name] * rate.num * bottom
            bottom *= rate.base
            weighed += weights[name]
    return rounded(100 * top, bottom * weighed * WHOLE, 1) if weighed else None


@dataclass(frozen=True)
class Standing:
    """A unit's place in its group. `rank` None: too few valid follow-ups to be ranked."""

    code: str
    amounts: Mapping[str, int]
    weights: Weights = field(repr=False)
    rank: int | None = None

    @cached_property
    def rates(self) -> dict[str, Rate]:
        return rates_of(self.amounts)

    @cached_property
    def score(self) -> Decimal | None:
        return score_of(self.rates, self.weights)

    @property
    def key(self) -> tuple[object, ...]:
        """Higher score, then higher 解决率, then 满意率, then the unit's code (DOMAIN §2.5)."""
        best = (self.score, self.rates["solved"].place, self.rates["satisfied"].place)
        return (*(1 if value is None else -value for value in best), self.code)


def rank(standings: Iterable[Standing], min_sample: int) -> tuple[list[Standing], list[Standing]]:
    """The ranked, best first, each with its own place; and those with a low sample, by code."""
    ranked, low = [], []
    for standing in standings:
        enough = standing.amounts["valid"] >= min_sample and standing.score is not None
        (ranked if enough else low).append(standing)
    placed = [
        Standing(row.code, row.amounts, row.weights, place)
        for place, row in enumerate(sorted(ranked, key=lambda row: row.key), 1)
    ]
    return placed, sorted(low, key=lambda row: row.code)


def summed(rows: Iterable[Mapping[str, int]], names: Sequence[str]) -> dict[str, int]:
    """The amounts of many as one."""
    total = dict.fromkeys(names, 0)
    for row in rows:
        for name in names:
            total[name] += row[name]
    return total


def mean(values: Iterable[Decimal | Fraction | None], places: int) -> Decimal | None:
    """The arithmetic mean of the values there are, half up: how the district of DOMAIN §11 sums up.

    Added with 40 digits: hundreds of exact fractions would have a denominator of thousands.
    """
    known = [value for value in values if value is not None]
    if not known:
        return None
    with localcontext() as context:
        context.prec = 40
        added = sum((Decimal(v.numerator) / v.denominator if isinstance(v, Fraction) else v) for v in known)
        return (added / len(known)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
