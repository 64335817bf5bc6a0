"""The sweep: whatever is due happens, once, however many workers look or die (DESIGN §4)."""

import logging
import time
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction

from dispatch.actions.steps import STEPS, alone
from tickets import timers
from tickets.batch import Batch, Keys
from tickets.models import Ticket

log = logging.getLogger(__name__)

#: Tickets taken in one transaction: enough to share its cost, few enough that a killed worker gives back
#: little and nobody waits long for a locked ticket (measured: bench/sweep.py).
BATCH = 200
#: A ticket whose step failed is out of the others' way for so long.
AGAIN = timedelta(minutes=5)


def sweep(at: datetime, bells: timers.Bells, *, seconds: float | None = None, size: int = BATCH) -> int:
    """Take every step that is due by `at`, oldest first; returns how many tickets were woken.

    `bells` are the side processes of the rooms below, handed in by the project. Ends after `seconds`, when
    given, with the batch of up to `size` it is in. Raises OperationalError or InterfaceError when the
    database is lost: what was not committed is due as before.
    """
    connection.ensure_connection()
    until = None if seconds is None else time.monotonic() + seconds
    keys, woken = Keys(size), 0
    while until is None or time.monotonic() < until:
        found, done, left = _sweep_batch(at, size, keys)
        if not found:
            break
        woken += done + sum(_sweep_one(key, at, bells, keys) for key in left)
    return woken


def _sweep_batch(at: datetime, size: int, keys: Keys) -> tuple[int, int, list[int]]:
    """Wake some due tickets that nobody else holds, and write them at once.

    Returns how many were found, how many are done, and those to be taken alone. When anything fails nothing
    of the batch is written, and each is taken alone, so that one bad ticket stops nobody.
    """
    found: list[int] = []
    before = _session()
    try:
        with transaction.atomic():
            due = Ticket.objects.due(at).order_by("wake_at").select_for_update(skip_locked=True)
            tickets = list(due[:size])
            found = [ticket.pk for ticket in tickets]
            batch = Batch(keys)
            left = _wake_all(tickets, at, batch)
            batch.write()
    except Exception:
        if not found or _session() is not before:
            raise
        log.exception("a batch of %d tickets failed; each is taken alone", len(found))
        return len(found), 0, found
    return len(found), len(found) - len(left), left


def _wake_all(tickets: Sequence[Ticket], at: datetime, batch: Batch) -> list[int]:
    """Prepare what is due of each ticket, up to a step that must be taken alone; returns those tickets."""
    merged = Ticket.objects.merged_into_any([ticket.pk for ticket in tickets])
    masters = set(merged.values_list("master", flat=True))
    left = []
    for ticket in tickets:
        batch.take(ticket)
        while _is_due(ticket, at):
            if alone(ticket, masters):
                left.append(ticket.pk)
                break
            _step(ticket, at, batch)
    return left


def _sweep_one(key: int, at: datetime, bells: timers.Bells, keys: Keys) -> int:
    """Wake one ticket in a transaction of its own, unless somebody else holds or has woken it.

    Whatever it raises is logged and the ticket put off: nothing of it is written, and it is not lost.
    """
    before = _session()
    try:
        with transaction.atomic():
            ticket = Ticket.objects.due(at).select_for_update(skip_locked=True).filter(pk=key).first()
            if ticket is None:
                return 0
            wake(ticket, at, bells, keys)
    except Exception:
        if _session() is not before:
            raise
        log.exception("ticket %d failed and is put off", key)
        # Not an event, and nothing a person reads: the steps themselves keep their moments.
        Ticket.objects.due(at).filter(pk=key).update(wake_at=at + AGAIN)
        return 0
    return 1


def _session() -> object:
    """The session of the database: another one afterwards means that it was lost, and no ticket is to blame.

    Django opens the next by itself when a transaction ends without its own.
    """
    return connection.connection


def wake(ticket: Ticket, at: datetime, bells: timers.Bells, keys: Keys | None = None) -> None:
    """Take, in order, all the steps of one locked ticket that are due by `at`, and write them."""
    batch = Batch(keys or Keys(), alone=True)
    while _is_due(ticket, at):
        batch.take(ticket)
        if ticket.wake_for == "aside":
            batch.write()
            _ring(ticket, at, bells)
        else:
            _step(ticket, at, batch)
    batch.write()


def _is_due(ticket: Ticket, at: datetime) -> bool:
    return ticket.wake_at is not None and ticket.wake_at <= at


def _step(ticket: Ticket, at: datetime, batch: Batch) -> None:
    before, step = ticket.version, ticket.wake_for
    STEPS[step](ticket, at, batch)
    _refuse_standstill(ticket, before, step)


def _ring(ticket: Ticket, at: datetime, bells: timers.Bells) -> None:
    before = ticket.version
    if timers.ring(ticket, at, bells):
        _refuse_standstill(ticket, before, "aside")


def _refuse_standstill(ticket: Ticket, before: int, step: str) -> None:
    """A step that leaves no event would be due for ever. It is our own mistake, and must not go on."""
    if ticket.version == before:
        raise RuntimeError(f"the step {step} left no event")
