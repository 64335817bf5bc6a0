"""The one full page of a ticket: everything that happened, told to those who may read it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from dispatch.actions import route
from followup import actions as followup
from followup.actions import Said
from handling import actions as handling
from handling.actions import Result
from hotline.watch import sweep
from intake import actions as intake
from reports.queries.case import dossier
from reports.queries.clocks import clocks, spell
from tests.city import NOON, City
from tickets.actions import Correction, correct
from tickets.book import book
from tickets.models import Ticket, WorkCalendar, WorkDay

ClientOf = Callable[[str], Client]


def page_of(client: Client, ticket: Ticket) -> str:
    answer = client.get(f"/cases/{ticket.number}/")
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def told(city: City, dispatched: Ticket) -> Ticket:
    """A ticket to which everything happened once: it is closed after a second round."""
    at = NOON

    def later() -> object:
        nonlocal at
        at += timedelta(minutes=10)
        return at

    right = Correction(dispatched.category, dispatched.place, "示例小区4号楼", dispatched.content)
    correct(dispatched, right, by=city.dispatcher, at=later())
    handling.sign(dispatched, by=city.clerk, at=later())
    handling.contact(
        dispatched, channel="phone", reached=True, note="约定下午上门", by=city.clerk, at=later()
    )
    handling.assign(dispatched, to=city.clerk, by=city.leader, at=later())
    handling.note(dispatched, text="街道已到场协助", by=city.street_clerk, at=later())
    intake.look(dispatched, reason="联系上门", by=city.clerk, at=later())
    result = Result("explained", "已测温并排气。", "您好，已上门处理。")
    handling.report(dispatched, result, by=city.clerk, at=later())
    handling.send_back(dispatched, note="请补充测温结果", by=city.leader, at=later())
    handling.report(dispatched, result, by=city.clerk, at=later())
    handling.approve(dispatched, by=city.leader, at=later())
    followup.attempt(dispatched, channel="phone", reach="no_answer", by=city.caller_back, at=later())
    no = Said(contacted="yes", solved="unsolved", satisfied="dissatisfied", remark="还是不热")
    followup.take_answers(dispatched, no, channel="phone", by=city.caller_back, at=later())
    dispatched.refresh_from_db()
    assert (dispatched.state, dispatched.round) == ("handling", 2)
    return dispatched


def test_the_page_tells_the_whole_story(client_of: ClientOf, told: Ticket) -> None:
    page = page_of(client_of("supervisor"), told)
    for words in (
        told.number, "重办", "供暖 › 暖气不热", "示例小区4号楼", "更正前后的内容", "热力集团",
        "学院路街道办事处",
        "目录 2026.01", "目录 heating", "约定下午上门", "分派给clerk", "街道已到场协助", "事由：联系上门",
        "已测温并排气。", "您好，已上门处理。", "请补充测温结果", "电话，无人接听",
        "诉求人答：未解决，不满意",
        "还是不热", "更正了具体位置", "138****2046", "王**", "渠道：电话 12345",
    ):  # fmt: skip
        assert words in page, words


def test_the_page_shows_no_number_and_no_raw_facts(client_of: ClientOf, told: Ticket) -> None:
    page = page_of(client_of("supervisor"), told)
    for words in ("13800002046", "王女士", "{'", "{&quot;", "&#x27;", "None"):
        assert words not in page, words


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("agent", 200), ("other_agent", 404), ("team_leader", 200), ("dispatcher", 200), ("caller_back", 200),
        ("supervisor", 200), ("auditor", 200), ("admin", 404), ("district_officer", 200), ("clerk", 200),
        ("leader", 200), ("grid", 404), ("street_clerk", 200), ("street_leader", 200), ("stranger", 404),
    ],
)  # fmt: skip
def test_who_may_read_the_page(client_of: ClientOf, dispatched: Ticket, name: str, status: int) -> None:
    assert client_of(name).get(f"/cases/{dispatched.number}/").status_code == status


def test_the_unit_never_learns_who_told_on_somebody(city: City, client_of: ClientOf) -> None:
    said = city.request(kind="tip_off", address="2单元601")
    ticket = intake.file(said, by=city.agent, at=NOON, then=route)
    unit = page_of(client_of("clerk"), ticket)
    for words in ("王**", "138****2046", "查看完整联系方式", "2单元601"):
        assert words not in unit, words
    assert "诉求人信息对承办单位保密" in unit
    assert dossier(city.clerk, ticket.number).case is None
    centre = page_of(client_of("dispatcher"), ticket)
    assert "138****2046" in centre
    assert "对承办单位保密" in centre


def test_the_accused_unit_gets_404(city: City, client_of: ClientOf) -> None:
    ticket = intake.file(
        city.request(kind="tip_off", accused=city.street), by=city.agent, at=NOON, then=route
    )
    assert client_of("street_clerk").get(f"/cases/{ticket.number}/").status_code == 404


@pytest.mark.parametrize(
    ("name", "state", "expected"),
    [
        ("dispatcher", "pending", ["/dispatch/{}/"]),
        ("agent", "pending", []),
        ("clerk", "dispatched", ["/inbox/{}/"]),
        ("clerk", "handling", ["/inbox/{}/report/", "/inbox/{}/", "/callback/{}/first/"]),
        ("leader", "reported", ["/inbox/{}/", "/callback/{}/first/"]),
        ("caller_back", "followup", ["/callback/{}/"]),
        ("street_clerk", "handling", ["/inbox/{}/"]),
        ("street_clerk", "closed", []),
        ("reviewer", "objected", ["/dispatch/objections/{}/"]),
        ("supervisor", "handling", ["/supervision/{}/", "/inbox/{}/on-site/"]),
        ("supervisor", "closed", []),
        ("dispatcher", "merged", ["/dispatch/{}/"]),
        ("auditor", "handling", []),
    ],
)
def test_the_buttons_lead_where_one_may_go_on(
    city: City, client_of: ClientOf, dispatched: Ticket, name: str, state: str, expected: list[str]
) -> None:
    Ticket.objects.filter(pk=dispatched.pk).update(state=state)
    answer = client_of(name).get(f"/cases/{dispatched.number}/")
    urls = [button["url"] for button in answer.context["buttons"]]
    assert urls == [url.format(dispatched.number) for url in expected]


def test_a_clock_says_when_it_ends_and_whether_it_was_kept(city: City, dispatched: Ticket) -> None:
    handling.sign(dispatched, by=city.clerk, at=NOON + timedelta(minutes=20))
    rows = {clock.label: clock for clock in clocks(dispatched, NOON + timedelta(hours=6))}
    assert list(rows) == ["派单", "签收", "联系", "办理"]
    assert (rows["签收"].level, rows["签收"].limit, rows["签收"].done) == (
        "ok",
        "30 分钟",
        dispatched.signed_at,
    )
    assert (rows["联系"].level, rows["联系"].percent) == ("over", 100)
    assert (rows["办理"].level, rows["办理"].percent, rows["办理"].limit) == ("ok", 25, "1 天")
    assert [(s.counts, s.length) for s in rows["办理"].stretches] == [(True, "1 天")]


def test_an_expired_limit_is_over_and_followup_has_its_own_clock(city: City, dispatched: Ticket) -> None:
    sweep(NOON + timedelta(hours=30))
    dispatched.refresh_from_db()
    rows = {clock.label: clock for clock in clocks(dispatched, NOON + timedelta(hours=31))}
    assert (rows["办理"].level, rows["办理"].done) == ("over", None)
    assert (rows["回访"].level, rows["回访"].limit) == ("ok", "2 天")


def test_working_time_tells_each_stretch_that_did_not_count(city: City, dispatched: Ticket) -> None:
    calendar = WorkCalendar.objects.create(code="working", name="工作时间", working=True)
    WorkDay.objects.create(calendar=calendar, day="2026-03-03", works=False, name="示例假日")
    dispatched.limit.calendar = calendar
    dispatched.handle_minutes = 480
    dispatched.handle_due = NOON + timedelta(days=2)
    book.cache_clear()
    handle = clocks(dispatched, NOON)[-1]
    assert [(str(s.why), s.length) for s in handle.stretches] == [
        ("工作时间，计时", "5 小时"),
        ("下班时间，不计时", "7 小时"),
        ("休息日，不计时", "1 天"),
        ("下班时间，不计时", "9 小时"),
        ("工作时间，计时", "3 小时"),
    ]


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(), "0 分钟"),
        (timedelta(minutes=30), "30 分钟"),
        (timedelta(days=2, hours=4, minutes=5), "2 天 4 小时 5 分钟"),
    ],
)
def test_a_length_of_time_is_spelt(length: timedelta, words: str) -> None:
    assert spell(length) == words


def test_the_full_page_costs_sixteen_statements_with_the_longest_story(
    client_of: ClientOf, told: Ticket, django_assert_max_num_queries: Callable
) -> None:
    client = client_of("supervisor")
    page_of(client, told)
    with django_assert_max_num_queries(16):
        page_of(client, told)


def test_thirty_notes_cost_what_one_costs(
    city: City, client_of: ClientOf, dispatched: Ticket, django_assert_max_num_queries: Callable
) -> None:
    for _turn in range(30):
        handling.note(dispatched, text="协助中", by=city.street_clerk, at=NOON)
    client = client_of("supervisor")
    page_of(client, dispatched)
    with django_assert_max_num_queries(14):
        assert page_of(client, dispatched).count("协助中") == 60


def test_the_page_says_who_looked_and_why(city: City, client_of: ClientOf, dispatched: Ticket) -> None:
    intake.look(dispatched, reason="核对上门时间", by=city.clerk, at=timezone.now())
    page = page_of(client_of("auditor"), dispatched)
    assert "查看记录" in page
    assert "核对上门时间" in page
