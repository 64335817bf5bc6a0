"""派单异议: raising one, ruling on it, and what becomes of the order and its clocks (DOMAIN §3.4)."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from dispatch.actions import route
from dispatch.actions.objections import raise_objection
from handling import actions as handling
from handling.actions import Result
from hotline.watch import sweep
from intake import actions as intake
from tests.city import NOON, City
from tests.dispatch.objecting import (
    HOUR,
    MINUTE,
    fresh,
    grounds,
    objected,
    ruled,
    second,
    told,
    traces,
)
from tests.handling.conftest import photo
from tickets.book import book
from tickets.errors import Refused, Stale
from tickets.models import Setting, Ticket, Timer
from units.models import Unit

#: A general order may be objected to within four working hours, and the ruling takes two.
FRIDAY = NOON + timedelta(days=4, hours=4)


@pytest.fixture(autouse=True)
def _files(settings: object, tmp_path: object) -> None:
    settings.MEDIA_ROOT = tmp_path


def test_an_objection_has_ground_clause_unit_evidence_and_a_clock(city: City, dispatched: Ticket) -> None:
    at = NOON + 10 * MINUTE
    said = grounds(city.street, text="用户电话 13812345678，锅炉房自管。", files=[photo()])
    row = raise_objection(dispatched, said, by=city.clerk, at=at)
    assert (row.number, row.unit, row.proposed, row.ground, row.clause) == (
        1, city.heating, city.street, "remit", "履职事项清单第 12 项"
    )  # fmt: skip
    assert "13812345678" not in row.text
    assert [paper.purpose for paper in row.evidence.all()] == ["objection"]
    assert row.assignment == dispatched.assignments.get()
    timer = Timer.objects.get(kind="objection")
    assert (timer.kind, timer.ref, timer.due, row.due) == ("objection", row.pk, at + 30 * MINUTE, timer.due)
    now = fresh(dispatched)
    assert (now.state, now.aside_at, now.lead) == ("objected", timer.due, city.heating)
    assert now.events.last().facts == {
        "objection": row.pk, "number": 1, "evidence": [row.evidence.get().pk]
    }  # fmt: skip
    assert told("object") == {("", "reviewer")}


def test_an_objection_within_a_district_goes_to_that_district(city: City, general: Ticket) -> None:
    objected(general, city, by=city.street_clerk, to=city.housing)
    assert told("object") == {("110108", "district")}


@pytest.mark.parametrize(
    ("late", "accepted"), [(timedelta(0), True), (timedelta(seconds=1), False)], ids=["last second", "after"]
)
def test_the_window_ends_with_the_limit_of_the_class(
    city: City, dispatched: Ticket, late: timedelta, accepted: bool
) -> None:
    at = NOON + 30 * MINUTE + late
    if accepted:
        assert objected(dispatched, city, at=at).number == 1
        return
    before = traces(dispatched)
    with pytest.raises(Refused, match="03-02 12:30"):
        objected(dispatched, city, at=at)
    assert traces(dispatched) == before


def test_the_window_of_a_general_order_counts_working_hours(city: City) -> None:
    """Dispatched on Friday at 16:00: one hour that day, three on Monday from nine."""
    said = city.request(category=city.leaves["property"])
    ticket = intake.file(said, by=city.agent, at=FRIDAY, then=route)
    sweep(FRIDAY + timedelta(days=2, hours=20, minutes=-1))
    monday = FRIDAY + timedelta(days=2, hours=20)
    assert monday.strftime("%a %H:%M") == "Mon 12:00"
    row = objected(fresh(ticket), city, by=city.street_clerk, to=city.housing, at=monday)
    assert row.due == monday + 2 * HOUR


def test_what_was_only_auto_signed_may_still_be_objected_to(city: City) -> None:
    said = city.request(category=city.leaves["leak"])
    ticket = intake.file(said, by=city.agent, at=NOON, then=route)
    sweep(NOON + 15 * MINUTE)
    assert fresh(ticket).state == "handling"
    assert objected(fresh(ticket), city, at=NOON + 16 * MINUTE).number == 1


def _signed(ticket: Ticket, city: City) -> None:
    handling.sign(ticket, by=city.clerk, at=NOON)


def _contacted(ticket: Ticket, city: City) -> None:
    handling.contact(ticket, channel="phone", reached=True, note="", by=city.clerk, at=NOON)


def _auto_signed_and_contacted(ticket: Ticket, city: City) -> None:
    ticket.move("auto_sign", by=None, at=NOON, steps=["auto_sign"])
    _contacted(ticket, city)


def _reported(ticket: Ticket, city: City) -> None:
    ticket.move("auto_sign", by=None, at=NOON, steps=["auto_sign"])
    result = Result(outcome="explained", text="已上门解释。", reply="已向您说明情况。")
    handling.report(ticket, result, by=city.clerk, at=NOON)
    handling.send_back(ticket, note="请补充照片", by=city.leader, at=NOON)


@pytest.mark.parametrize("taken_up", [_signed, _contacted, _auto_signed_and_contacted, _reported])
def test_what_the_unit_took_up_is_its_own(
    city: City, dispatched: Ticket, taken_up: Callable[[Ticket, City], None]
) -> None:
    taken_up(dispatched, city)
    before = traces(dispatched)
    with pytest.raises(Refused, match="已签收或已开始办理"):
        objected(dispatched, city, at=NOON + MINUTE)
    assert traces(dispatched) == before


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"ground": "mood"}, "请选择异议理由"),
        ({"clause": " "}, "请写明依据的条款"),
        ({"text": "不管"}, "请写明依据的条款和具体情况"),
        ({"proposed": "heating"}, "本单位以外"),
        ({"proposed": "centre"}, "另选建议单位"),
    ],
)
def test_an_objection_without_its_grounds_is_refused_with_what_is_missing(
    city: City, dispatched: Ticket, changes: dict[str, str], words: str
) -> None:
    if "proposed" in changes:
        changes = changes | {"proposed": getattr(city, changes["proposed"])}
    before = traces(dispatched)
    with pytest.raises(Refused, match=words):
        raise_objection(dispatched, grounds(**{"proposed": city.street, **changes}), by=city.clerk, at=NOON)
    assert traces(dispatched) == before


def test_the_accused_and_a_closed_unit_are_never_proposed(city: City) -> None:
    said = city.request(kind="tip_off", accused=city.street)
    ticket = intake.file(said, by=city.agent, at=NOON, then=route)
    Unit.objects.filter(pk=city.sibling.pk).update(active=False)
    before = traces(ticket)
    for proposed in (city.street, Unit.objects.get(pk=city.sibling.pk)):
        with pytest.raises(Refused, match="另选建议单位"):
            objected(ticket, city, to=proposed)
    assert traces(ticket) == before


@pytest.mark.parametrize("name", ["street_clerk", "stranger", "reviewer", "district_officer", "grid"])
def test_only_people_of_the_lead_object(city: City, dispatched: Ticket, name: str) -> None:
    before = traces(dispatched)
    with pytest.raises(Refused):
        objected(dispatched, city, by=getattr(city, name), to=city.housing)
    assert traces(dispatched) == before


def test_of_two_colleagues_who_object_at_once_one_does(city: City, dispatched: Ticket) -> None:
    other = fresh(dispatched)
    objected(dispatched, city)
    before = traces(dispatched)
    with pytest.raises(Stale):
        objected(other, city, by=city.leader)
    assert traces(dispatched) == before


def test_silence_is_a_refusal_at_the_moment_the_ruling_was_due(city: City, dispatched: Ticket) -> None:
    row = objected(dispatched, city, at=NOON + 5 * MINUTE)
    assert sweep(NOON + 35 * MINUTE - timedelta(seconds=1)) == 0
    assert sweep(NOON + 35 * MINUTE) == 1
    row.refresh_from_db()
    now = fresh(dispatched)
    assert (row.verdict, row.ruled_by, now.state) == ("silent", None, "handling")
    assert (now.signed_at, now.bound, now.events.last().actor) == (NOON + 35 * MINUTE, False, None)
    assert told("overrule") == {("E-heating", "clerk"), ("E-heating", "leader")}
    assert sweep(NOON + 36 * MINUTE) == 0


def test_a_reviewer_who_comes_after_the_bell_is_too_late(city: City, dispatched: Ticket) -> None:
    objected(dispatched, city)
    opened = fresh(dispatched)
    sweep(NOON + 30 * MINUTE)
    before = traces(dispatched)
    with pytest.raises(Stale):
        ruled(opened, city, "upheld", to=city.street, at=NOON + 31 * MINUTE)
    assert traces(dispatched) == before


def test_silence_on_the_last_objection_binds_the_unit_that_has_it(city: City, dispatched: Ticket) -> None:
    row = second(city, dispatched)
    sweep(NOON + HOUR)
    row.refresh_from_db()
    now = fresh(dispatched)
    assert (row.verdict, now.state, now.lead, now.bound) == ("silent", "handling", city.sibling, True)


@pytest.mark.parametrize("last", [False, True])
def test_a_street_does_not_keep_what_has_become_a_departments_matter(
    city: City, general: Ticket, last: bool
) -> None:
    """By a later catalogue, or because a dispatcher set the category right."""
    if last:
        Setting.objects.filter(key="objection_max").update(value="1")
        book.cache_clear()
    objected(general, city, by=city.street_clerk, to=city.department)
    Ticket.objects.filter(pk=general.pk).update(category=city.leaves["deed"])
    before = traces(general)
    with pytest.raises(Refused, match="不得下派街道"):
        ruled(fresh(general), city, "ruled" if last else "refused", to=city.street if last else None)
    assert traces(general) == before
    ruled(fresh(general), city, "ruled" if last else "upheld", to=city.department)
    assert fresh(general).lead == city.department
