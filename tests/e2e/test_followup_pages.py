"""Follow-up in a browser: an operator with a keyboard alone, and a caller with a telephone alone."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from followup import links
from followup.models import Answer, Attempt
from tests.city import City, forget
from tests.e2e.conftest import keep, violations
from tests.portal.conftest import live_through
from tickets.models import Setting, Ticket

pytestmark = pytest.mark.slow
Open = Callable[..., Page]


@pytest.fixture
def waiting(city: City, settings: object, tmp_path: object) -> Ticket:
    """Reported and approved an hour ago; no quiet hours, whenever the suite runs; half a day is enough."""
    settings.MEDIA_ROOT = tmp_path
    Setting.objects.filter(key__startswith="followup_quiet").update(value="00:00")
    Setting.objects.filter(key="reopen_min_minutes").update(value="60")
    forget()
    return live_through(city, "followup", timezone.now() - timedelta(hours=1))


def tab_to(page: Page, name: str) -> None:
    """Go on with Tab until a control of that name has the focus."""
    for _step in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name || ''") == name:
            return
    raise AssertionError(f"Tab never reaches {name}")


def test_an_operator_asks_with_the_keyboard_alone_until_the_case_is_reopened(
    city: City, open_as: Open, waiting: Ticket
) -> None:
    page = open_as("caller_back")
    page.goto("/callback/")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/callback/{waiting.number}/")
    expect(page.locator("form[data-script]")).to_contain_text("您好，这里是 12345")
    tab_to(page, "try-channel")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("0")
    expect(page.locator("main")).to_contain_text(f"{waiting.number} 已保存")
    missed = Attempt.objects.get()
    assert (missed.channel, missed.reach) == ("message", "no_answer")

    # Tried just now, so it waits among those to be tried again.
    page.goto("/callback/")
    expect(page.locator("main")).to_contain_text("没有要回访的工单")
    page.goto("/callback/?v=later")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/callback/{waiting.number}/")
    expect(page.locator("main")).to_contain_text("已回访 1 次、1 个时段")
    keep(page, "followup-again")

    page.keyboard.press("2")
    page.keyboard.press("2")
    page.keyboard.press("3")
    expect(page.locator("[data-why]")).to_be_visible()
    page.keyboard.press("Control+Enter")
    expect(page.locator(".error-summary")).to_contain_text("请选择原因")
    assert not Answer.objects.exists()
    page.keyboard.press("1")
    page.keyboard.press("y")
    keep(page, "followup-script")
    assert violations(page) == []
    page.keyboard.press("Control+Enter")
    expect(page.locator("main")).to_contain_text(f"{waiting.number} 已保存")

    answer = Answer.objects.get()
    said = (answer.contacted, answer.solved, answer.satisfied, answer.pressed)
    assert said == ("no", "unsolved", "dissatisfied", True)
    assert answer.reason
    again = Ticket.objects.get(pk=waiting.pk)
    assert (again.state, again.round, again.lead) == ("handling", 2, city.heating)
    assert (waiting.handle_minutes, again.handle_minutes) == (1440, 720)
    assert again.handle_due == answer.at + timedelta(hours=12)


def test_a_caller_answers_the_link_on_a_telephone_without_javascript_and_only_once(
    city: City, open_as: Open, waiting: Ticket
) -> None:
    late = live_through(city, "followup", timezone.now() - timedelta(hours=80), phone="13900004068")
    page = open_as(size="phone", javascript=False)
    link = reverse("portal:evaluation", args=[links.token_of(waiting)])
    page.goto(link)
    expect(page.locator("main")).to_contain_text("请您评价")
    keep(page, "link-open")
    page.get_by_role("button", name="提交评价").click()
    expect(page.locator(".error-summary")).to_be_visible()
    for answer in ("是", "已解决", "基本满意"):
        page.locator("main label", has_text=answer).first.click()
    page.get_by_role("button", name="提交评价").click()
    expect(page.locator("main")).to_contain_text("已收到您的评价，谢谢。")
    answer = Answer.objects.get()
    assert (answer.ticket, answer.channel, answer.satisfied) == (waiting, "online", "basic")

    for used in (link, reverse("portal:evaluation", args=[links.token_of(late)])):
        page.goto(used)
        expect(page.locator("main")).to_contain_text("拨打 12345")
        assert page.get_by_role("button", name="提交评价").count() == 0
    keep(page, "link-over")
    page.get_by_role("link", name="查询办理情况").last.click()
    page.wait_for_url("**/q/")
    assert Answer.objects.count() == 1
