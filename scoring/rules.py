"""The arithmetic of the ruler: periods, what an answer counts, rates, points, ranks (DOMAIN §2, §11).

Everything is exact: thousandths and fractions inside, one rounding (half up) at the very end.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

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


def rounded(value: Fraction, places: int) -> Decimal:
    """Half up, away from zero, to so many decimal places."""
    scale = 10**places
    shifted = abs(value) * scale
    whole = (2 * shifted.numerator + shifted.denominator) // (2 * shifted.denominator)
    return Decimal(-whole if value < 0 else whole).scaleb(-places)


@dataclass(frozen=True)
class Rate:
    """`num` thousandths of an answer over `base` answers."""

    num: int
    base: int

    @property
    def share(self) -> Fraction | None:
        """The exact share; None when nobody was asked, which is not zero."""
        return Fraction(self.num, WHOLE * self.base) if self.base > 0 else None

    @property
    def percent(self) -> Decimal | None:
        """Per cent with two decimals."""
        return None if self.share is None else rounded(self.share * 100, 2)


def rates_of(amounts: Mapping[str, int]) -> dict[str, Rate]:
    """The three rates of some amounts."""
    return {name: Rate(amounts[f"{name}_num"], amounts[f"{name}_base"]) for name in RATE_NAMES}


Shares = Mapping[str, Fraction | None]


def score_of(shares: Shares, weights: Mapping[str, Decimal]) -> Decimal | None:
    """Points out of 100 with one decimal. The weight of a rate without a base goes to the others in
    proportion (DOMAIN §2.2); None when there is nothing to weigh.
    """
    known = {name: share for name, share in shares.items() if share is not None}
    total = sum((Fraction(weights[name]) for name in known), Fraction(0))
    if not total:
        return None
    points = sum((Fraction(weights[name]) * share for name, share in known.items()), Fraction(0))
    return rounded(100 * points / total, 1)


@dataclass(frozen=True)
class Standing:
    """A unit's place in its group. `rank` None: too few valid follow-ups to be ranked."""

    code: str
    amounts: Mapping[str, int]
    weights: Mapping[str, Decimal] = field(repr=False)
    rank: int | None = None

    @property
    def rates(self) -> dict[str, Rate]:
        return rates_of(self.amounts)

    @property
    def score(self) -> Decimal | None:
        return score_of({name: rate.share for name, rate in self.rates.items()}, self.weights)

    @property
    def key(self) -> tuple[object, ...]:
        """Higher score, then higher 解决率, then 满意率, then the unit's code (DOMAIN §2.5)."""
        rates = self.rates
        best = (self.score, rates["solved"].share, rates["satisfied"].share)
        return (*(-1 if value is None else -value for value in best), self.code)


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


def mean(shares: Iterable[Fraction | None]) -> Fraction | None:
    """The arithmetic mean of the rates there are: how the district of DOMAIN §11 sums up."""
    known = [share for share in shares if share is not None]
    return sum(known, Fraction(0)) / len(known) if known else None
