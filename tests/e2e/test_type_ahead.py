"""Fast fingers: nothing pressed before the page is ready is lost, done twice, or done to something else."""

import re
from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page, Route, expect

from dispatch.actions import route
from handling import actions as handling
from intake import actions as intake
from tests.city import City
from tickets.models import Ticket

pytestmark = pytest.mark.slow
Open = Callable[..., Page]


class Late:
    """Answers that come only when the test lets them: what is pressed meanwhile is pressed in time."""

    def __init__(self, page: Page, url: str | re.Pattern[str]) -> None:
        self.asked: list[Route] = []
        self.open = False
        page.route(url, self.keep)

    def keep(self, asked: Route) -> None:
        if self.open:
            asked.continue_()
        else:
            self.asked.append(asked)

    def comes(self) -> None:
        """Let through what was asked for, and all that follows."""
        self.open = True
        for asked in self.asked:
            asked.continue_()


Slow = Callable[..., tuple[Page, Late]]


@pytest.fixture
def waiting(city: City) -> list[Ticket]:
    """Two requests that a dispatcher must place."""
    said = [city.request(category=None, place=None, content=text) for text in ("路灯不亮。", "井盖破损。")]
    return [intake.file(one, by=city.agent, at=timezone.now(), then=route) for one in said]


@pytest.fixture
def slow(open_as: Open) -> Callable[..., tuple[Page, Late]]:
    """A page whose keys are not yet bound: it can be seen, and typed into."""

    def opened(name: str, url: str) -> tuple[Page, Late]:
        page = open_as(name)
        script = Late(page, "**/keys.js")
        page.goto(url, wait_until="commit")
        expect(page.locator("main")).to_be_visible()
        return page, script

    return opened


def unsigned(city: City) -> Ticket:
    said = city.request(category=city.leaves["property"])
    return intake.file(said, by=city.agent, at=timezone.now(), then=route)


def test_a_key_pressed_before_the_page_is_ready_works_once(city: City, slow: Slow) -> None:
    ticket = unsigned(city)
    page, script = slow("street_clerk", f"/inbox/{ticket.number}/")
    page.keyboard.press("a")
    script.comes()
    expect(page.locator("#main")).to_contain_text("办理中")
    kinds = [event.kind for event in ticket.events.all()]
    assert kinds.count("sign") == 1, kinds


def test_a_sequence_and_the_palette_are_kept_in_their_order(city: City, slow: Slow) -> None:
    page, script = slow("dispatcher", "/cases/")
    page.keyboard.press("g")
    page.keyboard.press("p")
    script.comes()
    page.wait_for_url("**/dispatch/")
    page, script = slow("dispatcher", "/cases/")
    page.keyboard.press("Control+k")
    page.keyboard.type("bj")
    script.comes()
    expect(page.locator("dialog.cmd input")).to_have_value("bj")


def test_what_is_typed_in_a_field_meanwhile_stands_there_once(city: City, slow: Slow) -> None:
    ticket = unsigned(city)
    at = timezone.now()
    handling.sign(ticket, by=city.street_clerk, at=at)
    handling.contact(ticket, channel="phone", reached=True, note="已告知", by=city.street_clerk, at=at)
    page, script = slow("street_clerk", f"/inbox/{ticket.number}/whistle/")
    page.keyboard.press("3")
    page.locator("#id_reason").click()
    page.keyboard.type("wait 3")
    script.comes()
    expect(page.locator("[data-key='3']")).to_be_checked()
    expect(page.locator("#id_reason")).to_have_value("wait 3")


def test_letters_after_a_key_that_leads_into_a_field_are_typed_there(
    city: City, slow: Slow, waiting: list[Ticket]
) -> None:
    page, script = slow("dispatcher", "/cases/")
    page.keyboard.press("/")
    page.keyboard.type("d-u+")
    script.comes()
    expect(page.locator("input[data-key='/']")).to_have_value("d-u+")


def test_a_key_pressed_while_the_next_case_comes_is_for_that_case(
    open_as: Open, waiting: list[Ticket]
) -> None:
    page = open_as("dispatcher")
    page.goto("/dispatch/")
    now, then = page.locator("tr[data-row] a.t").evaluate_all("rows => rows.map(row => row.pathname)")
    expect(page.locator("#pane h2")).to_be_visible()
    case = Late(page, f"**{then}")
    page.keyboard.press("j")
    page.keyboard.press("s")
    case.comes()
    page.wait_for_url(f"**{then}split/")
    assert now != then


def test_walking_on_never_shows_the_case_one_has_left(open_as: Open, waiting: list[Ticket]) -> None:
    page = open_as("dispatcher")
    page.goto("/dispatch/")
    now, then = page.locator("tr[data-row] a.t").evaluate_all("rows => rows.map(row => row.pathname)")
    case = Late(page, f"**{then}")
    page.keyboard.press("j")
    with page.expect_response(f"**{now}"):
        page.keyboard.press("k")
    case.comes()
    page.wait_for_load_state("networkidle")
    expect(page.locator("#pane")).to_contain_text(now.strip("/").split("/")[-1])


def units(page: Page) -> str:
    """The field of the unit that shall lead, focused; returns its name."""
    box = page.locator("#pane combo-box").first
    box.locator(".ts-control input").click()
    return str(box.locator("select").get_attribute("name"))


def chosen(page: Page, field: str) -> str:
    return str(page.locator(f"#pane select[name={field}]").evaluate("field => field.value"))


def test_enter_waits_for_the_answer_to_what_was_typed(
    city: City, open_as: Open, waiting: list[Ticket]
) -> None:
    page = open_as("dispatcher")
    page.goto("/dispatch/")
    field = units(page)
    page.keyboard.type("学院路")
    expect(page.locator(".ts-dropdown .option").filter(has_text="学院路街道")).to_be_visible()
    answer = Late(page, re.compile("q="))
    page.keyboard.press("Control+a")
    page.keyboard.type("住建")
    page.keyboard.press("Enter")
    expect(page.locator("combo-box[data-waiting]")).to_have_count(1)
    assert chosen(page, field) == ""
    answer.comes()
    expect(page.locator("#pane .ts-control .item")).to_have_text(re.compile("住建"))
    assert chosen(page, field) == city.housing.code
    expect(page.locator(".ts-dropdown:visible")).to_have_count(0)
    assert page.url.endswith("/dispatch/")


def test_tab_waits_too_and_the_key_after_it_sends_what_was_chosen(
    city: City, open_as: Open, waiting: list[Ticket]
) -> None:
    page = open_as("dispatcher")
    page.goto(f"/dispatch/{waiting[0].number}/")
    answer = Late(page, re.compile("q="))
    field = units(page)
    page.keyboard.type("热力")
    page.keyboard.press("Tab")
    assert not page.locator(f"#pane select[name={field}]").evaluate(
        "field => field.parentNode.contains(document.activeElement)"
    )
    page.locator("#pane [name=reason]").fill("供热")
    page.locator("#pane h2").first.click()
    page.keyboard.press("d")
    assert Ticket.objects.get(pk=waiting[0].pk).version == waiting[0].version
    answer.comes()
    expect(page.locator("#main")).to_contain_text("已办理")
    assert Ticket.objects.get(pk=waiting[0].pk).lead == city.heating


def test_nothing_found_is_nothing_chosen_and_nothing_sent(open_as: Open, waiting: list[Ticket]) -> None:
    page = open_as("dispatcher")
    page.goto("/dispatch/")
    answer = Late(page, re.compile("q="))
    field = units(page)
    page.keyboard.type("没有这个单位")
    page.keyboard.press("Enter")
    expect(page.locator("combo-box[data-waiting]")).to_have_count(1)
    page.keyboard.press("Control+Enter")
    answer.comes()
    expect(page.locator("combo-box[data-waiting]")).to_have_count(0)
    expect(page.locator(".ts-dropdown .no-results")).to_be_visible()
    assert page.evaluate("typeahead.held.length") == 0
    assert chosen(page, field) == ""
    assert Ticket.objects.get(pk=waiting[0].pk).version == waiting[0].version


def test_typing_on_calls_the_waiting_off_and_a_late_answer_replaces_nothing(
    city: City, open_as: Open, waiting: list[Ticket]
) -> None:
    page = open_as("dispatcher")
    page.goto("/dispatch/")
    answer = Late(page, re.compile("q=%E5%AD%A6%E9%99%A2$"))  # 学院
    field = units(page)
    with page.expect_request(re.compile("q=")):
        page.keyboard.type("学院")
        page.keyboard.press("Enter")
    page.keyboard.type("路")
    expect(page.locator("combo-box[data-waiting]")).to_have_count(0)
    expect(page.locator(".ts-dropdown .option").first).to_contain_text("学院路街道")
    answer.comes()
    page.wait_for_load_state("networkidle")
    expect(page.locator(".ts-dropdown .option").first).to_contain_text("学院路街道")
    assert chosen(page, field) == ""
    page.keyboard.press("Enter")
    assert chosen(page, field) == city.street.code


def test_enter_in_the_palette_waits_for_what_it_finds(open_as: Open, waiting: list[Ticket]) -> None:
    page = open_as("dispatcher")
    page.goto("/cases/")
    page.keyboard.press("Control+k")
    expect(page.locator("#cmdlist [role=option]").first).to_be_visible()
    page.keyboard.type("路灯不亮")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/cases/{waiting[0].number}/")
