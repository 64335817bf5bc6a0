"""What the full page tells of the side processes, to whom, and at what cost."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dispatch.actions.objections import Grounds, Ruling, raise_objection, rule_on
from dispatch.models import Card
from handling import actions as handling
from handling.actions import Result, whistle
from handling.models import Whistle
from hotline.watch import sweep
from intake import actions as intake
from reports.queries.case import dossier
from reports.queries.story import BAD, TELLERS
from tests.city import NOON, City
from tests.portal.conftest import live_through
from tests.reports.busy import busy
from tickets.facts import FACTS
from tickets.flow import MOVES
from tickets.models import Ticket
from tickets.states import State

ClientOf = Callable[[str], Client]
#: Tables that only what goes on beside the main line writes.
BESIDE = (
    "dispatch_objection", "dispatch_card", "dispatch_oversight", "handling_extension", "handling_plan",
    "handling_coordination", "handling_onsiteorder", "handling_whistle", "intake_word",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _files(settings: object, tmp_path: object) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def full(city: City) -> Ticket:
    return busy(city)


def page_of(client: Client, ticket: Ticket) -> str:
    answer = client.get(f"/cases/{ticket.number}/")
    assert answer.status_code == 200
    return answer.content.decode()


def words_of(city: City, ticket: Ticket) -> dict[str, str]:
    return {moment.event.kind: moment.words for moment in dossier(city.supervisor, ticket.number).moments}


def test_every_side_process_is_told_in_words(city: City, full: Ticket) -> None:
    child, part = full.merged.get().number, full.parts.get().number
    assert words_of(city, full) == {
        "receive": "渠道：电话 12345",
        "split": f"拆出工单 {part}",
        "correct": "更正了诉求内容",
        "dispatch": "按目录派单，派往学院路街道办事处：目录 property",
        "adopt": f"工单 {child}",
        "object": (
            "产权或管理单位另有其人（物业管理条例第五条），建议由海淀区住建委承办：电梯产权属房管部门。"
        ),
        "overrule": "异议不成立：属地负责协调物业。",
        "contact": "上门，已联系上：已说明需更换部件",
        "urge": "老人下不了楼",
        "add": "二单元的也坏了",
        "co_done": "海淀区住建委：已约谈物业公司。",
        "whistle": "应急哨，到3号楼门口集合，呼叫海淀区住建委、热力集团：电梯停运需联合处置",
        "whistle_ack": "海淀区住建委",
        "whistle_arrive": "海淀区住建委，3号楼大厅",
        "whistle_act": "海淀区住建委",
        "whistle_leave": "海淀区住建委",
        "whistle_rate": "海淀区住建委：4 分，到场及时",
        "coordinate": "提请海淀区政府协调：维修资金由谁申请？",
        "opinion": "由物业申请，住建委督办。",
        "on_site": "03-02 15:30 到3号楼：海淀区住建委",
        "on_site_done": "物业承诺三日报修。",
        "extend_ask": "申请延长 1 天：配件采购需要时间（依据：维修合同）",
        "extend_grant": "时限由 03-09 12:05 延至 03-10 12:05：同意",
        "oversee": "请说明老人出行如何保障",
        "oversee_reply": "",
        "oversee_end": "措施到位，办结。",
        "plan_ask": "资金待落实：申请维修资金更换电梯",
        "plan_sign": "同意挂账",
        "plan": "至 2026-09-01：按节点推进",
        "milestone": "完成招标：已中标",
    }


def test_the_page_shows_each_side_process_with_its_outcome(client_of: ClientOf, full: Ticket) -> None:
    page = page_of(client_of("supervisor"), full)
    for words in (
        "第 1 次异议", "异议不成立", "属地负责协调物业。", "产权证.jpg",
        "应急哨", "到场.jpg", "责令物业报修", "4 分", "待应哨",
        "区级", "由物业申请，住建委督办。", "现场办理令", "物业承诺三日报修。", "会商.jpg",
        "准予延期", "时限由 03-09 12:05 延至 03-10 12:05",
        "挂账中", "完成招标", "更换电梯", "资金待落实",
        "已约谈物业公司。", "已安排社区送餐上门。", "措施到位，办结。",
        "老人下不了楼", "二单元的也坏了", "网上提交", "催办 1 次", "并单与拆单",
    ):  # fmt: skip
        assert words in page, words
    for words in ("13800003057", "李先生", "{'", "None"):
        assert words not in page, words
    assert page.count("到场.jpg") == 1


def test_links_lead_only_where_the_reader_may_go(client_of: ClientOf, full: Ticket) -> None:
    child, part = full.merged.get().number, full.parts.get().number
    supervisor = page_of(client_of("supervisor"), full)
    assert f'href="/cases/{child}/"' in supervisor and f'href="/cases/{part}/"' in supervisor
    street = page_of(client_of("street_clerk"), full)
    assert f'href="/cases/{child}/"' not in street and f'href="/cases/{part}/"' not in street
    assert child in street and part in street


def test_a_duplicate_points_to_its_master(city: City, client_of: ClientOf, full: Ticket) -> None:
    child = full.merged.get()
    assert f'href="/cases/{full.number}/"' in page_of(client_of("dispatcher"), child)
    assert words_of(city, child)["merge"] == f"并入工单 {full.number}"
    part = full.parts.get()
    assert words_of(city, part)["receive"] == f"由工单 {full.number} 拆出"


@pytest.mark.parametrize(
    ("name", "status"), [("housing_clerk", 200), ("clerk", 200), ("sibling_clerk", 404), ("stranger", 404)]
)
def test_who_was_called_may_read_and_a_stranger_may_not(
    client_of: ClientOf, full: Ticket, name: str, status: int
) -> None:
    assert client_of(name).get(f"/cases/{full.number}/").status_code == status


def test_the_ladder_is_told_with_its_cards(city: City, client_of: ClientOf, dispatched: Ticket) -> None:
    sweep(NOON + timedelta(days=4))
    page = page_of(client_of("supervisor"), dispatched)
    for words in ("预警与督办", "黄牌", "红牌", "专项督办", "尚未确认"):
        assert words in page, words
    assert words_of(city, dispatched)["card"] in {
        "黄牌，发给热力集团：逾期未反馈",
        "红牌，发给热力集团：逾期过半仍未反馈",
    }


def test_what_never_happened_costs_nothing(client_of: ClientOf, dispatched: Ticket) -> None:
    client = client_of("supervisor")
    page_of(client, dispatched)
    with CaptureQueriesContext(connection) as asked:
        page_of(client, dispatched)
    said = " ".join(query["sql"] for query in asked.captured_queries)
    assert [table for table in BESIDE if f'FROM "{table}"' in said] == []


def test_many_rows_cost_what_one_costs(city: City, client_of: ClientOf, full: Ticket) -> None:
    client = client_of("supervisor")
    page_of(client, full)
    with CaptureQueriesContext(connection) as before:
        page_of(client, full)
    for turn in range(20):
        blown = Whistle.objects.create(
            ticket=full, unit=city.street, by=city.street_clerk, kind="daily", situation="residents",
            where="居委会", reason="再次会商", at=NOON,
        )  # fmt: skip
        blown.calls.create(unit=city.housing, ack_due=NOON, arrive_due=NOON, acked_by=city.housing_clerk)
        full.words.create(kind="add", text="补充", by=city.agent, at=NOON)
        Card.objects.create(ticket=full, unit=city.street, round=turn, kind="red", why="overdue", at=NOON)
        full.oversights.get().replies.create(by=city.street_clerk, text="再次回复", at=NOON)
    with CaptureQueriesContext(connection) as after:
        assert page_of(client, full).count("再次会商") == 20
    assert len(after) == len(before)
    assert len(after) <= 30


def test_a_whistle_that_was_ended_names_who_never_came(city: City, full: Ticket) -> None:
    Ticket.objects.filter(pk=full.pk).update(state="handling")
    blown = full.whistles.get()
    whistle.end(blown, by=city.street_clerk, at=NOON + timedelta(days=1))
    assert words_of(city, full)["whistle_end"] == "未报到：热力集团"


def test_a_withdrawal_is_told_with_its_reason(city: City, dispatched: Ticket) -> None:
    intake.withdraw(dispatched, reason="暖气已经热了", by=city.agent, at=NOON)
    assert words_of(city, dispatched)["withdraw"] == "暖气已经热了"


def test_a_limit_that_was_reckoned_anew_says_from_when_to_when(city: City, dispatched: Ticket) -> None:
    due = [NOON + timedelta(days=days) for days in (1, 2)]
    moved = {"handle_due": [moment.isoformat() for moment in due], "warn_at": ["", ""]}
    dispatched.record("reckon", by=None, at=NOON, facts={"moved": moved})
    assert words_of(city, dispatched)["reckon"] == "办理时限由 03-03 12:00 改为 03-04 12:00"


@pytest.mark.parametrize("state", State.values)
def test_every_state_has_its_page_for_the_city_and_for_the_unit(
    city: City, client_of: ClientOf, state: str
) -> None:
    ticket = live_through(city, state, NOON)
    assert str(State(state).label) in page_of(client_of("supervisor"), ticket)
    if ticket.lead_id:
        assert str(State(state).label) in page_of(client_of("clerk"), ticket)


def test_a_report_shows_its_reason_and_what_the_check_missed(
    city: City, client_of: ClientOf, dispatched: Ticket
) -> None:
    handling.sign(dispatched, by=city.clerk, at=NOON)
    result = Result("not_solved", "管线老化，需更换。", "管线需更换，正在申请。", reason="funding")
    handling.report(dispatched, result, by=city.clerk, at=NOON + timedelta(hours=1))
    page = page_of(client_of("supervisor"), dispatched)
    assert "资金未落实" in page
    assert "质量检查" in page and str(dispatched.reports.get().missing_words[0]) in page


def test_an_order_that_lost_its_unit_has_its_page(
    city: City, client_of: ClientOf, dispatched: Ticket
) -> None:
    grounds = Grounds("remit", "履职事项清单第十条", city.street, "不属于本单位的职责。")
    raise_objection(dispatched, grounds, by=city.clerk, at=NOON + timedelta(minutes=5))
    rule_on(dispatched, Ruling("upheld", "另行派单处理。"), by=city.reviewer, at=NOON + timedelta(minutes=9))
    page = page_of(client_of("dispatcher"), dispatched)
    assert "待定" in page and "异议成立：另行派单处理。" in page
    assert client_of("clerk").get(f"/cases/{dispatched.number}/").status_code == 404


def test_every_kind_of_the_tables_has_words_or_needs_none() -> None:
    everything = set(MOVES) | set(FACTS)
    assert set(TELLERS) <= everything and BAD <= everything
    assert everything - set(TELLERS) == {
        "sign", "keep_on", "back_to_desk", "pressed", "plan_lapse", "oversee_reply", "oversee_late",
        # Of the ruler: the label says it, the pages of exclusions tell the rest.
        "exclude_ask", "exclude_second", "exclude_grant", "exclude_refuse", "exclude_review",
        "exclude_revoke", "exclude_near", "exclude_late", "answer_right",
    }  # fmt: skip
