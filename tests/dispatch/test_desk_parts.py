"""Merge, give back, split and many at once, on the pages of the dispatch desk."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from dispatch.actions import route
from dispatch.actions.merging import merge
from intake import actions as intake
from tests.city import City
from tickets.models import Ticket

ClientOf = Callable[[str], Client]


def fresh(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


@pytest.fixture
def master(city: City) -> Ticket:
    return intake.file(city.request(), by=city.agent, at=timezone.now() - timedelta(hours=1), then=route)


@pytest.fixture
def waiting(city: City) -> Ticket:
    """The same trouble at the same place, of another caller; not dispatched yet."""
    return intake.file(city.request(phone="13900000001", name="李先生"), by=city.agent, at=timezone.now())


def test_the_pane_offers_what_looks_alike_and_a_tick_merges(
    client_of: ClientOf, master: Ticket, waiting: Ticket
) -> None:
    client = client_of("dispatcher")
    page = client.get(f"/dispatch/{waiting.number}/").content.decode()
    assert "并入重复诉求（1 件疑似）" in page
    said = {"version": waiting.version, "into": master.number, "number": ""}
    assert client.post(f"/dispatch/{waiting.number}/merge/", said).status_code == 302
    assert (fresh(waiting).state, fresh(waiting).master) == ("merged", master)
    shown = client.get(f"/dispatch/{master.number}/").content.decode()
    assert "另有 1 位诉求人并入" in shown
    assert "李**" in shown and "139****0001" in shown and "13900000001" not in shown


def test_any_open_ticket_is_found_by_the_tail_of_its_number(
    client_of: ClientOf, master: Ticket, waiting: Ticket
) -> None:
    said = {"version": waiting.version, "number": master.number_tail}
    answer = client_of("dispatcher").post(f"/dispatch/{waiting.number}/merge/", said)
    assert (answer.status_code, fresh(waiting).master) == (302, master)


@pytest.mark.parametrize(
    ("number", "words"), [("", "请选择或输入主单"), ("999999", "没有这张可作主单的在办工单")]
)
def test_without_a_master_nothing_is_merged(
    client_of: ClientOf, master: Ticket, waiting: Ticket, number: str, words: str
) -> None:
    said = {"version": waiting.version, "number": number}
    answer = client_of("dispatcher").post(f"/dispatch/{waiting.number}/merge/", said)
    assert (answer.status_code, words in answer.content.decode()) == (422, True)
    assert fresh(waiting).version == waiting.version


def test_a_tip_off_is_neither_offered_nor_found(city: City, client_of: ClientOf, waiting: Ticket) -> None:
    tip = intake.file(city.request(kind="tip_off"), by=city.agent, at=timezone.now())
    page = client_of("dispatcher").get(f"/dispatch/{waiting.number}/").content.decode()
    assert "件疑似" not in page
    said = {"version": waiting.version, "number": tip.number}
    assert client_of("dispatcher").post(f"/dispatch/{waiting.number}/merge/", said).status_code == 422
    assert fresh(waiting).state == "pending"


def test_what_was_merged_is_listed_and_given_back(
    city: City, client_of: ClientOf, master: Ticket, waiting: Ticket
) -> None:
    merge(waiting, into=master, by=city.dispatcher, at=timezone.now())
    client = client_of("dispatcher")
    page = client.get("/dispatch/?v=merged").content.decode()
    assert waiting.number in page and "撤销并单" in page
    answer = client.post(f"/dispatch/{waiting.number}/unmerge/", {"version": waiting.version})
    assert answer.status_code == 302
    assert (fresh(waiting).state, fresh(waiting).lead) == ("dispatched", city.heating)
    again = client.post(f"/dispatch/{waiting.number}/unmerge/", {"version": waiting.version})
    assert again.status_code == 409


def test_only_dispatchers_have_these_verbs(client_of: ClientOf, master: Ticket, waiting: Ticket) -> None:
    said = {"version": waiting.version, "into": master.number}
    for name in ("supervisor", "team_leader"):
        assert client_of(name).post(f"/dispatch/{waiting.number}/merge/", said).status_code == 422
        assert client_of(name).get(f"/dispatch/{waiting.number}/split/").status_code == 403
        assert client_of(name).post("/dispatch/bulk/", {}).status_code == 403
        assert 'name="pick"' not in client_of(name).get("/dispatch/").content.decode()
    assert fresh(waiting).version == waiting.version


def two_parts(ticket: Ticket, **changes: str) -> dict[str, object]:
    return {
        "version": ticket.version,
        "count": "2",
        "part1-content": "暖气不热。",
        "part1-category": "010101",
        "part1-place": "110108009001",
        "part1-location": "3号楼",
        "part2-content": "单元门坏了，打13912345678。",
        "part2-category": "010103",
        "part2-place": "110108009001",
        "part2-location": "",
        **changes,
    }


def test_a_request_is_split_on_a_page_of_its_own(city: City, client_of: ClientOf, waiting: Ticket) -> None:
    client = client_of("dispatcher")
    page = client.get(f"/dispatch/{waiting.number}/split/").content.decode()
    assert page.count("<textarea") == 2
    assert "暖气不热，室温只有十四度" in page
    answer = client.post(f"/dispatch/{waiting.number}/split/", two_parts(waiting))
    assert (answer.status_code, answer.headers["Location"]) == (302, "/dispatch/")
    part = Ticket.objects.get(split_from=waiting)
    assert (part.lead, part.content) == (city.street, "单元门坏了，打139****5678。")
    assert fresh(waiting).lead == city.heating


def test_another_part_keeps_what_was_typed(client_of: ClientOf, waiting: Ticket) -> None:
    client = client_of("dispatcher")
    more = client.post(f"/dispatch/{waiting.number}/split/", two_parts(waiting, more="1"))
    page = more.content.decode()
    assert (more.status_code, page.count("<textarea")) == (200, 3)
    assert "单元门坏了" in page
    assert '<option value="010103" selected>' in page
    fewer = client.post(f"/dispatch/{waiting.number}/split/", two_parts(waiting, fewer="1", count="3"))
    assert fewer.content.decode().count("<textarea") == 2
    assert Ticket.objects.count() == 1


def test_a_part_without_words_is_422_and_an_old_page_409(
    city: City, client_of: ClientOf, waiting: Ticket
) -> None:
    client = client_of("dispatcher")
    empty = client.post(f"/dispatch/{waiting.number}/split/", two_parts(waiting, **{"part2-content": ""}))
    assert (empty.status_code, "error-summary" in empty.content.decode()) == (422, True)
    said = two_parts(waiting)
    route(waiting, timezone.now())
    old = client.post(f"/dispatch/{waiting.number}/split/", said)
    assert (old.status_code, "单元门坏了" in old.content.decode()) == (409, True)
    assert Ticket.objects.count() == 1


def picks(*tickets: Ticket) -> list[str]:
    return [f"{ticket.number}:{ticket.version}" for ticket in tickets]


def test_the_rows_say_where_each_would_go_and_why(city: City, client_of: ClientOf, waiting: Ticket) -> None:
    intake.file(city.request(category=None, place=None), by=city.agent, at=timezone.now())
    page = client_of("dispatcher").get("/dispatch/").content.decode()
    rows = page.split("<tbody>")[1].split("</tbody>")[0]
    assert "热力集团" in rows and "目录 heating" in rows
    assert "未填分类" in rows


def test_ticked_rows_go_by_their_suggestion_and_the_rest_is_named(
    city: City, client_of: ClientOf, waiting: Ticket
) -> None:
    nowhere = intake.file(city.request(category=None, place=None), by=city.agent, at=timezone.now())
    said = {"pick": picks(waiting, nowhere), "how": "suggested"}
    page = client_of("dispatcher").post("/dispatch/bulk/", said, follow=True).content.decode()
    assert "已派单 1 件。" in page
    assert f"{nowhere.number} 没有派单建议（未填分类），请人工派单。" in page
    assert (fresh(waiting).lead, fresh(nowhere).state) == (city.heating, "pending")


def test_to_one_unit_needs_the_unit_and_a_reason_and_keeps_the_ticks(
    city: City, client_of: ClientOf, waiting: Ticket
) -> None:
    client = client_of("dispatcher")
    said = {"pick": picks(waiting), "how": "one", "lead": "110108009", "reason": ""}
    refused = client.post("/dispatch/bulk/", said)
    page = refused.content.decode()
    assert (refused.status_code, "error-summary" in page) == (422, True)
    assert f'value="{waiting.number}:{waiting.version}" form="bulk" checked' in page
    assert '<option value="110108009" selected>学院路街道办事处</option>' in page
    assert client.post("/dispatch/bulk/", {**said, "reason": "属地办理"}).status_code == 302
    assert fresh(waiting).lead == city.street


def test_nothing_ticked_is_said_so(client_of: ClientOf, waiting: Ticket) -> None:
    page = client_of("dispatcher").post("/dispatch/bulk/", {"how": "suggested"}, follow=True)
    assert "请先勾选要派的工单。" in page.content.decode()
    assert fresh(waiting).version == waiting.version
