"""Why a unit lost a point: the losses add up, every number opens, and what can still be saved is listed."""

import csv
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from io import BytesIO, StringIO

import pytest
from django.test import Client
from openpyxl import load_workbook
from pytest_django import DjangoAssertNumQueries

from dispatch.actions import dispatch_by_hand
from followup.models import Answer
from reports.queries import lines, why
from scoring.actions import adjusting, ensure_period, exclusions, score_waiting
from scoring.actions.freezing import freeze
from scoring.models import Mark, ScoreLine
from scoring.rules.losing import lost
from tests.city import NOON, City
from tests.handling.conftest import photo
from tests.scoring.asking import asked, asked_often, filed

BASE = "/board/2026-03/110108009/"


@pytest.fixture
def bad(month: City) -> Answer:
    return Answer.objects.get(solved="unsolved")


@pytest.fixture(autouse=True)
def files(settings: object, tmp_path: object) -> None:
    settings.MEDIA_ROOT = tmp_path


def left_out(city: City, answer: Answer) -> None:
    said = {"ground": "X2", "text": "已进入诉讼程序", "by": city.street_clerk, "at": NOON}
    row = exclusions.ask(answer, **said, files=[photo()])
    exclusions.agree(row, opinion="案号属实", by=city.supervisor, at=NOON)


def test_all_losses_add_up_to_what_is_missing_from_a_hundred(month: City) -> None:
    asked(month, month.street, "unsure unsolved satisfied", round_=1)
    asked(month, month.street, "")
    score_waiting(NOON)
    told = why.account(month.street, ensure_period(NOON))
    each = [
        lost(line.amounts, told.amounts, told.weights) for line in ScoreLine.objects.filter(unit=month.street)
    ]
    exact = sum(
        Fraction(weight, 1000) * Fraction(told.amounts[f"{name}_num"], 10 * told.amounts[f"{name}_base"])
        for name, weight in told.weights.items()
    )
    assert sum(each) == 100 - exact


def test_the_page_says_where_the_points_went(month: City, client_of: Callable[[str], Client]) -> None:
    page = client_of("street_clerk").get(f"{BASE}why/")
    assert page.context["month"].score == Decimal("89.6")
    assert [(row["name"], row["asked"], row["points"]) for row in page.context["questions"]] == [
        ("responded", 10, Decimal("1.000")),
        ("solved", 10, Decimal("5.000")),
        ("satisfied", 10, Decimal("4.400")),
    ]
    assert [(part.query, part.points) for part in page.context["categories"]] == [
        ("category=010103", Decimal("10.000")),
        ("category=010101", Decimal("0.400")),
    ]
    assert [(part.query, part.points) for part in page.context["places"]] == [
        ("place=110108009001", Decimal("10.400"))
    ]
    assert [(part.query, part.points) for part in page.context["clocks"]] == [
        ("clock=unrecorded", Decimal("10.400"))
    ]
    assert [part.points for part in page.context["reasons"]] == [Decimal("10.400")]


@pytest.mark.parametrize(
    ("asked_for", "count", "total"),
    [
        ("", 2, "10.400"),
        ("?question=solved", 1, "10.000"),
        ("?question=satisfied", 2, "10.400"),
        ("?category=010103", 1, "10.000"),
        ("?place=110108009001", 2, "10.400"),
        ("?clock=unrecorded", 2, "10.400"),
        ("?clock=overdue", 0, "0.000"),
    ],
)
def test_the_lost_lines_are_narrowed_and_add_up(
    month: City, client_of: Callable[[str], Client], asked_for: str, count: int, total: str
) -> None:
    page = client_of("supervisor").get(f"{BASE}lost/{asked_for}")
    assert (len(page.context["page"].rows), page.context["total"]) == (count, Decimal(total))
    assert sum((row.lost for row in page.context["page"].rows), Decimal(0)) == Decimal(total)


def test_a_line_names_its_ticket_before_all_else_so_that_a_phone_shows_it(
    month: City, client_of: Callable[[str], Client]
) -> None:
    page = client_of("supervisor").get(f"{BASE}lost/")
    told = page.context["page"].rows[0]
    row = page.content.decode().split("<tbody>")[1].split("</tr>")[0]
    assert row.index(told.number) < row.index(told.line.category.name) < row.index("联系：")


@pytest.mark.parametrize(
    "asked_for", ["?question=fourth", "?clock=slow", "?category=9", "?place=9", "file.exe"]
)
def test_what_does_not_exist_is_not_found(
    month: City, client_of: Callable[[str], Client], asked_for: str
) -> None:
    assert client_of("supervisor").get(f"{BASE}lost/{asked_for}").status_code == 404


def test_the_clock_of_a_line_is_how_the_unit_stood_when_the_caller_was_asked(
    month: City, bad: Answer, client_of: Callable[[str], Client]
) -> None:
    Answer.objects.filter(pk=bad.pk).update(recorded=True)
    for clock, change in (
        ("denied", lambda: None),
        ("contact_late", lambda: Answer.objects.filter(pk=bad.pk).update(late_contact=True)),
        ("overdue", lambda: Answer.objects.filter(pk=bad.pk).update(overdue=True)),
    ):
        change()
        page = client_of("supervisor").get(f"{BASE}lost/?clock={clock}")
        assert [row.line.answer for row in page.context["page"].rows] == [bad], clock
        told = why.why(month.street, ensure_period(NOON), month.supervisor)["clocks"]
        assert f"clock={clock}" in [part.query for part in told]


def test_an_exclusion_says_what_the_score_would_be_without_it(
    month: City, bad: Answer, client_of: Callable[[str], Client]
) -> None:
    left_out(month, bad)
    page = client_of("street_clerk").get(f"{BASE}why/")
    assert page.context["month"].score == Decimal("99.6")
    ((row, number, opens),) = page.context["exclusions"]
    assert (row.score, row.change, number, opens) == (
        Decimal("89.6"),
        Decimal("10.0"),
        bad.ticket.number,
        True,
    )
    ((_row, number, opens),) = client_of("stranger").get(f"{BASE}why/").context["exclusions"]
    assert (number, opens) == ("BJ12345-20260302-••••••", False)


def test_an_application_that_waits_says_what_it_would_bring(month: City, bad: Answer) -> None:
    exclusions.ask(bad, ground="X2", text="已进入诉讼程序", by=month.street_clerk, at=NOON, files=[photo()])
    told = why.why(month.street, ensure_period(NOON), month.supervisor)
    assert told["month"].score == Decimal("89.6")
    assert [(row.score, row.change) for row, _number, _opens in told["exclusions"]] == [
        (Decimal("99.6"), Decimal("10.0"))
    ]


def test_a_line_names_what_became_of_its_answer(
    month: City, bad: Answer, client_of: Callable[[str], Client]
) -> None:
    left_out(month, bad)
    rows = client_of("supervisor").get(f"{BASE}lost/?category=010103").context["page"].rows
    assert [(row.line.source, row.lost, [line.source for line in row.beside]) for row in rows] == [
        ("excluded", Decimal("-11.111"), []),
        ("answer", Decimal("11.111"), ["excluded"]),
    ]


def test_what_came_after_publishing_is_told_beside_the_month_and_changes_nothing_of_it(
    month: City, bad: Answer, client_of: Callable[[str], Client]
) -> None:
    period = ensure_period(NOON)
    Mark.objects.create(
        period=period, unit=month.street, tenths=5, why="专项工作", by=month.supervisor, at=NOON
    )
    freeze(period, by=month.supervisor, at=period.ends)
    right = {"contacted": "yes", "solved": "solved", "satisfied": "satisfied"}
    adjusting.right_answer(bad, right, why="录音显示已解决", by=month.supervisor, at=period.ends)
    page = client_of("street_clerk").get(f"{BASE}why/")
    assert page.context["month"].score == Decimal("90.1")
    ((line, number, _opens),) = page.context["later"]
    assert (line.source, line.period.code, number) == ("corrected", "2026-04", bad.ticket.number)


def test_the_files_hold_each_line_with_its_answer_clock_and_cost(
    month: City, bad: Answer, client_of: Callable[[str], Client]
) -> None:
    text = client_of("street_clerk").get(f"{BASE}lost/file.csv?question=solved")
    assert text["Content-Disposition"] == 'attachment; filename="lines-110108009-2026-03-lost.csv"'
    header, row = csv.reader(StringIO(text.content.decode("utf-8-sig")))
    assert header[:5] == ["时间", "工单号", "计入单位", "事项", "记录类别"]
    assert row == [
        "2026-03-02 12:00", bad.ticket.number, "学院路街道办事处", "物业服务不到位", "回访结果",
        "否", "未解决", "不满意", "", "2", "否", "否", "否", "10.000",
    ]  # fmt: skip
    masked = client_of("stranger").get(f"{BASE}lost/file.csv?question=solved").content.decode()
    assert bad.ticket.number not in masked and "••••••" in masked
    sheet = load_workbook(BytesIO(client_of("supervisor").get(f"{BASE}accepted/file.xlsx").content)).active
    assert (sheet.title, sheet.max_row) == ("2026-03", 1)


@pytest.mark.parametrize("who", ["agent", "grid"])
def test_it_is_not_for_whoever_takes_calls_or_walks_a_grid(
    month: City, client_of: Callable[[str], Client], who: str
) -> None:
    for address in (f"{BASE}why/", f"{BASE}lost/", f"{BASE}lost/file.csv", "/board/mine/"):
        assert client_of(who).get(address).status_code == 403


def dispatch(city: City) -> None:
    dispatch_by_hand(filed(city, None), lead=city.street, reason="属地", by=city.dispatcher, at=NOON)


def test_the_pages_cost_the_same_with_one_line_and_with_sixty(
    month: City, client_of: Callable[[str], Client], django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = client_of("street_clerk")

    def cost(address: str, most: int) -> int:
        with django_assert_max_num_queries(most) as used:
            assert client.get(address).status_code == 200
        return len(used)

    pages = ((f"{BASE}lost/", 8), (f"{BASE}lost/file.csv", 8), (f"{BASE}why/", 16), ("/board/mine/", 25))
    left_out(month, Answer.objects.get(solved="unsolved"))
    dispatch(month)
    one = [cost(*page) for page in pages]
    asked_often(month, month.street, ["no unsolved dissatisfied"] * 60)
    for answer in (asked(month, month.street, "no unsolved dissatisfied") for _ in range(3)):
        score_waiting(NOON)
        left_out(month, answer)
        dispatch(month)
    score_waiting(NOON)
    assert [cost(*page) for page in pages] == one


def test_a_district_is_told_by_its_streets(month: City) -> None:
    asked(month, month.sibling, "yes unsolved satisfied")
    score_waiting(NOON)
    told = why.why(month.district, ensure_period(NOON), month.district_officer)
    assert [part.query for part in told["places"]] == ["place=110108009"]
    found = lines.behind(ensure_period(NOON), month.district, "lost", lines.Narrow(place=month.place))
    assert found.count() == 3
