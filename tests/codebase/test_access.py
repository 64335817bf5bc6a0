"""Every address × every role: who may open what. An address that is not in the table fails the test.

A handled ticket lies with the heating company; the street helps, a clerk of another district is a stranger.
"""

from collections.abc import Callable, Iterator

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from dispatch.actions import route
from dispatch.models import Catalogue
from intake import actions as intake
from scoring.actions import ensure_period
from tests.city import City
from tests.codebase.addresses import ALL, LAB_WHOLE, ON_A_TICKET, PAGES, PEOPLE, PUBLIC_VERBS, READERS, VERBS
from tickets.models import Attachment, Ticket


def named(resolver: URLResolver, space: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            if pattern.app_name != "admin":
                yield from named(pattern, f"{pattern.namespace}:" if pattern.namespace else space)
        elif isinstance(pattern, URLPattern) and pattern.name:
            yield space + pattern.name


@pytest.fixture
def ticket(city: City) -> Ticket:
    filed = intake.file(city.request(), by=city.agent, at=timezone.now(), then=route)
    Attachment.objects.create(
        ticket=filed,
        purpose="request",
        file=ContentFile(b"x", name="none.png"),
        name="none.png",
        content_type="image/png",
        size=1,
        sha256="0" * 64,
        at=timezone.now(),
    )
    return filed


def address(name: str, ticket: Ticket) -> str:
    if name == "tickets:attachment":
        return reverse(name, args=[ticket.attachments.get().pk])
    if name.startswith("dispatch:l"):
        keys = [] if name in LAB_WHOLE else [Catalogue.objects.get().pk]
        return reverse(name, args=keys)
    if name == "reports:board_file":
        return reverse(name, args=["csv"])
    period = ensure_period(ticket.received_at).code
    if name in ("ruler:period", "ruler:publish", "ruler:publishing", "ruler:mark", "reports:adjusted"):
        return reverse(name, args=[period])
    for arguments in (
        [],
        [ticket.number],
        [period, ticket.lead.code],
        [period, ticket.lead.code, "solved"],
        [period, ticket.lead.code, "solved", "csv"],
        [0],
        ["extension", 0],
        [ticket.number, 0],
    ):
        try:
            return reverse(name, args=arguments)
        except NoReverseMatch:
            continue
    raise AssertionError(name)


def test_every_address_is_in_the_table() -> None:
    known = set(PAGES) | VERBS
    assert set(named(get_resolver())) == known


@pytest.fixture
def everyone(city: City, client_of: Callable[[str], Client]) -> dict[str, Client]:
    return {**{who: client_of(who) for who in PEOPLE}, "nobody": Client()}


def opens(client: Client, url: str) -> bool:
    """Whether the page is shown, or leads on to another that is not the login page."""
    response = client.get(url)
    assert response.status_code < 500 or url == reverse("healthz"), (url, response.status_code)
    sent_away = response.status_code == 302 and "/login/" in response["Location"]
    return not sent_away and response.status_code not in (403, 404)


def test_each_page_opens_for_exactly_those_it_is_for(ticket: Ticket, everyone: dict[str, Client]) -> None:
    opened = {
        name: {who for who, client in everyone.items() if opens(client, address(name, ticket))}
        for name in PAGES
    }
    assert opened == PAGES


def test_a_stranger_cannot_even_find_the_ticket_a_verb_is_about(
    ticket: Ticket, everyone: dict[str, Client]
) -> None:
    answered = {}
    for name in ON_A_TICKET:
        for who in ALL - READERS:
            response = everyone[who].post(address(name, ticket), {"version": ticket.version})
            answered[name, who] = response.status_code
    assert {key: status for key, status in answered.items() if status not in (403, 404)} == {}
    assert Ticket.objects.get(pk=ticket.pk).version == ticket.version


def test_a_verb_is_never_done_by_get_nor_by_nobody(ticket: Ticket, everyone: dict[str, Client]) -> None:
    for name in VERBS:
        asked = everyone["team_leader"].get(address(name, ticket)).status_code
        assert asked in (403, 405) or name in PUBLIC_VERBS, (name, asked)
        anonymous = everyone["nobody"].post(address(name, ticket)).status_code
        assert anonymous in (302, 401, 403, 404) or name == "logout", (name, anonymous)
    assert Ticket.objects.get(pk=ticket.pk).version == ticket.version
