"""A month that carries adjustments of a published one may be above 100 %, below 0, or have no base left."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from followup.models import Answer
from scoring.actions import ensure_period, fold, score_waiting
from scoring.actions.exclusions import declare_out
from scoring.actions.freezing import freeze
from scoring.audit import misfolded
from scoring.models import Ground, Period, Published, ScoreLine
from scoring.queries import published_places
from tests.city import NOON, ZONE, City
from tests.scoring.asking import GOOD, asked, asked_often
from units.models import Unit

ClientOf = Callable[[str], Client]
#: March is published, and April begins.
APRIL = datetime(2026, 3, 20, 9, tzinfo=ZONE)
SAID = "已发布的月份不再改动"
STREETS = "/board/?group=streets&period=2026-04"


def taken_out(answer: Answer) -> None:
    ground = Ground.objects.get(code="X2")
    assert declare_out(answer, ground, text="已进入诉讼程序", at=APRIL) is not None


def large(unit: Unit, answer: Answer, period: Period, sign: int, many: int, **more: object) -> None:
    """One line for many good answers, or for many bad ones of March taken back."""
    rates = {f"{name}_base": sign * many for name in ("responded", "solved", "satisfied")}
    if sign > 0:
        rates |= {f"{name}_num": 1000 * many for name in ("responded", "solved", "satisfied")}
    ScoreLine.objects.create(
        period=period, unit=unit, ticket=answer.ticket, at=APRIL, valid=sign * many, **rates, **more
    )


@pytest.fixture
def april(city: City) -> Period:
    """Street: 16 good answers, three bad ones of March taken back: 16/13. Its neighbour: nothing but a good
    one of March taken back: −1/−1. The other street: 1 000 good ones and 999 bad of March: 1 000/1.
    """
    bad = [asked(city, city.street, "no unsolved dissatisfied") for _number in range(3)]
    good = asked(city, city.sibling)
    other = asked(city, city.other_street, "no unsolved dissatisfied")
    score_waiting(APRIL)
    freeze(ensure_period(NOON), by=city.supervisor, at=APRIL)
    asked_often(city, city.street, [GOOD] * 16, APRIL)
    score_waiting(APRIL)
    for answer in (*bad, good):
        taken_out(answer)
    found = ensure_period(APRIL)
    large(city.other_street, other, found, 1, 1000, source="answer")
    large(
        city.other_street, other, found, -1, 999, source="excluded", about=ensure_period(NOON), excluded=999
    )
    return found


def rates(period: Period, unit: Unit) -> Published:
    return Published.objects.get(period=period, unit=unit)


PAGES = (
    STREETS,
    f"{STREETS}&view=bands",
    "/board/?group=districts&period=2026-04",
    "/board/2026-04/110108009/",
    "/board/2026-04/110108010/",
    "/board/2026-04/110105001/",
    "/board/2026-04/110108009/why/",
    "/board/2026-04/110108010/why/",
)


def test_such_a_month_is_shown_everywhere_with_the_sentence_that_explains_it(
    city: City, april: Period, client_of: ClientOf
) -> None:
    client = client_of("supervisor")
    for fold_first in (False, True):
        if fold_first:
            fold(APRIL)
        for page in PAGES:
            text = client.get(page.replace("110105001", city.other_street.code)).content.decode()
            assert SAID in text, page
    board = client.get(STREETS)
    told = {row.unit.code: row for row in (*board.context["board"].ranked, *board.context["board"].low)}
    street, sibling = told[city.street.code], told[city.sibling.code]
    assert [value for _opens, value, _sure in street.rates] == [Decimal("123.08")] * 3
    assert (street.standing.score, street.interval.high, street.places) == (
        Decimal("123.1"),
        Decimal("100.0"),
        (1, 1),
    )
    assert [value for _opens, value, _sure in sibling.rates] == [None] * 3
    assert told[city.other_street.code].standing.score == Decimal("100000.0")


def test_no_bar_is_longer_than_its_track(april: Period, client_of: ClientOf) -> None:
    page = client_of("supervisor").get(STREETS)
    assert page.context["bars_from"] == 90
    assert 'width="56.0"' in page.content.decode()


def test_a_unit_without_a_base_is_told_why_on_its_own_page(april: Period, client_of: ClientOf) -> None:
    text = client_of("sibling_clerk").get("/board/mine/?period=2026-04").content.decode()
    assert SAID in text and "对以前月份的调整多于本期回访" in text


def test_its_files_its_charts_and_every_column_open(city: City, april: Period, client_of: ClientOf) -> None:
    client = client_of("supervisor")
    for kind in ("csv", "xlsx"):
        for view in ("", "&view=bands"):
            got = client.get(
                f"{reverse('reports:board_file', args=[kind])}?group=streets&period=2026-04{view}"
            )
            assert got.status_code == 200 and b"".join(got)
    for name in ("board_data", "board_tables"):
        got = client.get(f"{reverse(f'reports:{name}')}?group=streets&period=2026-04")
        assert got.status_code == 200, name
    for unit in (city.street, city.sibling, city.other_street):
        for column in ("valid", "excluded", "solved", "not_solved", "not_satisfied", "lost"):
            assert client.get(f"/board/2026-04/{unit.code}/{column}/").status_code == 200
    assert client.get("/ruler/exclusions/rates/?month=2026-04").status_code == 200


def test_such_a_month_is_published_as_it_stands(city: City, april: Period, client_of: ClientOf) -> None:
    freeze(april, by=city.supervisor, at=april.ends + timedelta(days=1))
    assert rates(april, city.other_street).score == Decimal("100000.0")
    assert rates(april, city.sibling).score is None
    assert published_places(april, "streets").ranked[0][1].score == Decimal("123.1")
    assert list(misfolded(april)) == []
    assert SAID in client_of("supervisor").get(STREETS).content.decode()


def test_an_ordinary_month_needs_no_explanation(city: City, client_of: ClientOf) -> None:
    asked_often(city, city.street, [GOOD] * 9 + ["no unsolved dissatisfied"], NOON)
    score_waiting(APRIL)
    for page in PAGES[:4]:
        assert SAID not in client_of("supervisor").get(page.replace("2026-04", "2026-03")).content.decode()
