"""Long-term plans (挂账): asked for, signed, run through their milestones, or refused (DOMAIN §3.5)."""

from datetime import timedelta
from random import Random

from handling.actions import on_plan, plan
from handling.models import Plan
from handling.queries.plan import lapsed, told
from hotline.simulation import texts
from hotline.simulation.life import Life, Steps
from tickets.book import local_day
from tickets.states import State
from units.models import Unit
from units.roles import Role

CHANCE, SIGNED, APPROVED, REACHED, REVIEWED = 0.015, 0.9, 0.85, 0.85, 0.6


def asked(life: Life) -> Steps:
    """The leader asks, the district and the city answer, each after a day or so."""
    rng = life.chance("plan", life.ticket.version)
    ticket, unit = life.ticket, life.unit
    at = life.in_hours(rng, 1, 8)
    if ticket.urgent or ticket.round > 1 or not life.happens(rng, CHANCE, at):
        return
    yield at
    contact = told(ticket).first()
    if contact is None or not _working(life) or ticket.plans.exists():
        return
    wanted = plan.Wanted(
        why=rng.choice(Plan.Why.values),
        text=rng.choice(texts.PLANS),
        until=local_day(life.now) + timedelta(days=rng.randint(45, 200)),
        told=contact,
        steps=_milestones(life, rng),
    )
    row = plan.ask(ticket, wanted, by=life.world.people.leader(unit), at=life.now)
    if row.state == Plan.State.ASKED:
        yield life.in_hours(rng, 3, 30)
        _sign(life, rng, row, unit)
    if row.state == Plan.State.SIGNED:
        yield life.in_hours(rng, 4, 40)
        _approve(life, rng, row)


def _working(life: Life) -> bool:
    return life.ticket.state == State.HANDLING and life.now < life.ticket.handle_due


def _milestones(life: Life, rng: Random) -> list[plan.Step]:
    days = sorted(rng.sample(range(5, 40), 3))
    return [
        plan.Step(name, local_day(life.now) + timedelta(days=day))
        for name, day in zip(texts.MILESTONES, days, strict=True)
    ]


def _sign(life: Life, rng: Random, row: Plan, unit: Unit) -> None:
    if not _working(life) or lapsed(row):
        return
    by = life.world.people.of(life.world.units[unit.district_id], Role.DISTRICT)[0]
    if rng.random() < SIGNED:
        plan.sign(life.ticket, row, opinion=texts.AGREED, by=by, at=life.now)
    else:
        plan.refuse(life.ticket, row, opinion=texts.NO_PLAN, by=by, at=life.now)


def _approve(life: Life, rng: Random, row: Plan) -> None:
    if not _working(life) or lapsed(row):
        return
    by = life.world.anyone(Role.SUPERVISOR, rng)
    overtaken = min(step.due for step in row.milestones.all()) < local_day(life.now)
    if rng.random() < APPROVED and not overtaken:
        plan.approve(life.ticket, row, opinion=texts.AGREED, by=by, at=life.now)
    else:
        plan.refuse(life.ticket, row, opinion=texts.NO_PLAN, by=by, at=life.now)


def running(life: Life) -> Steps:
    """Milestone by milestone; one that is missed brings the order back, the last one done ends the plan."""
    ticket = life.ticket
    rng = life.chance("plan", "running", ticket.version)
    row = ticket.plans.get(state=Plan.State.ACTIVE)
    people = life.world.people
    if rng.random() < REVIEWED:
        life.begin(_reviewed(life, rng, row))
    for step in list(row.milestones.filter(done_at=None)):
        midnight = plan.after(step.due)
        yield max(life.now + timedelta(hours=1), midnight - timedelta(hours=rng.uniform(8, 30)))
        if ticket.state != State.ON_PLAN:
            return
        if rng.random() >= REACHED or life.now >= midnight:
            yield max(life.now, midnight) + timedelta(minutes=1)
            return
        on_plan.reach(ticket, step, note=texts.REACHED, by=people.clerk(life.unit), at=life.now)
    yield life.in_hours(rng, 20, 40)
    if ticket.state == State.ON_PLAN:
        row.refresh_from_db()
        on_plan.finish(ticket, row, by=people.leader(life.unit), at=life.now)


def _reviewed(life: Life, rng: Random, row: Plan) -> Steps:
    """The city looks at it before it must."""
    yield life.in_hours(rng, 6, 60)
    row.refresh_from_db()
    if row.state == Plan.State.ACTIVE and life.ticket.state == State.ON_PLAN:
        by = life.world.anyone(Role.SUPERVISOR, rng)
        on_plan.review(life.ticket, row, opinion=texts.REVIEWED, by=by, at=life.now)
