"""The supervisors' desk, the bell and a unit's cards in a browser."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from dispatch.actions import oversight, route
from dispatch.models import Oversight
from hotline.watch import sweep
from intake import actions as intake
from tests.city import City
from tests.e2e.conftest import keep, violations
from tickets.models import Ticket

pytestmark = pytest.mark.slow
Open = Callable[..., Page]


@pytest.fixture
def neglected(city: City, open_as: Open) -> list[Ticket]:
    """Orders of three days: far overdue, overdue, and one under an ordinary order of supervision."""
    now = timezone.now()
    found = []
    for minutes, content in (
        (4500, "暖气不热，老人在家受冻，已多次反映。"),
        (1600, "供暖管道异响，夜间无法休息。"),
        (30, "暖气片漏水，客厅已积水。"),
    ):
        at = now - timedelta(minutes=minutes)
        ticket = intake.file(city.request(content=content, phone=""), by=city.agent, at=at, then=route)
        for step in (720, 1152, 1440, 2160, 4320):
            if step < minutes:
                sweep(at + timedelta(minutes=step))
        found.append(Ticket.objects.get(pk=ticket.pk))
    row = oversight.order(found[2], demand="请今天到现场，并回复处理情况。", by=city.supervisor, at=now)
    oversight.reply(Oversight.objects.get(pk=row.pk), text="已关阀止水，明早更换。", by=city.clerk, at=now)
    return found


def test_a_supervisor_works_the_desk_by_keyboard(neglected: list[Ticket], open_as: Open) -> None:
    page = open_as("supervisor")
    page.goto("/supervision/?v=overdue")
    expect(page.locator("tr[data-row]")).to_have_count(2)
    page.keyboard.press("j")
    expect(page.locator("#pane")).to_contain_text(neglected[0].number)
    page.keyboard.press("j")
    expect(page.locator("#pane")).to_contain_text(neglected[1].number)
    keep(page, "supervision_overdue")
    page.keyboard.press("d")
    expect(page.locator("#pane textarea:focus")).to_be_visible()
    page.keyboard.type("请今晚到现场并回复")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#pane")).to_contain_text("请今晚到现场并回复")
    expect(page.locator("#pane .tag.orange").first).to_be_visible()
    assert Oversight.objects.filter(ticket=neglected[1], kind="ordinary").count() == 1
    assert violations(page) == []
    page.goto(f"/supervision/{neglected[2].number}/?v=orders")
    keep(page, "supervision_orders")
    page.keyboard.press("e")
    expect(page.locator("#pane textarea:focus")).to_be_visible()
    page.keyboard.type("情况属实，已整改")
    page.locator("details[open] button").click()
    expect(page.locator("#pane")).to_contain_text("情况属实，已整改")
    page.goto("/supervision/?v=cards")
    page.locator("select[name=kind]").select_option("red")
    expect(page.locator("tr[data-row]")).to_have_count(1)
    keep(page, "supervision_cards")


def test_the_desk_reads_well_on_a_phone_and_in_the_dark(neglected: list[Ticket], open_as: Open) -> None:
    page = open_as("supervisor", size="phone", theme="dark")
    for view in ("orders", "cards", "far", "sides"):
        page.goto(f"/supervision/?v={view}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        keep(page, f"supervision_{view}_phone")
    page.goto(f"/supervision/{neglected[0].number}/?v=far")
    expect(page.locator("#pane")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    keep(page, "supervision_case_phone")
    assert violations(page) == []


def test_the_bell_says_how_many_and_falls_silent(neglected: list[Ticket], open_as: Open) -> None:
    page = open_as("leader")
    bell = page.locator(".bell .count")
    expect(bell).not_to_be_empty()
    page.keyboard.press("g")
    page.keyboard.press("n")
    expect(page.locator("h1")).to_have_text("提醒")
    expect(page.locator("[data-row]").first).to_be_visible()
    keep(page, "notices")
    assert violations(page) == []
    page.keyboard.press("q")
    expect(page.locator(".empty")).to_be_visible()
    expect(bell).to_be_empty()


@pytest.mark.parametrize("size", ["wide", "phone"])
def test_a_leader_replies_and_accounts_for_a_card(neglected: list[Ticket], open_as: Open, size: str) -> None:
    page = open_as("leader", size=size)
    page.goto(f"/inbox/{neglected[0].number}/")
    expect(page.locator(".alert-danger", has_text="前回复")).to_be_visible()
    keep(page, f"overseen_{size}")
    assert violations(page) == []
    page.locator("[id^=oversee-] textarea").fill("已到现场，今晚恢复供暖。")
    page.locator("[id^=oversee-] form button").click()
    expect(page.locator("#order")).to_contain_text("已到现场，今晚恢复供暖。")
    page.goto("/inbox/cards/")
    keep(page, f"cards_{size}")
    assert violations(page) == []
    page.locator("article summary").first.click()
    page.locator("textarea").first.fill("管网抢修延误，已加派人员。")
    page.locator("article button").first.click()
    expect(page.locator("#main")).to_contain_text("管网抢修延误，已加派人员。")
    assert page.evaluate("document.documentElement.scrollWidth") <= (390 if size == "phone" else 1440)
