"""派单准确率: 1 − (upheld + re-dispatched) / dispatched, per rule and per unit."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dispatch.actions import redispatch, route
from dispatch.queries.accuracy import by_rule, by_unit, overall
from intake import actions as intake
from tests.city import NOON, City
from tests.dispatch.objecting import MINUTE, objected, ruled, second
from tickets.models import Ticket

LATER = NOON + timedelta(days=1)


def filed(city: City, leaf: str) -> Ticket:
    return intake.file(city.request(category=city.leaves[leaf]), by=city.agent, at=NOON, then=route)


@pytest.fixture
def month(city: City) -> None:
    """Heating: 4 dispatched, one lost to an objection, one objection refused; property: 2, one passed on;
    one that no rule placed.
    """
    lost, refused, *_fine = [filed(city, "heating") for _n in range(4)]
    objected(lost, city)
    ruled(lost, city, "upheld", to=city.sibling)
    objected(refused, city)
    ruled(refused, city, "refused")
    passed, _fine = filed(city, "property"), filed(city, "property")
    redispatch(passed, lead=city.sibling, reason="属地调整", by=city.district_officer, at=NOON + MINUTE)
    filed(city, "orphan")


def test_each_rule_has_its_accuracy_the_worst_first(city: City, month: None) -> None:
    rows = by_rule(NOON, LATER)
    assert [
        (row.basis, row.dispatched, row.objected, row.upheld, row.redispatched, row.percent) for row in rows
    ] == [("目录 property", 2, 0, 0, 1, 50.0), ("目录 heating", 4, 2, 1, 0, 75.0)]
    assert (rows[1].lead, rows[1].leaf, rows[1].version) == (
        "unit:E-heating", "公共服务 › 供暖 › 暖气不热", "2026.01"
    )  # fmt: skip


def test_each_unit_and_the_city_have_theirs(city: City, month: None) -> None:
    assert [(row.code, row.dispatched, row.percent) for row in by_unit(NOON, LATER)] == [
        ("110108009", 2, 50.0),
        ("E-heating", 4, 75.0),
        ("110108", 1, 100.0),
    ]
    whole = overall(NOON, LATER)
    assert (whole.dispatched, whole.objected, whole.upheld, whole.redispatched) == (7, 2, 1, 1)


def test_nothing_dispatched_has_no_accuracy(city: City, month: None) -> None:
    assert (by_rule(LATER, LATER + timedelta(days=1)), overall(LATER, LATER).percent) == ([], None)


def test_a_binding_ruling_judges_the_dispatch_it_takes_away(city: City) -> None:
    """The rule was wrong by the first ruling; that the second gave it back makes no second dispatch."""
    ticket = filed(city, "heating")
    second(city, ticket)
    ruled(ticket, city, "ruled", to=city.heating, at=NOON + 40 * MINUTE)
    whole = overall(NOON, LATER)
    assert (whole.dispatched, whole.upheld, whole.percent) == (1, 1, 0.0)


def test_it_takes_one_statement_however_many_rules_there_are(city: City, month: None) -> None:
    for ask in (by_rule, by_unit, overall):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            ask(NOON, LATER)
        assert len(asked) == 1
