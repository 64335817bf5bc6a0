from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from handling import actions
from tests.city import City
from tests.handling.conftest import HTMX, WORDS, ClientOf, Order, fresh
from tickets.models import Ticket


def numbers(response: object) -> list[str]:
    return [line.ticket.number for line in response.context["lines"]]


def counted(response: object) -> dict[str, str]:
    return {view.key: number for view, number in response.context["rail"]}


def test_the_inbox_lists_by_remaining_time_and_counts_each_view(
    city: City, order: Order, client_of: ClientOf
) -> None:
    later, sooner = order(), order(category=city.leaves["leak"])
    actions.sign(later, by=city.clerk, at=timezone.now())
    response = client_of("clerk").get(reverse("handling:inbox"))
    assert numbers(response) == [sooner.number, later.number]
    assert counted(response) == {
        "unsigned": "1",
        "soon": "0",
        "open": "2",
        "mine": "0",
        "overseen": "0",
        "co": "0",
        "plan": "0",
        "followup": "0",
        "owed": "0",
        "again": "0",
        "closed": "0",
    }


def test_orders_of_another_unit_are_not_in_the_inbox(order: Order, client_of: ClientOf) -> None:
    order()
    response = client_of("stranger").get(reverse("handling:inbox"))
    assert numbers(response) == []
    assert set(counted(response).values()) == {"0"}


def test_a_co_unit_finds_the_order_under_its_own_view_only(order: Order, client_of: ClientOf) -> None:
    ticket = order()
    street = client_of("street_clerk")
    assert numbers(street.get(reverse("handling:inbox"))) == []
    assert numbers(street.get(reverse("handling:inbox"), {"v": "co"})) == [ticket.number]


def test_a_grid_worker_finds_only_what_is_assigned(city: City, order: Order, client_of: ClientOf) -> None:
    one = order(category=city.leaves["property"])
    order(category=city.leaves["property"])
    actions.assign(one, to=city.grid, by=city.street_clerk, at=timezone.now())
    response = client_of("grid").get(reverse("handling:inbox"))
    assert numbers(response) == [one.number]
    assert "co" not in counted(response)


def test_the_views_choose_what_their_names_say(city: City, order: Order, client_of: ClientOf) -> None:
    now = timezone.now()
    unsigned, soon = order(), order(at=now - timedelta(hours=20))
    mine, reported, asked, closed = order(), order(), order(), order()
    actions.assign(mine, to=city.leader, by=city.clerk, at=now)
    for ticket in (reported, asked, closed):
        actions.sign(ticket, by=city.clerk, at=now)
        actions.report(ticket, actions.Result(**WORDS), by=city.clerk, at=now)
    for ticket in (asked, closed):
        actions.approve(ticket, by=city.leader, at=now)
    closed.move("close", by=None, at=now, closed_at=now)
    leader = client_of("leader")
    expected = {
        "unsigned": {unsigned, soon, mine},
        "soon": {soon},
        "mine": {mine},
        "reported": {reported},
        "followup": {asked},
        "again": set(),
        "closed": {closed},
        "open": {unsigned, soon, mine, reported},
    }
    for key, tickets in expected.items():
        response = leader.get(reverse("handling:inbox"), {"v": key})
        assert set(numbers(response)) == {ticket.number for ticket in tickets}, key
        assert counted(response)[key] == str(len(tickets)), key


def test_a_reopened_order_is_in_the_view_of_the_unsolved(
    city: City, order: Order, client_of: ClientOf
) -> None:
    ticket = order()
    Ticket.objects.filter(pk=ticket.pk).update(round=2)
    assert numbers(client_of("clerk").get(reverse("handling:inbox"), {"v": "again"})) == [ticket.number]


@pytest.mark.parametrize(
    ("typed", "found"), [("暖气", 1), ("循环泵", 0), ("示例小区 暖气", 1), ("海淀", 0), ("%", 0)]
)
def test_the_search_wants_every_word(order: Order, client_of: ClientOf, typed: str, found: int) -> None:
    order()
    response = client_of("clerk").get(reverse("handling:inbox"), {"q": typed})
    assert len(numbers(response)) == found


def test_the_search_finds_the_tail_of_a_number(order: Order, client_of: ClientOf) -> None:
    ticket = order()
    response = client_of("clerk").get(reverse("handling:inbox"), {"q": ticket.number[-4:]})
    assert ticket.number in numbers(response)


def test_pages_follow_one_another_without_gap_or_repeat(order: Order, client_of: ClientOf) -> None:
    now = timezone.now()
    made = [order(at=now - timedelta(minutes=n // 2)).number for n in range(65)]
    client, seen, url = client_of("clerk"), [], reverse("handling:inbox")
    while url:
        response = client.get(url)
        seen += numbers(response)
        url = response.context["next_url"]
    assert len(seen) == 65 and set(seen) == set(made)


@pytest.mark.parametrize("after", ["x", "eHx5", "MjAyNi0wMS0wMXx4", "MjAyNi0wMS0wMQ=="])
def test_a_bad_cursor_gives_the_first_page(order: Order, client_of: ClientOf, after: str) -> None:
    ticket = order()
    response = client_of("clerk").get(reverse("handling:inbox"), {"after": after})
    assert (response.status_code, numbers(response)) == (200, [ticket.number])


@pytest.mark.parametrize("name", ["agent", "caller_back", "dispatcher", "auditor", "admin"])
def test_the_inbox_is_closed_to_those_who_do_not_handle(client_of: ClientOf, name: str) -> None:
    assert client_of(name).get(reverse("handling:inbox")).status_code == 403


def test_a_guest_is_sent_to_sign_in(client: Client, city: City) -> None:
    response = client.get(reverse("handling:inbox"))
    assert (response.status_code, response.url) == (302, "/login/?next=/inbox/")


def test_many_are_signed_at_once_and_strangers_are_passed_over(
    city: City, order: Order, client_of: ClientOf
) -> None:
    one, two, old = order(), order(), order()
    foreign = order(category=city.leaves["property"])
    actions.note(fresh(old), text="已看", by=city.clerk, at=timezone.now())
    picks = [f"{ticket.number}:2" for ticket in (one, two, old, foreign)] + ["nonsense", "x:y"]
    response = client_of("clerk").post(
        reverse("handling:sign_many"), {"pick": picks, "v": "unsigned"}, headers=HTMX
    )
    page = response.content.decode()
    assert response.status_code == 200
    assert "已签收 2 件" in page and old.number in page and foreign.number not in page
    assert [fresh(t).state for t in (one, two, old, foreign)] == [
        "handling",
        "handling",
        "dispatched",
        "dispatched",
    ]


@pytest.mark.parametrize("many", [1, 30])
def test_the_inbox_asks_the_database_as_often_for_thirty_as_for_one(
    order: Order, client_of: ClientOf, django_assert_num_queries: Callable, many: int
) -> None:
    for _n in range(many):
        order()
    client = client_of("clerk")
    client.get(reverse("handling:inbox"))
    with django_assert_num_queries(3):  # person, rows, counts; the session comes from the cache
        client.get(reverse("handling:inbox"))
    with django_assert_num_queries(2):
        client.get(reverse("handling:inbox"), headers=HTMX)
