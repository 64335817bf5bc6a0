"""Who may use the desk, and its parts: combo-boxes, alike tickets, the look at a number."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from intake import actions
from intake.models import Call, Look
from tests.city import City
from tickets.models import Ticket

ClientOf = Callable[[str], Client]
DESK = "/desk/"
FILE = "/desk/file/"
PHONE = "13800002046"


@pytest.mark.parametrize("name", ["clerk", "stranger", "dispatcher", "supervisor", "auditor", "admin"])
def test_the_desk_is_for_those_who_take_requests(
    city: City, client_of: ClientOf, typed: dict[str, str], name: str
) -> None:
    client = client_of(name)
    assert client.get(DESK).status_code == 403
    assert client.post("/desk/call/", {"phone": ""}).status_code == 403
    assert client.post("/desk/hang-up/").status_code == 403
    assert client.post(FILE, typed).status_code == 403
    assert client.get("/desk/alike/").status_code == 403
    assert Call.objects.count() == 1
    assert not Ticket.objects.exists()


def test_whoever_is_not_signed_in_is_asked_to(city: City) -> None:
    for address in (DESK, "/desk/places/", "/desk/categories/", "/desk/units/", "/desk/alike/"):
        answer = Client().get(address)
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/login/")


@pytest.mark.parametrize(
    ("address", "query", "found"),
    [
        ("/desk/places/", "示例", [{"v": "110108009001", "t": "海淀区 · 学院路街道 · 示例社区"}]),
        ("/desk/places/", "110105001", [{"v": "110105001", "t": "朝阳区 · 建外街道"}]),
        ("/desk/categories/", "漏水", [{"v": "010102", "t": "公共服务 › 供暖 › 供热管线漏水"}]),
        ("/desk/categories/", "gxls", [{"v": "010102", "t": "公共服务 › 供暖 › 供热管线漏水"}]),
        ("/desk/categories/", "跑水", [{"v": "010102", "t": "公共服务 › 供暖 › 供热管线漏水"}]),
        ("/desk/units/", "热力", [{"v": "E-heating", "t": "热力集团"}]),
        ("/desk/units/", "nothing", []),
    ],
)
def test_a_combo_finds_by_name_code_initials_and_synonym(
    city: City, client_of: ClientOf, address: str, query: str, found: list[dict[str, str]]
) -> None:
    leak = city.leaves["leak"]
    leak.synonyms, leak.initials = ["跑水", "管道爆裂"], "gxls"
    leak.save()
    assert client_of("agent").get(address, {"q": query}).json() == found


def test_alike_tickets_of_others_are_shown_without_number_or_text(city: City, client_of: ClientOf) -> None:
    theirs = actions.file(city.request(phone="13900001111"), by=city.other_agent, at=timezone.now())
    own = actions.file(city.request(phone="13900002222"), by=city.agent, at=timezone.now())
    page = client_of("agent").get("/desk/alike/", {"category": "010101", "place": "110108009001"})
    text = page.content.decode()
    assert text.count("<li>") == 2
    assert own.number_tail in text
    assert theirs.number_tail not in text
    assert theirs.content not in text


def test_a_look_shows_the_number_against_a_reason(client_of: ClientOf, dispatched: Ticket) -> None:
    address = f"/cases/{dispatched.number}/look/"
    page = client_of("clerk").post(address, {"reason": "上门前联系"}, headers={"HX-Request": "true"})
    assert page.status_code == 200
    assert PHONE in page.content.decode()
    assert "no-store" in page.headers["Cache-Control"]
    assert Look.objects.get().reason == "上门前联系"


def test_a_look_without_a_reason_shows_nothing(client_of: ClientOf, dispatched: Ticket) -> None:
    page = client_of("clerk").post(f"/cases/{dispatched.number}/look/", {"reason": ""})
    assert page.status_code == 422
    assert PHONE not in page.content.decode()
    assert not Look.objects.exists()


@pytest.mark.parametrize("name", ["stranger", "other_agent", "admin"])
def test_a_stranger_cannot_look(client_of: ClientOf, dispatched: Ticket, name: str) -> None:
    page = client_of(name).post(f"/cases/{dispatched.number}/look/", {"reason": "想知道"})
    assert page.status_code == 404
    assert not Look.objects.exists()


def test_the_classes_above_a_category_are_found_where_they_may_be_chosen(
    client_of: ClientOf,
) -> None:
    found = client_of("supervisor").get("/desk/categories/?upper&q=供暖").json()
    assert found[0] == {"v": "0101", "t": "公共服务 › 供暖"}
    assert {"v": "010102", "t": "公共服务 › 供暖 › 供热管线漏水"} in found
