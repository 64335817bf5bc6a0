"""The pages of whistles: the street's, the called unit's telephone, the lists and the turnout."""

from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from handling import actions
from handling.actions import whistle
from handling.actions.whistle import Arrival, Blast
from handling.models import Call, Whistle
from handling.queries.whistle import turnout
from tests.city import NOON, City
from tests.handling.conftest import ClientOf, Make, Order, fresh, photo, post
from tickets.models import Ticket
from units.models import Unit


def blast(*units: Unit) -> Blast:
    return Blast("urgent", "enforcement", "示例小区北门", "需要联合执法", list(units))


def minutes(count: int) -> datetime:
    return NOON + timedelta(minutes=count)


def there() -> Arrival:
    return Arrival("示例小区北门", photo())


@pytest.fixture
def now(city: City, order: Order) -> Ticket:
    """An order the street has signed."""
    ticket = order(category=city.leaves["property"])
    actions.sign(ticket, by=city.street_clerk, at=timezone.now())
    return ticket


BLOW = {"kind": "urgent", "situation": "enforcement", "where": "示例小区北门", "reason": "需要联合执法"}


def test_the_street_whistles_on_the_page_and_typed_words_stay(
    city: City, now: Ticket, client_of: ClientOf
) -> None:
    street = client_of("street_clerk")
    wrong = post(street, "whistle", now, **BLOW)
    assert wrong.status_code == 422
    assert "需要联合执法" in wrong.content.decode()
    stale = post(street, "whistle", now, **BLOW, units=["110108-housing"], version=now.version - 1)
    assert stale.status_code == 409
    assert "需要联合执法" in stale.content.decode()
    assert Whistle.objects.count() == 0
    done = post(street, "whistle", now, **BLOW, units=["110108-housing", "E-heating"])
    assert done.status_code == 302
    assert Call.objects.count() == 2
    again = post(client_of("clerk"), "whistle", fresh(now), **BLOW, units=["E-heating"])
    assert again.status_code == 422
    assert post(client_of("stranger"), "whistle", now, **BLOW).status_code == 404


def test_a_called_unit_takes_each_step_on_its_telephone(city: City, now: Ticket, client_of: ClientOf) -> None:
    made = whistle.blow(now, blast(city.housing, city.heating), by=city.street_clerk, at=timezone.now())
    call, other = made.calls.get(unit=city.housing), made.calls.get(unit=city.heating)
    housing, version = client_of("housing_clerk"), now.version
    listed = housing.get(reverse("handling:whistles")).content.decode()
    assert "去应哨" in listed
    page = housing.get(reverse("handling:whistle", args=[now.number])).content.decode()
    assert "收到，马上来" in page

    def step(verb: str, version: int, **data: object) -> int:
        url = reverse(f"handling:whistle_{verb}", args=[now.number, call.pk])
        return housing.post(url, {"version": version, **data}).status_code

    # Another unit was quicker: no reason to refuse this one's step.
    whistle.ack(other, by=city.clerk, at=timezone.now())
    assert step("ack", version) == 302
    assert step("ack", version) == 409
    version = fresh(now).version
    where = f"arrive-{call.pk}-where"
    assert step("arrive", version, **{where: "北门"}) == 422
    assert step("arrive", version, **{where: "北门", f"arrive-{call.pk}-photo": photo()}) == 302
    version = fresh(now).version
    assert step("leave", version) == 422
    assert step("act", version, **{f"act-{call.pk}-text": "已处置"}) == 302
    assert step("leave", fresh(now).version) == 302
    assert Call.objects.get(pk=call.pk).state == "left"
    street = client_of("street_clerk")
    rate = reverse("handling:whistle_rate", args=[now.number, call.pk])
    said = {"version": fresh(now).version, f"rate-{call.pk}-rating": "2"}
    refused = street.post(rate, said)
    assert (refused.status_code, "须写明原因" in refused.content.decode()) == (422, True)
    assert street.post(rate, said | {f"rate-{call.pk}-note": "来得慢"}).status_code == 302
    end = reverse("handling:whistle_end", args=[now.number, made.pk])
    assert street.post(end, {"version": fresh(now).version}).status_code == 422
    assert client_of("sibling_clerk").post(end).status_code == 404


def test_the_lists_cost_the_same_with_one_whistle_and_with_many(
    city: City, now: Ticket, order: Order, client_of: ClientOf
) -> None:
    def costs(who: str, url: str) -> int:
        client = client_of(who)
        with CaptureQueriesContext(connection) as seen:
            assert client.get(url).status_code == 200
        return len(seen)

    whistle.blow(now, blast(city.housing), by=city.street_clerk, at=timezone.now())
    url = reverse("handling:whistles")
    before = [costs(who, url) for who in ("housing_clerk", "street_clerk", "supervisor")]
    for _n in range(6):
        ticket = order(category=city.leaves["property"])
        actions.sign(ticket, by=city.street_clerk, at=timezone.now())
        whistle.blow(
            ticket,
            blast(city.housing, city.heating, city.department),
            by=city.street_clerk,
            at=timezone.now(),
        )
    assert [costs(who, url) for who in ("housing_clerk", "street_clerk", "supervisor")] == before
    assert max(before) <= 12


def test_the_turnout_counts_arrivals_in_time_of_the_calls_that_were_due(city: City, make: Make) -> None:
    order = make(category=city.leaves["property"])
    actions.sign(order, by=city.street_clerk, at=NOON)
    units = (city.housing, city.department, city.heating)
    made = whistle.blow(order, blast(*units), by=city.street_clerk, at=NOON)
    calls = [made.calls.get(unit=unit) for unit in units]
    whistle.ack(calls[0], by=city.housing_clerk, at=minutes(1))
    whistle.arrive(calls[0], there(), by=city.housing_clerk, at=minutes(20))
    whistle.ack(calls[1], by=city.planning_leader, at=minutes(1))
    whistle.arrive(calls[1], there(), by=city.planning_leader, at=minutes(31))
    whistle.end(made, by=city.street_clerk, at=minutes(90))
    for call, rating in zip(calls, (5, 3, 1), strict=True):
        whistle.rate(call, rating=rating, note="据实评价", by=city.street_clerk, at=minutes(95))
    whistle.blow(fresh(order), blast(city.housing), by=city.street_clerk, at=minutes(100))
    rows = {
        row.unit: (row.calls, row.due, row.in_time, row.absent, row.rate, row.rating)
        for row in turnout(city.supervisor, NOON.date(), at=minutes(101))
    }
    assert rows == {
        "海淀区住建委": (2, 1, 1, 0, 1.0, 5.0),
        "市规自委": (1, 1, 0, 0, 0.0, 3.0),
        "热力集团": (1, 1, 0, 1, 0.0, 1.0),
    }
    assert Whistle.objects.get(pk=made.pk).ended_at == minutes(90)
    own = turnout(city.housing_clerk, NOON.date(), at=minutes(101))
    assert [row.unit for row in own] == ["海淀区住建委"]
    # A street sees how those it called turned out for it; another street nothing of that.
    assert {row.unit for row in turnout(city.street_clerk, NOON.date(), at=minutes(101))} == set(rows)
    assert turnout(city.stranger, NOON.date(), at=minutes(101)) == []
    assert turnout(city.supervisor, date(2026, 2, 1), at=minutes(101)) == []
