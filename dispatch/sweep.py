"""The sweep: whatever is due happens, once, however many workers look or die (DESIGN §4)."""

from collections.abc import Callable, Mapping
from datetime import datetime

from django.db import transaction

from tickets import timers
from tickets.book import book
from tickets.models import Ticket
from tickets.states import State

#: Tickets taken in one transaction: small, so that a killed worker gives back little.
BATCH = 50


def sweep(at: datetime, bells: timers.Bells, most: int = 100_000) -> int:
    """Take every step that is due by `at`, oldest first; returns how many tickets were woken.

    `bells` are the side processes of the rooms below, handed in by the project.
    """
    woken = 0
    while woken < most:
        taken = _sweep_batch(at, bells, min(BATCH, most - woken))
        if not taken:
            break
        woken += taken
    return woken


@transaction.atomic
def _sweep_batch(at: datetime, bells: timers.Bells, size: int) -> int:
    """Lock some due tickets that nobody else holds, and wake each."""
    due = Ticket.objects.due(at).order_by("wake_at").select_for_update(skip_locked=True)[:size]
    tickets = list(due)
    for ticket in tickets:
        wake(ticket, at, bells)
    return len(tickets)


def wake(ticket: Ticket, at: datetime, bells: timers.Bells) -> None:
    """Take, in order, all the steps of one locked ticket that are due by `at`."""
    while ticket.wake_at is not None and ticket.wake_at <= at:
        if ticket.wake_for == "aside":
            timers.ring(ticket, at, bells)
        else:
            _STEPS[ticket.wake_for](ticket, at)


def _noted(step: str) -> Callable[[Ticket, datetime], None]:
    """A step that only leaves a mark."""

    def take(ticket: Ticket, at: datetime) -> None:
        ticket.record(step, by=None, at=at, facts={"due": _moment(ticket)}, steps=[*ticket.steps, step])

    return take


def _auto_sign(ticket: Ticket, at: datetime) -> None:
    """The window ended unsigned: the order counts as signed, the clock has run all along (DOMAIN §4.6)."""
    steps = [*ticket.steps, "auto_sign"]
    facts = {"due": _moment(ticket)}
    ticket.move("auto_sign", by=None, at=at, facts=facts, signed_at=ticket.sign_due, steps=steps)


def _expire(ticket: Ticket, at: datetime) -> None:
    """The limit ended: the caller is asked even if nothing was reported (DOMAIN R16)."""
    late = ticket.state != State.REPORTED
    ticket.move(
        "expire",
        by=None,
        at=at,
        facts={"due": _moment(ticket), "late": late},
        followup_at=at,
        followup_due=at + book().minutes("followup_limit_minutes", at),
        overdue_at=ticket.handle_due if late else ticket.overdue_at,
    )


def _moment(ticket: Ticket) -> str:
    return ticket.wake_at.isoformat() if ticket.wake_at else ""


#: Steps that only leave a mark.
NOTED = ("dispatch_late", "contact_late", "remind", "warn", "red", "special", "followup_late")
_STEPS: Mapping[str, Callable[[Ticket, datetime], None]] = {
    "auto_sign": _auto_sign,
    "expire": _expire,
    **{step: _noted(step) for step in NOTED},
}
