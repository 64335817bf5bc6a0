"""Lead and co-units (主办与协办): each does its part in its own time, the lead sees all and may urge."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from dispatch.actions.helping import TIMER, add_parts
from dispatch.models import CoTask
from handling.queries.co import is_own
from intake.rules import scrub
from tickets import access, timers
from tickets.attachments import kept
from tickets.book import book
from tickets.errors import Refused
from tickets.models import Ticket, Timer
from tickets.notices import tell, tell_line
from tickets.queries import hold
from tickets.states import OPEN
from units.models import Unit, User
from units.roles import Role


@transaction.atomic
def done(row: CoTask, *, text: str, by: User, at: datetime, files: Sequence[UploadedFile] = ()) -> None:
    """The co-unit's own people say what they did; its photos wait with the ticket as evidence.

    Raises Refused for people of another unit, for a part that is done, and without an account.
    """
    ticket = row.ticket
    if not is_own(row, by):
        raise Refused(_("只有协办单位自己才能填写协办情况。"))
    if row.done_at is not None:
        raise Refused(_("本单位的协办情况已提交。需要补充的，请写备注。"))
    if len(text.strip()) < 5:
        raise Refused(_("请写明做了什么。"))
    hold(ticket)
    with kept(ticket, files, by=by, at=at) as photos:
        timers.stop(ticket, TIMER, row.pk, at=at)
        facts = {"co": row.pk, "unit": row.unit_id, "evidence": [photo.pk for photo in photos]}
        ticket.record("co_done", by=by, at=at, facts=facts)
    row.done_at, row.done_by, row.result = at, by, scrub(text.strip())
    row.save(update_fields=["done_at", "done_by", "result"])
    tell_line(ticket, "co_done", "clerk", at=at)


@transaction.atomic
def urge(row: CoTask, *, by: User, at: datetime) -> None:
    """The lead wants the part done. Raises Refused within `urge_gap_minutes`, and when done."""
    ticket = row.ticket
    if row.done_at is not None:
        raise Refused(_("%(unit)s 的协办已完成，不用再催。") % {"unit": row.unit})
    gap = book().number("urge_gap_minutes", at)
    free = row.urged_at + timedelta(minutes=gap) if row.urged_at else at
    if at < free:
        raise Refused(_("刚催过，%(at)s 之后可以再催。") % {"at": f"{timezone.localtime(free):%H:%M}"})
    hold(ticket)
    ticket.record("co_urge", by=by, at=at, facts={"co": row.pk, "unit": row.unit_id})
    row.urged_at = at
    row.save(update_fields=["urged_at"])
    _tell_helper(row, "co_urge", at)


@transaction.atomic
def add(ticket: Ticket, *, unit: Unit, task: str, by: User, at: datetime) -> None:
    """One more unit helps, or one that did its part helps again, for `co_percent` of what is left of the
    lead's limit.

    Raises Refused for a district outside its own units, for a unit that has a part to do or may not help, and
    without saying what it is to do.
    """
    if len(task.strip()) < 2:
        raise Refused(_("请写明需要它协办什么。"))
    if not by.has_role(Role.DISPATCHER) and not _within_district(ticket, unit, by):
        raise Refused(_("只能给本区承办的工单增加本区的协办单位。"))
    if unit.pk == ticket.lead_id or access.accuses(ticket, unit) or not unit.active:
        raise Refused(_("该单位不能协办这张工单。请另选单位。"))
    if ticket.co_tasks.filter(unit=unit, done_at=None).exists():
        raise Refused(_("该单位已是协办单位，它的协办还没有完成，请催办。"))
    hold(ticket)
    limit, share = book().limit_of(ticket.limit_id), book().number("co_percent", at)
    due = book().share(limit, at, max(at, ticket.handle_due or at), share)
    add_parts(ticket, [unit.pk], due=due, at=at, task=scrub(task.strip()))
    access.give(ticket, [unit.pk], access.Access.Why.CO)
    row = ticket.co_tasks.get(unit=unit, done_at=None)
    ticket.record("co_add", by=by, at=at, facts={"co": row.pk, "unit": unit.pk})
    _tell_helper(row, "co_add", at)


def fall_late(ticket: Ticket, timer: Timer, at: datetime) -> None:
    """The bell: the part's limit ended. Where the matter is over, nobody waits for it any more."""
    row = CoTask.objects.select_related("unit").get(pk=timer.ref)
    facts = {"co": row.pk, "unit": row.unit_id}
    if row.done_at is not None or ticket.state not in OPEN:
        ticket.record("co_over", by=None, at=at, facts=facts)
        return
    ticket.record("co_late", by=None, at=at, facts=facts)
    row.late = True
    row.save(update_fields=["late"])
    tell(ticket, "co_late", at=at, unit=row.unit_id, role=_head(row.unit))
    tell_line(ticket, "co_late", "clerk", at=at)


def _within_district(ticket: Ticket, unit: Unit, by: User) -> bool:
    return by.unit is not None and by.unit.covers(ticket.lead) and by.unit.covers(unit)


def _head(unit: Unit) -> str:
    """Who answers for the unit: a district government has only its sub-centre's people."""
    return Role.DISTRICT if unit.type == Unit.Type.DISTRICT else Role.LEADER


def _tell_helper(row: CoTask, kind: str, at: datetime) -> None:
    """Those who do the work in the co-unit, and their leader."""
    if row.unit.type == Unit.Type.DISTRICT:
        roles = [Role.DISTRICT]
    else:
        roles = [Role.CLERK, Role.LEADER]
    for role in roles:
        tell(row.ticket, kind, at=at, unit=row.unit_id, role=role)
