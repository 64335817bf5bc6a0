"""POST /api/requests/: one transaction from a request to a dispatched ticket."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient

from intake.models import Caller, Case
from tests.city import City
from tickets.models import Event, Ticket

URL = "/api/requests/"
ApiOf = Callable[[str], APIClient]
Said = dict[str, object]


def test_a_request_becomes_a_dispatched_ticket_in_one_answer(city: City, api_of: ApiOf, said: Said) -> None:
    answer = api_of("agent").post(URL, said)
    ticket = Ticket.objects.get()
    assert answer.status_code == 201
    assert answer.json() == {
        "number": ticket.number,
        "query_code": ticket.query_code,
        "state": "dispatched",
        "unit": "E-heating",
        "handle_due": answer.json()["handle_due"],
    }
    assert ticket.handle_due == ticket.received_at + timedelta(days=1)
    assert ticket.taken_by == city.agent
    assert [event.kind for event in Event.objects.order_by("seq")] == ["receive", "dispatch"]
    assert ticket.case.caller.phone == "13800002046"
    assert ticket.case.address == "2单元601"


def test_a_request_the_catalogue_cannot_place_waits_for_a_dispatcher(api_of: ApiOf, said: Said) -> None:
    answer = api_of("team_leader").post(URL, {"kind": "inquiry", "content": "想问一件事。"})
    assert answer.status_code == 201
    assert answer.json()["state"] == "pending"
    assert answer.json()["unit"] is None
    assert answer.json()["handle_due"] is None


def test_the_same_key_again_gives_the_same_body_and_one_ticket(api_of: ApiOf, said: Said) -> None:
    client = api_of("agent")
    first = client.post(URL, {**said, "client_key": "k-1"})
    again = client.post(URL, {**said, "client_key": "k-1", "content": "另一段话。"})
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert Ticket.objects.count() == 1
    assert Event.objects.count() == 2


def test_another_persons_key_of_the_same_name_is_another_ticket(api_of: ApiOf, said: Said) -> None:
    first = api_of("agent").post(URL, {**said, "client_key": "k-1"})
    other = api_of("other_agent").post(URL, {**said, "client_key": "k-1"})
    assert other.status_code == 201
    assert other.json()["number"] != first.json()["number"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("kind", "nonsense"),
        ("content", "  "),
        ("category", "999"),
        ("category", "0101"),
        ("place", "999"),
        ("phone", "12ab"),
        ("accused", "nobody"),
        ("channel", "pigeon"),
        ("location", "长" * 201),
    ],
)
def test_bad_input_is_told_by_field_and_nothing_changes(
    api_of: ApiOf, said: Said, field: str, value: str
) -> None:
    answer = api_of("agent").post(URL, {**said, field: value})
    assert answer.status_code == 400
    assert list(answer.json()) == [field]
    assert not Ticket.objects.exists()
    assert not Caller.objects.exists()


@pytest.mark.parametrize(
    ("language", "words"), [("zh-hans", "该字段是必填项。"), ("en", "This field is required.")]
)
def test_a_message_is_in_the_readers_language(api_of: ApiOf, language: str, words: str) -> None:
    answer = api_of("agent").post(URL, {"kind": "help"}, headers={"Accept-Language": language})
    assert answer.json() == {"content": [words]}


@pytest.mark.parametrize("name", ["clerk", "leader", "grid", "stranger", "dispatcher", "auditor", "admin"])
def test_whoever_does_not_take_requests_is_refused(api_of: ApiOf, said: Said, name: str) -> None:
    assert api_of(name).post(URL, said).status_code == 403
    assert not Ticket.objects.exists()


def test_nobody_without_an_account_may_file(city: City, said: Said) -> None:
    assert APIClient().post(URL, said).status_code == 403
    assert not Ticket.objects.exists()


def test_a_tip_off_hides_who_asked_and_never_goes_to_the_accused(
    city: City, api_of: ApiOf, said: Said
) -> None:
    answer = api_of("agent").post(URL, {**said, "kind": "tip_off", "accused": "E-heating"})
    ticket = Ticket.objects.get()
    assert answer.json()["unit"] == "110108"
    assert ticket.accused == city.heating
    assert Case.objects.get().hide_identity is True
    assert not Ticket.objects.visible_to(city.clerk).exists()


def test_an_accused_unit_is_dropped_from_anything_but_a_tip_off(api_of: ApiOf, said: Said) -> None:
    answer = api_of("agent").post(URL, {**said, "accused": "E-heating"})
    assert answer.json()["unit"] == "E-heating"
    assert Ticket.objects.get().accused is None


@pytest.mark.django_db(transaction=True)
def test_filing_and_dispatching_through_the_api_is_at_most_sixteen_statements(city: City, said: Said) -> None:
    client = APIClient(headers={"Authorization": f"Token {Token.objects.create(user=city.agent)}"})
    for number in ("13800000001", "13800000002"):
        client.post(URL, {**said, "phone": number, "client_key": number})
    # The second repeats itself: was it closed as solved (反弹)?
    for number, statements in (("13800000003", 14), ("13800000001", 15)):
        with CaptureQueriesContext(connection) as captured:
            answer = client.post(URL, {**said, "phone": number, "client_key": f"again{number}"})
        assert answer.status_code == 201
        assert answer.json()["state"] == "dispatched"
        made = [query["sql"] for query in captured if query["sql"] not in ("BEGIN", "COMMIT")]
        assert len(made) == statements, "\n".join(made)
