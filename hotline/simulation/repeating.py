"""The same matter told twice: a later request follows the earlier one (并单)."""

from dispatch.actions import merging
from hotline.simulation.life import Life
from tickets.facts import FACTS
from tickets.models import Ticket
from tickets.states import WITH_UNIT, Kind
from units.roles import Role

#: How many requests repeat one of those that came lately.
CHANCE = 0.03


def subject(life: Life) -> Ticket | None:
    """The case this request is about again, if it is."""
    rng, recent = life.chance("again"), life.world.recent
    if rng.random() >= CHANCE * life.world.stir or not recent:
        return None
    life.echo = rng.choice(list(recent))
    return life.echo.ticket


def remember(life: Life) -> None:
    """Others may ask for the same soon."""
    ticket = life.ticket
    if ticket.state in WITH_UNIT and ticket.kind != Kind.TIP_OFF and ticket.category and ticket.place:
        life.world.recent.append(life)


def join(life: Life) -> bool:
    """The dispatcher sees that both are one; False when there is nothing to join, or the other has ended."""
    echo = life.echo
    if echo is None or echo.ticket.state not in FACTS["adopt"].states or life.ticket.kind == Kind.TIP_OFF:
        return False
    if life.ticket.urgent and not echo.ticket.urgent:
        return False
    by = life.world.anyone(Role.DISPATCHER, life.rng)
    merging.merge(life.ticket, into=echo.ticket, by=by, at=life.now)
    for one in (life, echo):
        one.shared = True
        one.reload()
    return True
