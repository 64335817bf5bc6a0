"""Pure thinking of the ruler: arithmetic, periods, places, intervals."""

from scoring.rules.arithmetic import (
    RATE_NAMES,
    WHOLE,
    Rate,
    Rates,
    Told,
    Values,
    Weights,
    amounts_of,
    difference,
    mean,
    rates_of,
    rounded,
    score_of,
    summed,
    taken_back,
    unsolved,
)
from scoring.rules.periods import Month, month_of, same_day
from scoring.rules.ranking import Standing, rank

__all__ = [
    "RATE_NAMES",
    "WHOLE",
    "Month",
    "Rate",
    "Rates",
    "Standing",
    "Told",
    "Values",
    "Weights",
    "amounts_of",
    "difference",
    "mean",
    "month_of",
    "rank",
    "rates_of",
    "rounded",
    "same_day",
    "score_of",
    "summed",
    "taken_back",
    "unsolved",
]
