"""A caller is told another way: the team leader's word, and what silence does (DOMAIN R7)."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from dispatch.actions import route
from hotline.badges import counts
from hotline.watch import sweep
from intake import actions
from intake.actions import guiding
from intake.models import Guidance
from scoring.models import ScoreLine
from tests.city import NOON, City
from tickets.errors import Refused
from tickets.models import Notice, Ticket, Timer
from units.models import User
from units.roles import Role

ClientOf = Callable[[str], Client]
TOLD = "合同纠纷请向人民法院起诉或申请仲裁。"
HOURS = timedelta(hours=2)


def told(city: City, at: datetime = NOON, by: User | None = None, **said: object) -> Ticket:
    return actions.propose(city.request(**said), way="legal", answer=TOLD, by=by or city.agent, at=at)


def fresh(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def send(client: Client, ticket: Ticket, **data: object) -> int:
    data = {"version": fresh(ticket).version, **data}
    return client.post(reverse("intake:guide_decide", args=[ticket.number]), data).status_code


def test_a_way_that_was_told_waits_for_the_team_leader_and_no_unit_has_it(city: City) -> None:
    ticket = fresh(told(city))
    row = ticket.guidance
    assert (ticket.state, ticket.lead, ticket.dispatch_due, ticket.answer) == ("guiding", None, None, "")
    assert (row.way, row.told, row.due, row.verdict) == ("legal", TOLD, NOON + HOURS, "waiting")
    assert (ticket.aside_at, ticket.wake_at, ticket.closed_at) == (row.due, row.due, None)
    assert [event.kind for event in ticket.events.all()] == ["guide_ask"]


@pytest.mark.parametrize(("way", "answer"), [("legal", " "), ("", TOLD), ("nonsense", TOLD)])
def test_a_way_without_its_words_or_its_kind_is_refused(city: City, way: str, answer: str) -> None:
    with pytest.raises(Refused):
        actions.propose(city.request(), way=way, answer=answer, by=city.agent, at=NOON)
    assert not Ticket.objects.exists()


def test_the_same_key_twice_makes_one_proposal(city: City) -> None:
    assert told(city, client_key="k") == told(city, client_key="k")
    assert Guidance.objects.count() == Timer.objects.count() == 1


def test_a_confirmed_way_is_closed_with_the_words_that_were_said_and_counts_for_nobody(city: City) -> None:
    ticket = told(city)
    later = NOON + timedelta(minutes=10)
    guiding.confirm(ticket.guidance, by=city.team_leader, at=later)
    now = fresh(ticket)
    assert (now.state, now.answer, now.closed_at, now.wake_at) == ("guided", TOLD, later, None)
    assert now.guidance.verdict == "confirmed"
    assert not Timer.objects.open().exists()
    assert not ScoreLine.objects.exists()


def test_a_way_that_is_not_confirmed_becomes_an_order_and_its_agent_is_told(city: City) -> None:
    ticket = told(city)
    later = NOON + timedelta(minutes=90)
    guiding.accept(ticket.guidance, opinion="属供热职责", by=city.team_leader, at=later, then=route)
    now = fresh(ticket)
    assert (now.state, now.lead, now.dispatched_at) == ("dispatched", city.heating, later)
    # The wait was not the dispatcher's.
    assert now.dispatch_due > later
    assert (now.guidance.verdict, now.guidance.opinion) == ("accepted", "属供热职责")
    assert Notice.objects.filter(kind="guide_refuse", person=city.agent).count() == 1
    assert not ticket.timers.open().filter(kind="guidance").exists()


def test_silence_accepts_the_request_and_the_team_leader_is_told(city: City) -> None:
    ticket = told(city)
    sweep(NOON + HOURS - timedelta(minutes=1))
    assert fresh(ticket).state == "guiding"
    sweep(NOON + HOURS)
    now = fresh(ticket)
    assert (now.state, now.lead, now.guidance.verdict) == ("dispatched", city.heating, "silent")
    assert Notice.objects.filter(kind="guide_refuse", role=Role.TEAM_LEADER).count() == 1
    sweep(NOON + HOURS)
    assert fresh(ticket).version == now.version


def test_nobody_confirms_what_they_told_themselves(city: City) -> None:
    ticket = told(city, by=city.team_leader)
    with pytest.raises(Refused):
        guiding.confirm(ticket.guidance, by=city.team_leader, at=NOON)
    with pytest.raises(Refused):
        guiding.accept(ticket.guidance, opinion="应当受理", by=city.team_leader, at=NOON)
    assert (fresh(ticket).state, fresh(ticket).version) == ("guiding", 1)


def test_an_agent_confirms_nothing_and_what_is_decided_stays(city: City) -> None:
    ticket = told(city)
    with pytest.raises(Refused):
        guiding.confirm(ticket.guidance, by=city.other_agent, at=NOON)
    assert fresh(ticket).version == 1
    guiding.confirm(fresh(ticket).guidance, by=city.team_leader, at=NOON)
    with pytest.raises(Refused):
        guiding.accept(fresh(ticket).guidance, opinion="应当受理", by=city.team_leader, at=NOON)
    assert (fresh(ticket).state, fresh(ticket).version) == ("guided", 2)


def test_the_caller_may_add_meanwhile_and_takes_nothing_back(city: City) -> None:
    ticket = told(city)
    actions.add_more(ticket, text="合同编号已找到", by=city.agent, at=NOON)
    with pytest.raises(Refused):
        actions.withdraw(fresh(ticket), reason="不用了", by=city.agent, at=NOON)
    assert (fresh(ticket).state, fresh(ticket).version) == ("guiding", 2)


def test_the_agent_tells_the_way_at_the_desk_and_the_leader_confirms_it(
    city: City, client_of: ClientOf, typed: dict[str, str]
) -> None:
    agent, leader = client_of("agent"), client_of("team_leader")
    said = {**typed, "move": "guide", "answer": TOLD}
    assert agent.post(reverse("intake:file"), said).status_code == 422
    assert not Ticket.objects.exists()
    assert agent.post(reverse("intake:file"), {**said, "way": "legal"}).status_code == 302
    ticket = Ticket.objects.get()
    page = leader.get(reverse("intake:guides")).content.decode()
    assert ticket.number in page and TOLD in page
    assert counts()[city.team_leader.unit_id]["intake-guides"] == 1
    assert send(agent, ticket, verdict="confirm") == 403
    assert send(leader, ticket, verdict="") == 422
    assert send(leader, ticket, verdict="accept", opinion="") == 422
    assert send(leader, ticket, verdict="confirm", version=7) == 409
    assert fresh(ticket).state == "guiding"
    assert send(leader, ticket, verdict="confirm") == 302
    assert fresh(ticket).state == "guided"
    assert send(leader, ticket, verdict="confirm") == 409
    assert "没有待确认的告知途径" in leader.get(reverse("intake:guides")).content.decode()


def test_what_is_accepted_on_the_page_is_dispatched(city: City, client_of: ClientOf) -> None:
    ticket = told(city, timezone.now())
    assert client_of("team_leader").get(reverse("intake:guide", args=[ticket.number])).status_code == 200
    assert send(client_of("team_leader"), ticket, verdict="accept", opinion="属供热职责") == 302
    assert fresh(ticket).lead == city.heating
    # The agent reads why.
    assert "属供热职责" in client_of("agent").get(f"/cases/{ticket.number}/").content.decode()


def test_the_leader_who_took_the_call_finds_no_form(city: City, client_of: ClientOf) -> None:
    ticket = told(city, timezone.now(), by=city.team_leader)
    page = client_of("team_leader").get(
        reverse("intake:guide", args=[ticket.number]), headers={"HX-Request": "true"}
    )
    assert "须由另一位班长确认" in page.content.decode()
    assert send(client_of("team_leader"), ticket, verdict="confirm") == 422


@pytest.mark.parametrize("many", [1, 60])
def test_the_list_costs_the_same_with_one_and_with_many(
    city: City, client_of: ClientOf, django_assert_num_queries: Callable, many: int
) -> None:
    for n in range(many):
        told(city, timezone.now(), phone=f"139{n:08}")
    client = client_of("team_leader")
    client.get(reverse("intake:guides"))
    with django_assert_num_queries(2):  # person, rows
        shown = client.get(reverse("intake:guides")).content.decode()
    assert shown.count("<tr data-row") == min(many, 50)
