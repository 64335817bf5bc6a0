"""The catalogue that says whose matter it is, what was decided, contested and demanded."""

from dispatch.models.catalogue import Assignment, Backlog, Catalogue, CoTask, Rule
from dispatch.models.escalation import Card, Oversight, OversightReply
from dispatch.models.objection import Objection
from dispatch.models.reckoning import Adjustment
from dispatch.models.returning import Rebound

__all__ = [
    "Adjustment",
    "Assignment",
    "Backlog",
    "Card",
    "Catalogue",
    "CoTask",
    "Objection",
    "Oversight",
    "OversightReply",
    "Rebound",
    "Rule",
]
