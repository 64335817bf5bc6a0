"""Everything there is to know of one ticket, in a fixed number of reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F
from django.http import Http404

from dispatch.models import Assignment
from followup.models import Answer, Attempt
from handling.models import Contact, Note, Report
from intake.models import Case, Look
from reports.queries.beside import Beside, beside, people_and_units, with_files
from reports.queries.story import Moment, Rows, story
from tickets.models import Attachment, Ticket
from units.models import Unit, User


@dataclass(frozen=True)
class Dossier:
    """A ticket with all that hangs on it. `case` is None where the reader may not know who asked."""

    ticket: Ticket
    case: Case | None
    #: Whether the reader may ask, with a reason, to see the caller's data whole.
    may_look: bool
    looks: Sequence[Look]
    attachments: Sequence[Attachment]
    #: What the unit added outside of a report, with a contact.
    photos: Sequence[Attachment]
    assignments: Sequence[Assignment]
    contacts: Sequence[Contact]
    notes: Sequence[Note]
    reports: Sequence[Report]
    attempts: Sequence[Attempt]
    answers: Sequence[Answer]
    #: Versions of the text, newest first; empty where nothing was ever corrected.
    versions: Sequence[Any]
    moments: Sequence[Moment]
    beside: Beside


#: What the page shows of the ticket's own row, in the one statement that also asks whether it may be read.
_WITH = (
    "category",
    "place__district",
    "place__street",
    "lead",
    "assignee",
    "inner",
    "limit",
    "accused",
    "taken_by",
    "repeat_of",
    "case__caller",
    "guidance",
)


def dossier(user: User, number: str) -> Dossier:
    """The ticket as this person may read it. Raises Http404 for a stranger's."""
    ticket = Ticket.objects.visible_to(user).select_related(*_WITH).filter(number=number).first()
    if ticket is None:
        raise Http404(number)
    case = getattr(ticket, "case", None)
    known = case is not None and may_know_caller(user, case)
    events = list(ticket.events.told())
    kinds = {event.kind for event in events}
    guidance = getattr(ticket, "guidance", None)
    looks = list(ticket.looks.select_related("by__unit"))
    assignments = list(ticket.assignments.select_related("unit", "rule", "catalogue", "by"))
    contacts = list(ticket.contacts.select_related("by", "unit"))
    notes = list(ticket.notes.select_related("by", "unit"))
    files = list(
        ticket.attachments.annotate(report_id=F("reports"), objection_id=F("objections")).order_by("pk")
    )
    reports = _reports(ticket, files)
    aside = beside(ticket, events, user)
    elsewhere = with_files(aside, files)
    requested = Attachment.Purpose.REQUEST
    rows = Rows(
        assignment={row.pk: row for row in assignments},
        contact={row.pk: row for row in contacts},
        note={row.pk: row for row in notes},
        report={row.pk: row for row in reports},
        look={row.pk: row for row in looks},
        guidance={guidance.pk: guidance} if guidance is not None else {},
        **people_and_units(events),
        **aside.named(),
    )
    added = [row for row in files if row.purpose != requested and row.report_id is None]
    return Dossier(
        ticket=ticket,
        case=case if known else None,
        may_look=known and "reveal" in ticket.facts_for(user),
        looks=looks,
        attachments=[row for row in files if row.purpose == requested],
        photos=[row for row in added if row.pk not in elsewhere],
        assignments=assignments,
        contacts=contacts,
        notes=notes,
        reports=reports,
        attempts=list(ticket.attempts.select_related("by")),
        answers=list(ticket.answers.select_related("by", "unit").order_by("round")),
        versions=_versions(ticket) if "correct" in kinds else [],
        moments=story(events, rows),
        beside=aside,
    )


def may_know_caller(user: User, case: Case) -> bool:
    """A confidential caller is known to the hotline's own people alone (DOMAIN §4.7)."""
    of_the_hotline = user.unit is not None and user.unit.type == Unit.Type.CITY_CENTRE
    return of_the_hotline or not case.hide_identity


def _reports(ticket: Ticket, files: list[Attachment]) -> list[Report]:
    """The reports, each with its evidence as `files`."""
    reports = list(ticket.reports.select_related("by", "unit", "verdict_by"))
    for report in reports:
        report.files = [row for row in files if row.report_id == report.pk]
    return reports


def _versions(ticket: Ticket) -> list[Any]:
    found = ticket.history.select_related("category", "place", "history_user")
    return list(found.order_by("-history_date", "-history_id"))
