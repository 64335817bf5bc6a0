"""The reads of dispatch: the catalogue in force as values (`placing`), and the desk's rows (`desk`)."""

from dispatch.queries.desk import (
    Proposal,
    desk,
    district_desk,
    obstacle,
    proposal_for,
    propose,
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
    "Proposal",
    "Terms",
    "decision_for",
    "desk",
    "district_desk",
    "is_a_departments",
    "obstacle",
    "proposal_for",
    "propose",
    "suggestion",
    "table",
    "terms_for",
    "unit_map",
    "waits_because",
    "where_of",
]
