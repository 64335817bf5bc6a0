"""Whistles: who may call whom, the steps of a called unit, what is late, and the street's rating."""

from datetime import datetime, timedelta

import pytest

from handling.actions import whistle
from handling.actions.whistle import Arrival, Blast
from handling.models import Call, Whistle
from hotline.watch import sweep
from tests.city import NOON, City
from tests.handling.conftest import fresh, kinds, photo
from tickets.errors import Refused
from tickets.models import Notice, Ticket
from units.models import Unit


def minutes(count: int) -> datetime:
    return NOON + timedelta(minutes=count)


def blast(*units: Unit, kind: str = "urgent") -> Blast:
    return Blast(kind, "enforcement", "示例小区北门", "需要联合执法", list(units))


def there(where: str = "示例小区北门") -> Arrival:
    return Arrival(where, photo())


@pytest.fixture
def order(street_order: Ticket) -> Ticket:
    return street_order


@pytest.fixture
def calls(city: City, order: Ticket) -> list[Call]:
    """An urgent whistle for the housing department, the planning department and the heating company."""
    units = (city.housing, city.department, city.heating)
    made = whistle.blow(order, blast(*units), by=city.street_clerk, at=NOON)
    return [made.calls.get(unit=unit) for unit in units]


def test_called_units_see_the_order_and_are_told_with_their_limits(
    city: City, order: Ticket, calls: list[Call]
) -> None:
    housing = calls[0]
    assert (housing.ack_due, housing.arrive_due) == (minutes(10), minutes(30))
    assert Ticket.objects.visible_to(city.planning_leader).filter(pk=order.pk).exists()
    assert not Ticket.objects.visible_to(city.stranger).filter(pk=order.pk).exists()
    told = Notice.objects.filter(ticket=order, kind="whistle", unit=city.housing)
    assert sorted(told.values_list("role", flat=True)) == ["clerk", "leader"]
    assert order.aside_at == minutes(10)
    event = order.events.get(kind="whistle")
    assert event.facts == {
        "whistle": housing.whistle_id,
        "kind": "urgent",
        "why": "enforcement",
        "units": [city.housing.pk, city.department.pk, city.heating.pk],
    }


@pytest.mark.parametrize(
    ("kind", "ack", "arrive"), [("daily", 1440, 2880), ("hard", 240, 4320), ("urgent", 10, 30)]
)
def test_each_kind_has_its_own_limits(city: City, order: Ticket, kind: str, ack: int, arrive: int) -> None:
    made = whistle.blow(order, blast(city.housing, kind=kind), by=city.street_clerk, at=NOON)
    call = made.calls.get()
    assert (call.ack_due, call.arrive_due) == (minutes(ack), minutes(arrive))


def test_only_a_street_may_whistle(city: City, signed: Ticket) -> None:
    version = signed.version
    with pytest.raises(Refused, match="只有街道、乡镇主办的工单可以吹哨"):
        whistle.blow(signed, blast(city.housing), by=city.clerk, at=NOON)
    assert (fresh(signed).version, Whistle.objects.count()) == (version, 0)


def test_only_units_that_can_come_may_be_called(city: City, order: Ticket) -> None:
    version = order.version
    elsewhere = Unit.objects.create(
        code="110105-housing",
        name="朝阳区住建委",
        type="district_dept",
        parent=city.other_district,
        district=city.other_district,
        path=f"{city.other_district.path}110105-housing/",
    )
    Unit.objects.filter(pk=city.department.pk).update(active=False)
    city.department.refresh_from_db()
    for units in (
        [],
        [city.street],
        [city.sibling],
        [city.district],
        [city.centre],
        [elsewhere],
        [city.department],
        [city.housing] * 9,
    ):
        with pytest.raises(Refused):
            whistle.blow(order, blast(*units), by=city.street_clerk, at=NOON)
    order.accused = city.housing
    with pytest.raises(Refused, match="被举报单位"):
        whistle.blow(order, blast(city.housing), by=city.street_clerk, at=NOON)
    assert (fresh(order).version, Whistle.objects.count()) == (version, 0)


def test_a_unit_that_still_answers_one_whistle_is_not_called_by_another(
    city: City, order: Ticket, calls: list[Call]
) -> None:
    with pytest.raises(Refused, match="上一声哨"):
        whistle.blow(order, blast(city.housing), by=city.street_clerk, at=NOON)
    assert Whistle.objects.count() == 1


def test_a_called_unit_acks_comes_acts_and_leaves(city: City, order: Ticket, calls: list[Call]) -> None:
    call = calls[0]
    whistle.ack(call, by=city.housing_clerk, at=minutes(5))
    whistle.arrive(call, there(), by=city.housing_clerk, at=minutes(25))
    whistle.act(call, text="责令物业当场清运。", by=city.housing_clerk, at=minutes(50))
    whistle.act(call, text="已清运完毕，电话13800002046", by=city.housing_clerk, at=minutes(60))
    whistle.leave(call, by=city.housing_clerk, at=minutes(61))
    call.refresh_from_db()
    assert (call.state, call.late_ack, call.late_arrival) == ("left", False, False)
    assert call.action == "责令物业当场清运。\n已清运完毕，电话138****2046"
    assert (call.arrived_at, call.left_at) == (minutes(25), minutes(61))
    assert call.photo.purpose == "evidence"
    assert kinds(order)[-5:] == [
        "whistle_ack",
        "whistle_arrive",
        "whistle_act",
        "whistle_act",
        "whistle_leave",
    ]
    assert not order.timers.open().filter(ref=call.pk).exists()


def test_the_steps_keep_their_order(city: City, order: Ticket, calls: list[Call]) -> None:
    call = calls[0]
    version = fresh(order).version
    with pytest.raises(Refused):
        whistle.arrive(call, there(), by=city.housing_clerk, at=NOON)
    with pytest.raises(Refused):
        whistle.leave(call, by=city.housing_clerk, at=NOON)
    assert fresh(order).version == version
    whistle.ack(call, by=city.housing_clerk, at=NOON)
    with pytest.raises(Refused, match="已应哨"):
        whistle.ack(call, by=city.housing_clerk, at=NOON)
    with pytest.raises(Refused):
        whistle.act(call, text="还没到就写", by=city.housing_clerk, at=NOON)
    assert fresh(order).version == version + 1


def test_nobody_leaves_before_something_is_done(city: City, order: Ticket, calls: list[Call]) -> None:
    call = calls[0]
    whistle.ack(call, by=city.housing_clerk, at=NOON)
    whistle.arrive(call, there(), by=city.housing_clerk, at=NOON)
    version = fresh(order).version
    with pytest.raises(Refused, match="事不完、人不撤"):
        whistle.leave(call, by=city.housing_clerk, at=NOON)
    call.refresh_from_db()
    assert (call.state, fresh(order).version) == ("there", version)


def test_another_unit_may_not_take_the_step(city: City, order: Ticket, calls: list[Call]) -> None:
    for who in (city.clerk, city.street_clerk, city.district_officer, city.stranger):
        with pytest.raises(Refused):
            whistle.ack(calls[0], by=who, at=NOON)
    assert Call.objects.get(pk=calls[0].pk).state == "called"


def test_an_arrival_without_a_place_or_with_a_paper_is_refused_and_leaves_no_file(
    city: City, order: Ticket, calls: list[Call], tmp_path: object
) -> None:
    call = calls[0]
    whistle.ack(call, by=city.housing_clerk, at=NOON)
    version = fresh(order).version
    paper = photo("通知.pdf")
    paper.file.seek(0)
    paper.file.truncate()
    paper.file.write(b"%PDF-1.4 x")
    for arrival in (Arrival(" ", photo()), Arrival("北门", paper)):
        with pytest.raises(Refused):
            whistle.arrive(call, arrival, by=city.housing_clerk, at=NOON)
    assert (Call.objects.get(pk=call.pk).state, fresh(order).version) == ("coming", version)
    assert order.attachments.count() == 0


def test_silence_is_marked_once_and_told_to_the_leader_and_the_street(
    city: City, order: Ticket, calls: list[Call]
) -> None:
    whistle.ack(calls[0], by=city.housing_clerk, at=minutes(5))
    sweep(minutes(10))
    sweep(minutes(11))
    assert kinds(order).count("whistle_late") == 2
    sweep(minutes(31))
    sweep(minutes(32))
    marks = {
        call.unit_id: (call.late_ack, call.late_arrival)
        for call in Call.objects.filter(whistle=calls[0].whistle)
    }
    assert marks == {
        city.housing.pk: (False, True),
        city.department.pk: (True, True),
        city.heating.pk: (True, True),
    }
    assert kinds(order).count("whistle_late") == 5
    told = Notice.objects.filter(ticket=order, kind="whistle_late")
    assert told.filter(unit=city.heating, role="leader").count() == 2
    assert told.filter(person=city.street_clerk).count() == 5


def test_late_steps_are_taken_all_the_same_and_stay_late(
    city: City, order: Ticket, calls: list[Call]
) -> None:
    call = calls[0]
    whistle.ack(call, by=city.housing_clerk, at=minutes(12))
    whistle.arrive(call, there(), by=city.housing_clerk, at=minutes(40))
    call.refresh_from_db()
    assert (call.state, call.late_ack, call.late_arrival) == ("there", True, True)


def test_the_street_rates_a_unit_that_left_once_and_says_why_when_it_is_low(
    city: City, order: Ticket, calls: list[Call]
) -> None:
    call = calls[0]
    with pytest.raises(Refused, match="还没有离场"):
        whistle.rate(call, rating=5, note="", by=city.street_clerk, at=NOON)
    whistle.ack(call, by=city.housing_clerk, at=NOON)
    whistle.arrive(call, there(), by=city.housing_clerk, at=NOON)
    whistle.act(call, text="已处置", by=city.housing_clerk, at=NOON)
    whistle.leave(call, by=city.housing_clerk, at=NOON)
    for rating, note in ((0, ""), (6, ""), (2, "")):
        with pytest.raises(Refused):
            whistle.rate(call, rating=rating, note=note, by=city.street_clerk, at=NOON)
    with pytest.raises(Refused):
        whistle.rate(call, rating=5, note="", by=city.housing_clerk, at=NOON)
    whistle.rate(call, rating=4, note="", by=city.street_clerk, at=NOON)
    with pytest.raises(Refused, match="已评价"):
        whistle.rate(call, rating=1, note="改主意了", by=city.street_clerk, at=NOON)
    call.refresh_from_db()
    assert (call.rating, call.rated_by, call.whistle.ended_at) == (4, city.street_clerk, None)


def test_the_street_ends_its_whistle_only_when_everybodys_time_is_over(
    city: City, order: Ticket, calls: list[Call]
) -> None:
    made = calls[0].whistle
    whistle.ack(calls[0], by=city.housing_clerk, at=NOON)
    whistle.arrive(calls[0], there(), by=city.housing_clerk, at=NOON)
    version = fresh(order).version
    with pytest.raises(Refused, match="报到时限还没有到"):
        whistle.end(made, by=city.street_clerk, at=minutes(29))
    assert fresh(order).version == version
    whistle.end(made, by=city.street_clerk, at=minutes(30))
    states = {call.unit_id: call.state for call in made.calls.all()}
    assert states == {
        city.housing.pk: "left",
        city.department.pk: "absent",
        city.heating.pk: "absent",
    }
    assert order.events.last().facts == {
        "whistle": made.pk,
        "absent": [city.department.pk, city.heating.pk],
    }
    assert not order.timers.open().filter(kind__startswith="whistle").exists()
    with pytest.raises(Refused, match="已经结束"):
        whistle.end(made, by=city.street_clerk, at=minutes(40))
    sweep(minutes(60))
    assert "whistle_late" not in kinds(order)


def test_the_last_rating_ends_the_whistle(city: City, order: Ticket) -> None:
    made = whistle.blow(order, blast(city.housing), by=city.street_clerk, at=NOON)
    call = made.calls.get()
    whistle.ack(call, by=city.housing_clerk, at=NOON)
    whistle.arrive(call, there(), by=city.housing_clerk, at=NOON)
    whistle.act(call, text="已处置", by=city.housing_clerk, at=NOON)
    whistle.leave(call, by=city.housing_clerk, at=NOON)
    whistle.rate(call, rating=5, note="", by=city.street_leader, at=minutes(70))
    made.refresh_from_db()
    assert made.ended_at == minutes(70)
