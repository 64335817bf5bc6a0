"""Long-term plans (挂账) until they are approved: what is asked, signed and refused (DOMAIN §3.5)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from handling.models import Contact, Milestone, Plan
from handling.queries.plan import lapsed, pending, stretches
from handling.rules import MOST_MILESTONES, months_after, plan_fault
from intake.rules import scrub
from tickets import timers
from tickets.book import book, local_day
from tickets.errors import Refused
from tickets.models import Pause, Ticket
from tickets.notices import tell, tell_line
from tickets.queries import hold
from units.models import User
from units.roles import Role

#: Clocks of an approved plan: one of each milestone, one until it is reviewed, one until it ends.
MILESTONE, REVIEW, UNTIL = "milestone", "plan_review", "plan_until"


@dataclass(frozen=True)
class Step:
    """A milestone as it is asked for; `day` is the last on which it is in time."""

    name: str
    day: date


@dataclass(frozen=True)
class Wanted:
    """A plan as it is asked for; `told` is the contact in which the caller heard of it."""

    why: str
    text: str
    until: date
    told: Contact
    steps: Sequence[Step]


@transaction.atomic
def ask(ticket: Ticket, wanted: Wanted, *, by: User, at: datetime) -> Plan:
    """The unit's leader asks; the district signs, where the unit has one, and the city approves.

    The limit runs on until then. Raises Refused for unsound days, for a caller who was not told, while
    another plan is asked for, and when the order was on plans as often as one may be renewed (DOMAIN §3.5).
    """
    hold(ticket)
    if len(wanted.text.strip()) < 5:
        raise Refused(_("请写明工作计划。"))
    if wanted.told.ticket_id != ticket.pk or not wanted.told.reached:
        raise Refused(_("请先联系上诉求人并告知挂账安排，再选择那次联系记录。"))
    today = local_day(at)
    refuse_unsound(wanted.steps, wanted.until, today=today, start=today, at=at)
    _refuse_one_more(ticket, at)
    _clear_lapsed(ticket)
    district = ticket.lead.district_id if ticket.lead else None
    plan = Plan.objects.create(
        ticket=ticket,
        unit_id=ticket.lead_id,
        by=by,
        at=at,
        why=wanted.why,
        text=scrub(wanted.text.strip()),
        told=wanted.told,
        until=wanted.until,
        state=Plan.State.ASKED if district else Plan.State.SIGNED,
    )
    add_steps(plan, wanted.steps)
    facts = {"plan": plan.pk, "why": plan.why, "contact": wanted.told.pk}
    ticket.record("plan_ask", by=by, at=at, facts=facts)
    role = Role.DISTRICT if district else Role.SUPERVISOR
    tell(ticket, "plan_ask", at=at, unit=district, role=role)
    return plan


def _refuse_one_more(ticket: Ticket, at: datetime) -> None:
    """A plan after a plan is a renewal by another name."""
    had = stretches(ticket)
    if had > book().number("plan_renewals", at):
        raise Refused(
            _("本工单已挂账 %(n)d 次（含展期），不能再申请。请继续办理，确有困难可提请协调。") % {"n": had}
        )


def _clear_lapsed(ticket: Ticket) -> None:
    """One plan at a time; a request that the order left behind makes room. Raises Refused for another."""
    open_ = pending(ticket)
    if open_ is None:
        return
    if not lapsed(open_):
        raise Refused(_("本工单已有一份挂账申请在审批，不能重复申请。"))
    Plan.objects.filter(pk=open_.pk).update(state=Plan.State.LAPSED)


def refuse_unsound(steps: Sequence[Step], until: date, *, today: date, start: date, at: datetime) -> None:
    """Raises Refused for days that do not fit; the city's months count from `start`."""
    months = book().number("plan_max_months", at)
    if any(len(step.name.strip()) < 2 for step in steps):
        raise Refused(_("请写明每个节点要完成什么。"))
    fault = plan_fault(
        [step.day for step in steps], today=today, until=until, longest=months_after(start, months)
    )
    if not fault:
        return
    words = {
        "number": _("请填写 1 至 %(most)d 个计划节点。") % {"most": MOST_MILESTONES},
        "past": _("挂账截止日期须在今天之后。"),
        "long": _("挂账最长 %(months)d 个月，请缩短截止日期。") % {"months": months},
        "milestone_past": _("计划节点的日期须在今天之后。"),
        "milestone_late": _("计划节点的日期不能晚于挂账截止日期。"),
    }
    raise Refused(words[fault])


def add_steps(plan: Plan, steps: Sequence[Step]) -> list[Milestone]:
    return Milestone.objects.bulk_create(
        Milestone(plan=plan, name=scrub(step.name.strip()), due=step.day) for step in steps
    )


@transaction.atomic
def sign(ticket: Ticket, plan: Plan, *, opinion: str = "", by: User, at: datetime) -> None:
    """The district answers for its unit's plan (签批)."""
    hold(ticket)
    _refuse_lapsed(plan)
    turn(
        plan,
        Plan.State.ASKED,
        state=Plan.State.SIGNED,
        signed_by=by,
        signed_at=at,
        signed_opinion=scrub(opinion.strip()),
    )
    ticket.record("plan_sign", by=by, at=at, facts={"plan": plan.pk})
    tell(ticket, "plan_sign", at=at, role=Role.SUPERVISOR)


@transaction.atomic
def approve(ticket: Ticket, plan: Plan, *, opinion: str = "", by: User, at: datetime) -> None:
    """The city puts the order on the plan: from now on its limit stands still.

    Raises Refused when the order has left handling since the plan was asked for, or a milestone is past.
    """
    hold(ticket)
    _refuse_lapsed(plan)
    if ticket.handle_due is not None and at >= ticket.handle_due:
        raise Refused(_("办理时限已到，不能再挂账。请退回申请。"))
    steps = list(plan.milestones.all())
    today = local_day(at)
    if any(step.due < today for step in steps) or plan.until < today:
        raise Refused(_("等待审批期间计划节点已过期，请退回，由主办单位重新申报。"))
    turn(
        plan,
        Plan.State.SIGNED,
        state=Plan.State.ACTIVE,
        approved_by=by,
        approved_at=at,
        opinion=scrub(opinion.strip()),
    )
    Pause.objects.create(ticket=ticket, why=Pause.Why.PLAN, begin=at)
    start_steps(ticket, steps, at)
    timers.start_until(ticket, UNTIL, plan.pk, at=at, due=after(plan.until))
    timers.start_until(ticket, REVIEW, plan.pk, at=at, due=at + days("plan_review_days", at))
    ticket.move("plan", by=by, at=at, facts={"plan": plan.pk})
    tell_line(ticket, "plan", "clerk", "leader", at=at)


@transaction.atomic
def refuse(ticket: Ticket, plan: Plan, *, opinion: str, by: User, at: datetime) -> None:
    """The district or the city says no, and why. Raises Refused without an opinion."""
    if len(opinion.strip()) < 2:
        raise Refused(_("请写明不予挂账的理由。"))
    hold(ticket)
    turn(
        plan,
        Plan.State.ASKED,
        Plan.State.SIGNED,
        state=Plan.State.REFUSED,
        refused_by=by,
        opinion=scrub(opinion.strip()),
    )
    ticket.record("plan_refuse", by=by, at=at, facts={"plan": plan.pk})
    tell_line(ticket, "plan_refuse", "clerk", "leader", at=at)


def start_steps(ticket: Ticket, steps: Iterable[Milestone], at: datetime) -> None:
    for step in steps:
        timers.start_until(ticket, MILESTONE, step.pk, at=at, due=after(step.due))


def after(day: date) -> datetime:
    """The moment a day of the city is over."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))


def days(key: str, at: datetime) -> timedelta:
    return timedelta(days=book().number(key, at))


def turn(plan: Plan, *states: str, **changes: object) -> None:
    """Write the row if it still stands so: whoever comes second is refused."""
    if not Plan.objects.filter(pk=plan.pk, state__in=states).update(**changes):
        raise Refused(_("这份挂账申请已有结论。请刷新后查看。"))
    for field, value in changes.items():
        setattr(plan, field, value)


def _refuse_lapsed(plan: Plan) -> None:
    if lapsed(plan):
        raise Refused(_("申请后工单已离开办理环节，本次挂账申请已失效，请主办单位重新申请。"))
