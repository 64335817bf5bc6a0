"""The dispatch desk over HTTP."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from dispatch.actions import dispatch_by_hand, route
from dispatch.models import Assignment
from intake import actions as intake
from tests.city import City
from tickets import access
from tickets.models import Ticket

ClientOf = Callable[[str], Client]


@pytest.fixture
def waiting(city: City) -> Ticket:
    """A request that the catalogue cannot place."""
    said = city.request(category=None, place=None)
    return intake.file(said, by=city.agent, at=timezone.now(), then=route)


def by_hand(ticket: Ticket, **changes: object) -> dict[str, object]:
    return {
        "version": ticket.version,
        "lead": "110108009",
        "co": ["E-heating"],
        "reason": "属地处理",
        **changes,
    }


def test_the_desk_shows_what_waits_why_and_the_first_case(client_of: ClientOf, waiting: Ticket) -> None:
    page = client_of("dispatcher").get("/dispatch/").content.decode()
    assert "待派工单" in page
    assert "未填分类" in page
    assert waiting.number in page
    assert "将由派单员人工派单" in page


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("dispatcher", 200), ("team_leader", 200), ("supervisor", 200), ("auditor", 200),
        ("district_officer", 200), ("agent", 403), ("caller_back", 403), ("clerk", 403),
        ("leader", 403), ("grid", 403), ("stranger", 403), ("admin", 403),
    ],
)  # fmt: skip
def test_who_has_a_dispatch_desk(client_of: ClientOf, waiting: Ticket, name: str, status: int) -> None:
    assert client_of(name).get("/dispatch/").status_code == status


def test_whoever_only_reads_gets_no_forms(client_of: ClientOf, waiting: Ticket) -> None:
    assert "<form" in client_of("dispatcher").get("/dispatch/").content.decode().split('id="pane"')[1]
    pane = client_of("auditor").get("/dispatch/").content.decode().split('id="pane"')[1].split("</aside>")[0]
    assert "<form" not in pane


def test_nobody_signed_in_is_asked_to_sign_in(city: City) -> None:
    assert Client().get("/dispatch/").headers["Location"] == "/login/?next=/dispatch/"


def test_htmx_gets_the_pane_alone(client_of: ClientOf, waiting: Ticket) -> None:
    page = client_of("dispatcher").get(f"/dispatch/{waiting.number}/", headers={"HX-Request": "true"})
    assert "<html" not in page.content.decode()
    assert waiting.content in page.content.decode()


def test_a_dispatcher_dispatches_and_the_next_row_opens(
    city: City, client_of: ClientOf, waiting: Ticket
) -> None:
    said = city.request(category=None, place=None)
    later = intake.file(said, by=city.agent, at=timezone.now() + timedelta(seconds=1), then=route)
    answer = client_of("dispatcher").post(f"/dispatch/{waiting.number}/by-hand/", by_hand(waiting))
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/dispatch/{later.number}/")
    waiting.refresh_from_db()
    assert (waiting.state, waiting.lead) == ("dispatched", city.street)
    assert [task.unit for task in waiting.co_tasks.all()] == [city.heating]
    answer = client_of("dispatcher").post(f"/dispatch/{later.number}/by-hand/", by_hand(later))
    assert answer.headers["Location"] == "/dispatch/"


def test_what_was_typed_stays_when_something_is_wrong(client_of: ClientOf, waiting: Ticket) -> None:
    answer = client_of("dispatcher").post(
        f"/dispatch/{waiting.number}/by-hand/", by_hand(waiting, reason="", co=["110108010"])
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert '<option value="110108009" selected>学院路街道办事处</option>' in page
    assert '<option value="110108010" selected>中关村街道办事处</option>' in page
    assert "error-summary" in page
    waiting.refresh_from_db()
    assert (waiting.state, Assignment.objects.count()) == ("pending", 0)


def test_a_refusal_of_the_action_is_shown_as_an_error(city: City, client_of: ClientOf) -> None:
    said = city.request(kind="tip_off", accused=city.street, category=None, place=None)
    ticket = intake.file(said, by=city.agent, at=timezone.now())
    answer = client_of("dispatcher").post(f"/dispatch/{ticket.number}/by-hand/", by_hand(ticket))
    assert answer.status_code == 422
    assert "被举报单位不能承办" in answer.content.decode()
    ticket.refresh_from_db()
    assert ticket.state == "pending"


def test_the_slower_of_two_sees_how_it_stands_now(city: City, client_of: ClientOf, waiting: Ticket) -> None:
    form = by_hand(waiting)
    dispatch_by_hand(waiting, lead=city.heating, reason="供热", by=city.dispatcher, at=timezone.now())
    answer = client_of("dispatcher").post(f"/dispatch/{waiting.number}/by-hand/", form)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "data-conflict" in page
    assert "热力集团" in page
    waiting.refresh_from_db()
    assert (waiting.lead, Assignment.objects.count()) == (city.heating, 1)


def test_what_was_typed_into_an_old_page_is_still_there_and_goes_with_the_next_press(
    city: City, client_of: ClientOf, waiting: Ticket
) -> None:
    form = by_hand(waiting, reason="小区自管供暖，街道牵头")
    waiting.record("note", by=city.agent, at=timezone.now())
    desk, url = client_of("dispatcher"), f"/dispatch/{waiting.number}/by-hand/"
    answer = desk.post(url, form)
    page = answer.content.decode()
    assert (answer.status_code, "小区自管供暖，街道牵头" in page) == (409, True)
    assert f'name="version" value="{waiting.version}"' in page
    assert desk.post(url, form | {"version": waiting.version}).status_code == 302
    assert Assignment.objects.get().reason == "小区自管供暖，街道牵头"


def test_a_district_goes_on_past_an_order_that_was_never_handed_to_be_signed(
    city: City, client_of: ClientOf, waiting: Ticket
) -> None:
    """A duplicate that was reopened stays with the master's lead, signed."""
    to_district = city.request(category=city.leaves["orphan"])
    first = intake.file(to_district, by=city.agent, at=timezone.now(), then=route)
    Ticket.objects.filter(pk=waiting.pk).update(state="handling", lead=city.district, sign_due=None)
    access.give(waiting, [city.district.pk], access.Access.Why.LEAD)
    said = {"version": first.version, "lead": city.street.code, "reason": "属地办理"}
    answer = client_of("district_officer").post(f"/dispatch/{first.number}/redispatch/", said)
    assert answer.status_code == 302
    first.refresh_from_db()
    assert first.lead == city.street


def test_nonsense_for_a_version_is_a_stale_page(client_of: ClientOf, waiting: Ticket) -> None:
    answer = client_of("dispatcher").post(
        f"/dispatch/{waiting.number}/by-hand/", by_hand(waiting, version="x")
    )
    assert answer.status_code == 409


def test_a_correction_opens_the_case_again_with_its_new_suggestion(
    city: City, client_of: ClientOf, waiting: Ticket
) -> None:
    client = client_of("dispatcher")
    answer = client.post(
        f"/dispatch/{waiting.number}/correct/",
        {
            "version": waiting.version,
            "category": "010103",
            "place": "110108009001",
            "location": "示例小区",
            "content": "电话13800002046，物业不管。",
        },
        follow=True,
    )
    page = answer.content.decode()
    assert answer.redirect_chain == [(f"/dispatch/{waiting.number}/", 302)]
    assert "目录 property" in page
    assert '<option value="110108009" selected>学院路街道办事处</option>' in page
    waiting.refresh_from_db()
    assert (waiting.content, waiting.category) == ("电话138****2046，物业不管。", city.leaves["property"])


def test_a_wrong_correction_keeps_what_was_typed(client_of: ClientOf, waiting: Ticket) -> None:
    form = {"version": waiting.version, "category": "010103", "place": "", "location": "", "content": ""}
    answer = client_of("dispatcher").post(f"/dispatch/{waiting.number}/correct/", form)
    assert answer.status_code == 422
    assert (
        '<option value="010103" selected>公共服务 › 供暖 › 物业服务不到位</option>' in answer.content.decode()
    )
    waiting.refresh_from_db()
    assert waiting.version == 2


def test_a_district_passes_an_order_on(city: City, client_of: ClientOf) -> None:
    said = city.request(category=city.leaves["property"])
    ticket = intake.file(said, by=city.agent, at=timezone.now(), then=route)
    client = client_of("district_officer")
    page = client.get("/dispatch/").content.decode()
    assert "区内待转派工单" in page
    assert '<option value="110108010">' in page
    assert "110105001" not in page
    form = {"version": ticket.version, "lead": "110108010", "reason": "在中关村"}
    assert client.post(f"/dispatch/{ticket.number}/redispatch/", form).headers["Location"] == "/dispatch/"
    ticket.refresh_from_db()
    assert ticket.lead == city.sibling


@pytest.mark.parametrize("verb", ["", "by-hand/", "redispatch/", "correct/"])
def test_a_ticket_one_may_not_see_is_not_there(client_of: ClientOf, waiting: Ticket, verb: str) -> None:
    client = client_of("district_officer")
    address = f"/dispatch/{waiting.number}/{verb}"
    answer = client.post(address, by_hand(waiting)) if verb else client.get(address)
    assert answer.status_code == 404


def suggest(client: Client, **form: object) -> str:
    answer = client.post("/dispatch/suggest/", form)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_suggestion_names_unit_co_units_basis_and_moments(client_of: ClientOf) -> None:
    page = suggest(client_of("agent"), category="010101", place="110108009001", kind="complaint")
    for words in ("热力集团", "学院路街道办事处", "目录 heating", "派单目录 2026.01", "2 小时", "1 天"):
        assert words in page


def test_the_suggestion_for_an_urgent_request_has_the_urgent_limits(client_of: ClientOf) -> None:
    page = suggest(client_of("agent"), category="010101", place="110108009001", kind="complaint", urgent="on")
    assert "30 分钟" in page


def test_the_suggestion_leaves_the_accused_out(client_of: ClientOf) -> None:
    page = suggest(
        client_of("agent"), category="010103", place="110108009001", kind="tip_off", accused="110108009"
    )
    assert "海淀区政府" in page
    assert "由属地区政府兜底承办" in page


def test_without_a_place_a_person_decides_and_without_a_category_nothing_is_said(client_of: ClientOf) -> None:
    assert "原因：未填地点" in suggest(client_of("agent"), category="010103", kind="complaint")
    assert "选好事项分类和事发地后" in suggest(client_of("agent"), kind="")


def test_only_the_desk_asks_for_suggestions(client_of: ClientOf) -> None:
    assert client_of("clerk").post("/dispatch/suggest/").status_code == 403
    assert client_of("agent").get("/dispatch/suggest/").status_code == 405


@pytest.mark.parametrize("many", [1, 30])
def test_the_desk_costs_the_same_with_one_and_with_thirty_rows(
    city: City, client_of: ClientOf, django_assert_max_num_queries: Callable, many: int
) -> None:
    for _turn in range(many):
        intake.file(
            city.request(category=city.leaves["property"], place=None), by=city.agent, at=timezone.now()
        )
    client = client_of("dispatcher")
    client.get("/dispatch/")
    with django_assert_max_num_queries(5):
        page = client.get("/dispatch/").content.decode()
    assert page.count("<tr data-row") == many


def test_a_suggestion_costs_four_statements_at_most(
    client_of: ClientOf, django_assert_max_num_queries: Callable
) -> None:
    client = client_of("agent")
    suggest(client, category="010101", place="110108009", kind="complaint")  # the street is known now
    with django_assert_max_num_queries(4):
        suggest(client, category="010101", place="110108009001", kind="complaint")
