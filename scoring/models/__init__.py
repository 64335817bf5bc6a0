"""The ruler as a ledger: schemes, append-only lines, folded totals, exclusions (DESIGN §5)."""

from scoring.models.exclusion import Correction, Declaration, Exclusion, Ground
from scoring.models.ledger import (
    AMOUNTS,
    COMPARED,
    COUNTS,
    RATES,
    ScoreDay,
    ScoreLine,
    ScoreMonth,
    ScoreTotal,
)
from scoring.models.scheme import Mark, Period, Published, Scheme

__all__ = [
    "AMOUNTS",
    "COMPARED",
    "COUNTS",
    "RATES",
    "Correction",
    "Declaration",
    "Exclusion",
    "Ground",
    "Mark",
    "Period",
    "Published",
    "Scheme",
    "ScoreDay",
    "ScoreLine",
    "ScoreMonth",
    "ScoreTotal",
]
