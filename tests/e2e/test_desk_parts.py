"""Merging, splitting, many at once, and what callers say later, in a real browser and by keyboard."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from dispatch.actions import route
from dispatch.actions.merging import merge
from intake import actions as intake
from tests.city import City
from tests.e2e.conftest import keep, violations
from tickets.models import Ticket

Open = Callable[..., Page]
LOOKS = [("wide", "light"), ("wide", "dark"), ("phone", "light"), ("phone", "dark")]


@pytest.fixture
def busy(city: City) -> dict[str, Ticket]:
    """A day at the desk: one dispatched, its duplicate merged, another waiting, one that nobody can place."""
    at = timezone.now() - timedelta(minutes=30)
    master = intake.file(city.request(), by=city.agent, at=at, then=route)
    child = intake.file(city.request(phone="13900000001", name="李先生"), by=city.agent, at=at)
    merge(child, into=Ticket.objects.get(pk=master.pk), by=city.dispatcher, at=at)
    intake.add_more(child, text="三单元也不热，请一并处理。", by=None, at=at)
    waiting = intake.file(city.request(phone="13900000002", name="赵女士"), by=city.agent, at=at)
    unclear = "家里暖气不热，另外物业一直不来修单元门。"
    nowhere = city.request(category=None, place=None, content=unclear, phone="")
    taken_back = intake.file(city.request(phone="13900000003"), by=city.agent, at=at, then=route)
    intake.withdraw(taken_back, reason="单位的人让我撤回", by=None, at=at)
    return {
        "master": Ticket.objects.get(pk=master.pk),
        "child": child,
        "waiting": waiting,
        "nowhere": intake.file(nowhere, by=city.agent, at=at),
        "taken_back": taken_back,
    }


def unlock(page: Page, ticket: Ticket) -> None:
    page.goto("/q/")
    page.fill("[name=number]", ticket.number)
    page.fill("[name=code]", ticket.query_code)
    page.press("[name=code]", "Enter")
    page.wait_for_url(f"**/q/{ticket.number}/")


def test_a_dispatcher_ticks_merges_and_splits_by_keyboard(open_as: Open, busy: dict[str, Ticket]) -> None:
    page = open_as("dispatcher")
    page.goto(f"/dispatch/{busy['waiting'].number}/")
    page.keyboard.press("m")
    expect(page.get_by_text("每位诉求人都会被告知")).to_be_visible()
    keep(page, "desk-merge")
    page.get_by_label(busy["master"].number).check()
    page.get_by_role("button", name="并单", exact=True).click()
    expect(page.locator("#main")).to_contain_text("已办理")
    assert Ticket.objects.get(pk=busy["waiting"].pk).master == busy["master"]
    page.goto(f"/dispatch/{busy['nowhere'].number}/")
    page.keyboard.press("s")
    page.wait_for_url("**/split/")
    assert violations(page) == []
    page.get_by_role("button", name="再加一件").click()
    expect(page.locator("textarea")).to_have_count(3)
    for number, words in enumerate(("暖气不热。", "单元门坏了。", "路灯不亮。")):
        page.locator("textarea").nth(number).fill(words)
    keep(page, "desk-split")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/dispatch/")
    assert Ticket.objects.filter(split_from=busy["nowhere"]).count() == 2
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("b")
    expect(page.locator("#main")).to_contain_text("没有派单建议（未填分类），请人工派单。")


@pytest.mark.parametrize(("size", "theme"), LOOKS)
def test_the_new_pages_are_clean_in_every_light(
    open_as: Open, busy: dict[str, Ticket], size: str, theme: str
) -> None:
    dispatcher = open_as("dispatcher", size, theme)
    for name, address in (
        ("rows", "/dispatch/"),
        ("waiting", f"/dispatch/{busy['waiting'].number}/"),
        ("master", f"/dispatch/{busy['master'].number}/"),
        ("merged", "/dispatch/?v=merged"),
        ("child", f"/dispatch/{busy['child'].number}/"),
        ("split", f"/dispatch/{busy['waiting'].number}/split/"),
    ):
        dispatcher.goto(address)
        keep(dispatcher, f"desk-{name}-{size}-{theme}")
        assert violations(dispatcher) == [], name
    caller_back = open_as("caller_back", size, theme)
    for name, address in (
        ("queue", "/callback/?v=withdrawn"),
        ("case", f"/callback/{busy['taken_back'].number}/"),
    ):
        caller_back.goto(address)
        keep(caller_back, f"withdrawal-{name}-{size}-{theme}")
        assert violations(caller_back) == [], name
    clerk = open_as("clerk", size, theme)
    clerk.goto(f"/inbox/{busy['master'].number}/")
    keep(clerk, f"callers-{size}-{theme}")
    assert violations(clerk) == []


@pytest.mark.parametrize(("size", "theme"), LOOKS)
def test_a_caller_adds_urges_and_takes_back_without_javascript(
    open_as: Open, busy: dict[str, Ticket], size: str, theme: str
) -> None:
    page = open_as(size=size, theme=theme, javascript=False)
    unlock(page, busy["master"])
    for name in ("补充情况", "撤回诉求"):
        page.get_by_text(name, exact=True).click()
    keep(page, f"portal-words-{size}-{theme}")
    page.get_by_label("补充的内容").fill("今天室温更低了。")
    with page.expect_navigation():
        page.get_by_role("button", name="提交补充").click()
    page.get_by_role("button", name="催办一次").click()
    expect(page.locator("main")).to_contain_text("以后可以再催")
    assert Ticket.objects.get(pk=busy["master"].pk).urged == 1


def test_an_agent_takes_the_callers_words_without_leaving_the_form(
    open_as: Open, busy: dict[str, Ticket]
) -> None:
    for theme in ("light", "dark"):
        page = open_as("agent", theme=theme)
        page.goto("/desk/")
        page.fill("[name=phone]", "13800002046")
        page.keyboard.press("Enter")
        expect(page.locator("[name=content]")).to_be_focused()
        page.keyboard.press("Alt+c")
        page.keyboard.type("路灯不亮。")
        page.keyboard.press("Alt+b")
        expect(page.locator("#open details[open] textarea:focus")).to_be_visible()
        page.keyboard.type(f"又来问一次 {theme}")
        keep(page, f"desk-open-{theme}")
        assert violations(page) == []
        page.locator("#open details[open] button[value=add]").click()
        expect(page.locator("#open")).to_contain_text("已记下")
        expect(page.locator("[name=content]")).to_have_value("路灯不亮。")
        page.keyboard.press("F8")
