"""What the quality check compares a reply with: templates, the unit's other replies, the request itself."""

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from handling.models import ReplyTemplate, Report
from handling.rules import Canned, Draft, Matter, missing
from intake.rules import scrub
from tickets.book import book
from tickets.models import Ticket
from units.models import Unit


def templates_for(ticket: Ticket, unit: Unit) -> QuerySet[ReplyTemplate]:
    """What this unit may begin with: its own templates and everybody's, for this matter or for all."""
    code = ticket.category.code if ticket.category else ""
    above = [code[:end] for end in range(1, len(code) + 1)]
    found = ReplyTemplate.objects.filter(Q(unit=None) | Q(unit__in=units_above(unit)))
    return found.filter(Q(category=None) | Q(category__code__in=above))


def units_above(unit: Unit) -> QuerySet[Unit]:
    """The unit and those it belongs to."""
    codes = unit.path.strip("/").split("/")
    return Unit.objects.filter(code__in=codes)


def lacks(ticket: Ticket, unit: Unit, *, text: str, reply: str, evidence: bool, at: datetime) -> list[str]:
    """What a report of this unit would lack, as codes (`rules.missing`); four statements, or two."""
    reply = scrub(reply.strip())
    draft = Draft(text=text, reply=reply, contacted=ticket.contacted_at is not None, evidence=evidence)
    return missing(draft, _matter(ticket), _canned(ticket, unit, reply, at))


def _matter(ticket: Ticket) -> Matter:
    said = (ticket.title, ticket.content, ticket.category_path, ticket.place_name, ticket.location)
    return Matter(number=ticket.number, words=" ".join(said))


def _canned(ticket: Ticket, unit: Unit, reply: str, at: datetime) -> Canned:
    since = at - timedelta(days=book().number("quality_same_days", at))
    most = book().number("quality_same_replies", at)
    others = Report.objects.filter(unit=unit, at__gte=since, reply=reply).exclude(ticket=ticket)
    return Canned(
        templates=list(templates_for(ticket, unit).values_list("text", flat=True)) if reply else [],
        same=len(others.order_by().values_list("pk")[:most]) if reply else 0,
        most=most,
        short=book().number("quality_short_chars", at),
    )
