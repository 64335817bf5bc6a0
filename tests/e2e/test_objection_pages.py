"""Objections in a browser: the unit's form, the reviewers' desk by keyboard, the lists."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from dispatch.actions import route
from dispatch.models import Objection
from intake import actions as intake
from tests.city import City
from tests.dispatch.objecting import MINUTE, objected, ruled
from tests.e2e.conftest import keep, violations
from tickets.models import Ticket

pytestmark = pytest.mark.slow
Open = Callable[..., Page]


@pytest.fixture
def day(city: City, open_as: Open) -> list[Ticket]:
    """A second objection and a first one that wait, one that was ruled, and an order still unsigned."""
    now = timezone.now()

    def filed(leaf: str, minutes: int) -> Ticket:
        said = city.request(category=city.leaves[leaf])
        return intake.file(said, by=city.agent, at=now - minutes * MINUTE, then=route)

    twice, once, over, unsigned = (filed("heating", minutes) for minutes in (28, 20, 18, 5))
    objected(twice, city, at=now - 26 * MINUTE)
    ruled(twice, city, "upheld", to=city.sibling, at=now - 24 * MINUTE)
    objected(twice, city, by=city.sibling_clerk, to=city.housing, at=now - 12 * MINUTE)
    objected(once, city, at=now - 10 * MINUTE)
    objected(over, city, at=now - 15 * MINUTE)
    ruled(over, city, "refused", at=now - 13 * MINUTE, opinion="经核实，该小区由市热力直管，属本单位职责。")
    within = filed("property", 60)
    objected(within, city, by=city.street_clerk, to=city.housing, at=now - timedelta(minutes=30))
    return [twice, once, over, unsigned]


@pytest.mark.parametrize(
    ("size", "theme"), [("wide", "light"), ("wide", "dark"), ("phone", "light"), ("phone", "dark")]
)
def test_the_pages_are_whole_and_accessible(open_as: Open, day: list[Ticket], size: str, theme: str) -> None:
    twice, once, _over, unsigned = day
    pages = {
        "reviewer": [
            "/dispatch/objections/",
            f"/dispatch/objections/{twice.number}/",
            "/dispatch/objections/accuracy/",
        ],
        "clerk": ["/inbox/objections/", f"/inbox/{unsigned.number}/?do=object", f"/inbox/{once.number}/"],
    }
    for name, addresses in pages.items():
        page = open_as(name, size, theme)
        for number, address in enumerate(addresses):
            page.goto(address)
            page.wait_for_load_state("networkidle")
            keep(page, f"objections_{name}{number}_{size}_{theme}")
            assert violations(page) == []
            width = page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert width == 0, address


def test_a_clerk_objects_from_the_pane_and_a_reviewer_rules_without_a_mouse(
    open_as: Open, day: list[Ticket]
) -> None:
    _twice, _once, _over, unsigned = day
    page = open_as("clerk")
    page.goto("/inbox/?v=unsigned")
    page.keyboard.press("j")
    expect(page.locator("#pane .mono").first).to_have_text(unsigned.number)
    page.keyboard.press("t")
    form = page.locator("#object form")
    form.get_by_label("不在本单位辖区").check()
    form.get_by_label("依据条款").fill("履职事项清单第 12 项")
    form.locator(".ts-control input").click()
    page.keyboard.type("学院路")
    page.keyboard.press("Enter")
    expect(form.locator(".ts-control .item")).to_have_text("学院路街道办事处")
    form.get_by_label("情况说明").fill("该小区不在我公司供热范围内。")
    form.get_by_role("button", name="提交异议").click()
    expect(page.locator("#pane")).to_contain_text("异议审核中")

    page = open_as("reviewer")
    page.goto(f"/dispatch/objections/{unsigned.number}/")
    page.keyboard.press("i")
    expect(page.locator("#pane textarea:focus")).to_be_visible()
    page.keyboard.type("经核实，供热设施由街道托管锅炉房运维。")
    page.keyboard.press("Escape")
    page.locator("body").click(position={"x": 5, "y": 300})
    page.keyboard.press("y")
    expect(page.locator(".alert-success")).to_contain_text("异议成立")
    row = Objection.objects.get(ticket=unsigned)
    assert (row.verdict, row.awarded.code) == ("upheld", "110108009")
