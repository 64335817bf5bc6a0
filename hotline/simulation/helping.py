"""The co-units' parts: done in time, done late, urged, or never done (DOMAIN R10)."""

from dispatch.models import CoTask
from handling.actions import co
from hotline.simulation import texts
from hotline.simulation.life import Life, Steps
from tickets.facts import OWED
from units.models import Unit
from units.roles import Role

IN_TIME, LATE, URGED = 0.6, 0.85, 0.2


def steps(life: Life) -> Steps:
    """Every part of the order, each by itself."""
    for row in life.ticket.co_tasks.select_related("unit").order_by("pk"):
        life.begin(_done(life, row))
    yield from ()


def _done(life: Life, row: CoTask) -> Steps:
    rng = life.chance("co", row.unit.code)
    luck = rng.random()
    if luck >= LATE or row.due is None:
        return
    if luck < URGED * IN_TIME:
        yield life.by_day(life.now + (row.due - life.now) * rng.uniform(0.3, 0.6), rng)
        _urge(life, row)
    part = rng.uniform(0.2, 0.9) if luck < IN_TIME else rng.uniform(1.05, 1.4)
    yield life.by_day(row.at + (row.due - row.at) * part, rng)
    _do(life, row, rng.choice(texts.CO_NOTES))


def _urge(life: Life, row: CoTask) -> None:
    if _open(life, row) and life.ticket.state in OWED:
        co.urge(row, by=life.world.people.clerk(life.unit), at=life.now)


def _do(life: Life, row: CoTask, text: str) -> None:
    if _open(life, row):
        role = Role.DISTRICT if row.unit.type == Unit.Type.DISTRICT else Role.CLERK
        co.done(row, text=text, by=life.world.people.of(row.unit, role)[0], at=life.now)


def _open(life: Life, row: CoTask) -> bool:
    """Whether the part is still to be done; the row speaks of the life's own ticket."""
    row.refresh_from_db(fields=["done_at", "urged_at"])
    row.ticket = life.ticket
    return row.done_at is None and row.unit_id != life.ticket.lead_id
