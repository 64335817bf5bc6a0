"""The board: exact figures, places and changes."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from dispatch.actions import dispatch_by_hand
from reports.queries import boards
from reports.queries.board_history import history, until
from reports.queries.board_page import board_page
from reports.queries.charts import tile_places
from reports.queries.lines import COLUMNS, behind
from reports.rules import Asked
from scoring.actions import fold
from scoring.models import COUNTS, Period
from tests.city import NOON, ZONE, City
from tests.reports.boarding import LAST_MONTH, board, places, two_months
from tests.scoring.asking import asked, filed
from tickets.book import book
from tickets.models import Setting
from units.models import Unit


@pytest.fixture
def month(city: City) -> City:
    return two_months(city)


def test_the_board_tells_what_was_worked_out_by_hand(month: City) -> None:
    shown = board("streets")
    assert places(shown.ranked) == [
        (1, "110108010", Decimal("100.0"), 1),
        (2, "110108009", Decimal("89.6"), -1),
    ]
    assert places(shown.low) == [(None, "110105001", Decimal("100.0"), None)]
    second = shown.ranked[1].standing
    assert {name: rate.percent for name, rate in second.rates.items()} == {
        "responded": Decimal("90.00"),
        "solved": Decimal("90.00"),
        "satisfied": Decimal("89.00"),
    }
    assert dict(shown.ranked[1].counts) == {
        "accepted": 0,
        "closed": 10,
        "valid": 10,
        "contacted": 9,
        "solved": 9,
        "satisfied": 8,
        "basic": 1,
    }


def test_the_page_draws_each_units_scores_and_the_groups(month: City) -> None:
    known = boards.periods()
    context = board_page(board("streets"), Asked("streets"), known, NOON)
    assert [row.history for row in context["ranked"]] == [
        [Decimal("50.0"), Decimal("100.0")],
        [Decimal("100.0"), Decimal("89.6")],
    ]
    assert [(code, whole.amounts["valid"]) for code, whole in context["history"]] == [
        ("2026-02", 20),
        ("2026-03", 21),
    ]
    large = history("streets", until(known[0], known))
    assert (large.whole, large.lines) == (context["history"], {})


def test_the_summary_tells_the_pooled_rate_and_the_mean_of_the_units_apart(month: City) -> None:
    whole = board("streets").whole
    assert whole.amounts["valid"] == 21
    # 20 of 21 solved; the mean of 90 %, 100 % and 100 % is 96.67 %
    assert whole.rates["solved"] == Decimal("95.24")
    assert whole.means["solved"] == Decimal("96.67")
    # 89.6, 100 and 100
    assert whole.mean_score == Decimal("96.5")


def test_the_board_is_the_same_before_and_after_folding(month: City) -> None:
    before = board("streets")
    assert fold(NOON) == 41
    assert board("streets") == before


def test_a_running_period_is_compared_with_the_last_one_up_to_the_same_day(month: City) -> None:
    asked(month, month.street, at=NOON - timedelta(days=20))
    shown = board("streets")
    assert (shown.running, shown.previous.period.code, shown.previous.until.isoformat()) == (
        True,
        "2026-02",
        "2026-01-30",
    )
    assert shown.previous.whole.amounts["valid"] == 20
    ended = board("streets", datetime(2026, 3, 19, tzinfo=ZONE))
    assert (ended.running, ended.previous.until.isoformat()) == (False, "2026-02-18")
    assert ended.previous.whole.amounts["valid"] == 21


def test_the_first_period_has_nothing_to_be_compared_with(month: City) -> None:
    shown = board("streets", LAST_MONTH, "2026-02")
    assert (shown.previous, shown.year) == (None, None)
    assert [row.change for row in shown.ranked] == [None, None]
    known = boards.periods()
    assert [code for code, _whole in history("streets", until(shown.period, known)).whole] == ["2026-02"]


def test_a_district_stands_for_its_whole_subtree(month: City) -> None:
    asked(month, month.housing)
    asked(month, month.district)
    asked(month, month.heating)
    shown = board("districts")
    assert places(shown.ranked) == [(1, "110108", Decimal("95.3"), 0)]
    assert shown.ranked[0].standing.amounts["valid"] == 22
    assert [row.unit.pk for row in shown.low] == [month.other_district.pk]


def test_a_unit_that_is_no_longer_active_is_not_ranked(month: City) -> None:
    Unit.objects.filter(pk=month.sibling.pk).update(active=False)
    shown = board("streets")
    assert [row.unit.pk for row in shown.ranked] == [month.street.pk]
    assert shown.whole.amounts["valid"] == 11


def test_every_number_is_the_sum_of_the_lines_it_opens_into(month: City) -> None:
    dispatch_by_hand(filed(month, None), lead=month.street, reason="属地", by=month.dispatcher, at=NOON)
    for group in ("streets", "districts"):
        shown = board(group)
        for row in [*shown.ranked, *shown.low]:
            for name, count in row.counts:
                lines = behind(shown.period, Unit.objects.get(pk=row.unit.pk), name)
                assert sum(getattr(line, name) for line in lines) == count
    street = Period.objects.get(code="2026-03"), month.street
    assert {name: behind(*street, name).count() for name in COLUMNS} == {
        "accepted": 1,
        "closed": 10,
        "valid": 10,
        "contacted": 9,
        "solved": 9,
        "satisfied": 8,
        "basic": 1,
        "excluded": 0,
        "overdue": 0,
        "not_contacted": 1,
        "not_solved": 1,
        "not_satisfied": 1,
        "lost": 2,
    }


def test_counts_stand_in_the_order_people_expect() -> None:
    assert COUNTS == ("accepted", "closed", "valid", "contacted", "solved", "satisfied", "basic")


def test_districts_lie_where_the_city_says_else_in_a_wall(city: City) -> None:
    units = [city.district, city.other_district]
    assert tile_places(units, NOON) == {"110105": (0, 0), "110108": (1, 0)}
    Setting.objects.create(key="board_tiles", value="110108@1:2 110105@2:2", effective_from=NOON.date())
    book.cache_clear()
    assert tile_places(units, NOON) == {"110108": (1, 2), "110105": (2, 2)}
