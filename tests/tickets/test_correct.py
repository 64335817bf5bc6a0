"""A correction keeps both versions, brings its own limits, and is found by search."""

from datetime import timedelta

import pytest

from intake import actions as intake
from tests.city import NOON, City
from tickets.actions import Correction, correct
from tickets.errors import Refused, Stale
from tickets.models import Limit, SearchEntry, Ticket
from tickets.rules import grams

LATER = NOON + timedelta(minutes=30)


def right(city: City, ticket: Ticket, **changes: object) -> Correction:
    """What the ticket says already, but for the changes."""
    said = {
        "category": ticket.category,
        "place": ticket.place,
        "location": ticket.location,
        "content": ticket.content,
    }
    return Correction(**{**said, **changes})


def unchanged(ticket: Ticket) -> tuple[object, ...]:
    fresh = Ticket.objects.get(pk=ticket.pk)
    return fresh.version, fresh.category_id, fresh.content, fresh.history.count(), fresh.events.count()


def test_both_versions_stay_and_the_event_names_codes_only(city: City, pending: Ticket) -> None:
    said = right(city, pending, category=city.leaves["property"], content="楼道堆物，物业不管。")
    correct(pending, said, by=city.dispatcher, at=LATER)
    newest, oldest = pending.history.order_by("-history_id")
    assert (oldest.content[:6], oldest.category, oldest.history_date) == (
        "家中暖气不热",
        city.leaves["heating"],
        NOON,
    )
    assert (newest.content, newest.category, newest.history_user) == (
        "楼道堆物，物业不管。", city.leaves["property"], city.dispatcher
    )  # fmt: skip
    event = pending.events.last()
    assert event.kind == "correct"
    assert event.facts == {"fields": ["category", "content"], "category": ["010101", "010103"]}


def test_a_second_correction_adds_one_version(city: City, pending: Ticket) -> None:
    correct(pending, right(city, pending, location="3号楼"), by=city.dispatcher, at=LATER)
    correct(pending, right(city, pending, location="4号楼"), by=city.dispatcher, at=LATER)
    assert [row.location for row in pending.history.order_by("history_id")] == [
        "示例小区3号楼",
        "3号楼",
        "4号楼",
    ]


def test_another_category_brings_its_limit_from_the_row_in_force_at_receipt(
    city: City, pending: Ticket
) -> None:
    Limit.objects.create(
        code="G", name="later", dispatch_minutes=1, sign_minutes=1, contact_minutes=1, handle_minutes=1,
        object_minutes=1,
        rule_minutes=1,
        calendar=pending.limit.calendar, effective_from=NOON.date() + timedelta(days=1),
    )  # fmt: skip
    said = right(city, pending, category=city.leaves["property"])
    correct(pending, said, by=city.dispatcher, at=NOON + timedelta(days=2))
    pending.refresh_from_db()
    assert (pending.limit.code, pending.limit.name) == ("G", "G")
    assert pending.dispatch_due == NOON + timedelta(hours=24)
    assert (pending.wake_at, pending.title) == (pending.dispatch_due, "物业服务不到位")


def test_a_ticket_with_a_unit_gets_the_moments_it_would_have_had(city: City, dispatched: Ticket) -> None:
    said = right(city, dispatched, category=city.leaves["leak"])
    correct(dispatched, said, by=city.dispatcher, at=LATER)
    dispatched.refresh_from_db()
    assert (dispatched.state, dispatched.lead, dispatched.urgent) == ("dispatched", city.heating, True)
    assert dispatched.handle_due == NOON + timedelta(minutes=120)
    assert dispatched.sign_due == NOON + timedelta(minutes=10)


def test_a_second_round_keeps_its_own_moments(city: City, dispatched: Ticket) -> None:
    Ticket.objects.filter(pk=dispatched.pk).update(round=2)
    dispatched.refresh_from_db()
    due = dispatched.handle_due
    correct(dispatched, right(city, dispatched, category=city.leaves["leak"]), by=city.dispatcher, at=LATER)
    assert dispatched.handle_due == due


def test_what_an_agent_called_urgent_stays_urgent(city: City) -> None:
    ticket = intake.file(city.request(urgent=True), by=city.agent, at=NOON)
    correct(ticket, right(city, ticket, category=city.leaves["property"]), by=city.dispatcher, at=LATER)
    assert (ticket.urgent, ticket.limit.code) == (True, "E")


def test_what_its_category_called_urgent_does_not(city: City) -> None:
    ticket = intake.file(city.request(category=city.leaves["leak"]), by=city.agent, at=NOON)
    correct(ticket, right(city, ticket, category=city.leaves["property"]), by=city.dispatcher, at=LATER)
    assert (ticket.urgent, ticket.limit.code) == (False, "G")


def test_the_new_words_are_found_and_the_old_ones_are_not(city: City, pending: Ticket) -> None:
    correct(pending, right(city, pending, content="楼道堆物。"), by=city.dispatcher, at=LATER)
    assert Ticket.objects.matching(grams("堆物")).get() == pending
    assert not Ticket.objects.matching(grams("室温")).exists()
    assert SearchEntry.objects.count() == 1


def test_a_correction_that_changes_nothing_is_refused(city: City, pending: Ticket) -> None:
    before = unchanged(pending)
    with pytest.raises(Refused, match="内容没有变化"):
        correct(pending, right(city, pending), by=city.dispatcher, at=LATER)
    assert unchanged(pending) == before


def test_an_empty_text_or_a_branch_of_the_catalogue_is_refused(city: City, pending: Ticket) -> None:
    before = unchanged(pending)
    with pytest.raises(Refused, match="诉求内容不能为空"):
        correct(pending, right(city, pending, content=" "), by=city.dispatcher, at=LATER)
    branch = city.leaves["heating"].parent
    with pytest.raises(Refused, match="最末一级"):
        correct(pending, right(city, pending, category=branch), by=city.dispatcher, at=LATER)
    assert unchanged(pending) == before


def test_only_a_dispatcher_corrects_and_the_slower_of_two_is_told(city: City, pending: Ticket) -> None:
    before = unchanged(pending)
    with pytest.raises(Refused, match="您的角色不能「更正」"):
        correct(pending, right(city, pending, location="别处"), by=city.agent, at=LATER)
    assert unchanged(pending) == before
    slower = Ticket.objects.get(pk=pending.pk)
    correct(
        Ticket.objects.get(pk=pending.pk),
        right(city, pending, location="3号楼"),
        by=city.dispatcher,
        at=LATER,
    )
    before = unchanged(pending)
    with pytest.raises(Stale):
        correct(slower, right(city, slower, location="4号楼"), by=city.dispatcher, at=LATER)
    assert unchanged(pending) == before
