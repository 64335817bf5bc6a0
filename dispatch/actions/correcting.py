"""A correction of an order that a unit has: its limit comes from the rule of the new category."""

from datetime import datetime

from dispatch.queries import terms_for
from dispatch.queries.reckoning import extended
from tickets import actions
from tickets.actions import Correction
from tickets.models import Limit, Ticket
from units.models import User


def correct(ticket: Ticket, right: Correction, *, by: User, at: datetime) -> None:
    """As `tickets.actions.correct`, with days by law where the catalogue has them for the new category; what
    extensions added stays added (DOMAIN §3.2, §3.3).
    """
    actions.correct(ticket, right, by=by, at=at, terms=lambda fresh: _terms(fresh, at))


def _terms(ticket: Ticket, at: datetime) -> tuple[Limit, int]:
    found = terms_for(ticket, at)
    return found.limit, found.handle_minutes + extended([ticket.pk])[ticket.pk]
