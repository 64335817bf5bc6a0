"""The steps of the clock: what happens to a ticket at each of its moments (DOMAIN §3.7, §4.6).

They prepare; the sweep writes many at once (`tickets/batch.py`). A step that must read or write more than its
own ticket is taken alone, in a transaction of its own: `batch.alone` says so.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from tickets.batch import Batch
from tickets.book import book
from tickets.models import Ticket
from tickets.rules import MOMENT_OF
from tickets.states import State

Step = Callable[[Ticket, datetime, Batch], None]

#: Steps that are always taken alone.
ALONE: frozenset[str] = frozenset()


def alone(ticket: Ticket, masters: set[int]) -> bool:
    """Whether the ticket's next step concerns more than itself; duplicates follow the `masters`."""
    step = ticket.wake_for
    if step == "expire":
        return ticket.state == State.OBJECTED or ticket.pk in masters
    return step == "aside" or step in ALONE


def _due(ticket: Ticket) -> str:
    """The moment the step was due: a late sweep tells both."""
    moment: datetime = getattr(ticket, MOMENT_OF[ticket.wake_for])
    return moment.isoformat()


def _noted(step: str) -> Step:
    """A step that only leaves a mark."""

    def take(ticket: Ticket, at: datetime, batch: Batch) -> None:
        ticket.prepare(step, by=None, at=at, facts={"due": _due(ticket)}, steps=[*ticket.steps, step])

    return take


def _auto_sign(ticket: Ticket, at: datetime, batch: Batch) -> None:
    """The window ended unsigned: the order counts as signed, the clock has run all along (DOMAIN §4.6)."""
    steps = [*ticket.steps, "auto_sign"]
    facts = {"due": _due(ticket)}
    ticket.prepare("auto_sign", by=None, at=at, facts=facts, signed_at=ticket.sign_due, steps=steps)


def _expire(ticket: Ticket, at: datetime, batch: Batch) -> None:
    """The limit ended: the caller is asked even if nothing was reported (DOMAIN R16)."""
    late = ticket.state != State.REPORTED
    ticket.prepare(
        "expire",
        by=None,
        at=at,
        facts={"due": _due(ticket), "late": late},
        followup_at=at,
        followup_due=at + book().minutes("followup_limit_minutes", at),
        overdue_at=ticket.handle_due if late else ticket.overdue_at,
    )


STEPS: Mapping[str, Step] = {
    "auto_sign": _auto_sign,
    "expire": _expire,
    **{
        step: _noted(step)
        for step in ("dispatch_late", "contact_late", "remind", "warn", "red", "special", "followup_late")
    },
}
