"""A unit contests an order (派单异议), and what is ruled (DOMAIN R12, §3.4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from dispatch.actions.awarding import award, overrule, uphold
from dispatch.actions.routing import refuse_unfit
from dispatch.models import Backlog, Objection
from dispatch.queries import objections as queries
from intake.rules import scrub
from tickets import access, timers
from tickets.attachments import kept
from tickets.book import book
from tickets.errors import Refused
from tickets.models import Attachment, Ticket, Timer
from tickets.notices import tell
from tickets.queries import hold
from tickets.states import State
from units.models import Unit, User
from units.roles import Role

Verdict = Objection.Verdict
#: The kind of the clock that runs until the ruling.
TIMER = "objection"


@dataclass(frozen=True)
class Grounds:
    """Why it is not this unit's matter: a code of `Objection.Ground`, the clause, whose it is, and more."""

    ground: str
    clause: str
    proposed: Unit
    text: str
    files: Sequence[UploadedFile] = ()


@dataclass(frozen=True)
class Ruling:
    """A verdict (upheld or refused; ruled for the last one), why, and the unit that gets the order.

    Upheld without a unit: the dispatch desk finds one.
    """

    verdict: str
    opinion: str
    awarded: Unit | None = None


@transaction.atomic
def raise_objection(ticket: Ticket, grounds: Grounds, *, by: User, at: datetime) -> Objection:
    """The lead says it is not its matter. Its clocks run on until it is ruled otherwise (先办后议).

    Raises Refused after the window, once the unit took the order up, when the ticket has seen all the
    objections it may, and without a clause, an account and another unit that could have it.
    """
    hold(ticket)
    stands = queries.standing(ticket, at)
    if stands is None or stands.obstacle:
        raise Refused(stands.obstacle if stands else _("工单还没有承办单位，无从提出异议。"))
    _refuse_groundless(ticket, grounds)
    limit = book().limit_of(ticket.limit_id)
    due = book().due_in(limit.side_calendar_id, at, limit.rule_minutes)
    purpose = Attachment.Purpose.OBJECTION
    with kept(ticket, grounds.files, by=by, at=at, purpose=purpose) as papers:
        row = Objection.objects.create(
            ticket=ticket,
            number=stands.number,
            assignment=stands.assignment,
            unit_id=ticket.lead_id,
            by=by,
            at=at,
            ground=grounds.ground,
            clause=scrub(grounds.clause.strip()),
            proposed=grounds.proposed,
            text=scrub(grounds.text.strip()),
            due=due,
        )
        row.evidence.set(papers)
        timers.start(ticket, TIMER, row.pk, at=at, minutes=limit.rule_minutes, calendar=limit.side_calendar)
        facts = {"objection": row.pk, "number": row.number, "evidence": [paper.pk for paper in papers]}
        ticket.move("object", by=by, at=at, facts=facts)
    district = queries.within_district(row) if not stands.last else None
    role = Role.DISTRICT if district else Role.REVIEWER
    tell(ticket, "object", at=at, unit=district, role=role)
    return row


def _refuse_groundless(ticket: Ticket, grounds: Grounds) -> None:
    if grounds.ground not in Objection.Ground.values:
        raise Refused(_("请选择异议理由。"))
    if len(grounds.clause.strip()) < 2 or len(grounds.text.strip()) < 5:
        raise Refused(_("请写明依据的条款和具体情况。"))
    proposed = grounds.proposed
    if ticket.lead is not None and ticket.lead.covers(proposed):
        raise Refused(_("建议的承办单位须是本单位以外的单位。"))
    centre = proposed.type in (Unit.Type.CITY_CENTRE, Unit.Type.EMERGENCY)
    if not proposed.active or centre or access.accuses(ticket, proposed):
        raise Refused(_("该单位不能承办这张工单。请另选建议单位。"))


@transaction.atomic
def rule_on(ticket: Ticket, ruling: Ruling, *, by: User, at: datetime) -> Objection:
    """Answer the waiting objection: refused, the unit goes on; upheld, another gets the order or the
    dispatch desk looks for one; the last one is ruled for good (裁定), and nobody may object any more.

    Raises Refused without an opinion, for a verdict that does not fit, for a unit that may not have it,
    and for a person who may not rule.
    """
    hold(ticket)
    waiting = ticket.objections.filter(verdict=Verdict.WAITING)
    row = waiting.select_related("unit__district", "proposed", "assignment").first()
    if row is None:
        raise Refused(_("没有待审核的异议。请刷新后再试。"))
    _refuse_ruling(ticket, row, ruling, by, at)
    _settle(ticket, row, ruling.verdict, at, by=by, awarded=ruling.awarded, opinion=ruling.opinion)
    if row.verdict == Verdict.REFUSED:
        overrule(ticket, row, by=by, at=at, signed_at=at)
    elif row.verdict == Verdict.UPHELD:
        uphold(ticket, row, by=by, at=at)
    else:
        award(ticket, row, by=by, at=at)
    if queries.lost(row):
        Backlog.objects.create(objection=row, rule_id=row.assignment.rule_id, at=at)
    return row


def _refuse_ruling(ticket: Ticket, row: Objection, ruling: Ruling, by: User, at: datetime) -> None:
    if not queries.may_rule(by, row):
        raise Refused(_("您不能审核这件异议：区分中心只审核本区单位之间的异议，本单位的异议由他人审核。"))
    last = queries.is_last(row)
    if ruling.verdict not in ({Verdict.RULED} if last else {Verdict.UPHELD, Verdict.REFUSED}):
        raise Refused(_("请选择审核结论。"))
    if len(ruling.opinion.strip()) < 5:
        raise Refused(_("请写明审核意见（不少于 5 个字）。"))
    if ruling.verdict == Verdict.REFUSED:
        # To leave it where it is rules it to that unit, too.
        refuse_unfit(ticket, row.unit, at)
        return
    if ruling.awarded is not None:
        _refuse_awarded(ticket, row, ruling, by)
        refuse_unfit(ticket, ruling.awarded, at)
    elif last or not by.has_role(Role.REVIEWER):
        raise Refused(_("裁定须指定承办单位。") if last else _("请指定本区的承办单位。"))


def _refuse_awarded(ticket: Ticket, row: Objection, ruling: Ruling, by: User) -> None:
    """A binding ruling may name anybody, the unit itself too."""
    if ruling.verdict == Verdict.RULED:
        return
    if ruling.awarded == row.unit:
        raise Refused(_("异议成立的，须改由其他单位承办。"))
    if not by.has_role(Role.REVIEWER) and not (by.unit and by.unit.covers(ruling.awarded)):
        raise Refused(_("请指定本区的承办单位。"))
    if ruling.awarded.pk in queries.freed(ticket):
        raise Refused(_("该单位的异议此前已成立，不能再派给它。请另选单位。"))


def _settle(
    ticket: Ticket,
    row: Objection,
    verdict: str,
    at: datetime,
    *,
    by: User | None = None,
    awarded: Unit | None = None,
    opinion: str = "",
) -> None:
    """Write the outcome on the row, and stop its clock."""
    timers.stop(ticket, TIMER, row.pk, at=at)
    row.verdict, row.awarded, row.ruled_by, row.ruled_at = verdict, awarded, by, at
    row.opinion = scrub(opinion.strip())
    row.save(update_fields=["verdict", "awarded", "opinion", "ruled_by", "ruled_at"])


def silent(ticket: Ticket, timer: Timer, at: datetime) -> None:
    """The bell: nobody ruled in time, so the objection counts as refused; the last one binds, too.

    Where the ticket left `objected` by another way, the objection ends without a verdict.
    """
    row = ticket.objections.get(pk=timer.ref)
    if ticket.state != State.OBJECTED:
        _settle(ticket, row, Verdict.LAPSED, at)
        ticket.record("objection_lapsed", by=None, at=at, facts={"objection": row.pk})
        return
    _settle(ticket, row, Verdict.SILENT, at, awarded=row.unit)
    overrule(ticket, row, by=None, at=at, signed_at=timer.due)


def lapse(ticket: Ticket, at: datetime) -> None:
    """End a waiting objection without a verdict: its ticket leaves `objected` by another way.

    The move that takes it away belongs to the caller, comes after this, and is the event.
    """
    for row in ticket.objections.filter(verdict=Verdict.WAITING):
        _settle(ticket, row, Verdict.LAPSED, at)
