"""More time (延期): granted, refused, or lost to silence (DOMAIN §3.3)."""

from datetime import timedelta

from handling.actions import extension
from handling.models import Extension
from handling.queries.extension import longest
from hotline.simulation import texts
from hotline.simulation.life import Life, Steps
from tickets.states import State

CHANCE, GRANTED, SILENT = 0.05, 0.65, 0.12
DAY = 1440


def steps(life: Life) -> Steps:
    """The leader asks when the limit is more than half gone, and works on meanwhile."""
    rng = life.chance("extend", life.ticket.round)
    ticket, unit = life.ticket, life.unit
    allowed = longest(ticket, 0)
    at = life.by_day(life.within(rng, 0.5, 0.85), rng, 9, 18)
    if allowed is None or ticket.round > 1 or not life.happens(rng, CHANCE, at):
        return
    yield at
    if ticket.state != State.HANDLING or ticket.lead_id != unit.pk or life.now >= ticket.handle_due:
        return
    if ticket.extensions.exists():
        return
    wish = extension.Wish(
        minutes=rng.choice((allowed // 2 // DAY * DAY, allowed)),
        reason=rng.choice(texts.EXTEND),
        basis=rng.choice(texts.BASES),
    )
    row = extension.ask(ticket, wish, by=life.world.people.leader(unit), at=life.now)
    if rng.random() < SILENT or row.due > life.world.end:
        yield row.due + timedelta(minutes=1)
        return
    yield life.in_hours(rng, 0.3, 5)
    row.refresh_from_db(fields=["state"])
    if row.state == Extension.State.ASKED:
        _decide(life, row, rng.random() < GRANTED)


def _decide(life: Life, row: Extension, grant: bool) -> None:
    by, ticket = life.world.above(life.unit), life.ticket
    if grant and life.now < ticket.handle_due and ticket.state == State.HANDLING:
        extension.grant(row, opinion=texts.AGREED, by=by, at=life.now)
    else:
        extension.refuse(row, opinion=texts.NO_MORE_TIME, by=by, at=life.now)
