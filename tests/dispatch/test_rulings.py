"""Rulings on objections: what becomes of the order, its clocks and its units (DOMAIN §3.4)."""

from datetime import timedelta

import pytest

from dispatch.actions import dispatch_by_hand, redispatch, route
from dispatch.models import Assignment, Backlog, CoTask
from dispatch.tasks import route_waiting
from intake import actions as intake
from scoring.actions import count_assignment
from tests.city import NOON, City
from tests.dispatch.objecting import (
    HOUR,
    MINUTE,
    fresh,
    kinds,
    objected,
    ruled,
    ruling_clocks,
    second,
    told,
    traces,
)
from tickets.access import Access
from tickets.actions import Correction, correct
from tickets.book import book
from tickets.errors import Refused, Stale
from tickets.models import Pause, Setting, Ticket


def test_a_refused_objection_leaves_the_order_signed_and_its_clocks_running(
    city: City, dispatched: Ticket
) -> None:
    objected(dispatched, city)
    due = fresh(dispatched).handle_due
    row = ruled(dispatched, city, "refused")
    now = fresh(dispatched)
    assert (now.state, now.lead, now.signed_at) == ("handling", city.heating, NOON + 20 * MINUTE)
    assert (now.handle_due, now.bound, ruling_clocks(now)) == (due, False, 0)
    assert (row.verdict, row.ruled_by, row.ruled_at) == ("refused", city.reviewer, NOON + 20 * MINUTE)
    assert Pause.objects.count() == Backlog.objects.count() == 0
    assert told("overrule") == {("E-heating", "clerk"), ("E-heating", "leader")}
    before = traces(dispatched)
    with pytest.raises(Refused, match="不能重复提出"):
        objected(fresh(dispatched), city, at=NOON + 21 * MINUTE)
    assert traces(dispatched) == before


def test_an_upheld_objection_sends_the_order_to_the_unit_of_the_ruling(
    city: City, dispatched: Ticket
) -> None:
    objected(dispatched, city)
    before = fresh(dispatched)
    at = NOON + 20 * MINUTE
    row = ruled(dispatched, city, "upheld", to=city.street, at=at)
    now = fresh(dispatched)
    assert kinds(dispatched)[-3:] == ["object", "uphold", "dispatch"]
    assert (now.state, now.lead, now.signed_at, now.steps) == ("dispatched", city.street, None, [])
    made = Assignment.objects.latest("pk")
    assert (made.unit, made.how, made.by, made.reason, made.rule) == (
        city.street, "upheld", city.reviewer, row.opinion, None
    )  # fmt: skip
    # U: do first, argue later: the limit runs on, only the new unit's own windows begin.
    unchanged = ("clock_from", "handle_due", "remind_at", "warn_at", "red_at", "special_at")
    assert [getattr(now, name) for name in unchanged] == [getattr(before, name) for name in unchanged]
    assert (now.sign_due, now.contact_due) == (at + 30 * MINUTE, at + 2 * HOUR)
    assert Pause.objects.count() == 0
    lesson = Backlog.objects.get()
    assert (lesson.objection, lesson.rule, lesson.state) == (row, row.assignment.rule, "open")
    assert lesson.rule.basis == "目录 heating"


def test_the_unit_that_was_right_no_longer_sees_the_order_and_is_told(city: City, dispatched: Ticket) -> None:
    objected(dispatched, city)
    ruled(dispatched, city, "upheld", to=city.sibling)
    leads = Access.objects.filter(ticket=dispatched, why="lead").values_list("unit__code", flat=True)
    assert list(leads) == ["110108010"]
    assert not Ticket.objects.visible_to(city.clerk).exists()
    assert Ticket.objects.visible_to(city.sibling_clerk).get() == dispatched
    assert told("uphold") == {("E-heating", "clerk"), ("E-heating", "leader")}


def test_the_part_of_a_co_unit_ends_when_it_gets_the_whole(city: City, general: Ticket) -> None:
    objected(general, city, by=city.street_clerk, to=city.housing)
    ruled(general, city, "upheld", to=city.housing)
    part = CoTask.objects.get(ticket=general, unit=city.housing)
    assert (part.done_at, part.result) == (NOON + 20 * MINUTE, "改为主办")


def test_the_limit_of_a_general_order_stands_still_while_an_objection_that_is_right_is_looked_at(
    city: City, general: Ticket
) -> None:
    before = fresh(general)
    raised, ruling = NOON + HOUR, NOON + 3 * HOUR
    objected(general, city, by=city.street_clerk, to=city.housing, at=raised)
    ruled(general, city, "upheld", to=city.housing, at=ruling)
    now = fresh(general)
    for name in ("handle_due", "remind_at", "warn_at", "red_at", "special_at"):
        assert getattr(now, name) == getattr(before, name) + 2 * HOUR
    pause = Pause.objects.get()
    assert (pause.why, pause.begin, pause.end) == ("objection", raised, ruling)
    assert (now.sign_due, now.contact_due) == (ruling + 4 * HOUR, ruling + 24 * HOUR)
    assert now.clock_from == NOON


def test_a_general_order_whose_objection_is_refused_has_lost_the_time(city: City, general: Ticket) -> None:
    due = fresh(general).handle_due
    objected(general, city, by=city.street_clerk, to=city.housing, at=NOON + HOUR)
    ruled(general, city, "refused", at=NOON + 3 * HOUR)
    assert (fresh(general).handle_due, Pause.objects.count()) == (due, 0)


def test_an_upheld_objection_without_a_unit_waits_for_a_dispatcher_and_not_for_the_catalogue(
    city: City, dispatched: Ticket
) -> None:
    objected(dispatched, city)
    due = fresh(dispatched).handle_due
    at = NOON + 20 * MINUTE
    ruled(dispatched, city, "upheld", at=at)
    now = fresh(dispatched)
    assert (now.state, now.lead, now.steps) == ("pending", None, ["route_failed"])
    assert (now.dispatch_due, now.wake_for) == (at + 2 * HOUR, "dispatch_late")
    assert not Ticket.objects.visible_to(city.clerk).exists()
    assert route_waiting() == 0
    dispatch_by_hand(now, lead=city.sibling, reason="属地管理", by=city.dispatcher, at=at + HOUR)
    again = fresh(dispatched)
    assert (again.state, again.lead, again.handle_due) == ("dispatched", city.sibling, due)
    assert (again.sign_due, again.contact_due) == (at + HOUR + 30 * MINUTE, at + 3 * HOUR)


def test_the_unit_that_was_right_never_gets_it_back_but_by_a_ruling(city: City, dispatched: Ticket) -> None:
    objected(dispatched, city)
    ruled(dispatched, city, "upheld")
    before = traces(dispatched)
    with pytest.raises(Refused, match="须经裁定"):
        dispatch_by_hand(dispatched, lead=city.heating, reason="目录", by=city.dispatcher, at=NOON + HOUR)
    assert traces(dispatched) == before
    # The catalogue still names it: the district answers for its place instead.
    assert route(fresh(dispatched), NOON + HOUR)
    assert fresh(dispatched).lead == city.district


def test_a_district_cannot_pass_it_back_either(city: City, general: Ticket) -> None:
    objected(general, city, by=city.street_clerk, to=city.housing)
    ruled(general, city, "upheld", to=city.housing)
    before = traces(general)
    with pytest.raises(Refused, match="须经裁定"):
        redispatch(fresh(general), lead=city.street, reason="属地", by=city.district_officer, at=NOON + HOUR)
    assert traces(general) == before


@pytest.mark.parametrize("to", ["heating", "sibling", "housing"])
def test_the_second_objection_is_ruled_for_good_and_nobody_objects_again(
    city: City, dispatched: Ticket, to: str
) -> None:
    due = fresh(dispatched).handle_due
    row = second(city, dispatched)
    unit, at = getattr(city, to), NOON + 40 * MINUTE
    assert row.number == 2
    ruled(dispatched, city, "ruled", to=unit, at=at)
    now = fresh(dispatched)
    assert (now.state, now.lead, now.bound, now.signed_at) == ("handling", unit, True, at)
    assert (now.handle_due, ruling_clocks(now)) == (due, 0)
    elsewhere = unit != city.sibling
    assert dispatched.assignments.count() == (3 if elsewhere else 2)
    assert now.contact_due == (at if elsewhere else NOON + 20 * MINUTE) + 2 * HOUR
    assert list(
        Access.objects.filter(ticket=now, why="lead").values_list("unit__code", flat=True)
    ) == [unit.code]  # fmt: skip
    assert told("rule") >= {("110108010", "clerk"), (unit.code, "clerk"), (unit.code, "leader")}
    assert Backlog.objects.count() == (2 if elsewhere else 1)
    before = traces(now)
    clerks = {"heating": city.clerk, "sibling": city.sibling_clerk, "housing": city.housing_clerk}
    with pytest.raises(Refused, match="已经裁定"):
        objected(now, city, by=clerks[to], to=city.street, at=at + MINUTE)
    assert traces(now) == before


@pytest.mark.parametrize(
    ("verdict", "to", "words"),
    [("upheld", "housing", "审核结论"), ("refused", "", "审核结论"), ("ruled", "", "须指定承办单位")],
)
def test_the_last_objection_takes_nothing_but_a_ruling(
    city: City, dispatched: Ticket, verdict: str, to: str, words: str
) -> None:
    second(city, dispatched)
    before = traces(dispatched)
    with pytest.raises(Refused, match=words):
        ruled(dispatched, city, verdict, to=getattr(city, to) if to else None, at=NOON + 40 * MINUTE)
    assert traces(dispatched) == before


def test_how_many_objections_there_may_be_is_the_citys_to_say(city: City, dispatched: Ticket) -> None:
    Setting.objects.filter(key="objection_max").update(value="1")
    book.cache_clear()
    objected(dispatched, city)
    ruled(dispatched, city, "ruled", to=city.heating)
    assert fresh(dispatched).bound


@pytest.mark.parametrize(
    ("name", "to", "words"),
    [
        ("clerk", "street", "不能审核"),
        ("supervisor", "street", "不能审核"),
        ("district_officer", "street", "不能审核"),
        ("reviewer", "heating", "其他单位"),
        ("reviewer", "centre", "不能承办"),
    ],
)
def test_who_may_not_rule_and_who_may_not_get_it(
    city: City, dispatched: Ticket, name: str, to: str, words: str
) -> None:
    objected(dispatched, city)
    before = traces(dispatched)
    with pytest.raises(Refused, match=words):
        ruled(dispatched, city, "upheld", to=getattr(city, to), by=getattr(city, name))
    assert traces(dispatched) == before


def test_a_district_rules_between_its_own_units_and_names_one_of_them(city: City, general: Ticket) -> None:
    objected(general, city, by=city.street_clerk, to=city.housing)
    before = traces(general)
    for outside in (None, city.department):
        with pytest.raises(Refused, match="本区的承办单位"):
            ruled(general, city, "upheld", to=outside, by=city.district_officer)
    assert traces(general) == before
    ruled(general, city, "upheld", to=city.housing, by=city.district_officer)
    assert fresh(general).lead == city.housing


def test_a_ruling_without_an_opinion_or_a_waiting_objection_is_refused(
    city: City, dispatched: Ticket
) -> None:
    before = traces(dispatched)
    with pytest.raises(Refused, match="没有待审核的异议"):
        ruled(dispatched, city, "refused")
    assert traces(dispatched) == before
    objected(dispatched, city)
    before = traces(dispatched)
    with pytest.raises(Refused, match="审核意见"):
        ruled(dispatched, city, "refused", opinion="否")
    assert traces(dispatched) == before


def test_a_departments_matter_is_never_ruled_to_a_street(city: City) -> None:
    said = city.request(category=city.leaves["deed"])
    ticket = intake.file(said, by=city.agent, at=NOON, then=route)
    objected(ticket, city, by=city.planning_leader, to=city.housing)
    before = traces(ticket)
    with pytest.raises(Refused, match="不得下派街道"):
        ruled(ticket, city, "upheld", to=city.street)
    assert traces(ticket) == before


def test_of_two_reviewers_who_rule_at_once_one_does(city: City, dispatched: Ticket) -> None:
    objected(dispatched, city)
    other = fresh(dispatched)
    ruled(dispatched, city, "refused")
    before = traces(dispatched)
    with pytest.raises(Stale):
        ruled(other, city, "upheld", to=city.street)
    assert traces(dispatched) == before


def test_an_upheld_objection_takes_the_order_off_the_old_units_account(
    city: City, dispatched: Ticket
) -> None:
    """X6 of DOMAIN §2.4: −1 for who never should have had it, +1 for who has it."""
    count_assignment(dispatched.assignments.get(), NOON)
    objected(dispatched, city)
    ruled(dispatched, city, "upheld", to=city.street)
    lines = count_assignment(dispatched.assignments.latest("pk"), NOON)
    assert [(line.unit_id, line.accepted) for line in lines] == [(city.street.pk, 1), (city.heating.pk, -1)]


def test_it_does_so_too_when_the_desk_must_find_another_and_the_hotline_has_it(
    city: City, dispatched: Ticket
) -> None:
    """Whatever becomes of it then: dispatched, merged or taken back, it never was the old unit's."""
    count_assignment(dispatched.assignments.get(), NOON)
    objected(dispatched, city)
    ruled(dispatched, city, "upheld")
    lines = count_assignment(dispatched.assignments.latest("pk"), NOON)
    assert [(line.unit_id, line.accepted) for line in lines] == [(city.centre.pk, 1), (city.heating.pk, -1)]
    dispatch_by_hand(fresh(dispatched), lead=city.sibling, reason="属地", by=city.dispatcher, at=NOON)
    lines = count_assignment(dispatched.assignments.latest("pk"), NOON)
    assert [(line.unit_id, line.accepted) for line in lines] == [(city.sibling.pk, 1), (city.centre.pk, -1)]


def test_a_corrected_category_keeps_the_pause_and_the_new_units_windows(city: City, general: Ticket) -> None:
    objected(general, city, by=city.street_clerk, to=city.housing, at=NOON + HOUR)
    ruled(general, city, "upheld", to=city.housing, at=NOON + 3 * HOUR)
    before = fresh(general)
    right = Correction(city.leaves["deed"], before.place, before.location, before.content)
    correct(before, right, by=city.dispatcher, at=NOON + 4 * HOUR)
    now = fresh(general)
    assert (now.limit.code, now.handle_due) == ("C", NOON + timedelta(days=15) + 2 * HOUR)
    assert (now.sign_due, now.contact_due) == (NOON + 7 * HOUR, NOON + 27 * HOUR)
