"""The agent's desk over HTTP."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from dispatch.actions import route
from intake import actions, queries
from intake.models import Call, Look
from tests.city import NOON, City
from tickets.models import Event, Ticket

ClientOf = Callable[[str], Client]
DESK = "/desk/"
FILE = "/desk/file/"
PHONE = "13800002046"


def test_an_idle_desk_waits_for_a_number_and_shows_the_day(city: City, client_of: ClientOf) -> None:
    actions.end_at_desk(city.request(), "answer", answer="已答复。", by=city.agent, at=timezone.now())
    page = client_of("agent").get(DESK).content.decode()
    assert "等待来电" in page
    assert "autofocus" in page
    assert '<b class="text-body">100%</b>' in page
    assert PHONE not in page


def test_a_typed_number_starts_a_call_and_the_page_shows_it_masked(city: City, client_of: ClientOf) -> None:
    client = client_of("agent")
    answer = client.post("/desk/call/", {"phone": "138 0000 2046"}, follow=True)
    page = answer.content.decode()
    assert queries.running_call(city.agent).caller.phone == PHONE
    assert "138****2046" in page
    assert PHONE not in page
    assert answer.headers["Cache-Control"].startswith("max-age=0, no-cache, no-store")


def test_a_caller_without_a_number_is_taken_too(city: City, client_of: ClientOf) -> None:
    page = client_of("agent").post("/desk/call/", {"phone": ""}, follow=True).content.decode()
    assert "匿名来电" in page
    assert queries.running_call(city.agent).caller.phone == ""


def test_a_wrong_number_stays_typed_with_its_error(city: City, client_of: ClientOf) -> None:
    answer = client_of("agent").post("/desk/call/", {"phone": "12ab"})
    assert answer.status_code == 422
    assert "12ab" in answer.content.decode()
    assert "电话号码不正确" in answer.content.decode()
    assert not Call.objects.exists()


def test_submitting_files_dispatches_and_tells_what_to_read(
    city: City, client_of: ClientOf, typed: dict[str, str]
) -> None:
    answer = client_of("agent").post(FILE, typed, follow=True)
    ticket = Ticket.objects.get()
    page = answer.content.decode()
    assert (ticket.state, ticket.lead, ticket.taken_by) == ("dispatched", city.heating, city.agent)
    assert answer.redirect_chain == [(reverse("intake:filed", args=[ticket.number]), 302)]
    for said in (
        ticket.number,
        ticket.query_code,
        "热力集团",
        f"{ticket.handle_due.astimezone(NOON.tzinfo):%m-%d %H:%M}",
    ):
        assert said in page
    assert Call.objects.get().ticket == ticket


def test_htmx_is_sent_on_by_a_header(client_of: ClientOf, typed: dict[str, str]) -> None:
    answer = client_of("agent").post(FILE, typed, headers={"HX-Request": "true"})
    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"] == reverse("intake:filed", args=[Ticket.objects.get().number])


def test_submitting_twice_gives_the_same_ticket(client_of: ClientOf, typed: dict[str, str]) -> None:
    client = client_of("agent")
    first = client.post(FILE, typed)
    again = client.post(FILE, typed)
    assert first.headers["Location"] == again.headers["Location"]
    assert Ticket.objects.count() == 1
    assert Event.objects.count() == 2


@pytest.mark.parametrize(
    ("missing", "words"), [("kind", "请选择诉求类型。"), ("content", "请填写诉求内容。")]
)
def test_what_was_typed_stays_when_something_is_missing(
    client_of: ClientOf, typed: dict[str, str], missing: str, words: str
) -> None:
    answer = client_of("agent").post(FILE, {**typed, missing: ""}, headers={"HX-Request": "true"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "error-summary" in page
    assert words in page
    for kept in (
        "示例小区3号楼",
        "2单元601",
        "王女士",
        "公共服务 › 供暖 › 暖气不热",
        "学院路街道 · 示例社区",
        "form-1",
    ):
        assert kept in page
    assert "<html" not in page
    assert not Ticket.objects.exists()


def test_an_unknown_place_is_refused_and_nothing_is_filed(client_of: ClientOf, typed: dict[str, str]) -> None:
    answer = client_of("agent").post(FILE, {**typed, "place": "999"})
    assert answer.status_code == 422
    assert "没有这个地点" in answer.content.decode()
    assert not Ticket.objects.exists()


def test_a_tip_off_hides_the_informant_and_spares_the_accused(
    city: City, client_of: ClientOf, typed: dict[str, str]
) -> None:
    client_of("agent").post(FILE, {**typed, "kind": "tip_off", "accused": "E-heating"})
    ticket = Ticket.objects.get()
    assert ticket.case.hide_identity is True
    assert (ticket.accused, ticket.lead) == (city.heating, city.district)
    assert client_of("clerk").post(f"/cases/{ticket.number}/look/", {"reason": "想知道"}).status_code == 404
    assert not Look.objects.exists()


def test_a_direct_answer_ends_the_matter_at_the_desk(client_of: ClientOf, typed: dict[str, str]) -> None:
    client = client_of("agent")
    page = client.post(FILE, {**typed, "move": "answer", "answer": "供暖季室温不低于十八度。"}, follow=True)
    ticket = Ticket.objects.get()
    assert (ticket.state, ticket.lead, ticket.answer) == ("answered", None, "供暖季室温不低于十八度。")
    assert "供暖季室温不低于十八度。" in page.content.decode()


@pytest.mark.parametrize("move", ["answer", "guide"])
def test_an_answer_without_words_is_refused(client_of: ClientOf, typed: dict[str, str], move: str) -> None:
    answer = client_of("agent").post(FILE, {**typed, "move": move, "answer": " ", "way": "legal"})
    assert answer.status_code == 422
    assert not Ticket.objects.exists()


@pytest.mark.parametrize("line", ["110", "119", "120", "122"])
def test_an_emergency_is_passed_on_with_an_empty_form(
    client_of: ClientOf, typed: dict[str, str], line: str
) -> None:
    empty = {**typed, "kind": "", "content": "", "category": "", "place": "", "move": f"transfer-{line}"}
    assert client_of("agent").post(FILE, empty).status_code == 302
    ticket = Ticket.objects.get()
    assert (ticket.state, ticket.kind, ticket.answer) == ("transferred", "help", f"已转接 {line} 紧急救助。")


def test_the_form_may_be_finished_after_the_caller_hung_up(
    city: City, client_of: ClientOf, typed: dict[str, str]
) -> None:
    client = client_of("agent")
    bar = client.post("/desk/hang-up/", headers={"HX-Request": "true"})
    assert "通话已结束" in bar.content.decode()
    assert queries.running_call(city.agent) is None
    client.post(FILE, typed)
    assert Ticket.objects.get().case.caller.phone == PHONE


def test_hanging_up_leads_back_to_the_waiting_desk(city: City, client_of: ClientOf, call: Call) -> None:
    page = client_of("agent").post("/desk/hang-up/", follow=True).content.decode()
    assert "等待来电" in page
    assert queries.running_call(city.agent) is None


def test_another_agents_call_cannot_be_filed_under(client_of: ClientOf, typed: dict[str, str]) -> None:
    assert client_of("other_agent").post(FILE, typed).status_code == 404
    assert not Ticket.objects.exists()


def test_the_caller_card_points_out_what_is_still_open(city: City, client_of: ClientOf) -> None:
    earlier = actions.file(city.request(), by=city.other_agent, at=timezone.now(), then=route)
    actions.take_call(PHONE, by=city.agent, at=timezone.now())
    page = client_of("agent").get(DESK).content.decode()
    assert "有 1 件在办、重办或未解决的工单" in page
    assert earlier.number_tail in page
    assert "王女士" in page


def test_the_query_code_is_read_by_nobody_but_its_agent(client_of: ClientOf, typed: dict[str, str]) -> None:
    client_of("agent").post(FILE, typed)
    address = reverse("intake:filed", args=[Ticket.objects.get().number])
    assert client_of("other_agent").get(address).status_code == 404
    assert client_of("team_leader").get(address).status_code == 404
    assert client_of("clerk").get(address).status_code == 403


@pytest.mark.parametrize("state", ["idle", "busy"])
def test_the_desk_asks_the_database_as_often_for_thirty_tickets_as_for_one(
    city: City,
    client_of: ClientOf,
    django_assert_num_queries: Callable[..., object],
    state: str,
) -> None:
    client = client_of("agent")
    now = timezone.now()
    if state == "busy":
        actions.take_call(PHONE, by=city.agent, at=now)
    expected = {"idle": 5, "busy": 5}[state]
    actions.file(city.request(), by=city.agent, at=now, then=route)
    client.get(DESK)
    with django_assert_num_queries(expected):
        client.get(DESK)
    for _more in range(29):
        actions.file(city.request(), by=city.agent, at=now, then=route)
    with django_assert_num_queries(expected):
        client.get(DESK)
