"""What makes a board fair: intervals, places that cannot be told apart, strata, bands, lists, marks."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client

from followup.models import Answer
from reports.queries import boards
from reports.queries.board_choices import marked, named
from reports.queries.board_units import Within
from scoring.actions import marks
from scoring.actions.adjusting import right_answer
from scoring.actions.freezing import freeze
from scoring.models import Mark, Period
from scoring.rules.intervals import Interval
from tests.city import NOON, City
from tests.reports.boarding import board, two_months
from units.models import Place, Unit

STREETS = {"group": "streets", "period": "2026-03"}


@pytest.fixture
def month(city: City) -> City:
    return two_months(city)


def within(asked: Within) -> boards.Board:
    known = boards.periods()
    return boards.board("streets", known[0], known, NOON, asked)


def test_ten_answers_cannot_tell_two_streets_apart(month: City) -> None:
    first, second = board("streets").ranked
    assert (first.interval, first.places, first.alike) == (
        Interval(Decimal("72.2"), Decimal("100.0")),
        (1, 2),
        False,
    )
    assert (second.places, second.alike, second.band, first.band) == ((1, 2), True, "B", "A")


def test_a_row_tells_its_gain_what_was_left_out_and_what_is_scored_by_resident(month: City) -> None:
    """Ten valid follow-ups of 5 000 people; no order was given in this period."""
    Place.objects.filter(pk=month.street.place_id).update(population=5000)
    second = board("streets").ranked[1]
    assert (second.gain, second.gain_year) == (Decimal("-10.4"), None)
    assert (second.left_out, second.per_10k) == (Decimal("0.00"), Decimal("20.0"))


def test_within_a_stratum_units_are_placed_among_themselves(month: City) -> None:
    Unit.objects.filter(pk=month.street.pk).update(stratum="town")
    shown = within(Within(stratum="town"))
    assert [(row.unit.code, row.standing.rank, row.change) for row in shown.ranked] == [("110108009", 1, 0)]
    assert (shown.whole.amounts["valid"], shown.previous.whole.amounts["valid"], shown.idle) == (10, 10, 0)
    assert not within(Within(volume=2)).ranked


def test_marks_count_are_told_with_their_reason_and_move_the_interval(month: City) -> None:
    period = Period.objects.get(code="2026-03")
    Mark.objects.create(
        period=period, unit=month.street, tenths=15, why="提前处置汛情", by=month.supervisor, at=NOON
    )
    shown = board("streets")
    row = shown.ranked[1]
    assert (row.standing.score, row.points) == (Decimal("91.1"), Decimal("1.5"))
    assert [(told.unit.code, mark.why, points) for told, mark, points in marked(shown)] == [
        ("110108009", "提前处置汛情", Decimal("1.5"))
    ]


def test_the_lists_name_streets_by_place_gain_and_volume(month: City) -> None:
    told = {
        str(names.title): [row.unit.code for row, _figure in names.rows] for names in named(board("streets"))
    }
    assert told == {
        "先进": ["110108010", "110108009"],
        "进步": ["110108010"],
        "治理": ["110108009", "110108010"],
    }
    assert named(board("districts")) == []


def test_bands_name_no_place_no_score_and_no_order(month: City, client_of: Callable[[str], Client]) -> None:
    client = client_of("supervisor")
    page = client.get("/board/", STREETS | {"view": "bands"})
    assert [(band.letter, [row.unit.code for row in band.rows]) for band in page.context["bands"]] == [
        ("A", ["110108010"]),
        ("B", ["110108009"]),
        ("C", []),
    ]
    told = page.content.decode()
    assert "89.6" not in told
    assert "名次区间" not in told
    text = client.get("/board/file.csv", STREETS | {"view": "bands"}).content.decode()
    assert "89.6" not in text
    assert "综合成绩" not in text


def test_a_scheme_without_a_league_shows_bands_and_a_link_to_the_places(
    month: City, client_of: Callable[[str], Client]
) -> None:
    month.scheme.league = False
    month.scheme.save()
    page = client_of("supervisor").get("/board/", STREETS)
    assert len(page.context["bands"]) == 3
    assert "view=league" in page.content.decode()
    assert "89.6" in client_of("supervisor").get("/board/", STREETS | {"view": "league"}).content.decode()


def test_a_month_that_is_not_published_has_no_adjustments(
    month: City, client_of: Callable[[str], Client]
) -> None:
    page = client_of("stranger").get("/board/2026-03/adjusted/")
    assert page.status_code == 200
    assert "发布后没有调整" in page.content.decode()


def test_what_is_put_right_after_publishing_is_listed_and_counted_on_the_board(
    month: City, client_of: Callable[[str], Client]
) -> None:
    client, later = client_of("supervisor"), NOON + timedelta(days=40)
    freeze(Period.objects.get(code="2026-03"), by=month.supervisor, at=later)
    assert "发布后调整 0 笔" in client.get("/board/", STREETS).content.decode()
    assert client.get("/board/2026-03/adjusted/").context["page"].rows == []
    answer = Answer.objects.filter(unit=month.street, solved="unsolved").latest("pk")
    right = {"contacted": "yes", "solved": "unsolved", "satisfied": "basic"}
    right_answer(answer, right, why="复听录音，诉求人答基本满意。", by=month.supervisor, at=later)
    page = client.get("/board/", STREETS)
    assert page.context["board"].adjusted == 1
    assert "发布后调整 1 笔" in page.content.decode() and "89.6" in page.content.decode()
    (row,) = client.get("/board/2026-03/adjusted/").context["page"].rows
    line = row.line
    assert (line.source, line.period.code, line.unit) == ("corrected", "2026-04", month.street)
    assert (line.valid, line.contacted, line.solved, line.satisfied, line.basic) == (0, 1, 0, 0, 1)


def test_a_units_page_tells_the_score_of_the_board_with_what_was_given(
    month: City, client_of: Callable[[str], Client]
) -> None:
    period = Period.objects.get(code="2026-03")
    marks.add(period, month.street, tenths=-15, why="瞒报办理情况", by=month.supervisor, at=NOON)
    page = client_of("street_leader").get("/board/2026-03/110108009/")
    assert (page.context["whole"].score, page.context["whole"].given) == (Decimal("88.1"), Decimal("-1.5"))
    assert [whole.score for _code, whole in page.context["history"]] == [Decimal("100.0"), Decimal("88.1")]
    assert "含加减分 -1.5" in page.content.decode()
