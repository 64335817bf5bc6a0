"""What is typed about a co-unit's part."""

from datetime import datetime

from django import forms

from tickets.models import Ticket
from units.models import User


def blank(
    ticket: Ticket, by: User, may: frozenset[str], at: datetime, aside: object
) -> dict[str, forms.Form]:
    """The forms of this process that are open to the person."""
    return {}
