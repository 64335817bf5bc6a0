"""A running long-term plan: its milestones, reviews and renewal, and how it ends."""

from datetime import date, datetime, timedelta

import pytest

from followup.actions.withdrawal import confirm_withdrawal
from handling.actions import on_plan, plan
from handling.actions.on_plan import Renewal
from handling.actions.plan import Step, after
from handling.models import Milestone, Note, Plan
from hotline.watch import sweep
from tests.city import NOON, ZONE, City
from tests.handling.conftest import days, fresh, kinds
from tests.handling.planned import day, wanted
from tickets.errors import Refused
from tickets.models import Notice, Pause, Ticket


@pytest.fixture
def order(plannable: Ticket) -> Ticket:
    return plannable


@pytest.fixture
def asked(city: City, order: Ticket) -> Plan:
    return plan.ask(order, wanted(order), by=city.street_leader, at=NOON)


@pytest.fixture
def active(city: City, order: Ticket, asked: Plan) -> Plan:
    """Signed after a day, approved after two."""
    plan.sign(order, asked, opinion="同意", by=city.district_officer, at=days(1))
    plan.approve(order, asked, opinion="准予", by=city.supervisor, at=days(2))
    return asked


def test_a_missed_milestone_brings_the_order_back_with_what_was_left_of_its_limit(
    city: City, order: Ticket, active: Plan
) -> None:
    over = datetime(2026, 3, 23, tzinfo=ZONE)
    assert after(day(20)) == over
    sweep(over - timedelta(seconds=1))
    assert fresh(order).state == "on_plan"
    sweep(over)
    back = fresh(order)
    # Two of seven days had passed: five are left.
    assert (back.state, back.handle_due) == ("handling", over + timedelta(days=5))
    assert back.remind_at == over + timedelta(days=1.5)
    assert back.warn_at == over + timedelta(minutes=round(10080 * 0.8)) - timedelta(days=2)
    assert back.red_at == over + timedelta(days=8.5)
    assert back.special_at == over + timedelta(days=19)
    row = Plan.objects.get()
    assert (row.state, row.ended_for, row.ended_at) == ("ended", "milestone", over)
    assert Milestone.objects.get(name="完成设计").missed
    assert Pause.objects.get().end == over
    assert not order.timers.open().exclude(kind="co").exists()
    assert Notice.objects.filter(kind="plan_end", role="supervisor").count() == 1
    sweep(days(60))
    assert kinds(order).count("plan_end") == 1
    assert fresh(order).overdue_at == over + timedelta(days=5)


def test_milestones_are_ticked_off_and_the_plan_expires_at_its_end(
    city: City, order: Ticket, active: Plan
) -> None:
    first, second = active.milestones.all()
    on_plan.reach(order, first, note="设计已完成", by=city.street_clerk, at=days(10))
    with pytest.raises(Refused, match="已经完成"):
        on_plan.reach(order, first, note="再点一次", by=city.street_clerk, at=days(10))
    with pytest.raises(Refused, match="完成情况"):
        on_plan.reach(order, second, note=" ", by=city.street_clerk, at=days(10))
    with pytest.raises(Refused):
        on_plan.reach(order, second, note="不是我的", by=city.housing_clerk, at=days(10))
    sweep(after(day(20)))
    assert fresh(order).state == "on_plan"
    with pytest.raises(Refused, match="已过期限"):
        on_plan.reach(fresh(order), second, note="太晚了", by=city.street_clerk, at=after(day(50)))
    on_plan.reach(fresh(order), second, note="施工已完成", by=city.street_clerk, at=days(49))
    sweep(after(day(60)) - timedelta(seconds=1))
    assert fresh(order).state == "on_plan"
    sweep(after(day(60)))
    assert (fresh(order).state, Plan.objects.get().ended_for) == ("handling", "expired")


def test_the_unit_ends_its_plan_when_it_is_done(city: City, order: Ticket, active: Plan) -> None:
    with pytest.raises(Refused):
        on_plan.finish(order, active, by=city.street_clerk, at=days(5))
    assert (fresh(order).state, Plan.objects.get().state) == ("on_plan", "active")
    on_plan.finish(fresh(order), Plan.objects.get(), by=city.street_leader, at=days(5))
    back = fresh(order)
    assert (back.state, back.handle_due, Plan.objects.get().ended_for) == ("handling", days(10), "done")
    with pytest.raises(Refused, match="已经结束"):
        on_plan.finish(back, Plan.objects.get(), by=city.supervisor, at=days(5))
    sweep(after(day(20)))
    assert kinds(order).count("plan_end") == 1


def test_the_city_may_end_a_plan(city: City, order: Ticket, active: Plan) -> None:
    on_plan.finish(order, active, by=city.supervisor, at=days(5))
    assert Plan.objects.get().ended_for == "revoked"


def test_a_plan_is_reviewed_every_ninety_days_and_asked_for_again_until_it_is(
    city: City, order: Ticket
) -> None:
    row = plan.ask(
        order,
        wanted(order, until=day(300), steps=[Step("完成施工", day(290))]),
        by=city.street_leader,
        at=NOON,
    )
    plan.sign(order, row, by=city.district_officer, at=NOON)
    plan.approve(order, row, by=city.supervisor, at=NOON)
    for when in (89, 90, 91, 97, 98):
        sweep(days(when))
    assert kinds(order).count("plan_review") == 2
    assert Notice.objects.filter(kind="plan_review", role="supervisor").count() == 2
    on_plan.review(fresh(order), row, opinion="按计划推进", by=city.supervisor, at=days(99))
    assert Note.objects.get().text == "按计划推进"
    sweep(days(188))
    assert kinds(order).count("plan_review") == 3
    sweep(days(189))
    assert kinds(order).count("plan_review") == 4
    with pytest.raises(Refused):
        on_plan.review(fresh(order), row, opinion="不是我的事", by=city.street_leader, at=days(190))


def test_a_running_plan_is_renewed_once(city: City, order: Ticket, active: Plan) -> None:
    for step in active.milestones.all():
        on_plan.reach(order, step, note="已完成", by=city.street_clerk, at=days(10))
    later = Renewal(day(120), [Step("竣工验收", day(110))])
    version = order.version
    for wrong in (
        Renewal(day(60), [Step("竣工验收", day(59))]),
        Renewal(date(2027, 5, 2), [Step("竣工验收", day(110))]),
        Renewal(day(120), []),
    ):
        with pytest.raises(Refused):
            on_plan.renew(order, active, wrong, by=city.supervisor, at=days(55))
    with pytest.raises(Refused):
        on_plan.renew(order, active, later, by=city.street_leader, at=days(55))
    assert (fresh(order).version, Plan.objects.get().renewals) == (version, 0)
    active = Plan.objects.get()
    on_plan.renew(fresh(order), active, later, by=city.supervisor, at=days(55))
    with pytest.raises(Refused, match="最多展期 1 次"):
        on_plan.renew(fresh(order), active, Renewal(day(200), later.steps), by=city.supervisor, at=days(56))
    sweep(after(day(60)))
    assert fresh(order).state == "on_plan"
    sweep(after(day(110)))
    assert (fresh(order).state, Plan.objects.get().ended_for) == ("handling", "milestone")


def test_a_plan_after_a_plan_is_a_renewal_by_another_name(city: City, order: Ticket, active: Plan) -> None:
    """Ended and asked for again and again, an order would never be done."""
    on_plan.finish(order, active, by=city.street_leader, at=days(3))
    second = plan.ask(fresh(order), wanted(order), by=city.street_leader, at=days(3))
    plan.sign(fresh(order), second, by=city.district_officer, at=days(3))
    plan.approve(fresh(order), second, by=city.supervisor, at=days(3))
    second.refresh_from_db()
    later = Renewal(day(120), [Step("竣工验收", day(110))])
    with pytest.raises(Refused, match="最多展期 1 次"):
        on_plan.renew(fresh(order), second, later, by=city.supervisor, at=days(4))
    on_plan.finish(fresh(order), second, by=city.street_leader, at=days(4))
    version = fresh(order).version
    with pytest.raises(Refused, match="已挂账 2 次"):
        plan.ask(fresh(order), wanted(order), by=city.street_leader, at=days(4))
    assert (fresh(order).version, Plan.objects.count()) == (version, 2)


def test_a_caller_who_did_not_want_to_take_it_back_gets_the_order_handled_not_planned(
    city: City, order: Ticket, active: Plan
) -> None:
    order.move("withdraw", by=None, at=days(5), withdrawn_at=days(5), followup_due=days(7))
    confirm_withdrawal(fresh(order), voluntary=False, channel="phone", by=city.caller_back, at=days(6))
    back = fresh(order)
    # Two of seven days had passed when the plan began.
    assert (back.state, back.handle_due) == ("handling", days(11))
    row = Plan.objects.get()
    assert (row.state, row.ended_for, Pause.objects.get().end) == ("ended", "left", days(6))
    assert not order.timers.open().filter(kind__in=("milestone", "plan_until", "plan_review")).exists()
    again = plan.ask(back, wanted(back), by=city.street_leader, at=days(6))
    assert again.state == "asked"


def test_a_plan_whose_caller_took_the_request_back_ends_without_a_move(
    city: City, order: Ticket, active: Plan
) -> None:
    order.move("withdraw", by=None, at=days(5), withdrawn_at=days(5), followup_due=days(100))
    sweep(after(day(20)))
    assert (fresh(order).state, Plan.objects.get().ended_for) == ("followup", "left")
    assert kinds(order)[-1] == "plan_lapse"
    # Its limit stands still until the caller has been asked.
    assert Pause.objects.get().end is None
    assert not Milestone.objects.filter(missed=True).exists()
    sweep(days(59))
    assert kinds(order).count("plan_lapse") == 1
    confirm_withdrawal(fresh(order), voluntary=False, channel="phone", by=city.caller_back, at=days(60))
    assert (fresh(order).state, fresh(order).handle_due) == ("handling", days(65))
    assert Pause.objects.get().end == days(60)
