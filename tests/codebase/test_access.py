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
from tickets.models import Attachment, Ticket

PEOPLE = [
    "agent",
    "other_agent",
    "team_leader",
    "dispatcher",
    "reviewer",
    "caller_back",
    "supervisor",
    "auditor",
    "admin",
    "district_officer",
    "clerk",
    "leader",
    "grid",
    "street_clerk",
    "street_leader",
    "stranger",
]
ALL = set(PEOPLE)
DESK = {"agent", "other_agent", "team_leader"}
CITY_EYES = {"team_leader", "dispatcher", "reviewer", "caller_back", "supervisor", "auditor"}
UNIT = {"clerk", "leader", "grid", "street_clerk", "street_leader", "stranger", "district_officer"}
#: Who may read the ticket of this test: taken by `agent`, led by clerk's unit, helped by the street.
READERS = CITY_EYES | {"agent", "clerk", "leader", "street_clerk", "street_leader", "district_officer"}
PUBLIC = ALL | {"nobody"}
#: Boards are published inside the house; agents and field workers are not ranked by them.
BOARDS = ALL - {"agent", "other_agent", "grid"}

#: Pages of the rule lab that are about no single version.
LAB_WHOLE = {"dispatch:lab", "dispatch:lab_begin", "dispatch:lab_named", "dispatch:lessons"}
#: Who reads the dispatch catalogue.
LAB = {"dispatcher", "reviewer", "supervisor", "auditor"}

#: name → who gets the page by GET (200, or a redirect onward that is not the login page).
PAGES: dict[str, set[str]] = {
    "login": PUBLIC,
    "healthz": PUBLIC,
    "portal:home": PUBLIC,
    "portal:query": PUBLIC,
    "portal:help": PUBLIC,
    "portal:accessibility": PUBLIC,
    "portal:privacy": PUBLIC,
    "portal:status": PUBLIC,
    "intake:desk": DESK,
    "intake:places": ALL,
    "intake:categories": ALL,
    "intake:units": ALL,
    "intake:alike": DESK,
    "intake:filed": {"agent"},
    "dispatch:desk": {"dispatcher", "team_leader", "supervisor", "auditor", "district_officer"},
    "dispatch:split": {"dispatcher"},
    "dispatch:case": {"dispatcher", "team_leader", "supervisor", "auditor", "district_officer"},
    "dispatch:lab": LAB,
    "dispatch:lab_named": LAB,
    "dispatch:lab_catalogue": LAB,
    "dispatch:lab_replay": LAB,
    "dispatch:lessons": LAB,
    "dispatch:objections": LAB | {"district_officer"},
    "dispatch:objection": LAB | {"district_officer"},
    "dispatch:accuracy": LAB,
    "policy:preview": {"admin", "supervisor"},
    "supervision:desk": {"supervisor", "auditor", "district_officer"},
    "supervision:case": {"supervisor", "auditor", "district_officer"},
    "notices:list": ALL,
    "notices:count": ALL,
    "handling:cards": UNIT - {"grid"},
    "handling:inbox": UNIT,
    "handling:objections": UNIT - {"grid"},
    "handling:counts": UNIT,
    "handling:pane": READERS & UNIT,
    "handling:report": READERS & UNIT,
    "handling:return_report": {"supervisor", "district_officer"},
    "handling:co_add": {"dispatcher", "district_officer"},
    "handling:decisions": {"supervisor", "district_officer", "leader", "street_leader"},
    # Nothing waits for a decision here; who may open one: tests/handling/test_decisions.py.
    "handling:decision": set(),
    "handling:whistle": READERS & UNIT,
    "handling:on_site": {"supervisor", "district_officer"},
    "handling:plan": READERS & UNIT,
    "handling:plans": UNIT | {"supervisor", "auditor"},
    # No plan runs here; who may open one: tests/handling/test_plan_pages.py.
    "handling:running_plan": set(),
    "handling:whistles": UNIT | {"supervisor", "auditor"},
    "followup:desk": {"caller_back"},
    "followup:next": {"caller_back"},
    "followup:case": {"caller_back"},
    "reports:cases": ALL,
    "reports:case": READERS,
    "reports:palette": ALL,
    "reports:board": BOARDS,
    "reports:board_data": BOARDS,
    "reports:board_tables": BOARDS,
    "reports:board_file": BOARDS,
    "reports:unit": BOARDS,
    "reports:tickets_behind": BOARDS,
    "tickets:attachment": READERS,
}
#: Only by POST: 405 for whoever asks with GET, once they are known.
VERBS = {
    "logout",
    "set_language",
    "handling:sign_many",
    "handling:sign",
    "handling:oversight",
    "handling:card",
    "supervision:order",
    "supervision:again",
    "supervision:end",
    "policy:write",
    "notices:ack",
    "notices:ack_all",
    "handling:contact",
    "handling:assign",
    "handling:note",
    "handling:preview",
    "handling:template",
    "handling:approve",
    "handling:send_back",
    "handling:extend",
    "handling:object",
    "handling:co_done",
    "handling:co_urge",
    "handling:extension",
    "handling:coordinate",
    "handling:opinion",
    "handling:settle",
    "handling:plan_answer",
    "handling:plan_review",
    "handling:plan_renew",
    "handling:plan_revoke",
    "handling:plan_finish",
    "handling:milestone",
    *(f"handling:whistle_{step}" for step in ("ack", "arrive", "act", "leave", "rate", "end")),
    "followup:attempt",
    "followup:answers",
    "followup:end",
    "followup:withdrawal",
    "intake:call",
    "intake:hang_up",
    "intake:file",
    "intake:word",
    "intake:look",
    "intake:api_requests",
    "dispatch:suggest",
    "dispatch:lab_begin",
    "dispatch:lab_rule",
    "dispatch:lab_remove",
    "dispatch:lab_publish",
    "dispatch:lab_roll_back",
    "dispatch:lab_catch_up",
    "dispatch:lab_discard",
    "dispatch:lesson",
    "dispatch:by_hand",
    "dispatch:rule_on",
    "dispatch:redispatch",
    "dispatch:correct",
    "dispatch:merge",
    "dispatch:unmerge",
    "dispatch:bulk",
    "reports:find_caller",
    "portal:answers",
    "portal:add",
    "portal:urge",
    "portal:withdraw",
}
#: They lead whoever asks by GET back to a page that everybody may see.
PUBLIC_VERBS = {"set_language", "portal:answers", "portal:add", "portal:urge", "portal:withdraw"}
#: What a POST on a ticket needs to reach it at all: whoever may not read it gets 404, others never 200 alone.
ON_A_TICKET = {
    name
    for name in VERBS
    if name.split(":")[0] in ("handling", "followup", "dispatch", "intake", "supervision")
} - {
    "handling:sign_many",
    "intake:call",
    "intake:hang_up",
    "intake:file",
    "intake:api_requests",
    "dispatch:suggest",
    "dispatch:bulk",
    *(name for name in VERBS if name.startswith("dispatch:l")),
}


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
    for arguments in (
        [],
        [ticket.number],
        [period, ticket.lead.code],
        [period, ticket.lead.code, "solved"],
        [0],
        ["extension", 0],
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
