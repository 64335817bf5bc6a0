"""The verbs of follow-up: the caller is asked (`asking`), or took the request back (`withdrawal`)."""

from followup.actions.asking import Said, Then, attempt, end_unasked, take_answers
from followup.actions.withdrawal import confirm_withdrawal, end_unreached

__all__ = [
    "Said",
    "Then",
    "attempt",
    "confirm_withdrawal",
    "end_unasked",
    "end_unreached",
    "take_answers",
]
