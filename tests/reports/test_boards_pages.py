"""The boards' pages: who sees what, what a number opens, what the files hold, what it costs."""

import csv
import json
from collections.abc import Callable
from decimal import Decimal
from io import BytesIO, StringIO

import pytest
from django.test import Client
from openpyxl import load_workbook
from pytest_django import DjangoAssertNumQueries

from dispatch.actions import dispatch_by_hand
from reports.queries import board_page
from scoring.actions import score_waiting
from scoring.models import ScoreLine
from tests.city import NOON, City
from tests.reports.boarding import answers, two_months
from tests.scoring.asking import GOOD, asked, asked_often, filed
from units.models import Unit


@pytest.fixture
def month(city: City) -> City:
    return two_months(city)


def test_a_city_without_answers_says_so_instead_of_zero(
    city: City, client_of: Callable[[str], Client]
) -> None:
    page = client_of("supervisor").get("/board/")
    assert page.status_code == 200
    assert "考核期尚无回访数据" in page.content.decode()
    assert "0.00%" not in page.content.decode()


@pytest.mark.parametrize("group", ["streets", "districts", "departments", "enterprises"])
def test_every_group_has_its_board(month: City, client_of: Callable[[str], Client], group: str) -> None:
    page = client_of("auditor").get("/board/", {"group": group, "period": "2026-03"})
    assert page.status_code == 200
    told = page.content.decode()
    assert ("89.6" in told) is (group == "streets")
    assert ("响应率×10%" in told) is (group in ("streets", "districts"))


def test_a_person_first_sees_the_group_of_their_own_unit(
    month: City, client_of: Callable[[str], Client]
) -> None:
    assert client_of("street_clerk").get("/board/").context["group"] == "streets"
    assert client_of("district_officer").get("/board/").context["group"] == "districts"
    assert client_of("supervisor").get("/board/", {"group": "nonsense"}).context["group"] == "districts"


def test_a_period_or_unit_or_column_that_does_not_exist_is_not_found(
    month: City, client_of: Callable[[str], Client]
) -> None:
    client = client_of("supervisor")
    for address in (
        "/board/?period=1999-01",
        "/board/data/?period=1999-01",
        "/board/1999-01/110108009/",
        "/board/2026-03/nobody/",
        "/board/2026-03/110108009/nothing/",
        "/board/2026-03/110108009/valid/?category=nothing",
        "/board/file.exe",
    ):
        assert client.get(address).status_code == 404, address


@pytest.mark.parametrize("who", ["agent", "grid"])
def test_boards_are_not_for_whoever_takes_calls_or_walks_a_grid(
    month: City, client_of: Callable[[str], Client], who: str
) -> None:
    for address in (
        "/board/",
        "/board/data/",
        "/board/2026-03/110108009/",
        "/board/2026-03/110108009/valid/",
    ):
        assert client_of(who).get(address).status_code == 403


def test_a_number_opens_only_the_tickets_the_reader_may_see(
    month: City, client_of: Callable[[str], Client]
) -> None:
    address = "/board/2026-03/110108009/not_solved/"
    ticket = ScoreLine.objects.get(unit=month.street, period__code="2026-03", solved_base=1, solved=0).ticket
    for who, opens in (("supervisor", True), ("street_clerk", True), ("stranger", False), ("leader", False)):
        told = client_of(who).get(address).content.decode()
        assert (f"/cases/{ticket.number}/" in told) is opens, who
        assert (ticket.number in told) is opens, who
        assert ("BJ12345-20260302-••••••" in told) is not opens, who


def test_lines_are_paged_by_key_and_htmx_gets_the_rows_alone(
    month: City, client_of: Callable[[str], Client]
) -> None:
    answers(month, month.street, good=60)
    score_waiting(NOON)
    client = client_of("supervisor")
    first = client.get("/board/2026-03/110108009/valid/")
    assert (len(first.context["page"].rows), first.context["total"]) == (50, 70)
    more = client.get(
        "/board/2026-03/110108009/valid/",
        {"after": first.context["page"].after},
        headers={"HX-Request": "true"},
    )
    assert (len(more.context["page"].rows), more.context["page"].after) == (20, "")
    assert "<html" not in more.content.decode()
    both = [told.line.pk for page in (first, more) for told in page.context["page"].rows]
    assert len(set(both)) == 70
    assert client.get("/board/2026-03/110108009/valid/", {"after": "nonsense"}).status_code == 200


def test_a_category_narrows_the_lines(month: City, client_of: Callable[[str], Client]) -> None:
    asked(month, month.street, leaf="property")
    score_waiting(NOON)
    page = client_of("supervisor").get("/board/2026-03/110108009/valid/", {"category": "010103"})
    assert (page.context["total"], len(page.context["page"].rows)) == (1, 1)


def test_a_units_page_tells_its_counts_rates_and_categories(
    month: City, client_of: Callable[[str], Client]
) -> None:
    page = client_of("stranger").get("/board/2026-03/110108009/")
    assert page.context["whole"].score == Decimal("89.6")
    assert [count for _name, _label, count in page.context["counts"]] == [0, 10, 10, 9, 9, 8, 1]
    assert [count for _name, _label, count in page.context["against"]] == [1, 1, 1]
    assert [row["category"].code for row in page.context["categories"]] == ["010101"]
    assert [code for code, _whole in page.context["history"]] == ["2026-02", "2026-03"]


def test_the_charts_get_real_periods_categories_and_days(
    month: City, client_of: Callable[[str], Client]
) -> None:
    dispatch_by_hand(filed(month, None), lead=month.street, reason="属地", by=month.dispatcher, at=NOON)
    score_waiting(NOON)
    data = json.loads(
        client_of("supervisor").get("/board/data/", {"group": "streets", "period": "2026-03"}).content
    )
    assert [(row["code"], row["solved"]) for row in data["history"]] == [
        ("2026-02", "75.00"),
        ("2026-03", "95.24"),
    ]
    assert data["tree"] == [{"name": "公共服务", "value": 1, "children": [{"name": "供暖", "value": 1}]}]
    tables = client_of("supervisor").get("/board/tables/", {"group": "streets", "period": "2026-03"})
    assert "供暖" in tables.content.decode()


def test_the_files_hold_the_table_and_no_formula(month: City, client_of: Callable[[str], Client]) -> None:
    Unit.objects.filter(pk=month.sibling.pk).update(name="=HYPERLINK(1)", short_name="")
    client = client_of("supervisor")
    wanted = {"group": "streets", "period": "2026-03"}
    text = client.get("/board/file.csv", wanted)
    assert text["Content-Disposition"] == 'attachment; filename="board-streets-2026-03.csv"'
    rows = list(csv.reader(StringIO(text.content.decode("utf-8-sig"))))
    assert rows[0][:5] == ["序号", "名次区间", "承办单位", "受理量", "办结量"]
    assert rows[1][:10] == ["1", "1–2", "'=HYPERLINK(1)", "0", "10", "10", "10", "10", "10", "0"]
    assert rows[1][10:16] == ["100.00", "100.00", "100.00", "72.25–100.00", "72.25–100.00", "72.25–100.00"]
    assert rows[1][16:] == ["0.00", "", "", "", "100.0", "72.2–100.0", "", "1", "50.0", ""]
    assert rows[3][:3] == ["样本不足", "", "建外街道办事处"]
    assert rows[4][2:4] == ["全部回访汇总率", "0"]
    assert {len(row) for row in rows} == {len(rows[0])}
    sheet = load_workbook(BytesIO(client.get("/board/file.xlsx", wanted).content)).active
    assert sheet.title == "2026-03"
    assert (sheet["C2"].value, sheet["C2"].data_type) == ("'=HYPERLINK(1)", "s")
    assert sheet["U2"].value == 100


def test_a_board_costs_the_same_statements_with_one_unit_and_with_thirty(
    city: City, client_of: Callable[[str], Client], django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = client_of("supervisor")
    asked(city, city.street)
    score_waiting(NOON)

    def cost(address: str) -> int:
        with django_assert_max_num_queries(8) as used:
            assert client.get(address).status_code == 200
        return len(used)

    pages = ("/board/?group=streets", "/board/2026-03/110108009/", "/board/2026-03/110108009/valid/")
    one = [cost(address) for address in pages]
    for number in range(30):
        code = f"1101080{number + 20}"
        unit = Unit.objects.create(
            code=code,
            name=f"街道{number}",
            type="street",
            parent=city.district,
            district=city.district,
            rank_group="streets",
            path=f"{city.district.path}{code}/",
        )
        asked_often(city, unit, [GOOD, GOOD])
    asked_often(city, city.street, [GOOD] * 30)
    score_waiting(NOON)
    assert [cost(address) for address in pages] == one


def test_a_long_table_shows_its_head_and_leads_to_the_whole(
    month: City, client_of: Callable[[str], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(board_page, "HEAD", 1)
    asked_for = {"group": "streets", "period": "2026-03"}
    short = client_of("auditor").get("/board/", asked_for)
    assert (len(short.context["ranked"]), short.context["cut"]) == (1, True)
    assert "period=2026-03&amp;all=1" in short.content.decode()
    full = client_of("auditor").get("/board/", asked_for | {"all": "1"})
    assert [row.unit for row in full.context["ranked"]] == [row.unit for row in full.context["board"].ranked]
    assert (len(full.context["low"]), full.context["cut"]) == (len(full.context["board"].low), False)
