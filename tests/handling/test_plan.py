"""Long-term plans: what may be asked, who signs, how the limit stands still, and how a plan ends."""

from datetime import date, timedelta

import pytest

from handling import actions
from handling.actions import plan
from handling.actions.plan import Step
from handling.models import Plan
from handling.queries.plan import running, waiting
from hotline.watch import sweep
from tests.city import NOON, City
from tests.handling.conftest import days, fresh, kinds
from tests.handling.planned import TODAY, day, wanted
from tickets.errors import Refused, Stale
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


def test_a_plan_is_asked_signed_and_approved_and_the_limit_stands_still(
    city: City, order: Ticket, asked: Plan
) -> None:
    assert (order.state, asked.state, order.handle_due) == ("handling", "asked", days(7))
    assert list(waiting(city.district_officer)) == [asked]
    assert list(waiting(city.supervisor)) == []
    plan.sign(order, asked, opinion=" 请街道按月报进度。", by=city.district_officer, at=days(1))
    assert list(waiting(city.supervisor)) == [asked]
    plan.approve(order, asked, opinion="准予", by=city.supervisor, at=days(2))
    row = Plan.objects.get()
    assert (row.signed_opinion, row.opinion) == ("请街道按月报进度。", "准予")
    assert fresh(order).state == "on_plan"
    assert kinds(order)[-3:] == ["plan_ask", "plan_sign", "plan"]
    assert list(Pause.objects.values_list("ticket", "why", "begin", "end")) == [
        (order.pk, "plan", days(2), None)
    ]
    sweep(days(10))
    assert fresh(order).state == "on_plan"
    assert not {"remind", "warn", "expire"} & set(kinds(order))
    (row,) = running(city.supervisor)
    assert (row, row.ahead[0].name) == (asked, "完成设计")
    assert list(running(city.stranger)) == []


def test_a_unit_without_a_district_needs_no_signature_but_the_citys(city: City, signed: Ticket) -> None:
    actions.contact(signed, channel="phone", reached=True, note="", by=city.clerk, at=NOON)
    row = plan.ask(signed, wanted(signed), by=city.leader, at=NOON)
    assert row.state == "signed"
    plan.approve(signed, row, by=city.supervisor, at=NOON)
    assert fresh(signed).state == "on_plan"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"text": " "}, "请写明工作计划"),
        ({"until": TODAY}, "须在今天之后"),
        ({"until": date(2027, 3, 3)}, "最长 12 个月"),
        ({"steps": []}, "1 至 10 个"),
        ({"steps": [Step("又一步", day(9))] * 11}, "1 至 10 个"),
        ({"steps": [Step("", day(9))]}, "写明每个节点"),
        ({"steps": [Step("当天", TODAY)]}, "节点的日期须在今天之后"),
        ({"steps": [Step("太晚", day(61))]}, "不能晚于"),
    ],
)
def test_an_unsound_plan_is_refused(city: City, order: Ticket, changes: dict[str, object], why: str) -> None:
    version = order.version
    with pytest.raises(Refused, match=why):
        plan.ask(order, wanted(order, **changes), by=city.street_leader, at=NOON)
    assert (fresh(order).version, Plan.objects.count()) == (version, 0)


def test_the_last_day_the_city_allows_is_allowed(city: City, order: Ticket) -> None:
    row = plan.ask(order, wanted(order, until=date(2027, 3, 2)), by=city.street_leader, at=NOON)
    assert row.until == date(2027, 3, 2)


def test_the_caller_must_have_been_reached_and_the_leader_asks(
    city: City, order: Ticket, signed: Ticket
) -> None:
    missed = actions.contact(order, channel="phone", reached=False, note="", by=city.street_clerk, at=NOON)
    other = actions.contact(signed, channel="phone", reached=True, note="", by=city.clerk, at=NOON)
    version = order.version
    for told in (missed, other):
        with pytest.raises(Refused, match="请先联系上诉求人"):
            plan.ask(order, wanted(order, told=told), by=city.street_leader, at=NOON)
    for who in (city.street_clerk, city.housing_leader, city.district_officer):
        with pytest.raises(Refused):
            plan.ask(order, wanted(order), by=who, at=NOON)
    assert (fresh(order).version, Plan.objects.count()) == (version, 0)


def test_one_request_at_a_time(city: City, order: Ticket, asked: Plan) -> None:
    with pytest.raises(Refused, match="不能重复申请"):
        plan.ask(order, wanted(order), by=city.street_leader, at=NOON)
    assert Plan.objects.count() == 1


def test_the_signatures_keep_their_order_and_their_people(city: City, order: Ticket, asked: Plan) -> None:
    version = order.version
    with pytest.raises(Refused):
        plan.approve(order, asked, by=city.supervisor, at=NOON)
    for who in (city.street_leader, city.supervisor, city.stranger):
        with pytest.raises(Refused):
            plan.sign(order, asked, by=who, at=NOON)
    with pytest.raises(Refused, match="理由"):
        plan.refuse(order, asked, opinion=" ", by=city.district_officer, at=NOON)
    assert (fresh(order).version, Plan.objects.get().state) == (version, "asked")
    plan.refuse(order, asked, opinion="现在就能办，不必挂账。", by=city.district_officer, at=NOON)
    assert (Plan.objects.get().state, fresh(order).state) == ("refused", "handling")
    assert Notice.objects.filter(ticket=order, kind="plan_refuse", unit=city.street).count() == 2
    with pytest.raises(Refused, match="已有结论"):
        plan.sign(order, asked, by=city.district_officer, at=NOON)
    assert plan.ask(order, wanted(order), by=city.street_leader, at=NOON).state == "asked"


def test_a_request_lapses_when_the_order_leaves_handling(city: City, order: Ticket, asked: Plan) -> None:
    told = actions.Result("explained", "已经说明情况。", "我们将纳入计划，请您谅解。")
    later = NOON + timedelta(hours=1)
    actions.report(order, told, by=city.street_clerk, at=later)
    with pytest.raises(Refused):
        plan.sign(order, asked, by=city.district_officer, at=later)
    assert list(waiting(city.district_officer)) == []
    actions.send_back(order, note="请补充", by=city.street_leader, at=later)
    version = order.version
    with pytest.raises(Refused, match="本次挂账申请已失效"):
        plan.sign(order, asked, by=city.district_officer, at=later)
    assert list(waiting(city.district_officer)) == []
    assert fresh(order).version == version
    again = plan.ask(order, wanted(order), by=city.street_leader, at=later)
    assert list(waiting(city.district_officer)) == [again]
    assert Plan.objects.get(pk=asked.pk).state == "lapsed"


def test_the_limit_runs_while_a_plan_is_asked_for(city: City, order: Ticket, asked: Plan) -> None:
    plan.sign(order, asked, by=city.district_officer, at=days(1))
    late = fresh(order)
    with pytest.raises(Refused, match="办理时限已到"):
        plan.approve(late, asked, by=city.supervisor, at=days(7))
    sweep(days(7))
    assert fresh(order).state == "followup"


def test_a_plan_whose_first_step_is_past_is_not_approved(city: City, order: Ticket) -> None:
    row = plan.ask(order, wanted(order, steps=[Step("进场", day(1))]), by=city.street_leader, at=NOON)
    plan.sign(order, row, by=city.district_officer, at=days(1))
    with pytest.raises(Refused, match="节点已过期"):
        plan.approve(order, row, by=city.supervisor, at=days(2))
    assert (fresh(order).state, Pause.objects.count()) == ("handling", 0)


def test_of_two_who_decide_at_once_one_is_told_to_look_again(city: City, order: Ticket, asked: Plan) -> None:
    other, row = fresh(order), Plan.objects.get()
    plan.sign(order, asked, by=city.district_officer, at=NOON)
    with pytest.raises(Stale):
        plan.refuse(other, row, opinion="不予挂账", by=city.district_officer, at=NOON)
    assert Plan.objects.get().state == "signed"
