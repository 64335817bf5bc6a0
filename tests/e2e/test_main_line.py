"""The whole line in a real browser: a call becomes a closed, scored, ranked work order."""

from collections.abc import Callable
from io import BytesIO

from PIL import Image
from playwright.sync_api import Page, expect

from scoring.models import ScoreLine
from tests.city import City
from tests.e2e.conftest import keep, violations
from tickets.models import Ticket

Open = Callable[..., Page]


def photo() -> bytes:
    """A picture of an invented radiator."""
    out = BytesIO()
    Image.new("RGB", (640, 480), "#8a4b00").save(out, "JPEG")
    return out.getvalue()


def take_the_call(page: Page) -> tuple[str, str]:
    """The agent, with the keyboard alone; returns what she reads to the caller: number and code."""
    page.keyboard.type("13800002046")
    page.keyboard.press("Enter")
    expect(page.locator("[name=content]")).to_be_focused()
    page.keyboard.press("Alt+3")
    page.keyboard.press("Alt+c")
    page.keyboard.type("家中暖气不热，室温只有十四度，已经持续四天。")
    page.keyboard.press("Alt+s")
    expect(page.locator("combo-box input:focus")).to_be_visible()
    page.keyboard.type("示例")
    page.wait_for_selector(".ts-dropdown [data-selectable]:has-text('示例社区')")
    page.keyboard.press("Enter")
    page.keyboard.press("Alt+f")
    page.keyboard.type("暖气")
    page.wait_for_selector(".ts-dropdown [data-selectable]:has-text('暖气不热')")
    page.keyboard.press("Enter")
    expect(page.locator("#suggestion")).to_contain_text("热力集团")
    keep(page, "1-desk")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/desk/filed/**")
    number, code = page.locator(".desk-told dd").all_inner_texts()
    keep(page, "1-filed")
    return number, code


def handle(clerk: Page, leader: Page, number: str) -> None:
    """The unit signs, contacts, reports with a photo; its leader approves."""
    clerk.goto(f"/inbox/{number}/")
    clerk.keyboard.press("a")
    expect(clerk.locator("#main")).to_contain_text("办理中")
    clerk.keyboard.press("c")
    clerk.get_by_text("已联系上").first.click()
    clerk.get_by_role("button", name="保存联系记录").click()
    expect(clerk.locator(".tl")).to_contain_text("联系诉求人")
    keep(clerk, "3-handling")
    clerk.goto(f"/inbox/{number}/report/")
    clerk.get_by_text("已解决", exact=True).click()
    clerk.fill("[name=text]", "已上门排气并测温，室温二十度。")
    clerk.fill("[name=reply]", "我们已上门排气，室温恢复正常，如有反复请再来电。")
    clerk.set_input_files("input[type=file]", {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": photo()})
    keep(clerk, "3-report")
    clerk.get_by_role("button", name="提交反馈").click()
    expect(clerk.locator("#main")).to_contain_text("已反馈待审核")
    leader.goto(f"/inbox/{number}/")
    keep(leader, "3-review")
    leader.get_by_role("button", name="审核通过").click()
    expect(leader.locator("#main")).to_contain_text("待回访")


def ask(page: Page, number: str) -> None:
    """The caller-back asks the three questions, with the keyboard."""
    page.goto(f"/callback/{number}/")
    keep(page, "4-script")
    for _question in range(3):
        page.keyboard.press("1")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#main")).to_contain_text(f"{number} 已保存")


def test_a_call_becomes_a_closed_scored_ranked_work_order(city: City, open_as: Open) -> None:
    number, code = take_the_call(open_as("agent"))
    ticket = Ticket.objects.get(number=number)
    assert (ticket.state, ticket.lead) == ("dispatched", city.heating)

    desk = open_as("dispatcher")
    desk.goto("/dispatch/")
    keep(desk, "2-dispatch")

    handle(open_as("clerk"), open_as("leader"), number)
    ask(open_as("caller_back"), number)
    ticket.refresh_from_db()
    assert (ticket.state, ticket.round) == ("closed", 1)
    line = ScoreLine.objects.get(ticket=ticket, source="answer")
    assert (line.unit, line.valid, line.solved_num, line.satisfied_num) == (city.heating, 1, 1000, 1000)

    board = open_as("supervisor")
    board.goto("/board/?group=enterprises")
    expect(board.locator("#main")).to_contain_text("热力集团")
    keep(board, "5-board")
    board.goto(f"/cases/{number}/")
    keep(board, "5-case")

    public = open_as(size="phone", javascript=False)
    public.goto("/q/")
    public.fill("[name=number]", number.lower())
    public.fill("[name=code]", code.lower())
    keep(public, "6-query")
    public.locator("main button[type=submit]").click()
    expect(public.locator("main")).to_contain_text("我们已上门排气")
    keep(public, "6-status")


PAGES = [
    ("agent", "/desk/"),
    ("dispatcher", "/dispatch/"),
    ("dispatcher", "/cases/"),
    ("clerk", "/inbox/"),
    ("caller_back", "/callback/"),
    ("supervisor", "/board/"),
    ("", "/"),
    ("", "/q/"),
    ("", "/login/"),
]


def test_every_desk_is_accessible_light_and_dark_wide_and_on_a_phone(
    city: City, pending: Ticket, open_as: Open
) -> None:
    found = {}
    for name, url in PAGES:
        for size in ("wide", "phone"):
            for theme in ("light", "dark"):
                page = open_as(name, size=size, theme=theme)
                page.goto(url)
                keep(page, f"page{url.replace('/', '-')}{size}-{theme}")
                if rows := violations(page):
                    found[name, url, size, theme] = rows
                width = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
                if width > 0:
                    found[name, url, size, "overflow"] = [str(width)]
    assert found == {}
