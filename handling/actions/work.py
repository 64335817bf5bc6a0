"""The verbs of a unit's daily work: sign, contact, assign, note."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from handling.models import Contact, Note
from handling.rules import may_hold
from intake.rules import scrub
from tickets import access
from tickets.attachments import kept
from tickets.errors import Refused
from tickets.many import each
from tickets.models import Ticket
from tickets.notices import tell
from units.models import Unit, User
from units.roles import Role


@transaction.atomic
def sign(ticket: Ticket, *, by: User, at: datetime) -> None:
    """The unit takes the order (签收)."""
    ticket.move("sign", by=by, at=at, signed_at=at)


def sign_many(
    tickets: Iterable[Ticket], *, versions: Mapping[str, int], by: User, at: datetime
) -> list[tuple[Ticket, str]]:
    """Sign those that are as they were when ticked (`many.each`); the rest, each with why not."""
    return each(tickets, versions, lambda ticket: sign(ticket, by=by, at=at))


@transaction.atomic
def contact(
    ticket: Ticket,
    *,
    channel: str,
    reached: bool,
    note: str,
    by: User,
    at: datetime,
    files: Sequence[UploadedFile] = (),
) -> Contact:
    """Leave a contact record; the first one that reached the caller stops the contact clock.

    `files` are photos taken on the way: they wait with the ticket as evidence for its report.
    """
    row = Contact.objects.create(
        ticket=ticket,
        by=by,
        unit_id=by.unit_id,
        channel=channel,
        reached=reached,
        note=scrub(note.strip()),
        at=at,
    )
    first = reached and ticket.contacted_at is None
    with kept(ticket, files, by=by, at=at) as photos:
        ticket.record(
            "contact",
            by=by,
            at=at,
            facts={
                "contact": row.pk,
                "reached": reached,
                "channel": channel,
                "evidence": [photo.pk for photo in photos],
            },
            contacted_at=at if first else ticket.contacted_at,
        )
    return row


@transaction.atomic
def assign(
    ticket: Ticket, *, to: User | None = None, inner: Unit | None = None, by: User, at: datetime
) -> None:
    """Give the order to somebody inside the unit, or to a section or community below it (内部分派).

    Those below see it from then on, and whoever had it before no longer. Raises Refused for anybody else, and
    for both or neither.
    """
    if (to is None) == (inner is None):
        raise Refused(_("请选择一位承办人，或一个内部承办单位。"))
    place = inner if to is None else to.unit
    if by.unit is None or not by.unit.covers(place) or (to is not None and not to.is_active):
        raise Refused(_("只能分派给本单位在岗人员。"))
    if not _may_hold(ticket, place):
        raise Refused(_("只能分派给主办单位及其下属的科室、社区；其他单位请转派或协办。"))
    below, had = (place if place != ticket.lead else None), ticket.inner_id
    facts = {"unit": place.pk} if to is None else {"to": to.pk}
    ticket.record("assign", by=by, at=at, facts=facts, assignee=to, inner=below)
    if had is not None:
        access.take_back(ticket, access.Access.Why.INNER)
    if below is not None:
        access.give(ticket, [below.pk], access.Access.Why.INNER)
        if to is None:
            tell(ticket, "assign", at=at, unit=below, role=Role.CLERK)
    if to is not None and to != by:
        tell(ticket, "assign", at=at, person=to)


def _may_hold(ticket: Ticket, place: Unit) -> bool:
    if not ticket.lead.covers(place) or not place.active or access.accuses(ticket, place):
        return False
    return place == ticket.lead or may_hold(ticket.lead.type, place.type)


@transaction.atomic
def note(ticket: Ticket, *, text: str, by: User, at: datetime) -> Note:
    """Leave a remark. Raises Refused for an empty one."""
    if not text.strip():
        raise Refused(_("备注不能为空。"))
    row = Note.objects.create(ticket=ticket, by=by, unit_id=by.unit_id, text=scrub(text.strip()), at=at)
    ticket.record("note", by=by, at=at, facts={"note": row.pk})
    return row
