"""The chain of history: fold it into a digest a day, and check that nobody rewrote it (DESIGN §3)."""

import hashlib
from collections.abc import Iterator
from datetime import date
from itertools import groupby

from django.db import connection, transaction
from django.db.models import Max

from tickets.models import DayDigest, Event, Ticket

#: Rows read at a time: memory stays flat however long the history.
CHUNK = 2000


@transaction.atomic
def seal(day: date) -> DayDigest | None:
    """Fold every event not yet covered into the digest of the day; None when the day is sealed already.

    Writers wait for the moment it takes, so that no event with a lower key can appear behind the digest.
    """
    if DayDigest.objects.filter(day__gte=day).exists():
        return None
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE tickets_event IN SHARE MODE")
    before = DayDigest.objects.order_by("day").last()
    since = before.last_event if before else 0
    last = Event.objects.aggregate(last=Max("pk"))["last"] or since
    digest, events = _digest(since, last, before.digest if before else "")
    return DayDigest.objects.create(
        day=day, last_event=last, events=events, prev_digest=before.digest if before else "", digest=digest
    )


def faults() -> Iterator[str]:
    """Every place where the history does not hold together, in words; nothing when it is whole."""
    yield from _ticket_faults()
    prev, since = "", 0
    for row in DayDigest.objects.order_by("day"):
        digest, events = _digest(since, row.last_event, prev)
        if (digest, events, prev) != (row.digest, row.events, row.prev_digest):
            yield f"digest of {row.day}: the day's events are not those that were sealed"
        prev, since = row.digest, row.last_event


def _digest(since: int, last: int, prev: str) -> tuple[str, int]:
    """SHA-256 over the previous digest and each ticket's last hash among these events; and their number."""
    folded = hashlib.sha256(prev.encode())
    covered = Event.objects.filter(pk__gt=since, pk__lte=last)
    heads = covered.order_by("ticket_id", "-seq").distinct("ticket_id").values_list("ticket__number", "hash")
    for number, head in heads.iterator(CHUNK):
        folded.update(f"\n{number} {head}".encode())
    return folded.hexdigest(), covered.count()


def _ticket_faults() -> Iterator[str]:
    tickets = Ticket.objects.order_by("pk").values_list("pk", "number", "version", "head_hash", "state")
    stories = _stories()
    key, story = next(stories, (None, []))
    for pk, number, version, head, state in tickets.iterator(CHUNK):
        mine: list[Event] = []
        if key == pk:
            mine = story
            key, story = next(stories, (None, []))
        yield from _story_faults(number, mine)
        told = (mine[-1].seq, mine[-1].hash, mine[-1].now) if mine else (0, "", "")
        if told != (version, head, state):
            yield f"{number}: the ticket is not where its last event left it"


def _stories() -> Iterator[tuple[int, list[Event]]]:
    events = Event.objects.order_by("ticket_id", "seq").iterator(CHUNK)
    for key, story in groupby(events, key=lambda event: event.ticket_id):
        yield key, list(story)


def _story_faults(number: str, story: list[Event]) -> Iterator[str]:
    prev, was = "", ""
    for expected, event in enumerate(story, start=1):
        if event.seq != expected:
            yield f"{number}: event {expected} is missing"
            return
        if event.prev_hash != prev or event.was != was or event.computed_hash(number) != event.hash:
            yield f"{number}: event {event.seq} was changed"
            return
        prev, was = event.hash, event.now
