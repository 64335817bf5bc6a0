"""The public pages in a real browser: on a phone, in the dark, in large print, without JavaScript."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.city import City
from tests.e2e.conftest import keep, violations
from tests.portal.conftest import live_through
from tickets.models import Ticket

pytestmark = pytest.mark.slow
Open = Callable[..., Page]


def look_up(page: Page, ticket: Ticket) -> None:
    page.goto("/")
    page.fill("[name=number]", ticket.number.lower())
    page.fill("[name=code]", ticket.query_code)
    page.get_by_role("button", name="查询", exact=True).click()
    page.wait_for_url(f"**/q/{ticket.number}/")


def overflow(page: Page) -> int:
    """How far the page can be pushed sideways, in pixels."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


@pytest.mark.parametrize(("size", "theme"), [("phone", "light"), ("phone", "dark"), ("wide", "light")])
def test_nothing_on_the_public_pages_shuts_anybody_out(
    city: City, open_as: Open, size: str, theme: str
) -> None:
    page = open_as(size=size, theme=theme)
    for name in ("", "q", "help", "accessibility", "privacy"):
        page.goto(f"/{name}/".replace("//", "/"))
        assert violations(page) == []
        assert overflow(page) == 0
    for state in ("handling", "followup", "closed", "answered"):
        look_up(page, live_through(city, state, timezone.now() - timedelta(hours=1)))
        page.wait_for_load_state()
        keep(page, f"portal-{state}-{size}-{theme}")
        assert violations(page) == []
        assert overflow(page) == 0


def test_a_case_is_looked_up_and_rated_without_javascript(city: City, open_as: Open) -> None:
    ticket = live_through(city, "followup", timezone.now() - timedelta(hours=1))
    page = open_as(size="phone", javascript=False)
    look_up(page, ticket)
    expect(page.get_by_text("已办结，等待您评价")).to_be_visible()
    for answer in ("是", "已解决", "基本满意"):
        page.locator("main label", has_text=answer).first.click()
    page.get_by_role("button", name="提交评价").click()
    expect(page.get_by_text("已收到您的评价，谢谢。")).to_be_visible()
    assert Ticket.objects.get().state == "closed"


def test_the_summary_of_errors_takes_the_focus(city: City, open_as: Open) -> None:
    for javascript in (True, False):
        page = open_as(size="phone", javascript=javascript)
        page.goto("/q/")
        page.fill("[name=number]", "42")
        page.get_by_role("button", name="查询", exact=True).click()
        page.wait_for_selector(".error-summary:focus")
        keep(page, f"portal-error-{'with' if javascript else 'without'}-javascript")
        assert page.title().startswith("错误：")
        page.get_by_role("link", name="请输入查询码").click()
        expect(page).to_have_url(re.compile("#id_code$"))


def test_a_case_is_looked_up_with_the_keyboard_alone(city: City, open_as: Open) -> None:
    ticket = live_through(city, "pending", timezone.now())
    page = open_as()
    page.goto("/q/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type(ticket.number)
    page.keyboard.press("Tab")
    page.keyboard.type(ticket.query_code)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/q/{ticket.number}/")
    expect(page.get_by_text("已受理，等待派单")).to_be_visible()
