"""What an agent needs to see while the caller speaks."""

from datetime import datetime, timedelta

from django.db.models import QuerySet

from intake.models import Call, Caller
from intake.requests import Request
from tickets.book import book
from tickets.models import Category, Ticket
from tickets.states import DESK_ENDS
from units.models import Place, User

#: Rows of a side list: more cannot be read while a caller waits.
SHOWN = 6


def running_call(agent: User) -> Call | None:
    """The call at this desk now."""
    return Call.objects.filter(agent=agent, ended_at=None).select_related("caller").order_by("-pk").first()


def earlier_tickets(caller: Caller, at: datetime) -> QuerySet[Ticket]:
    """The caller's tickets of the last months (`history_months`), newest first."""
    since = at - timedelta(days=30 * book().number("history_months", at))
    found = Ticket.objects.filter(case__caller=caller, received_at__gte=since)
    return found.select_related("category", "lead").order_by("-received_at")


def repeat_of(caller: Caller, request: Request, at: datetime) -> Ticket | None:
    """The same caller's ticket on the same leaf and place within `duplicate_days` (DOMAIN §2.2)."""
    if caller.phone_index is None or request.category is None or request.place is None:
        return None
    since = at - timedelta(days=book().number("duplicate_days", at))
    alike = Ticket.objects.filter(
        case__caller=caller, category=request.category, place=request.place, received_at__gte=since
    )
    return alike.exclude(state__in=DESK_ENDS).only("pk").order_by("-pk").first()


def alike(category: Category | None, place: Place | None, at: datetime) -> QuerySet[Ticket]:
    """Tickets of anyone on the same leaf at the same place within `duplicate_days`, newest first."""
    if category is None or place is None:
        return Ticket.objects.none()
    since = at - timedelta(days=book().number("duplicate_days", at))
    found = Ticket.objects.filter(category=category, place=place, received_at__gte=since)
    return found.exclude(state__in=DESK_ENDS).select_related("lead").order_by("-received_at")[:SHOWN]
