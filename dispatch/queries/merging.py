"""Which ticket a duplicate may follow."""

from datetime import datetime, timedelta

from django.db.models import QuerySet

from tickets.book import book
from tickets.facts import FACTS
from tickets.models import Ticket
from tickets.rules import grams
from tickets.states import Kind
from units.models import User

#: Candidates in the pane: of more nobody chooses by eye.
OFFERED = 6


def _masters(user: User) -> QuerySet[Ticket]:
    """What may still take in a duplicate; a 举报 never does (DOMAIN §4.7)."""
    found = Ticket.objects.visible_to(user).filter(state__in=FACTS["adopt"].states)
    return found.exclude(kind=Kind.TIP_OFF).select_related("lead")


def masters_for(ticket: Ticket, user: User, at: datetime) -> QuerySet[Ticket]:
    """The likely ones: same leaf, same place, within `duplicate_days`; the oldest first."""
    if ticket.category_id is None or ticket.place_id is None or ticket.kind == Kind.TIP_OFF:
        return Ticket.objects.none()
    since = at - timedelta(days=book().number("duplicate_days", at))
    alike = _masters(user).filter(category=ticket.category_id, place=ticket.place_id, received_at__gte=since)
    return alike.exclude(pk=ticket.pk).order_by("received_at", "pk")[:OFFERED]


def masters_numbered(user: User, typed: str) -> list[Ticket]:
    """Those with this number, or with a number that ends so; two at the most, to see that it is not one."""
    words = grams(typed)
    return list(_masters(user).numbered(words).order_by("pk")[:2]) if words else []
