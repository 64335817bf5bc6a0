"""Many tickets written at once."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.city import NOON, City
from tests.journeys.crowd import crowd
from tickets.batch import Batch, Keys
from tickets.chain import faults
from tickets.errors import Stale
from tickets.models import Event, Notice, Ticket
from tickets.notices import notice


def marked(ticket: Ticket, step: str) -> None:
    ticket.prepare(step, by=None, at=NOON, steps=[*ticket.steps, step])


def test_different_changes_of_different_tickets_go_into_one_statement(city: City) -> None:
    one, other, third = crowd(city, 3, NOON)
    batch = Batch(Keys())
    marked(one, "remind")
    marked(one, "warn")
    other.prepare("expire", by=None, at=NOON, overdue_at=NOON, followup_due=NOON + timedelta(days=2))
    for ticket in (one, other, third):
        batch.take(ticket)
    with CaptureQueriesContext(connection) as seen:
        batch.write()
    assert [query["sql"].split()[0] for query in seen] == ["UPDATE", "INSERT"]
    fresh = {ticket.pk: ticket for ticket in Ticket.objects.all()}
    assert (fresh[one.pk].steps, fresh[one.pk].version, fresh[one.pk].overdue_at) == (
        ["remind", "warn"],
        4,
        None,
    )
    assert (fresh[other.pk].state, fresh[other.pk].overdue_at) == ("followup", NOON)
    assert fresh[third.pk].version == 2
    assert list(faults()) == []
    assert (one.pending, one.written) == ([], set())


def test_of_a_batch_with_one_stale_ticket_nothing_is_written(city: City) -> None:
    one, other = crowd(city, 2, NOON)
    Ticket.objects.get(pk=other.pk).record("urge", by=None, at=NOON)
    batch = Batch(Keys())
    for ticket in (one, other):
        marked(ticket, "remind")
        batch.take(ticket)
        batch.add(notice(ticket, "remind", at=NOON, role="clerk", unit=ticket.lead_id))
    with pytest.raises(Stale), transaction.atomic():
        batch.write()
    assert not Event.objects.filter(kind="remind").exists()
    assert not Notice.objects.exists()
    assert Ticket.objects.get(pk=one.pk).version == 2


def test_a_row_has_its_key_before_it_is_written(city: City) -> None:
    (ticket,) = crowd(city, 1, NOON)
    batch = Batch(Keys(block=3))
    told = [notice(ticket, "warn", at=NOON, role="leader", unit=ticket.lead_id) for _n in range(4)]
    rows = [batch.add(row) for row in told]
    assert len({row.pk for row in rows}) == 4
    assert not Notice.objects.exists()
    batch.write()
    assert set(Notice.objects.values_list("pk", flat=True)) == {row.pk for row in rows}
    later = Notice.objects.create(ticket=ticket, kind="warn", at=NOON)
    assert later.pk > max(row.pk for row in rows)
