"""The ruler in a browser: a unit asks, two decide, a month is published, what comes later adjusts it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from followup.models import Answer
from scoring import tasks
from scoring.actions import declaring, ensure_period, exclusions, marks, score, score_waiting
from scoring.actions.declaring import Event
from scoring.models import Declaration, Exclusion, Period, ScoreLine
from tests.city import NOON, PASSWORD, City
from tests.e2e.conftest import keep, violations
from tests.handling.conftest import photo
from tests.scoring import asking
from units.models import User

pytestmark = pytest.mark.slow
Open = Callable[..., Page]
BAD = "no unsolved dissatisfied"


@pytest.fixture
def second(city: City) -> User:
    """Another of the centre."""
    made = User(username="second", display_name="第二人", roles=["supervisor"], unit=city.centre)
    made.set_password(PASSWORD)
    made.save()
    return made


@pytest.fixture
def month(city: City, settings: object, tmp_path: object) -> Period:
    """A counted month that is over, with points taken by hand."""
    settings.MEDIA_ROOT = tmp_path
    asking.asked_often(city, city.street, ["yes solved satisfied"] * 12, NOON)
    score_waiting(timezone.now())
    period = ensure_period(NOON)
    why = "瞒报办理情况，经查属实"
    marks.add(period, city.street, tenths=-15, why=why, by=city.supervisor, at=timezone.now())
    return period


@pytest.fixture
def bad(city: City, month: Period) -> list[Answer]:
    """Two answers of an hour ago that cost the street its points."""
    at = timezone.now() - timedelta(hours=1)
    answers = [asking.asked(city, city.street, BAD, at=at) for _n in range(2)]
    for answer in answers:
        score(answer, at)
    return answers


@pytest.mark.parametrize(
    ("size", "theme"), [("wide", "light"), ("wide", "dark"), ("phone", "light"), ("phone", "dark")]
)
def test_the_pages_are_whole_and_accessible(
    city: City, open_as: Open, bad: list[Answer], second: User, size: str, theme: str
) -> None:
    now = timezone.now()
    row = exclusions.ask(
        bad[0], ground="X1", text="多次骚扰来电", by=city.street_clerk, at=now, files=[photo()]
    )
    exclusions.agree(Exclusion.objects.get(), opinion="录音为证", by=second, at=now)
    span = {"begins": NOON, "ends": NOON + timedelta(days=1)}
    event = declaring.declare(Event(name="寒潮", basis="市应急办公告", **span), by=second, at=now)
    pages = {
        "street_clerk": ["mine/", f"mine/{bad[0].ticket.number}/", f"mine/{bad[1].ticket.number}/"],
        "supervisor": [
            "exclusions/",
            f"exclusions/{row.pk}/",
            "exclusions/rates/",
            f"answers/{bad[1].ticket.number}/",
            "periods/",
            "periods/2026-03/",
            "declarations/",
            "declarations/new/",
            f"declarations/{event.pk}/",
        ],
    }
    for name, addresses in pages.items():
        page = open_as(name, size, theme)
        for number, address in enumerate(addresses):
            page.goto(f"/ruler/{address}")
            page.wait_for_load_state("networkidle")
            keep(page, f"ruler_{name}{number}_{size}_{theme}")
            assert violations(page) == [], address
            width = page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert width == 0, address


def test_a_unit_asks_and_two_people_decide_without_a_mouse(
    city: City, open_as: Open, bad: list[Answer], second: User
) -> None:
    unit = open_as("street_clerk")
    unit.goto("/ruler/mine/")
    unit.locator("[data-row] a.t").first.click()
    unit.get_by_label("X1 恶意骚扰").check()
    unit.get_by_label("申请说明").fill("一周内来电四十余次，无实质诉求。")
    image = {"name": "来电.jpg", "mimeType": "image/jpeg", "buffer": photo().read()}
    unit.locator("[name=files]").set_input_files(image)
    unit.keyboard.press("Control+Enter")
    expect(unit.locator("#notices")).to_contain_text("已提交剔除申请")
    for name in ("supervisor", "second"):
        page = open_as(name)
        page.goto("/ruler/exclusions/")
        expect(page.locator("#pane")).to_contain_text("一周内来电四十余次")
        page.keyboard.press("1")
        page.keyboard.press("i")
        expect(page.locator("#pane textarea:focus")).to_be_visible()
        page.keyboard.type("录音和次数属实")
        page.keyboard.press("Control+Enter")
        expect(page.locator("#notices")).to_contain_text(bad[0].ticket.number)
    row = Exclusion.objects.get()
    assert (row.state, row.first_by, row.decided_by) == ("granted", city.supervisor, second)
    assert ScoreLine.objects.filter(exclusion=row, source="excluded").count() == 1
    unit.reload()
    expect(unit.get_by_text("准予剔除")).to_be_visible()


def test_a_month_is_published_and_a_later_correction_adjusts_it(
    city: City, open_as: Open, month: Period
) -> None:
    page = open_as("supervisor")
    page.goto("/ruler/periods/2026-03/")
    page.get_by_label("输入月份代码以确认发布").fill("2026-04")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".error-summary")).to_contain_text("没有发布")
    page.get_by_label("输入月份代码以确认发布").fill("2026-03")
    page.keyboard.press("Control+Enter")
    expect(page.locator("main")).to_contain_text("正在发布")
    assert tasks.freeze_asked() == 1
    held = Period.objects.get(pk=month.pk)
    # The page asks by itself whether the worker is done.
    expect(page.locator("main")).to_contain_text(held.digest)
    answer = Answer.objects.order_by("pk").last()
    page.goto(f"/ruler/answers/{answer.ticket.number}/")
    page.locator("label", has_text="未解决").click()
    page.get_by_label("更正理由").fill("复听录音，诉求人答未解决。")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#notices")).to_contain_text("已更正")
    page.goto("/ruler/periods/2026-03/")
    expect(page.locator("main")).to_contain_text("发布后调整 1 笔")
    assert Period.objects.get(pk=month.pk).digest == held.digest


def test_an_event_is_declared_by_one_and_confirmed_by_another(
    city: City, open_as: Open, month: Period, second: User
) -> None:
    page = open_as("supervisor")
    page.goto("/ruler/declarations/")
    page.keyboard.press("n")
    page.get_by_label("事件名称").fill("寒潮")
    page.get_by_label("开始时间").fill("2026-03-01T00:00")
    page.get_by_label("结束时间").fill("2026-03-05T00:00")
    box = page.locator("combo-box", has=page.locator("[name=categories]")).locator("input")
    box.click()
    box.fill("供暖")
    box.press("Enter")
    expect(page.locator(".ts-control .item")).to_have_text("公共服务 › 供暖")
    page.get_by_label("依据").fill("市应急办〔2026〕3号公告")
    page.keyboard.press("Control+Enter")
    expect(page.locator("main")).to_contain_text("须由另一人确认")
    other = open_as("second")
    other.goto(page.url)
    expect(other.locator("main")).to_contain_text("1 件已回访的")
    other.keyboard.press("Control+Enter")
    expect(other.locator("#notices")).to_contain_text("已确认")
    assert Declaration.objects.get().categories == ["0101"]
    assert declaring.leave_out_declared(timezone.now()) == 1
    other.reload()
    expect(other.locator("main")).to_contain_text("已生效")
    assert ScoreLine.objects.filter(source="excluded").count() == 12
