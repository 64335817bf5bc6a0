"""The verbs of a unit: sign, contact, assign, note, report, approve or send back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from dispatch.actions.merging import bring_along
from handling.models import Contact, Note, Report
from intake.rules import scrub
from tickets.attachments import kept
from tickets.book import book
from tickets.errors import Refused, Stale
from tickets.models import Attachment, Ticket
from tickets.queries import moved_since
from tickets.states import Outcome
from units.models import User


@dataclass(frozen=True)
class Result:
    """What a clerk reports."""

    outcome: str
    text: str
    reply: str
    evidence: Sequence[Attachment] = ()


@transaction.atomic
def sign(ticket: Ticket, *, by: User, at: datetime) -> None:
    """The unit takes the order (签收)."""
    ticket.move("sign", by=by, at=at, signed_at=at)


@transaction.atomic
def sign_many(
    tickets: Iterable[Ticket], *, versions: Mapping[str, int], by: User, at: datetime
) -> list[tuple[Ticket, str]]:
    """Sign those whose number still has the version that was picked; the rest, each with why not.

    One that cannot be signed does not hold up the others.
    """
    left: list[tuple[Ticket, str]] = []
    # In one order for everybody, so that two clerks who pick the same orders do not lock each other out.
    for ticket in sorted(tickets, key=lambda ticket: ticket.pk):
        try:
            with transaction.atomic():
                if moved_since(ticket, str(versions[ticket.number])):
                    raise Stale(_("别人已先一步办理了这张工单。请查看最新情况后再操作。"))
                sign(ticket, by=by, at=at)
        except Refused as refusal:
            left.append((ticket, str(refusal)))
    return left


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
def assign(ticket: Ticket, *, to: User, by: User, at: datetime) -> None:
    """Give the order to somebody inside the unit. Raises Refused for a person of another unit."""
    if by.unit is None or not by.unit.covers(to.unit) or not to.is_active:
        raise Refused(_("只能分派给本单位在岗人员。"))
    ticket.record("assign", by=by, at=at, facts={"to": to.pk}, assignee=to)


@transaction.atomic
def note(ticket: Ticket, *, text: str, by: User, at: datetime) -> Note:
    """Leave a remark. Raises Refused for an empty one."""
    if not text.strip():
        raise Refused(_("备注不能为空。"))
    row = Note.objects.create(ticket=ticket, by=by, unit_id=by.unit_id, text=scrub(text.strip()), at=at)
    ticket.record("note", by=by, at=at, facts={"note": row.pk})
    return row


@transaction.atomic
def report(
    ticket: Ticket, result: Result, *, by: User, at: datetime, files: Sequence[UploadedFile] = ()
) -> Report:
    """Report the result with its evidence; it waits for the unit's leader (DOMAIN §4.6).

    Evidence is what the ticket already holds and `files`, kept now. Raises Refused without an account and
    a reply, or when "solved" is claimed without any evidence.
    """
    if len(result.text.strip()) < 5 or len(result.reply.strip()) < 5:
        raise Refused(_("请写明办理情况和给诉求人的答复。"))
    if result.outcome == Outcome.SOLVED and not result.evidence and not files:
        raise Refused(_("反馈「已解决」须附佐证（照片或文件）。"))
    if any(held.ticket_id != ticket.pk for held in result.evidence):
        raise Refused(_("所选佐证不属于这张工单。"))
    with kept(ticket, files, by=by, at=at) as photos:
        return _report(ticket, result, [*result.evidence, *photos], by=by, at=at)


def _report(ticket: Ticket, result: Result, evidence: list[Attachment], *, by: User, at: datetime) -> Report:
    row = Report.objects.create(
        ticket=ticket,
        round=ticket.round,
        by=by,
        unit_id=by.unit_id,
        outcome=result.outcome,
        text=scrub(result.text.strip()),
        reply=scrub(result.reply.strip()),
        at=at,
    )
    row.evidence.set(evidence)
    ticket.move(
        "report",
        by=by,
        at=at,
        facts={"report": row.pk, "outcome": result.outcome, "evidence": [held.pk for held in evidence]},
        reported_at=at,
        outcome=result.outcome,
    )
    return row


@transaction.atomic
def approve(ticket: Ticket, *, by: User, at: datetime) -> None:
    """The unit's leader answers for the result; the caller will be asked."""
    row = _waiting(ticket)
    row.verdict, row.verdict_by, row.verdict_at = Report.Verdict.APPROVED, by, at
    row.save(update_fields=["verdict", "verdict_by", "verdict_at"])
    ticket.move(
        "approve",
        by=by,
        at=at,
        facts={"report": row.pk},
        followup_at=at,
        followup_due=at + book().minutes("followup_limit_minutes", at),
    )
    bring_along(ticket, at)


@transaction.atomic
def send_back(ticket: Ticket, *, note: str, by: User, at: datetime) -> None:
    """The leader wants it done better; the limit runs on. Raises Refused without saying what is missing."""
    if len(note.strip()) < 2:
        raise Refused(_("请写明退回原因。"))
    row = _waiting(ticket)
    row.verdict, row.verdict_by, row.verdict_at = Report.Verdict.SENT_BACK, by, at
    row.verdict_note = note.strip()
    row.save(update_fields=["verdict", "verdict_by", "verdict_at", "verdict_note"])
    ticket.move("send_back", by=by, at=at, facts={"report": row.pk}, reported_at=None, outcome="")


def _waiting(ticket: Ticket) -> Report:
    row = ticket.reports.filter(verdict=Report.Verdict.WAITING).last()
    if row is None:
        raise Refused(_("没有待审核的反馈。请刷新后再试。"))
    return row
