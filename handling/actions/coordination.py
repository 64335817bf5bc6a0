"""Coordination by levels (分级协调): those above study what the lead cannot solve; their word binds (R14)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from handling.models import Coordination
from handling.queries.bodies import body
from handling.rules import department_fits, first_level, next_level
from intake.rules import scrub
from tickets import access, timers
from tickets.access import Access
from tickets.book import book
from tickets.errors import Refused
from tickets.models import Ticket, Timer
from tickets.notices import tell, tell_line
from tickets.queries import hold
from tickets.states import OPEN
from units.models import Unit, User
from units.roles import Role

Level = Coordination.Level
State = Coordination.State
TIMER = "coordination"


@transaction.atomic
def ask(
    ticket: Ticket, *, question: str, department: Unit | None = None, by: User, at: datetime
) -> Coordination:
    """Ask the next level, or the department in charge that is named; the handling clock runs on.

    Raises Refused without a question, for a department that does not fit, and while another is open.
    """
    if len(question.strip()) < 5:
        raise Refused(_("请写明需要协调的问题。"))
    hold(ticket)
    if ticket.coordinations.filter(state=State.ASKED).exists():
        raise Refused(_("本工单已有一项协调在等待答复，答复后才能再提请。"))
    level, to = _first(ticket, department, by)
    row = _open(ticket, level, to, scrub(question.strip()), by=by, at=at)
    ticket.record("coordinate", by=by, at=at, facts=_facts(row))
    return row


def _first(ticket: Ticket, department: Unit | None, by: User) -> tuple[str, int | None]:
    """Whose word is asked first: (level, unit). A district that is accused itself is passed over."""
    if ticket.lead is None:
        raise Refused(_("工单还没有主办单位，不能提请协调。"))
    if department is not None:
        _refuse_unfit(ticket, department)
        return Level.DEPARTMENT, department.pk
    above = by.has_role(Role.DISTRICT) and by.unit_id == ticket.lead.district_id
    level, to = first_level(body(ticket.lead), asked_by_district=above)
    return (Level.CITY, None) if to is not None and to == ticket.accused_id else (level, to)


def _refuse_unfit(ticket: Ticket, department: Unit) -> None:
    if not department.active or not department_fits(body(ticket.lead), body(department)):
        raise Refused(
            _("「%(unit)s」不能作为本工单的行业主管部门：请选本区或市级的部门。") % {"unit": department}
        )
    if access.accuses(ticket, department):
        raise Refused(_("「%(unit)s」是被举报单位或其下属，不能参与办理。") % {"unit": department})


@transaction.atomic
def answer(ticket: Ticket, row: Coordination, *, opinion: str, by: User, at: datetime) -> None:
    """The opinion; it binds the lead (DOMAIN R14). Raises Refused for anybody but who was asked."""
    if len(opinion.strip()) < 5:
        raise Refused(_("请写明协调意见。"))
    _refuse_stranger(row, by)
    hold(ticket)
    _close(ticket, row, State.ANSWERED, opinion=scrub(opinion.strip()), by=by, at=at)
    ticket.record("opinion", by=by, at=at, facts=_facts(row))
    tell_line(ticket, "opinion", "clerk", "leader", at=at)


@transaction.atomic
def pass_up(
    ticket: Ticket,
    row: Coordination,
    *,
    note: str = "",
    department: Unit | None = None,
    by: User,
    at: datetime,
) -> Coordination:
    """It is not for this level to decide: on to the next, or from a district to a department of the city.

    Raises Refused at the city, and for anybody but who was asked.
    """
    _refuse_stranger(row, by)
    if department is not None:
        _refuse_unfit(ticket, department)
        if row.level != Level.DISTRICT or department.type != Unit.Type.CITY_DEPT:
            raise Refused(_("区级只能提级到市级部门或市级。"))
    nearest = _next(ticket, row)
    if nearest is None:
        raise Refused(_("市级是最后一级，请给出协调意见。"))
    level, to = nearest if department is None else (Level.DEPARTMENT, department.pk)
    hold(ticket)
    return _up(ticket, row, level, to, note=scrub(note.strip()), by=by, at=at)


def ring(ticket: Ticket, timer: Timer, at: datetime) -> None:
    """Nobody answered in time: one level up by itself. Above the city is none: it is told again, once.

    Of an order that has ended nobody is asked any more.
    """
    row = Coordination.objects.select_related("to").get(pk=timer.ref)
    if ticket.state not in OPEN:
        _close(ticket, row, State.LAPSED, opinion="", by=None, at=at)
        ticket.record("coordinate_late", by=None, at=at, facts=_facts(row) | {"lapsed": True})
        return
    nearest = _next(ticket, row)
    if nearest is not None:
        _up(ticket, row, *nearest, note="", by=None, at=at)
        return
    rung = ticket.timers.filter(kind=TIMER, ref=row.pk, rang_at__isnull=False).count()
    if rung == 1:
        timers.start(ticket, TIMER, row.pk, at=at, minutes=book().number("coordinate_minutes", at))
    tell(ticket, "coordinate_late", at=at, role=Role.SUPERVISOR)
    ticket.record("coordinate_late", by=None, at=at, facts=_facts(row) | {"again": rung > 1})


def _next(ticket: Ticket, row: Coordination) -> tuple[str, int | None] | None:
    """The level above; the accused unit is passed over."""
    nearest = next_level(row.level, body(row.to) if row.to else None)
    if nearest is not None and nearest[1] is not None and nearest[1] == ticket.accused_id:
        return Level.CITY, None
    return nearest


def _up(
    ticket: Ticket,
    row: Coordination,
    level: str,
    to: int | None,
    *,
    note: str,
    by: User | None,
    at: datetime,
) -> Coordination:
    _close(ticket, row, State.PASSED_UP, opinion=note, by=by, at=at)
    above = _open(ticket, level, to, row.question, by=by, at=at, below=row)
    facts = _facts(above) | {"below": row.pk, "silent": by is None}
    ticket.record("coordinate_up", by=by, at=at, facts=facts)
    tell_line(ticket, "coordinate_up", "clerk", at=at)
    return above


def _open(
    ticket: Ticket,
    level: str,
    to: int | None,
    question: str,
    *,
    by: User | None,
    at: datetime,
    below: Coordination | None = None,
) -> Coordination:
    """A question at a level, its clock running, and whoever must answer told."""
    minutes = book().number("coordinate_minutes", at)
    row = Coordination.objects.create(
        ticket=ticket,
        level=level,
        to_id=to,
        below=below,
        unit_id=ticket.lead_id,
        by=by,
        at=at,
        question=question,
        due=book().due_in(None, at, minutes),
    )
    timers.start(ticket, TIMER, row.pk, at=at, minutes=minutes)
    if to is not None:
        access.give(ticket, [to], Access.Why.ASKED)
    tell(ticket, "coordinate", at=at, unit=to, role=ANSWERS[level])
    return row


#: level → the role that answers there, in the unit that was asked.
ANSWERS = {
    Level.DISTRICT: Role.DISTRICT,
    Level.DEPARTMENT: Role.LEADER,
    Level.CITY: Role.SUPERVISOR,
}


def _refuse_stranger(row: Coordination, by: User) -> None:
    mine = row.to_id is None or row.to_id == by.unit_id
    if not by.has_role(ANSWERS[row.level]) or not mine:
        raise Refused(_("这项协调不是提请您答复的。"))


def _close(
    ticket: Ticket, row: Coordination, state: str, *, opinion: str, by: User | None, at: datetime
) -> None:
    """The question has its answer, once: whoever comes second is refused."""
    open_ = Coordination.objects.filter(pk=row.pk, state=State.ASKED)
    if not open_.update(state=state, opinion=opinion, answered_by=by, answered_at=at):
        raise Refused(_("这项协调已有结论。请刷新后查看。"))
    row.state, row.opinion, row.answered_by, row.answered_at = state, opinion, by, at
    timers.stop(ticket, TIMER, row.pk, at=at)


def _facts(row: Coordination) -> dict[str, object]:
    return {"coordination": row.pk, "level": row.level, "unit": row.to_id}
