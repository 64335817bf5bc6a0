"""Extensions (延期) of an order, and those that wait for a decision."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from handling.models import Extension
from tickets.models import Ticket
from tickets.states import WITH_UNIT
from units.models import User
from units.roles import Role


@dataclass(frozen=True)
class Aside:
    """The order's extensions, the oldest first."""

    rows: list[Extension]

    @property
    def waiting(self) -> Extension | None:
        """The one that nobody decided yet."""
        return next((row for row in self.rows if row.state == Extension.State.ASKED), None)

    @property
    def granted(self) -> int:
        return sum(row.state == Extension.State.GRANTED for row in self.rows)


def aside(ticket: Ticket, user: User, at: datetime) -> Aside:
    """What was asked for and what became of it."""
    return Aside(list(ticket.extensions.select_related("by", "decided_by", "unit")))


def longest(ticket: Ticket, granted: int) -> int | None:
    """How many minutes the next extension may have; None: the class allows no more (DOMAIN §3.3)."""
    allowed = ticket.limit.extensions
    return allowed[granted] if granted < len(allowed) else None


def waiting(user: User) -> QuerySet[Extension]:
    """What waits for this person's decision, the most pressing first.

    A district never decides about its own order.
    """
    rows = Extension.objects.filter(state=Extension.State.ASKED, ticket__state__in=WITH_UNIT)
    rows = rows.select_related(
        "ticket__category", "ticket__place__district", "ticket__place__street", "ticket__lead", "unit", "by"
    ).order_by("due", "pk")
    if user.has_role(Role.SUPERVISOR):
        return rows
    if not user.has_role(Role.DISTRICT) or user.unit is None:
        return rows.none()
    rows = rows.filter(ticket__lead__path__startswith=user.unit.path).exclude(ticket__lead=user.unit)
    return rows.exclude(ticket__accused__isnull=False, ticket__accused=user.unit)
