"""What the public may read: one case by its number and code, and the city's limits."""

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import QuerySet
from django.utils.crypto import constant_time_compare

from dispatch.models import Assignment
from followup.models import Answer
from handling.models import Report
from tickets.book import local_day
from tickets.models import Event, Limit, Ticket
from tickets.rules import CODE_LENGTH


@dataclass(frozen=True)
class Case:
    """A ticket with everything its page tells, read once."""

    ticket: Ticket
    events: list[Event]
    #: By primary key, as events name them.
    assignments: dict[int, Assignment] = field(default_factory=dict)
    #: Results that the unit's leader answers for, oldest first.
    replies: list[Report] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)

    @property
    def reply(self) -> Report | None:
        """The result of the round that runs, or ran last."""
        return next((row for row in reversed(self.replies) if row.round == self.ticket.round), None)


def matches(number: str, code: str) -> bool:
    """Whether the code opens the case. An unknown number costs the same statement and the same comparison."""
    kept = Ticket.objects.filter(number=number).values_list("query_code", flat=True).first()
    same = constant_time_compare(code, kept or "-" * CODE_LENGTH)
    return same and kept is not None


def ticket_of(number: str) -> Ticket:
    """The ticket of somebody who has shown its code. Raises Ticket.DoesNotExist."""
    found = Ticket.objects.select_related(
        "category", "place__district", "place__street", "lead", "case__caller"
    )
    return found.get(number=number)


def case_of(number: str) -> Case:
    """The whole story of a case. Raises Ticket.DoesNotExist."""
    ticket = ticket_of(number)
    return Case(
        ticket=ticket,
        events=list(ticket.events.select_related("unit").order_by("seq")),
        assignments={row.pk: row for row in ticket.assignments.select_related("unit")},
        replies=list(ticket.reports.filter(verdict=Report.Verdict.APPROVED).select_related("unit")),
        answers=list(ticket.answers.order_by("round")),
    )


def limits_at(at: datetime) -> QuerySet[Limit]:
    """The SLA classes in force, the most urgent first."""
    current = Limit.objects.filter(effective_from__lte=local_day(at)).order_by("code", "-effective_from")
    newest = current.distinct("code").values("pk")
    return Limit.objects.filter(pk__in=newest).select_related("calendar").order_by("handle_minutes", "code")
