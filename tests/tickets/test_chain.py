"""History cannot be rewritten unseen."""

from collections.abc import Callable
from datetime import date

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from tests.city import NOON, City
from tickets.chain import faults, seal
from tickets.models import DayDigest, Event, Ticket


@pytest.fixture
def sealed(city: City, dispatched: Ticket) -> Ticket:
    assert seal(date(2026, 3, 2)) is not None
    return dispatched


def as_superuser(*statements: str) -> None:
    """What someone with the keys to the database could do: switch the guards off."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE tickets_event DISABLE TRIGGER USER")
        for statement in statements:
            cursor.execute(statement)
        cursor.execute("ALTER TABLE tickets_event ENABLE TRIGGER append_only")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE tickets_event SET kind = 'sign'",
        "DELETE FROM tickets_event",
        "DELETE FROM tickets_daydigest",
        "UPDATE tickets_daydigest SET digest = ''",
    ],
)
def test_the_database_refuses_to_change_history(sealed: Ticket, statement: str) -> None:
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert list(faults()) == []


def test_the_database_refuses_to_empty_the_events(dispatched: Ticket) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE tickets_event ENABLE TRIGGER append_only_truncate")
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("TRUNCATE tickets_event CASCADE")
    assert Event.objects.count() == 2


def test_a_whole_history_verifies(sealed: Ticket, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("verify_history")
    assert "whole" in capsys.readouterr().out


TAMPERINGS: dict[str, Callable[[Ticket], str]] = {
    "facts": lambda t: f"UPDATE tickets_event SET facts = '{{}}' WHERE ticket_id = {t.pk} AND seq = 2",
    "moment": lambda t: (
        f"UPDATE tickets_event SET at = at - interval '1 day' WHERE ticket_id = {t.pk} AND seq = 1"
    ),
    "a missing line": lambda t: f"DELETE FROM tickets_event WHERE ticket_id = {t.pk} AND seq = 1",
    "a missing tail": lambda t: f"DELETE FROM tickets_event WHERE ticket_id = {t.pk} AND seq = 2",
    "the ticket's state": lambda t: f"UPDATE tickets_ticket SET state = 'closed' WHERE id = {t.pk}",
}


@pytest.mark.parametrize("what", TAMPERINGS)
def test_tampering_is_seen(sealed: Ticket, what: str) -> None:
    as_superuser(TAMPERINGS[what](sealed))
    with pytest.raises(CommandError, match="fault"):
        call_command("verify_history")


def test_a_whole_story_rewritten_with_right_hashes_still_breaks_the_published_digest(sealed: Ticket) -> None:
    last = sealed.events.order_by("seq").last()
    assert last is not None
    last.facts = {"unit": 0}
    forged = last.computed_hash(sealed.number)
    as_superuser(
        f"UPDATE tickets_event SET facts = '{{\"unit\": 0}}', hash = '{forged}' WHERE id = {last.pk}",
        f"UPDATE tickets_ticket SET head_hash = '{forged}' WHERE id = {sealed.pk}",
    )
    assert list(faults()) == ["digest of 2026-03-02: the day's events are not those that were sealed"]


def test_a_day_is_sealed_once_and_the_next_covers_what_came_since(city: City, sealed: Ticket) -> None:
    assert seal(date(2026, 3, 2)) is None
    sealed.move("sign", by=city.clerk, at=NOON)
    second = seal(date(2026, 3, 3))
    assert second is not None
    assert second.events == 1
    assert second.prev_digest == DayDigest.objects.get(day=date(2026, 3, 2)).digest
    assert list(faults()) == []
