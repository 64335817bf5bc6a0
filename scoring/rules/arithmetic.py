"""The arithmetic of the ruler: what an answer counts, rates, points (DOMAIN §2, §11).

Everything is exact: thousandths and fractions inside, one rounding (half up) at the very end.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple

#: Thousandths in one answer.
WHOLE = 1000
#: The three rates, in the order in which they are always told.
RATE_NAMES = ("responded", "solved", "satisfied")
#: Each rate and its two columns.
PARTS = [(name, f"{name}_num", f"{name}_base") for name in RATE_NAMES]
#: What a rebound revokes of an answer.
SOLVED = ("solved", "solved_num")


@dataclass(frozen=True)
class Told:
    """What a follow-up brought. `ended`: the order was archived with it, not reopened; `fresh`: the unit got
    it merged, and never as an order; `recorded`: the unit's own record says that it contacted the caller, and
    in time; `overdue`: it had missed its limit.
    """

    valid: bool
    ended: bool
    fresh: bool = False
    recorded: bool = False
    overdue: bool = False
    contacted: str = ""
    solved: str = ""
    satisfied: str = ""


@dataclass(frozen=True)
class Values:
    """A scheme's answer → thousandths. None, or an answer left out: not counted in the base.

    `wide`: 响应率 has every follow-up that ended for its base (DOMAIN §2.2), not the valid ones alone.
    """

    contacted: Mapping[str, int | None]
    solved: Mapping[str, int | None]
    satisfied: Mapping[str, int | None]
    wide: bool = False


def amounts_of(told: Told, values: Values) -> dict[str, int]:
    """What one follow-up adds to the ledger. Only a valid one makes bases (DOMAIN §11), unless `wide`."""
    # A duplicate that ended is one order more: 办结 never exceeds 受理.
    counted = {"accepted": int(told.fresh and told.ended), "closed": int(told.ended)}
    counted["overdue"] = int(told.overdue)
    contacted = values.contacted.get(told.contacted) if told.valid else None
    if values.wide and contacted is None:
        contacted = WHOLE if told.recorded else 0
    counted |= _part("responded", contacted)
    if not told.valid:
        return counted
    return {
        **counted,
        "valid": 1,
        "contacted": int(told.contacted == "yes"),
        "solved": int(told.solved == "solved"),
        "satisfied": int(told.satisfied in ("satisfied", "very_satisfied")),
        "basic": int(told.satisfied == "basic"),
        **_part("solved", values.solved.get(told.solved)),
        **_part("satisfied", values.satisfied.get(told.satisfied)),
    }


def _part(name: str, value: int | None) -> dict[str, int]:
    """Numerator and base of a rate."""
    return {f"{name}_num": value or 0, f"{name}_base": int(value is not None)}


def rounded(num: int, base: int, places: int) -> Decimal:
    """num / base (base > 0), half up away from zero, to so many decimal places."""
    doubled = 2 * abs(num) * 10**places + base
    whole = doubled // (2 * base)
    return shifted(-whole if num < 0 else whole, places)


@lru_cache(maxsize=8192)
def shifted(whole: int, places: int) -> Decimal:
    """833, 1 → 83.3. A board asks for the same few scores and per cents over and over."""
    return Decimal(whole).scaleb(-places)


def placed(num: int, base: int) -> int | None:
    """Orders num / base as exact fractions would, for bases below ten million, at a tenth of their cost; None
    when there is no base, which is not zero.
    """
    return 10**15 * num // base if base > 0 else None


class Rate(NamedTuple):
    """`num` thousandths of an answer over `base` answers."""

    num: int
    base: int

    @property
    def percent(self) -> Decimal | None:
        """Per cent with two decimals."""
        return rounded(100 * self.num, WHOLE * self.base, 2) if self.base > 0 else None


#: Rate → its weight in thousandths.
Weights = Mapping[str, int]


def rates_of(amounts: Mapping[str, int]) -> dict[str, Rate]:
    """The three rates of some amounts."""
    return {name: Rate(amounts[num], amounts[base]) for name, num, base in PARTS}


def beyond(amounts: Mapping[str, int]) -> bool:
    """Whether a rate is outside 0 to 100 %: late adjustments of other months took more than this one has."""
    return any(not 0 <= amounts[num] <= WHOLE * amounts[base] for _name, num, base in PARTS)


def score_of(amounts: Mapping[str, int], weights: Weights) -> Decimal | None:
    """Points out of 100 with one decimal. The weight of a rate without a base goes to the others in
    proportion (DOMAIN §2.2); None when there is nothing to weigh.
    """
    top, bottom, weighed = 0, 1, 0
    for name, num, base in PARTS:
        asked = amounts[base]
        if asked > 0:
            weight = weights[name]
            top = top * asked + weight * amounts[num] * bottom
            bottom *= asked
            weighed += weight
    return rounded(100 * top, bottom * weighed * WHOLE, 1) if weighed else None


def with_marks(score: Decimal | None, tenths: int) -> Decimal | None:
    """A score with what people gave or took, in tenths of a point; without a score nothing is added."""
    return score if score is None or not tenths else score + shifted(tenths, 1)


def summed(rows: Iterable[Mapping[str, int]], names: Sequence[str]) -> dict[str, int]:
    """The amounts of many as one; of two names at least."""
    totals = map(sum, zip(*map(itemgetter(*names), rows), strict=True))
    return dict(zip(names, totals, strict=False)) or dict.fromkeys(names, 0)


def mean(values: Iterable[Decimal | None], places: int) -> Decimal | None:
    """The arithmetic mean of the values there are, half up: how the district of DOMAIN §11 sums up."""
    known = [value for value in values if value is not None]
    if not known:
        return None
    with localcontext() as context:
        context.prec = 40
        return (sum(known) / len(known)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def taken_back(counted: Mapping[str, int]) -> dict[str, int]:
    """What leaving an answer out adds to the ledger, when its lines so far add up to `counted`.

    It stays 办结 and 受理; it is in no base any more, and in the 剔除率 (DOMAIN §2.4).
    """
    kept = ("accepted", "closed", "excluded")
    back = {name: -amount for name, amount in counted.items() if name not in kept}
    return {**back, "excluded": counted["valid"]}


def unsolved(counted: Mapping[str, int]) -> dict[str, int]:
    """What a rebound adds when the answer's lines so far add up to `counted`: the order has not ended after
    all, and the 已解决 is revoked; the answer itself stays asked (DOMAIN §2.2).
    """
    return {name: -counted[name] for name in ("accepted", "closed", *SOLVED)}


def given_back(taken: Mapping[str, int], *, returned: bool) -> dict[str, int]:
    """What revoking an exclusion adds, that had added `taken`. `returned`: meanwhile a rebound revoked the
    已解决, which does not come back.
    """
    back = {name: -amount for name, amount in taken.items()}
    return {**back, **dict.fromkeys(SOLVED, 0)} if returned else back


def difference(now: Mapping[str, int], was: Mapping[str, int]) -> dict[str, int]:
    """What a correction adds."""
    names = now.keys() | was.keys()
    return {name: now.get(name, 0) - was.get(name, 0) for name in names}
