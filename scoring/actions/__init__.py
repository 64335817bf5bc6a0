"""The verbs of the ruler. Here: counting; the others are asked for by their module."""

from scoring.actions.counting import count_assignment, fold, score, score_waiting
from scoring.actions.placing import ensure_period

__all__ = ["count_assignment", "ensure_period", "fold", "score", "score_waiting"]
