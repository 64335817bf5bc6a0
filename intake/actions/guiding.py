"""The caller is told another way (诉求引导): the agent proposes it, the team leader decides (DOMAIN R7).

Silence is no confirmation: the request is accepted, so that a caller loses nothing by a full desk.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from intake.actions.filing import Then, once, write
from intake.models import Guidance
from intake.requests import Request
from intake.rules import scrub
from tickets import timers
from tickets.book import book
from tickets.errors import Refused
from tickets.models import Ticket, Timer
from tickets.notices import tell
from units.models import User
from units.roles import Role

TIMER = "guidance"
Verdict = Guidance.Verdict


def propose(request: Request, *, way: str, answer: str, by: User, at: datetime) -> Ticket:
    """The way was told; the request waits for the team leader, and no dispatch clock runs.

    The same `client_key` again as in `file`. Raises Refused without the words or the kind of way.
    """
    if not answer.strip():
        raise Refused(_("请写明答复内容或告知的途径。"))
    if way not in Guidance.Way.values:
        raise Refused(_("请选择途径类别。"))
    return once(request.client_key, lambda: _propose(request, way, answer, by, at))


@transaction.atomic
def _propose(request: Request, way: str, answer: str, by: User, at: datetime) -> Ticket:
    due = book().due_in(None, at, book().number("guide_confirm_minutes", at))
    facts, changes = {"way": way}, {"dispatch_due": None, "aside_at": due}
    ticket = write(request, "guide_ask", by=by, at=at, facts=facts, **changes)
    row = Guidance.objects.create(ticket=ticket, way=way, told=scrub(answer), by=by, at=at, due=due)
    timers.start_until(ticket, TIMER, row.pk, at=at, due=due)
    return ticket


@transaction.atomic
def confirm(row: Guidance, *, by: User, at: datetime) -> None:
    """The way was the right one: closed as guided, and no unit ever had it.

    Raises Refused for whoever proposed it, and for what is decided.
    """
    ticket = _decidable(row, by)
    timers.stop(ticket, TIMER, row.pk, at=at)
    facts = {"guidance": row.pk, "way": row.way}
    ticket.move("guide", by=by, at=at, facts=facts, answer=row.told, closed_at=at)
    _decide(row, Verdict.CONFIRMED, by, at)


@transaction.atomic
def accept(row: Guidance, *, opinion: str, by: User, at: datetime, then: Then | None = None) -> None:
    """It is the units' matter after all: it waits for dispatch, whose clock begins now.

    The agent is told. Raises Refused as `confirm`, and without a reason.
    """
    ticket = _decidable(row, by)
    if len(opinion.strip()) < 2:
        raise Refused(_("请写明转为受理的理由，话务员会看到。"))
    timers.stop(ticket, TIMER, row.pk, at=at)
    row.opinion = scrub(opinion.strip())
    _accept(ticket, row, Verdict.ACCEPTED, by, at, then)


@transaction.atomic
def fall_silent(ticket: Ticket, timer: Timer, at: datetime, *, then: Then | None = None) -> None:
    """Nobody confirmed in time: accepted by itself, and the team leader is told."""
    row = Guidance.objects.get(pk=timer.ref, ticket=ticket)
    _accept(ticket, row, Verdict.SILENT, None, at, then)
    tell(ticket, "guide_refuse", role=Role.TEAM_LEADER, at=at)


def _decidable(row: Guidance, by: User) -> Ticket:
    if row.verdict != Verdict.WAITING:
        raise Refused(_("这一项已有结果。请看其他待确认的诉求。"))
    if row.by_id == by.pk:
        raise Refused(_("告知途径须由另一位班长确认，不能确认本人登记的诉求。"))
    return row.ticket


def _accept(
    ticket: Ticket, row: Guidance, verdict: str, by: User | None, at: datetime, then: Then | None
) -> None:
    """An order like any other, whose dispatch clock begins now; whoever took the call is told."""
    limit = book().limit_of(ticket.limit_id)
    due = book().due(limit, at, limit.dispatch_minutes)
    facts = {"guidance": row.pk, "way": row.way, "verdict": verdict}
    ticket.move("guide_refuse", by=by, at=at, facts=facts, dispatch_due=due)
    _decide(row, verdict, by, at)
    tell(ticket, "guide_refuse", person=row.by_id, at=at)
    if then is not None:
        then(ticket, at)


def _decide(row: Guidance, verdict: str, by: User | None, at: datetime) -> None:
    row.verdict, row.verdict_by, row.verdict_at = verdict, by, at
    row.save(update_fields=["verdict", "verdict_by", "verdict_at", "opinion"])
