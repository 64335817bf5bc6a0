"""Where points went: what each answer, and each line, takes from a score (DOMAIN §2.2).

The score is linear in the numerators, so the losses of all parts add up to 100 − the unrounded score.
"""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from scoring.rules.arithmetic import (
    RATE_NAMES,
    WHOLE,
    Weights,
    difference,
    rounded,
    score_of,
)

Amounts = Mapping[str, int]


def missed(amounts: Amounts, name: str) -> int:
    """Thousandths of an answer that some lines lack of the best answer; negative where they give back."""
    return WHOLE * amounts[f"{name}_base"] - amounts[f"{name}_num"]


def lost(part: Amounts, whole: Amounts, weights: Weights, names: tuple[str, ...] = RATE_NAMES) -> Fraction:
    """The points `whole` would gain if what `part` of it counts had been the best answers, exactly.

    `names`: only by these rates. A rate without a base has no part in the score, so nothing is lost by it.
    """
    known = [name for name in RATE_NAMES if whole[f"{name}_base"] > 0]
    weighed = sum(weights[name] for name in known)
    return sum(
        (
            Fraction(100 * weights[name] * missed(part, name), weighed * WHOLE * whole[f"{name}_base"])
            for name in known
            if name in names and weighed
        ),
        Fraction(0),
    )


def points(value: Fraction) -> Decimal:
    """As people read a loss: three decimals, half up, since an answer among thousands costs hundredths."""
    return rounded(value.numerator, value.denominator, 3)


def score_without(whole: Amounts, part: Amounts, weights: Weights) -> Decimal | None:
    """The score if the lines of `part` had never been written; None when nothing is left to weigh."""
    return score_of(difference(whole, part), weights)


def score_with(whole: Amounts, more: Amounts, weights: Weights) -> Decimal | None:
    """The score if there were `more` beside it."""
    both = {name: whole.get(name, 0) + more.get(name, 0) for name in whole.keys() | more.keys()}
    return score_of(both, weights)
