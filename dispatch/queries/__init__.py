"""The reads of dispatch: the catalogue in force as values (`placing`), and the desk's rows (`desk`)."""

from dispatch.queries.desk import (
    Hint,
    Proposal,
    desk,
    district_desk,
    hints,
    merged_desk,
    obstacle,
    proposal_for,
    propose,
    suggested,
    waits_because,
)
from dispatch.queries.placing import (
    Terms,
    decision_for,
    is_a_departments,
    suggestion,
    table,
    terms_for,
    unit_map,
    where_of,
)

__all__ = [
    "Hint",
    "Proposal",
    "Terms",
    "decision_for",
    "desk",
    "district_desk",
    "hints",
    "merged_desk",
    "is_a_departments",
    "obstacle",
    "proposal_for",
    "propose",
    "suggested",
    "suggestion",
    "table",
    "terms_for",
    "unit_map",
    "waits_because",
    "where_of",
]
