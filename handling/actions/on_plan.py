"""A running long-term plan (挂账): its milestones, reviews and renewal, and its end (DOMAIN §3.5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from handling.actions.plan import (
    MILESTONE,
    REVIEW,
    UNTIL,
    Step,
    add_steps,
    after,
    days,
    refuse_unsound,
    start_steps,
    turn,
)
from handling.models import Milestone, Note, Plan
from handling.queries.plan import stretches
from intake.rules import scrub
from tickets import timers
from tickets.book import book, local_day
from tickets.errors import Refused
from tickets.models import Pause, Ticket, Timer
from tickets.notices import tell, tell_line
from tickets.pauses import stood_still
from tickets.queries import hold
from tickets.rules import HANDLING
from tickets.states import State
from units.models import User
from units.roles import Role

#: What stands still with the limit.
MOMENTS = ("contact_due", *HANDLING)


@dataclass(frozen=True)
class Renewal:
    """A new end for a running plan, with what will be done until then."""

    until: date
    steps: Sequence[Step]


@transaction.atomic
def reach(ticket: Ticket, step: Milestone, *, note: str, by: User, at: datetime) -> None:
    """A milestone is done, and what was done. Raises Refused for one that is done or past."""
    if len(note.strip()) < 2:
        raise Refused(_("请写明完成情况。"))
    hold(ticket)
    if at >= after(step.due):
        raise Refused(_("节点「%(name)s」已过期限。") % {"name": step.name})
    mine = Milestone.objects.filter(pk=step.pk, plan__ticket=ticket, plan__state=Plan.State.ACTIVE)
    if not mine.filter(done_at=None).update(done_at=at, done_by=by, note=scrub(note.strip())):
        raise Refused(_("这个节点已经完成。请刷新后查看。"))
    timers.stop(ticket, MILESTONE, step.pk, at=at)
    ticket.record("milestone", by=by, at=at, facts={"plan": step.plan_id, "milestone": step.pk})


@transaction.atomic
def review(ticket: Ticket, plan: Plan, *, opinion: str, by: User, at: datetime) -> None:
    """The city looked at a running plan; the next look is due `plan_review_days` from now."""
    if len(opinion.strip()) < 2:
        raise Refused(_("请写明复核意见。"))
    hold(ticket)
    _refuse_ended(plan)
    note = Note.objects.create(ticket=ticket, by=by, unit_id=by.unit_id, text=scrub(opinion.strip()), at=at)
    timers.stop(ticket, REVIEW, plan.pk, at=at)
    timers.start_until(ticket, REVIEW, plan.pk, at=at, due=at + days("plan_review_days", at))
    ticket.record("plan_review", by=by, at=at, facts={"plan": plan.pk, "note": note.pk})


@transaction.atomic
def renew(ticket: Ticket, plan: Plan, renewal: Renewal, *, by: User, at: datetime) -> None:
    """A running plan gets a later end and more milestones, `plan_renewals` times at most; a plan after a plan
    is one of them.

    The new end lies at most `plan_max_months` after the old one. Raises Refused otherwise.
    """
    hold(ticket)
    _refuse_ended(plan)
    most = book().number("plan_renewals", at)
    if stretches(ticket) > most:
        raise Refused(_("挂账最多展期 %(most)d 次，到期后须恢复办理。") % {"most": most})
    if renewal.until <= plan.until:
        raise Refused(_("新的截止日期须晚于原截止日期。"))
    refuse_unsound(renewal.steps, renewal.until, today=local_day(at), start=plan.until, at=at)
    turn(plan, Plan.State.ACTIVE, until=renewal.until, renewals=plan.renewals + 1)
    start_steps(ticket, add_steps(plan, renewal.steps), at)
    timers.stop(ticket, UNTIL, plan.pk, at=at)
    timers.start_until(ticket, UNTIL, plan.pk, at=at, due=after(renewal.until))
    ticket.record("plan_renew", by=by, at=at, facts={"plan": plan.pk, "number": plan.renewals})
    tell_line(ticket, "plan_renew", "clerk", "leader", at=at)


@transaction.atomic
def finish(ticket: Ticket, plan: Plan, *, by: User, at: datetime) -> None:
    """The unit's leader, or the city, takes the order back into handling; its limit runs on."""
    hold(ticket)
    _refuse_ended(plan)
    why = "revoked" if by.has_role(Role.SUPERVISOR) else "done"
    _end(ticket, plan, why, by=by, at=at)


def ring_milestone(ticket: Ticket, timer: Timer, at: datetime) -> None:
    """A milestone was missed: the order is handled again."""
    step = Milestone.objects.select_related("plan").get(pk=timer.ref)
    if ticket.state == State.ON_PLAN:
        Milestone.objects.filter(pk=step.pk).update(missed=True)
    _end_by_itself(ticket, step.plan, "milestone", at)


def ring_until(ticket: Ticket, timer: Timer, at: datetime) -> None:
    """The plan's time is over: the order is handled again."""
    _end_by_itself(ticket, Plan.objects.get(pk=timer.ref), "expired", at)


def ring_review(ticket: Ticket, timer: Timer, at: datetime) -> None:
    """A running plan must be looked at; it is asked for again until somebody does."""
    plan = Plan.objects.get(pk=timer.ref)
    if ticket.state != State.ON_PLAN:
        _end_by_itself(ticket, plan, "left", at)
        return
    timers.start_until(ticket, REVIEW, plan.pk, at=at, due=at + days("plan_review_again_days", at))
    tell(ticket, "plan_review", at=at, role=Role.SUPERVISOR)
    ticket.record("plan_review", by=None, at=at, facts={"plan": plan.pk, "due": True})


def _end_by_itself(ticket: Ticket, plan: Plan, why: str, at: datetime) -> None:
    """Back into handling; an order that left its plan by another way only loses it."""
    if ticket.state != State.ON_PLAN:
        _stop(ticket, plan, "left", at)
        ticket.record("plan_lapse", by=None, at=at, facts={"plan": plan.pk})
        return
    _end(ticket, plan, why, by=None, at=at)
    tell(ticket, "plan_end", at=at, role=Role.SUPERVISOR)


def _end(ticket: Ticket, plan: Plan, why: str, *, by: User | None, at: datetime) -> None:
    """The plan is over, and the order goes on where its limit stood."""
    _stop(ticket, plan, why, at)
    changes = _run_on(ticket, at)
    ticket.move("plan_end", by=by, at=at, facts={"plan": plan.pk, "why": why}, **changes)
    tell_line(ticket, "plan_end", "clerk", "leader", at=at)


def lapse(ticket: Ticket, at: datetime) -> None:
    """End the plan of an order that leaves it by another way: the caller took the request back.

    Writes no event: the move that follows does. Its limit stands still until then; that move ends the pause.
    """
    plan = Plan.objects.filter(ticket=ticket, state=Plan.State.ACTIVE).first()
    if plan is not None:
        hold(ticket)
        _stop(ticket, plan, "left", at)


def _stop(ticket: Ticket, plan: Plan, why: str, at: datetime) -> None:
    """The row and its clocks end."""
    turn(plan, Plan.State.ACTIVE, state=Plan.State.ENDED, ended_at=at, ended_for=why)
    timers.stop(ticket, MILESTONE, *plan.milestones.values_list("pk", flat=True), at=at)
    for kind in (REVIEW, UNTIL):
        timers.stop(ticket, kind, plan.pk, at=at)


def _run_on(ticket: Ticket, at: datetime) -> dict[str, object]:
    """The pause ends; gives the moments of the limit as they run on."""
    pause = ticket.pauses.filter(why=Pause.Why.PLAN, end=None).last()
    if pause is None:
        return {}
    pause.end = at
    pause.save(update_fields=["end"])
    return dict(stood_still(ticket, MOMENTS, pause.begin, at))


def _refuse_ended(plan: Plan) -> None:
    if plan.state != Plan.State.ACTIVE:
        raise Refused(_("这份挂账已经结束。请刷新后查看。"))
