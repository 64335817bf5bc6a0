"""Those above want a result completed before the caller is asked (退回补正), once (DOMAIN §4.6)."""

from handling import actions as handling
from hotline.simulation import texts
from hotline.simulation.life import Life, Steps
from tickets.states import State

CHANCE = 0.02


def steps(life: Life) -> Steps:
    """Soon after the leader's approval."""
    rng, ticket = life.chance("return", life.ticket.round), life.ticket
    if ticket.returned or not life.happens(rng, CHANCE, life.now):
        return
    approved = life.now
    yield life.in_hours(rng, 0.5, 6)
    asked = ticket.attempts.filter(at__gte=approved).exists()
    if ticket.state != State.FOLLOWUP or asked or ticket.withdrawn_at is not None:
        return
    note, by = rng.choice(texts.INCOMPLETE), life.world.above(life.unit)
    handling.return_report(ticket, note=note, by=by, at=life.now)
