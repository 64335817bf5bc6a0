"""Coordination by levels, and orders to be on site: what a unit cannot solve alone (DOMAIN R14)."""

from datetime import timedelta
from random import Random

from handling.actions import coordination, on_site
from handling.models import Coordination
from hotline.simulation import texts
from hotline.simulation.life import Life, Steps
from hotline.simulation.photos import photo
from tickets.facts import OWED
from tickets.states import State
from units.models import Unit, User
from units.roles import Role

CHANCE, SILENT, ON_SITE, SETTLED = 0.03, 0.2, 0.6, 0.75
#: A question is asked at three levels at the most.
LEVELS = 3


def steps(life: Life) -> Steps:
    """The clerk asks; each level answers in a day or so, or lets it pass up by silence."""
    rng = life.chance("coordinate")
    ticket = life.ticket
    at = life.within(rng, 0.15, 0.5)
    if not life.happens(rng, CHANCE, at):
        return
    yield at
    if ticket.state != State.HANDLING:
        return
    question = rng.choice(texts.QUESTIONS)
    coordination.ask(ticket, question=question, by=life.world.people.clerk(life.unit), at=life.now)
    for _level in range(LEVELS):
        row = _open(life)
        if row is None:
            return
        if row.level != Coordination.Level.CITY and rng.random() < SILENT:
            yield row.due + timedelta(minutes=1)
            continue
        yield life.in_hours(rng, 3, 40)
        row = _open(life)
        if row is not None:
            yield from _answered(life, rng, row)


def _open(life: Life) -> Coordination | None:
    found = life.ticket.coordinations.filter(state=Coordination.State.ASKED).select_related("to")
    return found.first()


def _answered(life: Life, rng: Random, row: Coordination) -> Steps:
    by = _whose(life, rng, row)
    coordination.answer(life.ticket, row, opinion=rng.choice(texts.OPINIONS), by=by, at=life.now)
    if row.level == Coordination.Level.DISTRICT and rng.random() < ON_SITE:
        yield from _on_site(life, rng, by)


def _whose(life: Life, rng: Random, row: Coordination) -> User:
    if row.to is None:
        return life.world.anyone(Role.SUPERVISOR, rng)
    role = Role.DISTRICT if row.to.type == Unit.Type.DISTRICT else Role.LEADER
    return life.world.people.of(row.to, role)[0]


def _on_site(life: Life, rng: Random, by: User) -> Steps:
    """The district calls the lead and one of its departments to the place."""
    ticket, unit = life.ticket, life.unit
    near = [one for one in life.world.near(unit) if one.type == Unit.Type.DISTRICT_DEPT]
    if ticket.state not in OWED or not near:
        return
    row = on_site.order(
        ticket,
        meet_at=life.in_hours(rng, 4, 26),
        where=ticket.location or texts.MEETING_PLACE,
        units=[unit, rng.choice(near)],
        demand=texts.ON_SITE,
        by=by,
        at=life.now,
    )
    late = rng.random() >= SETTLED
    yield row.meet_at + timedelta(minutes=rng.uniform(40, 110)) + timedelta(hours=20 if late else 0)
    clerk = life.world.people.clerk(unit)
    picture = photo(rng, "现场照片")
    on_site.settle(ticket, row, outcome=rng.choice(texts.FOUND), photo=picture, by=clerk, at=life.now)
