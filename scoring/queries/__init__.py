"""Reads of the ruler: the ledger exact at one moment (`ledger`), and the places it makes (`standing`)."""

from scoring.queries.ledger import (
    Amounts,
    Row,
    amounts,
    amounts_until,
    answer_amounts,
    asked_until,
    corrected_amounts,
    counted_by,
    counts,
    credits_district,
    ground_in_force,
    in_ledger,
    said_in,
    values_of,
)
from scoring.queries.standing import (
    Placed,
    marks_of_unit,
    places,
    published_places,
    standings,
    weights_of,
)

__all__ = [
    "Amounts",
    "Placed",
    "Row",
    "amounts",
    "amounts_until",
    "answer_amounts",
    "asked_until",
    "corrected_amounts",
    "counted_by",
    "counts",
    "credits_district",
    "ground_in_force",
    "in_ledger",
    "marks_of_unit",
    "places",
    "published_places",
    "said_in",
    "standings",
    "values_of",
    "weights_of",
]
