"""The rule lab in a browser: every page whole, a rule changed and published without a mouse."""

from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from dispatch.actions import lab, route
from dispatch.models import Backlog, Catalogue, Objection
from intake import actions as intake
from tests.city import NOON, City
from tests.dispatch.drafting import begin, change, publish, said
from tests.e2e.conftest import keep, violations

pytestmark = pytest.mark.slow
Open = Callable[..., Page]


@pytest.fixture
def draft(city: City, open_as: Open) -> Catalogue:
    """A published version, a draft on it with two changes, some requests, and a lesson."""
    at = timezone.now()
    leaves = ("orphan", "orphan", "heating", "property")
    filed = [
        intake.file(city.request(category=city.leaves[leaf]), by=city.agent, at=at, then=route)
        for leaf in leaves
    ]
    first = begin(city, "2026.02")
    change(city, first, said(city, condition="urgent"))
    publish(city, first)
    made = lab.begin_draft(first, version="2026.04", note="电梯与供热", by=city.dispatcher, at=NOON)
    change(city, made, said(city))
    lifts = said(city, "property", lead="district_dept:housing", co=("street",), condition="words:电梯",
                 statutory_days=60, legal_basis="示例条例第四十条")  # fmt: skip
    change(city, made, lifts)
    row = Objection.objects.create(
        ticket=filed[3], number=1, assignment=filed[3].assignments.get(), unit=city.street,
        by=city.street_clerk, at=NOON, ground="remit", clause="履职清单", proposed=city.housing,
        text="不是街道的事", due=NOON, verdict="upheld", awarded=city.housing, opinion="属住建",
        ruled_by=city.reviewer, ruled_at=NOON,
    )  # fmt: skip
    Backlog.objects.create(objection=row, rule=row.assignment.rule, at=NOON)
    return made


@pytest.mark.parametrize(
    ("size", "theme"), [("wide", "light"), ("wide", "dark"), ("phone", "light"), ("phone", "dark")]
)
def test_the_pages_are_whole_and_accessible(open_as: Open, draft: Catalogue, size: str, theme: str) -> None:
    rule = draft.rules.get(condition="words:电梯")
    own = f"/dispatch/lab/{draft.pk}/"
    pages = {
        "dispatcher": ["/dispatch/lab/", f"{own}?rule={rule.pk}", f"{own}?facts", "/dispatch/lab/lessons/"],
        "reviewer": [f"/dispatch/lab/{draft.based_on_id}/?rated=on&facts", f"{own}?q=物业", f"{own}replay/"],
    }
    for name, addresses in pages.items():
        page = open_as(name, size, theme)
        for number, address in enumerate(addresses):
            page.goto(address)
            page.wait_for_load_state("networkidle")
            keep(page, f"lab_{name}{number}_{size}_{theme}")
            assert violations(page) == [], address
            width = page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert width == 0, address


def test_a_rule_is_added_and_the_draft_published_without_a_mouse(open_as: Open, draft: Catalogue) -> None:
    page = open_as("dispatcher")
    page.goto(f"/dispatch/lab/{draft.pk}/")
    page.keyboard.press("n")
    form = page.locator("#pane form").first
    expect(form.locator(".ts-control").first).to_be_visible()
    for label, words, found in (("事项分类", "漏水", "供热管线漏水"), ("主办", "住建", "住建委")):
        box = form.get_by_role("combobox", name=label)
        box.focus()
        page.keyboard.type(words)
        expect(form.get_by_role("option").filter(has_text=found).first).to_be_visible()
        page.keyboard.press("Enter")
    form.get_by_label("适用条件").select_option("urgent")
    form.get_by_label("依据", exact=True).fill("应急预案")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("已保存到草案，发布以前不影响派单。")).to_be_visible()
    assert draft.rules.get(category__code="010102", condition="urgent").lead == "district_dept:housing"
    reviewer = open_as("reviewer")
    reviewer.goto(f"/dispatch/lab/{draft.pk}/replay/")
    reviewer.get_by_label("法制与编制审核意见").fill("符合三定规定")
    reviewer.get_by_label("法制与编制审核意见").press("Enter")
    expect(reviewer.get_by_role("heading", name="派单目录")).to_be_visible()
    draft.refresh_from_db()
    assert (draft.state, draft.checked) == ("published", "符合三定规定")
