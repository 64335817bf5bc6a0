"""The dispatch desk, the list and the full ticket page in a browser."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from dispatch.actions import route
from handling import actions as handling
from handling.actions import Result
from intake import actions as intake
from tests.city import City
from tests.e2e.conftest import ARTEFACTS, keep, violations
from tests.reports.busy import busy
from tickets.models import Ticket

pytestmark = pytest.mark.slow
Open = Callable[..., Page]


@pytest.fixture
def day(city: City, open_as: Open) -> list[Ticket]:
    """A worked case, and requests that wait for a dispatcher."""
    now = timezone.now() - timedelta(hours=3)
    worked = intake.file(city.request(), by=city.agent, at=now, then=route)
    handling.sign(worked, by=city.clerk, at=now + timedelta(minutes=12))
    handling.contact(
        worked,
        channel="phone",
        reached=True,
        note="约定今日上门测温",
        by=city.clerk,
        at=now + timedelta(minutes=40),
    )
    handling.note(worked, text="社区已到场协助开门。", by=city.street_clerk, at=now + timedelta(minutes=50))
    intake.look(worked, reason="核对上门时间", by=city.clerk, at=now + timedelta(minutes=55))
    result = Result("explained", "已上门测温十九度，排气后恢复。", "您好，已上门处理，室温已达标。")
    handling.report(worked, result, by=city.clerk, at=now + timedelta(minutes=90))
    waits = [
        city.request(
            category=None, place=None, location="地铁站旁", content="路灯连续三晚不亮，行人看不清台阶。"
        ),
        city.request(
            category=city.leaves["property"], place=None, content="物业长期不清理楼道堆物，多次反映无果。"
        ),
        city.request(
            urgent=True, category=None, place=None, content="供热管道爆裂，热水漫到街上，急需关阀。"
        ),
    ]
    made = [intake.file(said, by=city.agent, at=now + timedelta(hours=1), then=route) for said in waits]
    said = city.request(category=city.leaves["property"])
    at_street = intake.file(said, by=city.agent, at=now + timedelta(hours=2, minutes=50), then=route)
    return [worked, *made, at_street]


@pytest.mark.parametrize(("size", "theme"), [("wide", "light"), ("wide", "dark"), ("phone", "light")])
def test_the_pages_are_whole_and_accessible(open_as: Open, day: list[Ticket], size: str, theme: str) -> None:
    page = open_as("dispatcher", size, theme)
    for name, address in {
        "dispatch": "/dispatch/",
        "cases": "/cases/?kind=complaint",
        "case": f"/cases/{day[0].number}/",
    }.items():
        page.goto(address)
        keep(page, f"{name}_{size}_{theme}")
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0


@pytest.mark.parametrize(("size", "theme"), [("wide", "dark"), ("phone", "light")])
def test_an_order_with_everything_beside_it_is_whole_and_accessible(
    city: City, open_as: Open, size: str, theme: str, settings: object, tmp_path: object
) -> None:
    settings.MEDIA_ROOT = tmp_path
    ticket = busy(city)
    page = open_as("supervisor", size, theme)
    page.goto(f"/cases/{ticket.number}/")
    page.wait_for_selector("text=产权证.jpg")
    keep(page, f"case_beside_{size}_{theme}")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    page.goto(f"/q/?n={ticket.number}")
    page.fill("[name=code]", ticket.query_code)
    page.press("[name=code]", "Enter")
    page.wait_for_selector("text=已列入计划")
    keep(page, f"portal_plan_{size}_{theme}")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0


def test_a_dispatcher_works_the_desk_with_the_keyboard(city: City, open_as: Open, day: list[Ticket]) -> None:
    page = open_as("dispatcher")
    page.goto("/dispatch/")
    assert page.locator("#pane h2").inner_text() in day[3].content  # the urgent one stands first
    with page.expect_response(lambda answer: day[1].number in answer.url or day[2].number in answer.url):
        page.keyboard.press("j")
    page.wait_for_selector(f"#pane :text('{day[1].number}')")
    page.locator("#pane .ts-control input").first.fill("学院路")
    page.wait_for_selector(".ts-dropdown .option >> text=学院路街道办事处")
    page.screenshot(path=ARTEFACTS / "dispatch_combo.png")
    page.keyboard.press("Enter")
    expect(page.locator("#pane .ts-control .item").first).to_have_text("学院路街道办事处")
    page.fill("#pane [name=reason]", "路灯属地养护")
    keep(page, "dispatch_typed")
    page.locator("#pane h2").first.click()
    page.keyboard.press("d")
    page.wait_for_selector("text=已办理")
    ticket = Ticket.objects.get(pk=day[1].pk)
    assert (ticket.state, ticket.lead) == ("dispatched", city.street)


def test_the_district_passes_on_and_the_phone_shows_cards(open_as: Open, day: list[Ticket]) -> None:
    page = open_as("district_officer")
    page.goto("/dispatch/")
    keep(page, "district_wide")
    assert violations(page) == []


def test_ctrl_k_finds_a_ticket(open_as: Open, day: list[Ticket]) -> None:
    page = open_as("dispatcher")
    page.goto("/cases/")
    page.keyboard.press("Control+k")
    page.keyboard.type("暖气")
    page.wait_for_selector(f"#cmdlist :text('{day[0].number}')")
    keep(page, "palette")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/cases/{day[-1].number}/")
