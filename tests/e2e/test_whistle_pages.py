"""Whistles, plans and coordination in a browser: the street's form, the called unit's telephone."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from dispatch.actions import route
from handling import actions
from handling.actions import coordination, on_site, plan, whistle
from handling.actions.plan import Step, Wanted
from handling.actions.whistle import Blast
from handling.models import Call, Coordination, Plan
from intake import actions as intake
from tests.city import City
from tests.e2e.conftest import keep, violations
from tests.handling.conftest import photo
from tickets.book import local_day
from tickets.models import Ticket

pytestmark = pytest.mark.slow
Open = Callable[..., Page]


@pytest.fixture(autouse=True)
def _files(settings: object, tmp_path: object) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def make(city: City) -> Callable[[], Ticket]:
    """One more order of the street whose caller was reached, half an hour old."""

    def made() -> Ticket:
        at = timezone.now() - timedelta(minutes=30)
        said = city.request(category=city.leaves["property"])
        ticket = intake.file(said, by=city.agent, at=at, then=route)
        actions.sign(ticket, by=city.street_clerk, at=at)
        actions.contact(ticket, channel="phone", reached=True, note="已告知安排", by=city.street_clerk, at=at)
        return ticket

    return made


def asked(city: City, ticket: Ticket) -> Plan:
    today = local_day(timezone.now())
    wanted = Wanted(
        "building",
        "地下管网改造，随道路大修实施。",
        today + timedelta(days=200),
        ticket.contacts.get(),
        [Step("完成设计", today + timedelta(days=20)), Step("完成施工", today + timedelta(days=150))],
    )
    return plan.ask(ticket, wanted, by=city.street_leader, at=timezone.now())


def test_a_street_whistles_by_keyboard_and_a_called_unit_answers_on_its_telephone(
    open_as: Open, make: Callable[[], Ticket]
) -> None:
    ticket = make()
    page = open_as("street_clerk")
    page.goto(f"/inbox/{ticket.number}/")
    page.keyboard.press("w")
    expect(page.get_by_role("heading", name="吹哨报到")).to_be_visible()
    page.keyboard.press("3")
    page.get_by_text("综合执法", exact=True).click()
    page.locator("#id_units-ts-control").click()
    page.keyboard.type("住建")
    page.keyboard.press("Enter")
    expect(page.locator(".ts-control .item")).to_have_text("海淀区住建委")
    page.keyboard.press("Tab")
    page.locator("#id_reason").fill("占用消防通道，须联合执法")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("已吹哨")).to_be_visible()
    call = Call.objects.get()
    assert (call.unit.code, call.whistle.kind) == ("110108-housing", "urgent")

    phone = open_as("housing_clerk", "phone")
    phone.goto("/inbox/whistles/")
    phone.get_by_role("link", name="去应哨").click()
    phone.get_by_role("button", name="收到，马上来").click()
    picture = photo()
    phone.locator("input[type=file]").set_input_files(
        {"name": picture.name, "mimeType": "image/jpeg", "buffer": picture.read()}
    )
    phone.get_by_role("button", name="报到", exact=True).click()
    phone.get_by_label("处置情况").fill("已责令物业清理。")
    phone.get_by_role("button", name="保存处置情况").click()
    expect(phone.get_by_role("button", name="补充处置情况")).to_be_visible()
    phone.get_by_role("button", name="处置完毕，离场").click()
    expect(phone.get_by_text("已离场")).to_be_visible()
    call.refresh_from_db()
    assert (call.state, call.late_arrival, call.photo.content_type) == ("left", False, "image/jpeg")


@pytest.mark.parametrize(
    ("size", "theme"), [("wide", "light"), ("wide", "dark"), ("phone", "light"), ("phone", "dark")]
)
def test_the_pages_are_whole_and_accessible(
    city: City, open_as: Open, make: Callable[[], Ticket], size: str, theme: str
) -> None:
    now = timezone.now()
    whistled, coordinated, planned, running = (make() for _n in range(4))
    called = Blast("urgent", "enforcement", "示例小区北门", "占用消防通道", [city.housing, city.heating])
    blown = whistle.blow(whistled, called, by=city.street_clerk, at=now - timedelta(minutes=5))
    whistle.ack(blown.calls.get(unit=city.housing), by=city.housing_clerk, at=now)
    coordination.ask(coordinated, question="由谁出资维修？", by=city.street_clerk, at=now)
    on_site.order(
        coordinated,
        meet_at=now + timedelta(days=1),
        where="示例小区北门",
        units=[city.street, city.housing],
        by=city.district_officer,
        at=now,
    )
    asked(city, planned)
    row = asked(city, running)
    plan.sign(running, row, by=city.district_officer, at=now)
    plan.approve(running, row, by=city.supervisor, at=now)
    question = Coordination.objects.get()
    pages = {
        "housing_clerk": [f"/inbox/{whistled.number}/whistle/", "/inbox/whistles/"],
        "street_leader": [
            f"/inbox/{whistled.number}/whistle/",
            f"/inbox/{whistled.number}/plan/",
            f"/inbox/{coordinated.number}/",
            f"/inbox/{running.number}/",
        ],
        "district_officer": [
            f"/inbox/decisions/coordination/{question.pk}/",
            f"/inbox/{coordinated.number}/on-site/",
        ],
        "supervisor": ["/inbox/whistles/", "/inbox/plans/", f"/inbox/plans/{row.pk}/"],
    }
    for name, addresses in pages.items():
        page = open_as(name, size, theme)
        for number, address in enumerate(addresses):
            page.goto(address)
            page.wait_for_load_state("networkidle")
            wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            assert wide <= 0, address
            assert violations(page) == [], address
            keep(page, f"whistle-{name}-{number}-{size}-{theme}")
