"""What the supervision wants of an order, and the cards its unit got, beside the order and in a list."""

from dataclasses import dataclass
from datetime import datetime

from dispatch.models import Card, Oversight
from dispatch.queries import supervision
from tickets import pages
from tickets.models import Ticket
from units.models import User

PAGE = 30


@dataclass(frozen=True)
class Order:
    """An order of supervision. `key`: the name of its reply form."""

    row: Oversight

    @property
    def key(self) -> str:
        return key_of(self.row.pk)

    @property
    def open(self) -> bool:
        """Whether a reply is owed."""
        return self.row.state == Oversight.State.OPEN

    @property
    def ended(self) -> bool:
        return self.row.state == Oversight.State.ENDED


def key_of(pk: int | str) -> str:
    """The name of an order's reply form."""
    return f"oversee-{pk}"


def aside(ticket: Ticket, user: User, at: datetime) -> list[Order]:
    """The orders of supervision, the latest first; co-units have no part in them."""
    return [Order(row) for row in supervision.orders_of(ticket)] if _of_the_lead(ticket, user) else []


def cards_aside(ticket: Ticket, user: User, at: datetime) -> list[Card]:
    """The cards the order brought its lead."""
    return supervision.cards_of(ticket) if _of_the_lead(ticket, user) else []


def _of_the_lead(ticket: Ticket, user: User) -> bool:
    """Whether the person stands at the lead, above or below it."""
    lead, unit = ticket.lead, user.unit
    return lead is not None and unit is not None and (unit.covers(lead) or lead.covers(unit))


def cards(user: User, after: str = "") -> pages.Page[Card]:
    """A page of the cards of the person's unit and those below it, newest first."""
    found = Card.objects.select_related("unit", "ticket", "acknowledged_by")
    mine = found.filter(unit__path__startswith=user.unit.path) if user.unit else found.none()
    return pages.page(mine, "-at", PAGE, after)
