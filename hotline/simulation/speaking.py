"""The caller speaks again: adds, urges, takes the request back (DOMAIN §4.6)."""

from random import Random

from followup import actions as followup
from followup.models import Channel
from hotline.simulation import texts
from hotline.simulation.life import Life, Steps
from intake import actions as intake
from intake.queries import urge_from
from scoring.actions import score
from tickets.facts import FACTS
from tickets.flow import MOVES
from tickets.states import State
from units.models import User
from units.roles import Role

ADDS, URGES, WITHDRAWS = 0.06, 0.08, 0.025
VOLUNTARY, PRESSED = 0.8, 0.3


def steps(life: Life) -> Steps:
    """One of the three at the most, online or through an agent."""
    rng = life.chance("speak")
    luck = rng.random() / life.world.stir
    if luck >= ADDS + URGES + WITHDRAWS:
        return
    yield life.within(rng, 0.1, 0.9)
    by = life.world.anyone(Role.AGENT, rng) if rng.random() < 0.6 else None
    if luck < ADDS:
        _add(life, rng, by)
    elif luck < ADDS + URGES:
        _urge(life, rng, by)
    elif life.ticket.state in MOVES["withdraw"].sources:
        intake.withdraw(life.ticket, reason=rng.choice(texts.WITHDRAWN), by=by, at=life.now)
        yield from _checked(life, rng)


def _add(life: Life, rng: Random, by: User | None) -> None:
    if life.ticket.state in FACTS["add"].states:
        intake.add_more(life.ticket, text=rng.choice(texts.ADDED), by=by, at=life.now)


def _urge(life: Life, rng: Random, by: User | None) -> None:
    if life.ticket.state in FACTS["urge"].states and urge_from(life.ticket, life.now) is None:
        intake.urge(life.ticket, text=rng.choice(texts.URGED), by=by, at=life.now)


def _checked(life: Life, rng: Random) -> Steps:
    """Follow-up asks whether it was their own will: yes, or somebody leaned on them and it goes on."""
    yield life.in_hours(rng, 2, 26)
    ticket = life.ticket
    if ticket.state != State.FOLLOWUP or ticket.withdrawn_at is None:
        return
    voluntary = rng.random() < VOLUNTARY
    followup.confirm_withdrawal(
        ticket,
        voluntary=voluntary,
        pressed=not voluntary and rng.random() < PRESSED,
        channel=Channel.PHONE,
        by=life.world.anyone(Role.CALLER_BACK, rng),
        at=life.now,
        then=score,
    )
