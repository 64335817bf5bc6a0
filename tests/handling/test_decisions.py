"""The decisions desk: what waits for this person, and nothing else."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from handling import actions
from handling.actions import extension
from handling.actions.extension import Wish
from handling.models import Extension
from handling.queries.decisions import KINDS
from tests.city import City
from tests.handling.conftest import HTMX, ClientOf, Order, fresh

WISH = Wish(1440, "维修资金须业主表决，公示期七日。", "管理办法第二十二条")
YES = {"decide-verdict": "grant", "decide-opinion": ""}


@pytest.fixture
def ask(city: City, order: Order) -> Callable[[], Extension]:
    """One more extension that the street asks for, an hour after the dispatch."""

    def asked() -> Extension:
        ticket = order(category=city.leaves["property"])
        at = timezone.now()
        actions.sign(ticket, by=city.street_clerk, at=at)
        return extension.ask(ticket, WISH, by=city.street_leader, at=at)

    return asked


def answer(client: Client, row: Extension, **data: object) -> object:
    url = reverse("handling:extension", args=[row.pk])
    return client.post(url, {"version": fresh(row.ticket).version, **YES, **data})


def listed(client: Client) -> list[int]:
    response = client.get(reverse("handling:decisions"))
    return [item.row.pk for item in response.context["rows"]]


def test_each_sees_what_waits_for_them(ask: Callable[[], Extension], client_of: ClientOf) -> None:
    one, two = ask(), ask()
    assert listed(client_of("supervisor")) == [one.pk, two.pk]
    assert listed(client_of("district_officer")) == [one.pk, two.pk]
    assert listed(client_of("street_leader")) == []
    assert listed(client_of("planning_leader")) == []


@pytest.mark.parametrize("who", ["clerk", "agent", "dispatcher", "auditor", "caller_back"])
def test_the_desk_is_closed_to_those_who_decide_nothing(
    ask: Callable[[], Extension], client_of: ClientOf, who: str
) -> None:
    row = ask()
    assert client_of(who).get(reverse("handling:decisions")).status_code == 403
    assert answer(client_of(who), row).status_code == 403


def test_the_pane_shows_the_order_the_question_and_the_form(
    ask: Callable[[], Extension], client_of: ClientOf
) -> None:
    row = ask()
    url = reverse("handling:decision", args=["extension", row.pk])
    part = client_of("supervisor").get(url, headers=HTMX).content.decode()
    whole = client_of("supervisor").get(url).content.decode()
    assert "<html" not in part and "<html" in whole
    assert "公示期七日" in part and "延长 1 天" in part and "/answer/" in part


def test_a_grant_leads_on_to_what_waits_next(ask: Callable[[], Extension], client_of: ClientOf) -> None:
    row, other = ask(), ask()
    client = client_of("district_officer")
    response = answer(client, row)
    assert (response.status_code, response.url) == (302, reverse("handling:decisions"))
    assert Extension.objects.get(pk=row.pk).state == "granted"
    assert fresh(row.ticket).handle_due == row.was_due + timedelta(days=1)
    assert listed(client) == [other.pk]


def test_a_refusal_without_reason_is_422_and_keeps_what_was_chosen(
    ask: Callable[[], Extension], client_of: ClientOf
) -> None:
    row = ask()
    response = answer(client_of("supervisor"), row, **{"decide-verdict": "refuse"})
    assert response.status_code == 422
    assert "请写明理由" in response.content.decode()
    assert Extension.objects.get(pk=row.pk).state == "asked"


def test_an_old_page_is_409_with_what_was_typed(
    city: City, ask: Callable[[], Extension], client_of: ClientOf
) -> None:
    row = ask()
    actions.note(fresh(row.ticket), text="业主已投票", by=city.street_clerk, at=timezone.now())
    version = fresh(row.ticket).version - 1
    response = answer(client_of("supervisor"), row, version=version, **{"decide-opinion": "同意，尽快"})
    page = response.content.decode()
    assert response.status_code == 409
    assert "别人已先一步" in page and "同意，尽快" in page
    assert Extension.objects.get(pk=row.pk).state == "asked"


def test_what_was_answered_meanwhile_is_409(
    city: City, ask: Callable[[], Extension], client_of: ClientOf
) -> None:
    row = ask()
    extension.grant(Extension.objects.get(pk=row.pk), by=city.district_officer, at=timezone.now())
    response = answer(client_of("supervisor"), row, **{"decide-verdict": "refuse"})
    assert response.status_code == 409 and "已有结果" in response.content.decode()
    assert Extension.objects.get(pk=row.pk).state == "granted"


@pytest.mark.parametrize("kind", ["extension", "nonsense"])
def test_a_stranger_cannot_even_find_it(
    city: City, ask: Callable[[], Extension], client_of: ClientOf, kind: str
) -> None:
    row = ask()
    stranger = city.stranger
    stranger.roles = ["leader", "district"]
    stranger.save()
    client = client_of("stranger")
    assert client.get(reverse("handling:decision", args=[kind, row.pk])).status_code == 404
    assert answer(client, row).status_code == 404
    assert Extension.objects.get(pk=row.pk).state == "asked"


@pytest.mark.parametrize("many", [1, 20])
def test_the_desk_asks_the_database_as_often_for_twenty_as_for_one(
    ask: Callable[[], Extension],
    client_of: ClientOf,
    django_assert_num_queries: Callable,
    many: int,
) -> None:
    for _n in range(many):
        ask()
    client = client_of("supervisor")
    client.get(reverse("handling:decisions"))
    # The person, each kind of question; of the first its story's kinds, assignment, parts and extensions.
    with django_assert_num_queries(5 + len(KINDS)):
        client.get(reverse("handling:decisions"))
