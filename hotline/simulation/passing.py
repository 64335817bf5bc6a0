"""What fell to a district's government goes on to one of its departments (区内转派)."""

from datetime import timedelta

from dispatch.actions import redispatch
from dispatch.queries.objections import freed
from hotline.simulation import texts
from hotline.simulation.life import Life, Steps
from tickets.states import State
from units.models import Unit
from units.roles import Role

CHANCE = 0.8


def steps(life: Life) -> Steps:
    """The sub-centre reads it and passes it on in an hour or two; the rest it does itself."""
    rng = life.chance("pass", life.ticket.version)
    ticket, unit = life.ticket, life.unit
    if unit.type != Unit.Type.DISTRICT or rng.random() >= CHANCE:
        return
    yield life.by_day(life.now + timedelta(minutes=rng.uniform(10, 110)), rng)
    if ticket.state not in (State.DISPATCHED, State.HANDLING) or ticket.lead_id != unit.pk:
        return
    barred = {*freed(ticket), ticket.accused_id}
    found = [
        one
        for one in life.world.units.values()
        if one.type == Unit.Type.DISTRICT_DEPT and unit.covers(one) and one.pk not in barred
    ]
    if found:
        by = life.world.people.of(unit, Role.DISTRICT)[0]
        redispatch(ticket, lead=rng.choice(found), reason=rng.choice(texts.PASSED_ON), by=by, at=life.now)
