"""A caller is told another way, and the team leader confirms it: in a real browser and by keyboard."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from intake import actions as intake
from tests.city import City
from tests.e2e.conftest import keep, violations
from tickets.models import Ticket

Open = Callable[..., Page]
TOLD = "合同纠纷请向人民法院起诉或申请仲裁。"


@pytest.fixture
def waiting(city: City) -> list[Ticket]:
    """Two callers were told another way: half an hour ago, and just now."""
    now = timezone.now()
    return [
        intake.propose(
            city.request(phone=f"1390000000{n}"), way="legal", answer=TOLD, by=city.agent, at=now - ago
        )
        for n, ago in enumerate((timedelta(minutes=30), timedelta(0)))
    ]


def state(ticket: Ticket) -> str:
    return Ticket.objects.get(pk=ticket.pk).state


def test_an_agent_tells_another_way_by_keyboard(open_as: Open) -> None:
    page = open_as("agent")
    page.goto("/desk/")
    page.fill("[name=phone]", "13800002046")
    page.keyboard.press("Enter")
    page.wait_for_selector("#request")
    page.keyboard.press("Alt+1")
    page.fill("[name=content]", "与装修公司的合同纠纷，要求退款。")
    page.keyboard.press("Alt+d")
    page.fill("[name=answer]", TOLD)
    page.keyboard.press("Alt+2")
    expect(page.get_by_role("radio", name="法定途径")).to_be_checked()
    expect(page.get_by_role("radio", name="咨询")).to_be_checked()
    keep(page, "guide-desk")
    page.keyboard.press("Alt+g")
    expect(page.get_by_text("待班长确认")).to_be_visible()
    assert Ticket.objects.get().guidance.told == TOLD


def test_the_team_leader_confirms_one_and_accepts_the_other_by_keyboard(
    open_as: Open, waiting: list[Ticket]
) -> None:
    page = open_as("team_leader")
    page.goto("/desk/guides/")
    assert violations(page) == []
    keep(page, "guides")
    page.keyboard.press("1")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#main")).to_contain_text("已办理")
    assert [state(ticket) for ticket in waiting] == ["guided", "guiding"]
    page.keyboard.press("2")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("请写明转为受理的理由").first).to_be_visible()
    page.fill("[name=opinion]", "属供热单位职责")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("没有待确认的告知途径")).to_be_visible()
    assert [state(ticket) for ticket in waiting] == ["guided", "dispatched"]


@pytest.mark.parametrize(
    ("size", "theme"), [("wide", "light"), ("wide", "dark"), ("phone", "light"), ("phone", "dark")]
)
def test_the_list_is_readable_everywhere(open_as: Open, waiting: list[Ticket], size: str, theme: str) -> None:
    page = open_as("team_leader", size, theme)
    page.goto("/desk/guides/")
    assert violations(page) == []
    keep(page, f"guides-{size}-{theme}")
    page.goto(f"/desk/guides/{waiting[0].number}/")
    assert violations(page) == []
    keep(page, f"guide-{size}-{theme}")
