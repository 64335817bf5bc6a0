"""Coordination by levels (分级协调) and orders on site: what stands on an order, what waits for whom."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from handling.models import Coordination, OnSiteOrder
from tickets.models import Ticket
from tickets.states import OPEN, WITH_UNIT, State
from units.models import Unit, User
from units.roles import Role

Level = Coordination.Level


@dataclass(frozen=True)
class Aside:
    """The order's questions, the oldest first."""

    rows: list[Coordination]
    ticket: Ticket

    @property
    def waiting(self) -> Coordination | None:
        return next((row for row in self.rows if row.state == Coordination.State.ASKED), None)

    @property
    def binding(self) -> list[Coordination]:
        """The opinions the lead works by, until it has reported (DOMAIN R14)."""
        if self.ticket.state not in WITH_UNIT - {State.REPORTED}:
            return []
        return [row for row in self.rows if row.state == Coordination.State.ANSWERED]


def aside(ticket: Ticket, user: User, at: datetime) -> Aside:
    """What was asked, of whom, and what they said."""
    return Aside(list(ticket.coordinations.select_related("to", "unit", "by", "answered_by")), ticket)


def waiting(user: User) -> QuerySet[Coordination]:
    """What waits for this person's opinion, the most pressing first."""
    mine = Q(pk__in=[])
    if user.has_role(Role.SUPERVISOR):
        mine |= Q(level=Level.CITY)
    if user.unit is not None and user.has_role(Role.DISTRICT):
        mine |= Q(level=Level.DISTRICT, to=user.unit)
    if user.unit is not None and user.has_role(Role.LEADER):
        mine |= Q(level=Level.DEPARTMENT, to=user.unit)
    rows = Coordination.objects.filter(mine, state=Coordination.State.ASKED, ticket__state__in=OPEN)
    if user.unit is not None:
        rows = rows.exclude(ticket__accused__isnull=False, ticket__accused=user.unit)
    rows = rows.select_related(
        "ticket__category", "ticket__place__district", "ticket__place__street", "ticket__lead", "unit", "by"
    )
    return rows.select_related("to", "below__to", "below__answered_by").order_by("due", "pk")


@dataclass(frozen=True)
class SiteAside:
    """The order's orders on site, by their moment."""

    rows: list[OnSiteOrder]
    ticket: Ticket
    user: User

    @property
    def mine(self) -> list[OnSiteOrder]:
        """Those without an outcome that this reader may write about: ordered there, or who orders."""
        return [row for row in self.rows if row.done_at is None and self._may(row)]

    def _may(self, row: OnSiteOrder) -> bool:
        return stands_on_site(self.ticket, row.units.all(), self.user)


def stands_on_site(ticket: Ticket, units: Iterable[Unit], user: User) -> bool:
    """Whether this person stands for a unit that was ordered there, or for whoever ordered it."""
    if user.has_role(Role.SUPERVISOR):
        return True
    if user.unit is None:
        return False
    if user.has_role(Role.DISTRICT) and user.unit.covers(ticket.lead):
        return True
    return any(user.unit.covers(unit) for unit in units)


def on_site(ticket: Ticket, user: User, at: datetime) -> SiteAside:
    """Who was ordered where, and what was found."""
    rows = ticket.on_site_orders.select_related("by", "photo", "done_by").prefetch_related("units")
    return SiteAside(list(rows), ticket, user)
