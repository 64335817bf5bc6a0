"""督办 (DOMAIN §3.7): an order of supervision. The unit replies in time; the supervisor ends it or asks on.

It concerns whoever leads the ticket now, as the ticket's own deadlines do.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from dispatch.models import Oversight, OversightReply
from intake.rules import scrub
from tickets import notices, timers
from tickets.book import book
from tickets.errors import Refused
from tickets.flow import UNIT_STAFF
from tickets.models import Ticket, Timer
from tickets.queries import hold
from units.models import User
from units.roles import Role

TIMER = "oversight"
#: Characters a demand, a reply and a conclusion need at least.
LEAST = 4


@transaction.atomic
def order(ticket: Ticket, *, demand: str, by: User, at: datetime) -> Oversight:
    """Order supervision: the unit must reply within the city's limit (`oversight_reply_minutes`).

    Raises Refused without a demand, without a unit, or while another order of a person is open.
    """
    if ticket.lead_id is None:
        raise Refused(_("工单还没有承办单位，请先派单再督办。"))
    said = _said(demand, _("请写明督办要求。"))
    if ticket.oversights.exclude(state=Oversight.State.ENDED).exists():
        raise Refused(_("这张工单已有未办结的督办，请在原督办上追问。"))
    return _order(ticket, Oversight.Kind.ORDINARY, said, by=by, at=at)


def order_special(ticket: Ticket, at: datetime) -> Oversight:
    """The top of the ladder: the system orders it, with the same limit for the reply."""
    return _order(ticket, Oversight.Kind.SPECIAL, "", by=None, at=at)


def _order(ticket: Ticket, kind: str, demand: str, *, by: User | None, at: datetime) -> Oversight:
    row = Oversight(ticket=ticket, unit_id=ticket.lead_id, kind=kind, by=by, demand=demand, at=at)
    row.due = _reply_by(at)
    row.save(force_insert=True)
    timers.start_until(ticket, TIMER, row.pk, at=at, due=row.due)
    ticket.record("oversee", by=by, at=at, facts={"oversight": row.pk, "kind": kind})
    notices.tell_line(ticket, "oversee", "clerk", "leader", at=at)
    return row


def _reply_by(at: datetime) -> datetime:
    return book().due_in(None, at, book().number("oversight_reply_minutes", at))


@transaction.atomic
def reply(row: Oversight, *, text: str, by: User, at: datetime) -> OversightReply:
    """The unit answers; it may do so again until the order is ended. Raises Refused for an empty answer."""
    _refuse_ended(row)
    ticket = row.ticket
    if not by.has_role(*UNIT_STAFF) and by.unit_id != ticket.lead_id:
        raise Refused(_("督办由承办单位回复。"))
    said = _said(text, _("请写明办理情况和下一步安排。"))
    hold(ticket)
    answer = OversightReply.objects.create(oversight=row, by=by, text=said, at=at)
    row.state = Oversight.State.REPLIED
    row.save(update_fields=["state"])
    timers.stop(ticket, TIMER, row.pk, at=at)
    ticket.record("oversee_reply", by=by, at=at, facts={"oversight": row.pk})
    _tell_orderer(row, "oversee_reply", at)
    return answer


@transaction.atomic
def ask_again(row: Oversight, *, demand: str, by: User, at: datetime) -> None:
    """The reply will not do: ask on, with a new limit. Raises Refused while the unit still has time."""
    _refuse_ended(row)
    _refuse_anothers(row, by)
    said = _said(demand, _("请写明还要求单位做什么。"))
    if row.state == Oversight.State.OPEN and at < row.due:
        raise Refused(_("单位还在回复期限内，请等它回复后再追问。"))
    ticket = row.ticket
    hold(ticket)
    OversightReply.objects.create(oversight=row, by=by, text=said, again=True, at=at)
    row.state, row.due = Oversight.State.OPEN, _reply_by(at)
    row.save(update_fields=["state", "due"])
    timers.stop(ticket, TIMER, row.pk, at=at)
    timers.start_until(ticket, TIMER, row.pk, at=at, due=row.due)
    ticket.record("oversee", by=by, at=at, facts={"oversight": row.pk, "again": True})
    notices.tell_line(ticket, "oversee", "clerk", "leader", at=at)


@transaction.atomic
def end(row: Oversight, *, conclusion: str, by: User, at: datetime) -> None:
    """Close it with a conclusion, which the unit reads. Raises Refused without one."""
    _refuse_ended(row)
    _refuse_anothers(row, by)
    said = _said(conclusion, _("请写明督办结论。"))
    hold(row.ticket)
    row.conclusion = said
    row.state, row.ended_by, row.ended_at = Oversight.State.ENDED, by, at
    row.save(update_fields=["state", "conclusion", "ended_by", "ended_at"])
    timers.stop(row.ticket, TIMER, row.pk, at=at)
    row.ticket.record("oversee_end", by=by, at=at, facts={"oversight": row.pk})
    notices.tell_line(row.ticket, "oversee_end", "leader", at=at)


def late(ticket: Ticket, timer: Timer, at: datetime) -> None:
    """The bell: no reply came in time. It stays open; whoever ordered it and the unit's leaders are told."""
    row = Oversight.objects.select_related("by").get(pk=timer.ref)
    row.ticket, row.late = ticket, True
    row.save(update_fields=["late"])
    ticket.record("oversee_late", by=None, at=at, facts={"oversight": row.pk})
    notices.tell_line(ticket, "oversee_late", "leader", "above", at=at)
    _tell_orderer(row, "oversee_late", at)


def may_judge(row: Oversight, user: User) -> bool:
    """Whether this person ends it or asks on: the city's supervision always, a district what it ordered."""
    if user.has_role(Role.SUPERVISOR):
        return True
    return user.has_role(Role.DISTRICT) and row.by is not None and row.by.unit_id == user.unit_id


def _refuse_anothers(row: Oversight, by: User) -> None:
    if not may_judge(row, by):
        raise Refused(_("这件督办不是您单位发出的，由市督办处理。"))


def _refuse_ended(row: Oversight) -> None:
    if row.state == Oversight.State.ENDED:
        raise Refused(_("这件督办已经办结。"))


def _said(text: str, missing: str) -> str:
    """What was typed, without numbers of people. Raises Refused when it says nothing."""
    if len(text.strip()) < LEAST:
        raise Refused(missing)
    return scrub(text.strip())


def _tell_orderer(row: Oversight, kind: str, at: datetime) -> None:
    """Whoever ordered it; what the ladder ordered concerns the city's supervision."""
    if row.by_id is not None:
        notices.tell(row.ticket, kind, at=at, person=row.by_id)
    else:
        notices.tell(row.ticket, kind, at=at, role=Role.SUPERVISOR)
