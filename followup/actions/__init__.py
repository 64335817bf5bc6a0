"""The verbs of follow-up: the caller is asked (`asking`), by the unit itself before that (`first`), or took
the request back (`withdrawal`).
"""

from followup.actions.asking import Said, Then, attempt, end_unasked, take_answers
from followup.actions.first import first_call
from followup.actions.withdrawal import confirm_withdrawal, end_unreached

__all__ = [
    "Said",
    "Then",
    "attempt",
    "confirm_withdrawal",
    "end_unasked",
    "end_unreached",
    "first_call",
    "take_answers",
]
