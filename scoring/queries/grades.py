"""What a caller may answer: the keys of the scheme's answer maps (DOMAIN §2.2)."""

from datetime import datetime

from followup.rules import PLAIN, Grades
from scoring.models import Scheme
from scoring.queries.ledger import scheme_at


def grades_at(at: datetime) -> Grades:
    """The answers to Q2 and Q3 that the scheme of the moment has a value for."""
    try:
        scheme = scheme_at(at)
    except Scheme.DoesNotExist:
        return PLAIN
    return {"solved": tuple(scheme.solved_values), "satisfied": tuple(scheme.satisfied_values)}
