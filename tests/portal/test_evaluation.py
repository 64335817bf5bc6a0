"""The signed link: one answer, from the caller's own telephone, while the time for it lasts."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from followup import links
from followup.models import Answer
from tests.city import City
from tests.portal.conftest import Live
from tickets.models import Ticket

SAID = {"round": "1", "contacted": "yes", "solved": "solved", "satisfied": "satisfied"}


@pytest.fixture
def asked(live: Live) -> Ticket:
    return live("followup", timezone.now() - timedelta(hours=1))


def link(ticket: Ticket) -> str:
    return reverse("portal:evaluation", args=[links.token_of(ticket)])


def test_the_link_asks_without_number_and_code_and_counts_once(client: Client, asked: Ticket) -> None:
    page = client.get(link(asked))
    assert page.status_code == 200
    assert asked.number not in page.content.decode() and asked.content not in page.content.decode()
    assert page["X-Robots-Tag"] == "noindex, nofollow"
    assert client.post(link(asked), SAID).status_code == 200
    answer = Answer.objects.get()
    assert (answer.ticket, answer.channel, answer.reach, answer.counted) == (asked, "online", "reached", True)
    assert Ticket.objects.get(pk=asked.pk).state == "closed"
    assert client.get(link(asked)).status_code == client.post(link(asked), SAID).status_code == 410
    assert Answer.objects.count() == 1


def test_what_was_not_chosen_is_asked_again_and_nothing_has_changed(client: Client, asked: Ticket) -> None:
    response = client.post(link(asked), {**SAID, "solved": ""})
    assert (response.status_code, Answer.objects.count()) == (422, 0)
    assert 'value="satisfied"' in response.content.decode()
    assert Ticket.objects.get(pk=asked.pk).version == asked.version


@pytest.mark.parametrize("token", ["1.1", "1.1:forged", "x", "1.1:"])
def test_what_we_never_signed_is_not_found(client: Client, asked: Ticket, token: str) -> None:
    assert client.post(reverse("portal:evaluation", args=[token]), SAID).status_code == 404
    assert not Answer.objects.exists()


def test_after_seventy_two_hours_it_is_over(client: Client, asked: Ticket) -> None:
    Ticket.objects.filter(pk=asked.pk).update(followup_at=timezone.now() - timedelta(hours=72, seconds=1))
    assert client.get(link(asked)).status_code == client.post(link(asked), SAID).status_code == 410
    assert not Answer.objects.exists()


def test_the_link_of_the_first_round_is_not_one_of_the_second(client: Client, asked: Ticket) -> None:
    first = link(asked)
    Ticket.objects.filter(pk=asked.pk).update(round=2)
    assert client.post(first, {**SAID, "round": "2"}).status_code == 410
    assert not Answer.objects.exists()


def test_the_desk_prints_the_link_to_be_sent(client_of: object, city: City, asked: Ticket) -> None:
    page = client_of("caller_back").get(reverse("followup:case", args=[asked.number])).content.decode()
    assert f"http://testserver{link(asked)}" in page
