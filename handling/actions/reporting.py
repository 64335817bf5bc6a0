"""The result: reported, judged by the unit's leader, returned once by those above, late if need be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from dispatch.actions.merging import bring_along, take_along_back
from handling.models import Report
from handling.queries.quality import lacks
from intake.rules import scrub
from tickets.attachments import kept
from tickets.book import book
from tickets.errors import Refused
from tickets.models import Attachment, Ticket
from tickets.notices import tell_line
from tickets.queries import hold
from tickets.states import Outcome, State
from units.models import User
from units.roles import Role

#: Outcomes that must say why it is not solved wholly.
UNSOLVED = frozenset({Outcome.PARTLY, Outcome.NOT_SOLVED})


@dataclass(frozen=True)
class Result:
    """What a clerk reports. `reason`: why it is not solved wholly (`Report.Reason`)."""

    outcome: str
    text: str
    reply: str
    evidence: Sequence[Attachment] = ()
    reason: str = ""


@transaction.atomic
def report(
    ticket: Ticket, result: Result, *, by: User, at: datetime, files: Sequence[UploadedFile] = ()
) -> Report:
    """Report the result with its evidence; it waits for the unit's leader (DOMAIN §4.6).

    Evidence is what the ticket already holds and `files`, kept now. Raises Refused without an account and
    a reply, when "solved" is claimed without any evidence, and when what is not solved has no reason.
    """
    _refuse_unsound(ticket, result, files)
    with kept(ticket, files, by=by, at=at) as photos:
        row = _kept_report(ticket, result, photos, by=by, at=at)
        ticket.move("report", by=by, at=at, **_told(row, result, photos))
    return row


@transaction.atomic
def report_late(
    ticket: Ticket, result: Result, *, by: User, at: datetime, files: Sequence[UploadedFile] = ()
) -> Report:
    """The limit has ended, the unit owes its result all the same: no further warning comes then.

    As `report`; a result that still waits for the leader is replaced. Raises Refused where nothing is owed.
    """
    if ticket.overdue_at is None or ticket.withdrawn_at is not None:
        raise Refused(_("本单没有逾期未反馈的情况，不用补报。"))
    _refuse_unsound(ticket, result, files)
    hold(ticket)
    with kept(ticket, files, by=by, at=at) as photos:
        ticket.reports.filter(verdict=Report.Verdict.WAITING).update(
            verdict=Report.Verdict.SENT_BACK, verdict_at=at, verdict_note=_("已重新补报")
        )
        if ticket.reports.filter(verdict=Report.Verdict.APPROVED, round=ticket.round).exists():
            raise Refused(_("本单的办理结果已审核通过，不用再补报。"))
        row = _kept_report(ticket, result, photos, by=by, at=at, late=True)
        ticket.record("report_late", by=by, at=at, **_told(row, result, photos))
    return row


def _refuse_unsound(ticket: Ticket, result: Result, files: Sequence[UploadedFile]) -> None:
    if len(result.text.strip()) < 5 or len(result.reply.strip()) < 5:
        raise Refused(_("请写明办理情况和给诉求人的答复。"))
    if result.outcome == Outcome.SOLVED and not result.evidence and not files:
        raise Refused(_("反馈「已解决」须附佐证（照片或文件）。"))
    if result.outcome in UNSOLVED and result.reason not in Report.Reason.values:
        raise Refused(_("未完全解决的，请选择原因。"))
    if any(held.ticket_id != ticket.pk for held in result.evidence):
        raise Refused(_("所选佐证不属于这张工单。"))


def _kept_report(
    ticket: Ticket,
    result: Result,
    photos: list[Attachment],
    *,
    by: User,
    at: datetime,
    late: bool = False,
) -> Report:
    evidence = [*result.evidence, *photos]
    found = lacks(ticket, by.unit, text=result.text, reply=result.reply, evidence=bool(evidence), at=at)
    row = Report.objects.create(
        ticket=ticket,
        round=ticket.round,
        by=by,
        unit_id=by.unit_id,
        outcome=result.outcome,
        reason="" if result.outcome == Outcome.SOLVED else result.reason,
        missing=found,
        text=scrub(result.text.strip()),
        reply=scrub(result.reply.strip()),
        at=at,
        late=late,
    )
    row.evidence.set(evidence)
    return row


def _told(row: Report, result: Result, photos: list[Attachment]) -> dict[str, object]:
    """What the event says and the ticket keeps of a result."""
    facts = {
        "report": row.pk,
        "outcome": row.outcome,
        "evidence": [held.pk for held in (*result.evidence, *photos)],
    }
    if row.missing:
        facts["missing"] = row.missing
    return {"facts": facts, "reported_at": row.at, "outcome": row.outcome}


@transaction.atomic
def approve(ticket: Ticket, *, by: User, at: datetime) -> None:
    """The unit's leader answers for the result; the caller will be asked."""
    row = _waiting(ticket)
    ticket.move(
        "approve",
        by=by,
        at=at,
        facts={"report": row.pk},
        followup_at=at,
        followup_due=at + book().minutes("followup_limit_minutes", at),
    )
    _judge(row, Report.Verdict.APPROVED, by=by, at=at)
    bring_along(ticket, at)


@transaction.atomic
def approve_late(ticket: Ticket, *, by: User, at: datetime) -> None:
    """The same for a result that came, or was judged, after the limit: the caller may read the reply."""
    row = _waiting(ticket)
    ticket.record("approve_late", by=by, at=at, facts={"report": row.pk})
    _judge(row, Report.Verdict.APPROVED, by=by, at=at)


@transaction.atomic
def send_back(ticket: Ticket, *, note: str, by: User, at: datetime) -> None:
    """The leader wants it done better; the limit runs on. Raises Refused without saying what is missing."""
    if len(note.strip()) < 2:
        raise Refused(_("请写明退回原因。"))
    row = _waiting(ticket)
    ticket.move("send_back", by=by, at=at, facts={"report": row.pk}, reported_at=None, outcome="")
    _judge(row, Report.Verdict.SENT_BACK, note, by=by, at=at)


def _waiting(ticket: Ticket) -> Report:
    """The report that waits for the leader. Raises Refused when none does."""
    row = ticket.reports.filter(verdict=Report.Verdict.WAITING).last()
    if row is None:
        raise Refused(_("没有待审核的反馈。请刷新后再试。"))
    return row


def _judge(row: Report, verdict: str, note: str = "", *, by: User, at: datetime) -> None:
    """The word on a report whose ticket is written already: everybody takes the ticket before its rows."""
    row.verdict, row.verdict_by, row.verdict_at = verdict, by, at
    row.verdict_note = scrub(note.strip())
    row.save(update_fields=["verdict", "verdict_by", "verdict_at", "verdict_note"])


@transaction.atomic
def return_report(ticket: Ticket, *, note: str, by: User, at: datetime) -> None:
    """Those above want it completed (退回补正): once, soon after the approval (or the end of the limit, where
    the unit's leader gave none), before the caller is asked.

    The unit has at least `return_min_minutes` for it; it is no new round. Callers who were to be asked along
    with this one follow again. Raises Refused otherwise, and without saying what is missing.
    """
    row = _refuse_unreturnable(ticket, note, by, at)
    hold(ticket)
    changes = _time_for_more(ticket, at)
    ticket.move(
        "return_report",
        by=by,
        at=at,
        facts={
            "report": row.pk,
            "was": ticket.handle_due.isoformat(),
            "due": changes.get("handle_due", ticket.handle_due).isoformat(),
        },
        returned=True,
        reported_at=None,
        outcome="",
        followup_at=None,
        followup_due=None,
        **changes,
    )
    _judge(row, Report.Verdict.RETURNED, note, by=by, at=at)
    take_along_back(ticket, at)
    tell_line(ticket, "return_report", "clerk", "leader", at=at)


def _refuse_unreturnable(ticket: Ticket, note: str, by: User, at: datetime) -> Report:
    """The report that would be returned."""
    if len(note.strip()) < 2:
        raise Refused(_("请写明缺什么、要补正什么。"))
    if ticket.returned:
        raise Refused(_("本单已退回补正过一次，不能再退。"))
    if by.unit_id == ticket.lead_id and not by.has_role(Role.SUPERVISOR):
        raise Refused(_("本单位的反馈须由上级退回补正。"))
    row = ticket.reports.filter(round=ticket.round).last()
    if row is None or row.verdict not in (Report.Verdict.WAITING, Report.Verdict.APPROVED) or row.late:
        raise Refused(_("没有可退回补正的反馈。"))
    if ticket.state == State.FOLLOWUP and ticket.withdrawn_at:
        raise Refused(_("没有可退回补正的反馈。"))
    window = book().minutes("return_window_minutes", at)
    # What its leader left lying until the limit ended can be returned from then on.
    since = row.verdict_at or ticket.followup_at or row.at
    if at > since + window:
        raise Refused(
            _("提交或审核已超过 %(hours)d 小时，不能再退回补正。") % {"hours": window.total_seconds() / 3600}
        )
    return row


def _time_for_more(ticket: Ticket, at: datetime) -> Mapping[str, object]:
    """A limit that would end too soon begins anew with its ladder, no longer than it was; one that is far
    enough stays.
    """
    limit = book().limit_of(ticket.limit_id)
    minutes = min(book().number("return_min_minutes", at), ticket.handle_minutes)
    moments = book().deadlines(limit, at, minutes)
    if ticket.handle_due >= moments.handle_due:
        return {}
    steps = [step for step in ticket.steps if step not in ("remind", "warn")]
    return moments.as_changes() | {"steps": steps}
