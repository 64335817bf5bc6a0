"""The steps of the clock: what happens to a ticket at each of its moments (DOMAIN §3.7, §4.6).

They prepare; the sweep writes many at once (`tickets/batch.py`). A step that must read or write more than its
own ticket is taken alone, in a transaction of its own: `batch.alone` says so.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from dispatch.actions import merging, oversight
from dispatch.actions.cards import card_for
from dispatch.actions.objections import lapse
from dispatch.models import Card
from tickets import notices
from tickets.batch import Batch
from tickets.book import book
from tickets.models import Ticket
from tickets.rules import MOMENT_OF
from tickets.states import State
from units.roles import Role

Step = Callable[[Ticket, datetime, Batch], None]

#: Steps that are always taken alone: the order of supervision has a clock of its own.
ALONE = frozenset({"special"})
#: step → why it gives the card that its rung of the ladder has.
CARDS = {"expire": Card.Why.OVERDUE, "red": Card.Why.FAR_OVERDUE}


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


def _mark(ticket: Ticket, step: str, at: datetime) -> None:
    ticket.prepare(step, by=None, at=at, facts={"due": _due(ticket)}, steps=[*ticket.steps, step])


def _missed(step: str, *who: str, role: str = "") -> Step:
    """A window was missed: those of the line, or a role of the city, are told."""

    def take(ticket: Ticket, at: datetime, batch: Batch) -> None:
        _mark(ticket, step, at)
        if role:
            batch.add(notices.notice(ticket, step, at=at, role=role))
        for row in notices.line_notices(ticket, step, who, at=at):
            batch.add(row)

    return take


def _rung(step: str) -> Step:
    """A rung of the ladder below or above the limit."""

    def take(ticket: Ticket, at: datetime, batch: Batch) -> None:
        _mark(ticket, step, at)
        _climb(ticket, step, at, batch)

    return take


def _climb(ticket: Ticket, step: str, at: datetime, batch: Batch) -> None:
    """What the ladder has for this step: a card, and whom it tells (rows; DOMAIN §3.7)."""
    rung = book().step("overdue" if step == "expire" else step, at)
    if rung.card and step in CARDS:
        card = batch.add(card_for(ticket, CARDS[step], rung.card, at))
        facts = {"card": card.pk, "kind": card.kind, "why": card.why}
        ticket.prepare("card", by=None, at=at, facts=facts)
    kind = "card" if rung.card else step
    for row in notices.line_notices(ticket, kind, rung.tells, at=at):
        batch.add(row)


def _special(ticket: Ticket, at: datetime, batch: Batch) -> None:
    """The top of the ladder: the city, or its district, watches it from now on (专项督办)."""
    _mark(ticket, "special", at)
    _climb(ticket, "special", at, batch)
    oversight.order_special(ticket, at)


def _auto_sign(ticket: Ticket, at: datetime, batch: Batch) -> None:
    """The window ended unsigned: the order counts as signed, the clock has run all along (DOMAIN §4.6)."""
    steps = [*ticket.steps, "auto_sign"]
    facts = {"due": _due(ticket)}
    ticket.prepare("auto_sign", by=None, at=at, facts=facts, signed_at=ticket.sign_due, steps=steps)


def _expire(ticket: Ticket, at: datetime, batch: Batch) -> None:
    """The limit ended: the caller is asked even if nothing was reported (DOMAIN R16)."""
    late = ticket.state != State.REPORTED
    if ticket.state == State.OBJECTED:
        lapse(ticket, at)
    ticket.prepare(
        "expire",
        by=None,
        at=at,
        facts={"due": _due(ticket), "late": late},
        followup_at=at,
        followup_due=at + book().minutes("followup_limit_minutes", at),
        overdue_at=ticket.handle_due if late else ticket.overdue_at,
    )
    if late:
        _climb(ticket, "expire", at, batch)
    if batch.alone:
        merging.bring_along(ticket, at)


STEPS: Mapping[str, Step] = {
    "auto_sign": _auto_sign,
    "dispatch_late": _missed("dispatch_late", role=Role.DISPATCHER),
    "contact_late": _missed("contact_late", "clerk", "leader"),
    "remind": _rung("remind"),
    "warn": _rung("warn"),
    "expire": _expire,
    "red": _rung("red"),
    "special": _special,
    "followup_late": _missed("followup_late", role=Role.CALLER_BACK),
}
