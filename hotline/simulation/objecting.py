"""A unit contests an order now and then; it is ruled on in time, or silence rules (DOMAIN §3.4)."""

from collections.abc import Sequence
from datetime import timedelta
from random import Random

from dispatch.actions.objections import Grounds, Ruling, raise_objection, rule_on
from dispatch.models import Objection
from dispatch.queries.objections import freed, is_last, standing, within_district
from hotline.simulation import texts
from hotline.simulation.life import Life, Steps
from hotline.simulation.photos import photo
from tickets.states import State
from units.models import Unit, User
from units.roles import Role

#: How many of those who get an order object, and how many of those who get it next.
FIRST, AGAIN = 0.05, 0.4
#: Of what is looked at: upheld, upheld without naming anybody, and left until the clock refuses it.
UPHELD, NOBODY, SILENT = 0.5, 0.2, 0.12
GRASSROOTS = (Unit.Type.STREET, Unit.Type.TOWN)
Ground = Objection.Ground
Verdict = Objection.Verdict


def steps(life: Life) -> Steps:
    """Before anybody signs."""
    rng = life.chance("object", life.objections)
    ticket, unit = life.ticket, life.unit
    if unit.type == Unit.Type.DISTRICT or life.objections > 1 or not _contests(life, rng):
        return
    left = min(ticket.sign_due - life.now, timedelta(hours=2))
    yield life.by_day(life.now + left * rng.uniform(0.15, 0.7), rng)
    stands = standing(ticket, life.now)
    if ticket.state not in (State.DISPATCHED, State.HANDLING) or stands is None or stands.obstacle:
        return
    others = _others(life, unit)
    if not others:
        return
    row = raise_objection(ticket, _grounds(rng, unit, rng.choice(others)), by=_clerk(life), at=life.now)
    life.objections += 1
    yield from _ruled(life, rng, row)


def _contests(life: Life, rng: Random) -> bool:
    if life.objections:
        return rng.random() < AGAIN
    return life.happens(rng, FIRST, life.now)


def _clerk(life: Life) -> User:
    return life.world.people.clerk(life.unit)


def _others(life: Life, unit: Unit) -> Sequence[Unit]:
    """Whose matter it might be: those who help, the same trade above or below, a street's neighbours.

    Never a street's where the catalogue names a department.
    """
    gone = freed(life.ticket)
    near = [one for one in life.world.near(unit) if one.pk not in gone]
    helping = set(life.ticket.co_tasks.values_list("unit", flat=True))
    street = unit.type in GRASSROOTS
    found = [
        one
        for one in near
        if (street and one.type in GRASSROOTS)
        or (one.type not in GRASSROOTS and one.pk in helping)
        or (one.function and one.function == unit.function)
    ]
    return found or [one for one in near if one.type == Unit.Type.CITY_DEPT]


def _grounds(rng: Random, unit: Unit, proposed: Unit) -> Grounds:
    if proposed.type in GRASSROOTS:
        ground = Ground.AREA
    else:
        ground = Ground.OWNER if proposed.type == Unit.Type.ENTERPRISE else Ground.REMIT
    return Grounds(
        ground=ground,
        clause=texts.CLAUSES[ground],
        proposed=proposed,
        text=texts.OBJECTED[ground].format(unit=unit, other=proposed),
        files=[photo(rng, "现场位置")] if rng.random() < 0.5 else [],
    )


def _ruled(life: Life, rng: Random, row: Objection) -> Steps:
    """Somebody who may rules in an hour or so, or nobody does."""
    if rng.random() < SILENT or row.due > life.world.end:
        yield row.due + timedelta(minutes=1)
        return
    soon = min(timedelta(minutes=rng.uniform(5, 100)), (row.due - life.now) * 0.8)
    yield life.by_day(life.now + soon, rng, 9, 18)
    if life.ticket.state != State.OBJECTED:
        return
    last = is_last(row)
    district = within_district(row) if not last else None
    if district is not None and rng.random() < 0.7:
        by = life.world.people.of(district, Role.DISTRICT)[0]
    else:
        district, by = None, life.world.anyone(Role.REVIEWER, rng)
    rule_on(life.ticket, _ruling(rng, row, last, district), by=by, at=life.now)


def _ruling(rng: Random, row: Objection, last: bool, district: Unit | None) -> Ruling:
    if last:
        awarded = rng.choice((row.proposed, row.unit))
        return Ruling(Verdict.RULED, texts.RULED.format(unit=awarded), awarded)
    if rng.random() >= UPHELD:
        return Ruling(Verdict.REFUSED, rng.choice(texts.OVERRULED))
    nobody = district is None and rng.random() < NOBODY
    return Ruling(Verdict.UPHELD, texts.UPHELD[row.ground], None if nobody else row.proposed)
