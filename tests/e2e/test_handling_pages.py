"""Deciding by keyboard, and a result whose reply is checked while it is written."""

from collections.abc import Callable
from datetime import timedelta

from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from dispatch.actions import route
from handling import actions
from handling.actions import extension
from handling.actions.extension import Wish
from handling.models import Extension, ReplyTemplate
from intake import actions as intake
from tests.city import City
from tests.e2e.conftest import violations
from tickets.models import Ticket

WISH = Wish(4320, "维修资金须业主表决，公示期七日。", "管理办法第二十二条")


def handling(city: City, leaf: str, by: str) -> Ticket:
    now = timezone.now()
    ticket = intake.file(
        city.request(category=city.leaves[leaf]), by=city.agent, at=now - timedelta(hours=1), then=route
    )
    actions.sign(ticket, by=city.people[by], at=now)
    return ticket


def test_a_district_grants_an_extension_by_keyboard(city: City, open_as: Callable[..., Page]) -> None:
    ticket = handling(city, "property", "street_clerk")
    extension.ask(ticket, WISH, by=city.street_leader, at=timezone.now())
    page = open_as("district_officer")
    page.goto(reverse("handling:decisions"))
    assert violations(page) == []
    page.keyboard.press("1")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("没有待审批的事项")).to_be_visible()
    assert Extension.objects.get().state == "granted"


def test_the_reply_is_checked_while_it_is_written(city: City, open_as: Callable[..., Page]) -> None:
    ReplyTemplate.objects.create(name="供暖通用", text="您好，您反映的供暖问题我公司已收到，正在处理。")
    ticket = handling(city, "heating", "clerk")
    page = open_as("clerk", size="phone")
    page.goto(reverse("handling:report", args=[ticket.number]))
    page.select_option("[name=template]", label="供暖通用")
    expect(page.locator("#id_reply")).to_have_value("您好，您反映的供暖问题我公司已收到，正在处理。")
    expect(page.locator("#preview")).to_contain_text("套话")
    assert violations(page) == []
    page.fill("#id_reply", "您家暖气已排气，循环泵今晚更换完毕，明早回升到十八度。")
    expect(page.locator("#preview")).not_to_contain_text("套话")
    expect(page.locator("#preview")).to_contain_text("没有佐证")
    page.click("label[for=id_outcome_1]")
    page.select_option("[name=reason]", label="正在推进")
    page.fill("[name=text]", "已上门排气，循环泵已订购。")
    page.click("text=提交反馈")
    expect(page.get_by_text("已反馈，等待本单位领导审核")).to_be_visible()
    assert ticket.reports.get().reason == "under_way"
