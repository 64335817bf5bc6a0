"""The verbs of intake.

A request is filed (`filing`), or another way told (`guiding`); its caller speaks again (`words`).
"""

from intake.actions.filing import (
    Then,
    end_at_desk,
    end_call,
    file,
    file_part,
    look,
    reseal,
    take_call,
)
from intake.actions.guiding import propose
from intake.actions.words import add_more, urge, withdraw

__all__ = [
    "Then",
    "add_more",
    "end_at_desk",
    "end_call",
    "file",
    "file_part",
    "look",
    "propose",
    "reseal",
    "take_call",
    "urge",
    "withdraw",
]
