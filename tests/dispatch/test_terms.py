"""Which limits a dispatched request gets, and which units it may never go to."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from dispatch.actions import dispatch_by_hand, redispatch, route
from dispatch.actions.correcting import correct
from dispatch.models import Assignment, CoTask, Rule
from dispatch.queries import desk, propose, waits_because
from dispatch.rules import Asked
from handling.actions import extension, sign
from handling.actions.extension import Wish
from intake import actions as intake
from tests.city import NOON, ZONE, City, forget
from tickets.actions import Correction
from tickets.errors import Refused
from tickets.models import Limit, Ticket, WorkCalendar, WorkDay
from units.models import Unit


def rule(city: City, leaf: str, **changes: object) -> Rule:
    """The leaf's rule, changed where it stands: the lab's own tests make versions."""
    row = Rule.objects.get(category=city.leaves[leaf])
    for field, value in changes.items():
        setattr(row, field, value)
    row.save()
    forget()
    return row


def filed(city: City, leaf: str = "property", **changes: object) -> Ticket:
    said = city.request(category=city.leaves[leaf], **changes)
    return intake.file(said, by=city.agent, at=NOON, then=route)


def test_a_rule_may_set_another_class_and_the_moments_follow_it(city: City) -> None:
    rule(city, "property", limit_code="U")
    ticket = filed(city)
    assert (ticket.limit.code, ticket.handle_minutes) == ("U", 1440)
    assert ticket.sign_due == NOON + timedelta(minutes=30)
    assert ticket.contact_due == NOON + timedelta(hours=2)
    assert ticket.handle_due == NOON + timedelta(hours=24)
    assert ticket.warn_at == NOON + timedelta(minutes=1152)


def test_an_urgent_class_makes_the_ticket_urgent(city: City) -> None:
    rule(city, "property", limit_code="E")
    ticket = filed(city)
    assert (ticket.urgent, ticket.handle_due) == (True, NOON + timedelta(hours=2))


def test_a_limit_by_law_goes_before_the_class_in_natural_days(city: City) -> None:
    rule(city, "property", statutory_days=60, legal_basis="物业管理条例第五十条")
    ticket = filed(city)
    assert (ticket.limit.code, ticket.handle_minutes) == ("G", 86400)
    assert ticket.handle_due == NOON + timedelta(days=60)
    assert ticket.remind_at == NOON + timedelta(days=30)
    assert ticket.sign_due == NOON + timedelta(hours=4)
    ticket.refresh_from_db()
    assert ticket.handle_due == NOON + timedelta(days=60)


def test_a_limit_by_law_counts_working_days_on_a_working_calendar(city: City) -> None:
    office = WorkCalendar.objects.get(code="work")
    WorkDay.objects.create(calendar=office, day=datetime(2026, 3, 7, tzinfo=ZONE).date(), works=True)
    Limit.objects.filter(code="G").update(calendar=office)
    rule(city, "property", statutory_days=5, legal_basis="办法第七条")
    ticket = filed(city)
    assert ticket.handle_minutes == 5 * 8 * 60
    # Monday noon, 40 working hours; the Saturday is a make-up working day.
    assert ticket.handle_due == datetime(2026, 3, 7, 12, tzinfo=ZONE)


def test_what_an_agent_made_urgent_stays_urgent(city: City) -> None:
    rule(city, "property", limit_code="C", statutory_days=60, legal_basis="条例")
    ticket = filed(city, urgent=True)
    assert (ticket.limit.code, ticket.handle_due) == ("E", NOON + timedelta(hours=2))


def test_by_hand_the_limit_of_the_matter_is_the_same(city: City) -> None:
    rule(city, "property", statutory_days=60, legal_basis="条例")
    ticket = intake.file(city.request(category=city.leaves["property"]), by=city.agent, at=NOON)
    dispatch_by_hand(ticket, lead=city.sibling, reason="在中关村", by=city.dispatcher, at=NOON)
    assert ticket.handle_due == NOON + timedelta(days=60)


def test_the_suggestion_shows_the_limit_it_will_get_and_what_it_rests_on(city: City) -> None:
    rule(city, "property", statutory_days=60, legal_basis="条例第五十条")
    told = propose(city.leaves["property"], city.community, Asked("complaint"), NOON)
    assert (told.terms.statutory_days, told.terms.basis) == (60, "条例第五十条")
    assert told.done_by == NOON + timedelta(days=60)
    urgent = Limit.objects.get(code="E")
    raised = propose(city.leaves["property"], city.community, Asked("complaint"), NOON, limit=urgent)
    assert (raised.done_by, raised.terms.statutory_days) == (NOON + timedelta(hours=2), None)


def test_conditions_decide_between_rules_of_a_leaf(city: City) -> None:
    shared = {"catalogue": city.catalogue, "category": city.leaves["property"]}
    Rule.objects.create(**shared, lead="district", condition="words:电梯", basis="电梯")
    Rule.objects.create(**shared, lead="district_dept:housing", condition="caller:enterprise", basis="企业")
    Rule.objects.create(**shared, lead="unit:E-heating", condition="channel:web", basis="网上")
    forget()
    asked = [
        {"content": "电梯停运两天。"}, {"caller_type": "enterprise", "phone": "13900000001"},
        {"channel": "web"}, {},
    ]  # fmt: skip
    leads = [filed(city, **changes).lead_id for changes in asked]
    assert leads == [city.district.pk, city.housing.pk, city.heating.pk, city.street.pk]
    told = propose(city.leaves["property"], city.community, Asked("complaint", caller="enterprise"), NOON)
    assert told.lead == city.housing


def test_the_desk_asks_nothing_more_for_a_rule_about_the_caller(
    city: City, django_assert_num_queries: Callable
) -> None:
    shared = {"catalogue": city.catalogue, "category": city.leaves["property"]}
    Rule.objects.create(**shared, lead="district_dept:housing", condition="caller:enterprise")
    forget()
    for number in range(5):
        said = city.request(category=city.leaves["property"], phone=f"1390000000{number}")
        intake.file(said, by=city.agent, at=NOON)
    rows = desk(Ticket.objects.visible_to(city.dispatcher))
    assert [waits_because(row, NOON) for row in rows[:1]] == ["等待系统按目录派单"]
    with django_assert_num_queries(1):
        assert len([waits_because(row, NOON) for row in rows]) == 5


def test_a_city_department_is_found_by_its_line_of_work(city: City) -> None:
    rule(city, "deed", lead="city_dept:planning")
    assert filed(city, "deed").lead_id == city.department.pk


def test_a_co_units_part_is_due_before_the_leads_limit_ends(city: City) -> None:
    ticket = filed(city, "heating")
    assert CoTask.objects.get(ticket=ticket).due == NOON + timedelta(minutes=1152)


@pytest.mark.parametrize("leaf", ["deed", "by_function"])
def test_a_departments_matter_is_not_pushed_down_to_a_street(city: City, leaf: str) -> None:
    if leaf == "by_function":
        rule(city, "property", lead="district_dept:housing")
    category = city.leaves["property" if leaf == "by_function" else "deed"]
    ticket = intake.file(city.request(category=category), by=city.agent, at=NOON)
    community = Unit.objects.create(
        code="c1", name="示例社区居委会", type="community", parent=city.street, path=f"{city.street.path}c1/"
    )
    for unit in (city.street, community):
        with pytest.raises(Refused, match="不得下派街道、乡镇或社区"):
            dispatch_by_hand(ticket, lead=unit, reason="属地", by=city.dispatcher, at=NOON)
    assert (ticket.state, Assignment.objects.filter(ticket=ticket).count()) == ("pending", 0)
    dispatch_by_hand(ticket, lead=city.district, reason="统筹", by=city.dispatcher, at=NOON)
    with pytest.raises(Refused, match="请先更正分类"):
        redispatch(ticket, lead=city.street, reason="属地", by=city.district_officer, at=NOON)
    assert Ticket.objects.get(pk=ticket.pk).lead == city.district


def test_what_no_rule_places_the_district_may_pass_to_any_unit_that_fits(city: City) -> None:
    ticket = filed(city, "orphan")
    redispatch(ticket, lead=city.street, reason="属地", by=city.district_officer, at=NOON)
    assert ticket.lead == city.street


def test_a_ticket_keeps_the_version_and_the_rule_that_routed_it(city: City) -> None:
    row = Rule.objects.get(category=city.leaves["property"])
    made = filed(city).assignments.get()
    assert (made.catalogue, made.rule, made.reason) == (city.catalogue, row, "目录 property")


def corrected(city: City, ticket: Ticket, leaf: str) -> Ticket:
    right = Correction(city.leaves[leaf], ticket.place, ticket.location, ticket.content)
    correct(ticket, right, by=city.dispatcher, at=NOON + timedelta(hours=1))
    return Ticket.objects.get(pk=ticket.pk)


def test_another_category_brings_the_days_its_rule_has_by_law(city: City) -> None:
    rule(city, "deed", statutory_days=60, legal_basis="不动产登记暂行条例第二十条")
    now = corrected(city, filed(city), "deed")
    assert (now.limit.code, now.handle_minutes) == ("C", 86400)
    assert (now.handle_due, now.remind_at) == (NOON + timedelta(days=60), NOON + timedelta(days=30))


def test_another_category_leaves_the_days_of_the_old_ones_law(city: City) -> None:
    rule(city, "property", statutory_days=60, legal_basis="物业管理条例第五十条")
    now = corrected(city, filed(city), "deed")
    assert (now.handle_minutes, now.handle_due) == (15 * 1440, NOON + timedelta(days=15))


def test_another_category_takes_no_extension_back(city: City) -> None:
    ticket = filed(city)
    sign(ticket, by=city.street_clerk, at=NOON)
    wish = Wish(2 * 1440, "需要协调物业公司", "物业合同")
    row = extension.ask(ticket, wish, by=city.street_leader, at=NOON)
    extension.grant(row, by=city.district_officer, at=NOON)
    now = corrected(city, ticket, "deed")
    assert (now.handle_minutes, now.handle_due) == (17 * 1440, NOON + timedelta(days=17))
