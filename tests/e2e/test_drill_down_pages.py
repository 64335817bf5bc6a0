"""Why did I lose this point? In a browser: from the board down to the ticket, and once it is published."""

from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from followup.models import Answer
from scoring.actions import ensure_period, score_waiting
from scoring.actions.adjusting import right_answer
from scoring.actions.freezing import freeze
from scoring.models import Period
from tests.city import NOON, City
from tests.e2e.conftest import keep, violations
from tests.scoring import asking

pytestmark = pytest.mark.slow
Open = Callable[..., Page]
BAD = "no unsolved dissatisfied"


@pytest.fixture
def bad(city: City) -> Answer:
    """Two streets of a month that is over; one of them has lost points with a ticket about leaking pipes."""
    asking.asked_often(city, city.street, [asking.GOOD] * 12, NOON)
    asking.asked_often(city, city.sibling, [asking.GOOD] * 14 + ["yes solved basic"], NOON)
    answer = asking.asked(city, city.street, BAD, leaf="leak")
    score_waiting(timezone.now())
    return answer


def test_a_number_leads_to_its_lines_and_from_there_to_the_ticket(
    city: City, open_as: Open, bad: Answer
) -> None:
    page = open_as("supervisor")
    page.goto("/board/?group=streets&period=2026-03")
    row = page.locator("#main tr", has=page.get_by_role("link", name="学院路街道办事处", exact=True)).first
    row.get_by_role("link", name="92.31%").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/board/2026-03/110108009/not_*/")
    link = page.get_by_role("link", name=bad.ticket.number)
    expect(page.locator("tbody tr")).to_have_count(1)
    keep(page, "drill-lines")
    assert violations(page) == []
    link.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/cases/{bad.ticket.number}/")
    expect(page.locator("main")).to_contain_text(bad.ticket.content)


def test_why_leads_by_category_to_lines_that_can_be_taken_along(
    city: City, open_as: Open, bad: Answer
) -> None:
    page = open_as("street_leader")
    page.goto("/board/mine/?period=2026-03")
    expect(page.locator("main")).to_contain_text("学院路街道")
    page.goto("/board/2026-03/110108009/why/")
    keep(page, "drill-why")
    page.get_by_role("link", name="供热管线漏水").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("main")).to_contain_text(bad.ticket.number)
    with page.expect_download() as took:
        page.get_by_role("link", name="CSV").click()
    assert took.value.suggested_filename == "lines-110108009-2026-03-lost.csv"
    text = took.value.path().read_text("utf-8-sig")
    assert bad.ticket.number in text
    assert len(text.strip().splitlines()) == 2


def test_another_units_lines_show_no_number(city: City, open_as: Open, bad: Answer) -> None:
    page = open_as("stranger")
    page.goto("/board/2026-03/110108009/lost/")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("main")).to_contain_text("BJ12345-")
    assert bad.ticket.number not in page.content()
    assert page.locator("tbody a").count() == 0
    page.goto("/board/mine/?period=2026-03")
    expect(page.locator("h1")).to_contain_text("建外街道")


def test_a_correction_after_publishing_stands_beside_a_board_that_stays_as_it_was(
    city: City, open_as: Open, bad: Answer
) -> None:
    month = freeze(Period.objects.get(code="2026-03"), by=city.supervisor, at=timezone.now())
    page = open_as("supervisor")
    page.goto("/board/?group=streets&period=2026-03")
    expect(page.locator("main")).to_contain_text("发布后调整 0 笔")
    table = page.locator("table.rank").first
    before = table.inner_text()
    now = timezone.now()
    right = {"contacted": "yes", "solved": "solved", "satisfied": "satisfied"}
    right_answer(bad, right, why="复听录音，诉求人答已解决。", by=city.supervisor, at=now)
    page.reload()
    page.get_by_role("link", name="发布后调整 1 笔").click()
    page.wait_for_url("**/board/2026-03/adjusted/?group=streets")
    row = page.locator("tbody tr")
    expect(row).to_have_count(1)
    expect(row).to_contain_text(bad.ticket.number)
    expect(row).to_contain_text(ensure_period(now).code)
    expect(row).to_contain_text(timezone.localtime(now).strftime("%Y-%m-%d"))
    expect(page.locator("main")).to_contain_text(month.digest)
    keep(page, "adjusted")
    assert violations(page) == []
    page.get_by_role("link", name="看排名").click()
    page.wait_for_url("**/board/?group=streets&period=2026-03")
    assert page.locator("table.rank").first.inner_text() == before
