"""What a caller-back works on, and the city's numbers for it."""

from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone

from followup.rules import Policy, Try
from tickets.book import book
from tickets.models import Ticket


def policy_at(at: datetime) -> Policy:
    """The reaching rules in force."""
    return Policy(
        attempts=book().number("followup_attempts", at),
        channels=book().number("followup_min_channels", at),
        gap=book().minutes("followup_gap_minutes", at),
        quiet_from=book().clock_time("followup_quiet_from", at),
        quiet_to=book().clock_time("followup_quiet_to", at),
        zone=timezone.get_default_timezone(),
    )


def tries_of(ticket: Ticket) -> list[Try]:
    """This round's attempts, oldest first."""
    return [Try(row.at, row.channel, row.reach) for row in ticket.attempts.filter(round=ticket.round)]


def waiting(tickets: QuerySet[Ticket]) -> QuerySet[Ticket]:
    """What is to be asked, the longest waiting first."""
    found = tickets.waiting_followup().select_related("category", "place__district", "place__street", "lead")
    return found.order_by("followup_due", "pk")
