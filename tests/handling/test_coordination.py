"""Coordination by levels: who is asked, whose word binds, what silence does."""

import pytest

from handling import actions
from handling.actions import coordination
from handling.models import Coordination
from handling.queries.coordination import aside, waiting
from hotline.watch import sweep
from tests.city import NOON, City
from tests.handling.conftest import days, facts_of, fresh
from tickets.errors import Refused, Stale
from tickets.models import Notice, Setting, Ticket
from units.models import Unit

QUESTION = "小区产权单位已注销，由谁出资维修？"
OPINION = "由街道牵头、住建委配合，先行应急维修。"


@pytest.fixture
def order(street_order: Ticket) -> Ticket:
    return street_order


@pytest.fixture
def asked(city: City, order: Ticket) -> Coordination:
    """The street has asked its district."""
    return coordination.ask(order, question=QUESTION, by=city.street_clerk, at=NOON)


def test_a_street_asks_its_district_and_the_limit_runs_on(
    city: City, order: Ticket, asked: Coordination
) -> None:
    assert (asked.level, asked.to, asked.due) == ("district", city.district, days(2))
    assert (order.state, order.handle_due, order.aside_at) == ("handling", days(7), days(2))
    assert facts_of(order, "coordinate") == [
        {"coordination": asked.pk, "level": "district", "unit": city.district.pk}
    ]
    assert Notice.objects.filter(kind="coordinate", unit=city.district, role="district").count() == 1
    assert list(waiting(city.district_officer)) == [asked]
    assert list(waiting(city.supervisor)) == []


def test_what_stands_under_no_district_asks_the_city(city: City, signed: Ticket) -> None:
    row = coordination.ask(signed, question=QUESTION, by=city.clerk, at=NOON)
    assert (row.level, row.to) == ("city", None)
    assert list(waiting(city.supervisor)) == [row]
    assert Notice.objects.filter(kind="coordinate", unit=None, role="supervisor").count() == 1


def test_a_district_that_asks_for_its_unit_asks_the_city(city: City, order: Ticket) -> None:
    row = coordination.ask(order, question=QUESTION, by=city.district_officer, at=NOON)
    assert (row.level, row.to, row.unit) == ("city", None, city.street)


def test_the_department_in_charge_may_be_named_and_then_sees_the_order(city: City, order: Ticket) -> None:
    assert not Ticket.objects.visible_to(city.planning_leader).filter(pk=order.pk).exists()
    row = coordination.ask(
        order, question=QUESTION, department=city.department, by=city.street_leader, at=NOON
    )
    assert (row.level, row.to) == ("department", city.department)
    assert Ticket.objects.visible_to(city.planning_leader).filter(pk=order.pk).exists()
    assert list(waiting(city.planning_leader)) == [row]
    assert list(waiting(city.housing_leader)) == []


def test_only_a_department_of_the_district_or_the_city_may_be_named(city: City, order: Ticket) -> None:
    version = order.version
    Unit.objects.filter(pk=city.department.pk).update(active=False)
    city.department.refresh_from_db()
    for unit in (city.heating, city.sibling, city.district, city.street, city.department):
        with pytest.raises(Refused, match="行业主管部门"):
            coordination.ask(order, question=QUESTION, department=unit, by=city.street_clerk, at=NOON)
    order.accused = city.housing
    with pytest.raises(Refused, match="被举报单位"):
        coordination.ask(order, question=QUESTION, department=city.housing, by=city.street_clerk, at=NOON)
    with pytest.raises(Refused, match="请写明"):
        coordination.ask(order, question=" ", by=city.street_clerk, at=NOON)
    with pytest.raises(Refused):
        coordination.ask(order, question=QUESTION, by=city.housing_clerk, at=NOON)
    assert (fresh(order).version, Coordination.objects.count()) == (version, 0)


def test_an_accused_district_is_passed_over(city: City, order: Ticket) -> None:
    Ticket.objects.filter(pk=order.pk).update(accused=city.district)
    row = coordination.ask(fresh(order), question=QUESTION, by=city.street_clerk, at=NOON)
    assert (row.level, row.to) == ("city", None)


def test_one_question_at_a_time(city: City, order: Ticket, asked: Coordination) -> None:
    with pytest.raises(Refused, match="在等待答复"):
        coordination.ask(order, question=QUESTION, by=city.street_clerk, at=NOON)
    assert Coordination.objects.count() == 1


def test_the_opinion_stands_on_top_until_the_lead_reports(
    city: City, order: Ticket, asked: Coordination
) -> None:
    said = f"{OPINION}联系人13800002046"
    coordination.answer(order, asked, opinion=said, by=city.district_officer, at=days(1))
    asked.refresh_from_db()
    assert (asked.state, asked.answered_by) == ("answered", city.district_officer)
    assert asked.opinion == f"{OPINION}联系人138****2046"
    assert aside(order, city.street_clerk, days(1)).binding == [asked]
    assert not order.timers.open().filter(kind="coordination").exists()
    assert order.handle_due == days(7)
    assert Notice.objects.filter(kind="opinion", unit=city.street).count() == 2
    with pytest.raises(Refused):
        coordination.answer(order, asked, opinion=OPINION, by=city.district_officer, at=days(1))
    told = actions.Result("explained", "已按意见维修。", "已经应急维修，请您查看。")
    actions.report(order, told, by=city.street_clerk, at=days(2))
    assert aside(order, city.street_clerk, days(2)).binding == []
    sweep(days(3))
    assert facts_of(order, "coordinate_up") == []


def test_only_who_was_asked_may_answer(city: City, order: Ticket, asked: Coordination) -> None:
    version = order.version
    for who in (city.supervisor, city.planning_leader, city.street_leader, city.housing_leader):
        with pytest.raises(Refused, match="不是提请您答复"):
            coordination.answer(order, asked, opinion=OPINION, by=who, at=NOON)
        with pytest.raises(Refused, match="不是提请您答复"):
            coordination.pass_up(order, asked, by=who, at=NOON)
    asked.refresh_from_db()
    assert (asked.state, fresh(order).version) == ("asked", version)


def test_a_district_passes_a_question_on_to_a_department_and_that_one_to_the_city(
    city: City, order: Ticket, asked: Coordination
) -> None:
    middle = coordination.pass_up(
        order, asked, note="属规划事项", department=city.department, by=city.district_officer, at=days(1)
    )
    assert (middle.level, middle.to, middle.below, middle.due) == (
        "department",
        city.department,
        asked,
        days(3),
    )
    top = coordination.pass_up(order, middle, by=city.planning_leader, at=days(2))
    assert (top.level, top.to, top.question) == ("city", None, QUESTION)
    asked.refresh_from_db()
    assert (asked.state, asked.opinion) == ("passed_up", "属规划事项")
    with pytest.raises(Refused, match="市级是最后一级"):
        coordination.pass_up(order, top, by=city.supervisor, at=days(2))
    coordination.answer(order, top, opinion=OPINION, by=city.supervisor, at=days(3))
    assert aside(order, city.street_clerk, days(3)).binding == [top]


def test_a_district_may_pass_on_to_departments_of_the_city_alone(
    city: City, order: Ticket, asked: Coordination
) -> None:
    with pytest.raises(Refused, match="只能提级到市级部门"):
        coordination.pass_up(order, asked, department=city.housing, by=city.district_officer, at=NOON)
    assert Coordination.objects.count() == 1


def test_what_a_department_of_the_district_does_not_answer_goes_to_the_district(
    city: City, order: Ticket
) -> None:
    coordination.ask(order, question=QUESTION, department=city.housing, by=city.street_clerk, at=NOON)
    sweep(days(2))
    row = Coordination.objects.get(state="asked")
    assert (row.level, row.to) == ("district", city.district)


def test_silence_passes_a_question_up_and_the_city_is_reminded_once_more(
    city: City, order: Ticket, asked: Coordination
) -> None:
    Setting.objects.filter(key="coordinate_minutes").update(value="1440")
    sweep(days(2))
    sweep(days(2))
    top = Coordination.objects.get(state="asked")
    assert (top.level, top.below, top.by) == ("city", asked, None)
    assert facts_of(order, "coordinate_up") == [
        {"coordination": top.pk, "level": "city", "unit": None, "below": asked.pk, "silent": True}
    ]
    assert Notice.objects.filter(kind="coordinate", unit=None, role="supervisor").count() == 1
    for day in (4, 5, 6, 6.5):
        sweep(days(day))
    assert [facts["again"] for facts in facts_of(order, "coordinate_late")] == [False, True]
    assert Notice.objects.filter(kind="coordinate_late", role="supervisor").count() == 2
    assert not order.timers.open().filter(kind="coordination").exists()
    assert list(waiting(city.supervisor)) == [top]


def test_a_question_about_an_order_that_has_ended_lapses_and_asks_nobody(
    city: City, order: Ticket, asked: Coordination
) -> None:
    order.move("withdraw", by=None, at=days(1), withdrawn_at=days(1))
    order.move("close", by=city.caller_back, at=days(1))
    sweep(days(2))
    sweep(days(9))
    asked.refresh_from_db()
    assert (asked.state, Coordination.objects.count()) == ("lapsed", 1)
    (told,) = facts_of(order, "coordinate_late")
    assert told["lapsed"]
    assert not Notice.objects.filter(kind="coordinate_late").exists()


def test_of_two_answers_the_second_changes_nothing(city: City, order: Ticket, asked: Coordination) -> None:
    other = fresh(order)
    coordination.answer(order, asked, opinion=OPINION, by=city.district_officer, at=NOON)
    with pytest.raises(Stale):
        coordination.pass_up(other, asked, by=city.district_officer, at=NOON)
    assert Coordination.objects.count() == 1
