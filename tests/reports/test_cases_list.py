"""The list of all tickets: searched, filtered, paged by key; and the palette."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dispatch.actions import route
from hotline.watch import sweep
from intake import actions as intake
from reports.queries import cases
from tests.city import NOON, City
from tickets.models import Ticket

ClientOf = Callable[[str], Client]


@pytest.fixture
def three(city: City) -> list[Ticket]:
    """A heating complaint, a deed inquiry in another district, and a tip-off that waits."""
    said = [
        city.request(),
        city.request(
            kind="inquiry", content="房本一直办不下来，材料补过3次。", category=city.leaves["deed"],
            place=city.other_place, location="国贸", phone="13900001111",
        ),
        city.request(
            kind="tip_off", content="有人违规收费", category=None, place=None, location="", phone=""
        ),
    ]  # fmt: skip
    return [
        intake.file(request, by=city.agent, at=NOON + timedelta(days=day), then=route)
        for day, request in enumerate(said)
    ]


def numbers(client: Client, query: str = "") -> list[str]:
    answer = client.get(f"/cases/{query}")
    assert answer.status_code == 200
    return [row.number for row in answer.context["page"].rows]


def chosen(three: list[Ticket], *which: int) -> list[str]:
    """Their numbers, newest first."""
    return [three[i].number for i in sorted(which, reverse=True)]


@pytest.mark.parametrize(
    ("query", "which"),
    [
        ("", (0, 1, 2)),
        ("?q=暖气", (0,)),
        ("?q=暖气 十四", (0,)),
        ("?q=暖气 房本", ()),
        ("?q=气不热", (0,)),
        ("?q=示例小区", (0,)),
        ("?q=气暖", ()),
        ("?q=热", ()),
        ("?state=pending", (2,)),
        ("?state=pending&state=dispatched", (0, 1, 2)),
        ("?kind=inquiry", (1,)),
        ("?category=0101", (0, 1)),
        ("?district=110105", (1,)),
        ("?unit=D-planning", (1,)),
        ("?unit=12345", (0, 1)),
        ("?since=2026-03-03", (1, 2)),
        ("?until=2026-03-02", (0,)),
        ("?since=2026-03-03&until=2026-03-03", (1,)),
        ("?secret=1&lead__name=x", (0, 1, 2)),
        ("?kind=nonsense", (0, 1, 2)),
        ("?since=nonsense&kind=inquiry", (1,)),
    ],
)
def test_a_filter_finds_exactly_these(
    client_of: ClientOf, three: list[Ticket], query: str, which: tuple[int, ...]
) -> None:
    assert numbers(client_of("supervisor"), query) == chosen(three, *which)


def test_a_pair_of_characters_that_only_meets_across_words_is_not_a_find(
    city: City, client_of: ClientOf
) -> None:
    intake.file(city.request(content="暖气坏了。气不足，不热水", location=""), by=city.agent, at=NOON)
    assert numbers(client_of("supervisor"), "?q=气不热水") == []


def test_a_number_is_found_whole_and_by_its_tail(client_of: ClientOf, three: list[Ticket]) -> None:
    client = client_of("supervisor")
    number = three[0].number
    assert numbers(client, f"?q={number}") == [number]
    assert numbers(client, f"?q={number.lower()}") == [number]
    assert number in numbers(client, f"?q={number[-6:]}")
    assert number in numbers(client, f"?q={int(number[-6:]):02d}")


def test_overdue_tickets_are_those_past_their_limit(
    city: City, client_of: ClientOf, three: list[Ticket]
) -> None:
    sweep(NOON + timedelta(hours=25))
    assert chosen(three, 0)[0] in numbers(client_of("supervisor"), "?overdue=on")
    assert chosen(three, 2)[0] not in numbers(client_of("supervisor"), "?overdue=on")


def test_a_list_holds_only_what_one_may_read(client_of: ClientOf, three: list[Ticket]) -> None:
    assert numbers(client_of("clerk")) == chosen(three, 0)
    assert numbers(client_of("street_clerk")) == chosen(three, 0)
    assert numbers(client_of("stranger")) == []
    assert numbers(client_of("other_agent"), "?q=暖气") == []


def test_a_caller_is_found_by_the_whole_number_without_leaving_it_in_an_address(
    client_of: ClientOf, three: list[Ticket]
) -> None:
    answer = client_of("supervisor").post("/cases/by-phone/", {"phone": "138 0000 2046"}, follow=True)
    (address, status), *_rest = answer.redirect_chain
    assert status == 302
    assert address == f"/cases/?caller={three[0].case.caller_id}"
    assert [row.number for row in answer.context["page"].rows] == chosen(three, 0)


@pytest.mark.parametrize("phone", ["", "1380000204", "13800002047", "暖气", "'; --"])
def test_a_number_nobody_has_finds_nothing(client_of: ClientOf, three: list[Ticket], phone: str) -> None:
    answer = client_of("supervisor").post("/cases/by-phone/", {"phone": phone})
    assert answer.headers["Location"] == "/cases/"


def test_units_neither_search_by_number_nor_by_caller(client_of: ClientOf, three: list[Ticket]) -> None:
    client = client_of("clerk")
    assert client.post("/cases/by-phone/", {"phone": "13800002046"}).headers["Location"] == "/cases/"
    assert numbers(client, f"?caller={three[0].case.caller_id}") == []
    assert "find-phone" not in client.get("/cases/").content.decode()


def many(city: City, count: int) -> None:
    for _turn in range(count):
        intake.file(city.request(), by=city.agent, at=NOON, then=route)


def test_pages_by_key_give_every_row_once_newest_first(city: City, client_of: ClientOf) -> None:
    many(city, 60)
    client = client_of("supervisor")
    seen, after = [], ""
    for _page in range(3):
        answer = client.get(f"/cases/?q=暖气{after}", headers={"HX-Request": "true"} if after else {})
        seen += [row.number for row in answer.context["page"].rows]
        after = f"&after={answer.context['page'].after}"
    assert after == "&after="
    assert seen == list(Ticket.objects.order_by("-pk").values_list("number", flat=True))


def test_the_next_rows_come_without_a_page_and_keep_the_filter(city: City, client_of: ClientOf) -> None:
    many(city, 30)
    client = client_of("supervisor")
    first = client.get("/cases/?kind=complaint").content.decode()
    after = client.get("/cases/?kind=complaint").context["page"].after
    assert f'hx-get="?kind=complaint&amp;after={after}"' in first
    rest = client.get(
        f"/cases/?kind=complaint&after={after}", headers={"HX-Request": "true"}
    ).content.decode()
    assert rest.count("<tr data-row") == 5
    assert "<html" not in rest


@pytest.mark.parametrize("after", ["x", "-1", "", "99999999999999999999"])
def test_a_nonsense_key_is_no_error(client_of: ClientOf, three: list[Ticket], after: str) -> None:
    assert client_of("supervisor").get(f"/cases/?after={after}").status_code == 200


def test_the_count_stops_at_its_cap(
    city: City, client_of: ClientOf, three: list[Ticket], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "共 3 件" in client_of("supervisor").get("/cases/").content.decode()
    monkeypatch.setattr(cases, "COUNTED", 2)
    assert "超过 2 件" in client_of("supervisor").get("/cases/").content.decode()


@pytest.mark.parametrize("count", [1, 30])
def test_the_list_costs_six_statements_at_most(
    city: City, client_of: ClientOf, django_assert_max_num_queries: Callable, count: int
) -> None:
    many(city, count)
    client = client_of("supervisor")
    client.get("/cases/")
    with django_assert_max_num_queries(6):
        client.get("/cases/?q=暖气&unit=E-heating&district=110108")


def test_a_later_page_costs_no_more_statements_than_the_first(city: City, client_of: ClientOf) -> None:
    many(city, 60)
    client = client_of("supervisor")
    after = client.get("/cases/").context["page"].after
    with CaptureQueriesContext(
        connection,
    ) as first:
        client.get("/cases/")
    with CaptureQueriesContext(connection) as second:
        client.get(f"/cases/?after={after}")
    assert len(second) <= len(first)
    assert "OFFSET" not in "".join(query["sql"] for query in second.captured_queries)


def test_the_palette_finds_tickets_units_and_pages(client_of: ClientOf, three: list[Ticket]) -> None:
    client = client_of("supervisor")
    page = client.get("/cmd/?q=暖气").content.decode()
    assert f'href="/cases/{three[0].number}/"' in page
    page = client.get("/cmd/?q=热力").content.decode()
    assert 'href="/cases/?unit=E-heating"' in page
    assert 'href="/dispatch/"' in client.get("/cmd/?q=").content.decode()


def test_the_palette_of_a_stranger_holds_no_tickets(client_of: ClientOf, three: list[Ticket]) -> None:
    assert three[0].number not in client_of("stranger").get("/cmd/?q=暖气").content.decode()


def test_nobody_signed_in_gets_neither(city: City, three: list[Ticket]) -> None:
    for address in ("/cases/", "/cmd/", f"/cases/{three[0].number}/"):
        assert Client().get(address).status_code == 302
