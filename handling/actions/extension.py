"""More time (延期): asked for by the unit's leader, decided by the district or the city (DOMAIN §3.3)."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from handling.models import Extension
from handling.queries.extension import longest
from intake.rules import scrub
from tickets import timers
from tickets.book import book
from tickets.errors import Refused
from tickets.models import Ticket, Timer
from tickets.notices import tell, tell_line
from tickets.pauses import put_off
from tickets.queries import hold
from units.models import User
from units.roles import Role

TIMER = "extension"


@dataclass(frozen=True)
class Wish:
    """What a leader asks for; `minutes` of the calendar of the order's limit."""

    minutes: int
    reason: str
    basis: str


@transaction.atomic
def ask(ticket: Ticket, wish: Wish, *, by: User, at: datetime) -> Extension:
    """Ask for more time; the clock runs on meanwhile. Raises Refused after the limit, beyond what the class
    of the limit allows, without reason and basis, and while another request waits.
    """
    number = _refuse_unfit(ticket, wish, at)
    hold(ticket)
    row = Extension(
        ticket=ticket,
        number=number,
        unit_id=by.unit_id,
        by=by,
        at=at,
        minutes=wish.minutes,
        reason=scrub(wish.reason.strip()),
        basis=scrub(wish.basis.strip()),
        was_due=ticket.handle_due,
    )
    minutes = book().number("extension_decide_minutes", at)
    calendar = ticket.limit.side_calendar
    row.due = book().due_in(calendar.pk if calendar else None, at, minutes)
    row.save(force_insert=True)
    timers.start(ticket, TIMER, row.pk, at=at, minutes=minutes, calendar=calendar)
    facts = {"extension": row.pk, "minutes": wish.minutes}
    ticket.record("extend_ask", by=by, at=at, facts=facts)
    _tell_deciders(ticket, at)
    return row


def _refuse_unfit(ticket: Ticket, wish: Wish, at: datetime) -> int:
    """Which extension this would be. Raises Refused where there may be none."""
    if ticket.handle_due is None or at >= ticket.handle_due:
        raise Refused(_("办理时限已到，不能再申请延期。"))
    states = list(ticket.extensions.values_list("state", flat=True))
    if Extension.State.ASKED in states:
        raise Refused(_("已有一项延期申请待审批，请等待结果。"))
    granted = states.count(Extension.State.GRANTED)
    allowed = longest(ticket, granted)
    if allowed is None:
        raise Refused(
            _("本工单已延期 %(n)d 次，按时限等级不能再延期。") % {"n": granted}
            if granted
            else _("「%(limit)s」类工单不能延期。") % {"limit": ticket.limit.name}
        )
    if not 0 < wish.minutes <= allowed:
        raise Refused(_("本次最长可延 %(days)g 天，请缩短延长时间。") % {"days": round(allowed / 1440, 1)})
    if len(wish.reason.strip()) < 5 or len(wish.basis.strip()) < 2:
        raise Refused(_("请写明延期的理由和依据。"))
    return granted + 1


def _tell_deciders(ticket: Ticket, at: datetime) -> None:
    """The district above the lead decides about its units, the city about all others."""
    district = ticket.lead.district_id
    if district is not None and district != ticket.lead_id:
        tell(ticket, "extend_ask", at=at, unit=district, role=Role.DISTRICT)
    else:
        tell(ticket, "extend_ask", at=at, role=Role.SUPERVISOR)


@transaction.atomic
def grant(row: Extension, *, opinion: str = "", by: User, at: datetime) -> None:
    """Move the limit and the steps around it. Raises Refused when the request is decided, the limit has
    ended meanwhile, the order is in other hands or another round, and for whoever asks for themselves.
    """
    ticket = row.ticket
    _refuse_stranger(row, by)
    if ticket.handle_due is None or at >= ticket.handle_due:
        raise Refused(_("办理时限已到，不能再准予延期。"))
    if row.at < ticket.clock_from or row.unit_id != ticket.lead_id:
        raise Refused(_("申请之后工单已重办或改派，只能不予延期。"))
    hold(ticket)
    timers.stop(ticket, TIMER, row.pk, at=at)
    row.now_due = book().due(book().limit_of(ticket.limit_id), ticket.handle_due, row.minutes)
    facts = {
        "extension": row.pk,
        "minutes": row.minutes,
        "was": ticket.handle_due.isoformat(),
        "due": row.now_due.isoformat(),
    }
    ticket.record("extend_grant", by=by, at=at, facts=facts, **_moved(ticket, row, at))
    _decide(row, Extension.State.GRANTED, opinion, by=by, at=at)
    # The unit tells the caller the new day and why.
    tell_line(ticket, "extend_grant", "clerk", at=at)


def _moved(ticket: Ticket, row: Extension, at: datetime) -> dict[str, object]:
    """The longer limit with its ladder: a step that lies ahead again will be taken again."""
    limit = book().limit_of(ticket.limit_id)
    minutes = ticket.handle_minutes + row.minutes
    changes = put_off(ticket, limit, book().deadlines(limit, ticket.clock_from, minutes).as_changes())
    # The limit itself goes on from where it stood, whatever became of calendars since.
    changes["handle_due"] = row.now_due
    ahead = {step for step in ("remind", "warn") if changes[f"{step}_at"] > at}
    steps = [step for step in ticket.steps if step not in ahead]
    return changes | {"handle_minutes": minutes, "steps": steps}


@transaction.atomic
def refuse(row: Extension, *, opinion: str, by: User, at: datetime) -> None:
    """The limit stays. Raises Refused without a reason, when it is decided, and for whoever asks."""
    _refuse_stranger(row, by)
    if len(opinion.strip()) < 2:
        raise Refused(_("不予延期的，请写明理由。"))
    hold(row.ticket)
    timers.stop(row.ticket, TIMER, row.pk, at=at)
    row.ticket.record("extend_refuse", by=by, at=at, facts={"extension": row.pk})
    _decide(row, Extension.State.REFUSED, opinion, by=by, at=at)
    tell_line(row.ticket, "extend_refuse", "leader", at=at)


def fall_silent(ticket: Ticket, timer: Timer, at: datetime) -> None:
    """The bell: nobody decided in time, so it is refused (DOMAIN §3.3)."""
    row = Extension.objects.get(pk=timer.ref)
    ticket.record("extend_refuse", by=None, at=at, facts={"extension": row.pk, "why": "silent"})
    if row.state == Extension.State.ASKED:
        _decide(row, Extension.State.SILENT, "", by=None, at=at)
        tell_line(ticket, "extend_refuse", "leader", at=at)


def _refuse_stranger(row: Extension, by: User) -> None:
    if row.state != Extension.State.ASKED:
        raise Refused(_("这项延期申请已有结果。请刷新后再看。"))
    if by.unit_id == row.ticket.lead_id and not by.has_role(Role.SUPERVISOR):
        raise Refused(_("本单位的延期申请须由上级审批。"))


def _decide(row: Extension, state: str, opinion: str, *, by: User | None, at: datetime) -> None:
    row.state, row.decided_by, row.decided_at = state, by, at
    row.opinion = scrub(opinion.strip())
    row.save(update_fields=["state", "decided_by", "decided_at", "opinion", "now_due"])
