"""A street whistles; the units it calls come, act and leave, or stay away, and are rated (DOMAIN §3.6)."""

from collections.abc import Sequence
from datetime import timedelta
from random import Random

from handling.actions import whistle as whistles
from handling.models import Call, Whistle
from handling.rules import CALLED, WHISTLERS
from hotline.simulation import texts
from hotline.simulation.life import Life, Steps
from hotline.simulation.photos import photo
from tickets.states import State
from units.models import Unit

CHANCE, ABSENT, LATE = 0.12, 0.12, 0.15
#: Whom a street calls: those who enforce, repair or keep order.
TRADES = frozenset(
    {"cityadmin", "enforcement", "environment", "fire", "housing", "market", "parks", "police", "traffic"}
)
KINDS = ((Whistle.Kind.DAILY, 6), (Whistle.Kind.HARD, 3), (Whistle.Kind.URGENT, 1))


def steps(life: Life) -> Steps:
    """The street whistles, ends what nobody came to, and rates everybody."""
    rng = life.chance("whistle")
    at = life.within(rng, 0.1, 0.5)
    if life.unit.type not in WHISTLERS or not life.happens(rng, CHANCE, at):
        return
    yield at
    ticket, unit = life.ticket, life.unit if life.ticket.lead_id else None
    if ticket.state != State.HANDLING or unit is None or unit.type not in WHISTLERS:
        return
    row = whistles.blow(ticket, _blast(life, rng, unit), by=life.world.people.clerk(unit), at=life.now)
    calls = list(row.calls.select_related("unit"))
    life.begin(*(_come(life, call) for call in calls))
    yield life.by_day(calls[0].arrive_due + timedelta(hours=rng.uniform(1, 8)), rng)
    _end(life, row, unit)
    yield life.in_hours(rng, 1, 20)
    _rate(life, rng, row, unit)


def _blast(life: Life, rng: Random, unit: Unit) -> whistles.Blast:
    kind = rng.choices([kind for kind, _n in KINDS], [n for _kind, n in KINDS])[0]
    return whistles.Blast(
        kind=kind,
        situation=rng.choice(Whistle.Situation.values),
        where=life.ticket.location or texts.MEETING_PLACE,
        reason=rng.choice(texts.WHISTLED),
        units=_called(life, rng, unit),
    )


def _called(life: Life, rng: Random, unit: Unit) -> Sequence[Unit]:
    """Up to three, with the demonstration's own departments among them more often than chance."""
    called = [one for one in life.world.near(unit) if one.type in CALLED]
    near = [one for one in called if one.function in TRADES] or called
    known = [one for one in called if one.pk in life.world.staffed]
    first = rng.choice(known) if known and rng.random() < 0.6 else rng.choice(near)
    more = rng.sample(near, min(rng.randrange(3), len(near)))
    return list(dict.fromkeys((first, *more)))


def _come(life: Life, call: Call) -> Steps:
    """One called unit: it may be late, or never come."""
    rng = life.chance("call", call.unit.code)
    if rng.random() < ABSENT:
        return
    by = life.world.people.clerk(call.unit)
    late = 1.3 if rng.random() < LATE else 0.9
    yield life.now + (call.ack_due - life.now) * rng.uniform(0.1, 1) * late
    if _stands(call, Call.State.CALLED):
        whistles.ack(call, by=by, at=life.now)
        life.reload()
    left = max(call.arrive_due - life.now, timedelta(minutes=10))
    yield life.by_day(life.now + left * rng.uniform(0.2, 1) * late, rng, 8, 18)
    if not _stands(call, Call.State.COMING):
        return
    arrival = whistles.Arrival(where=call.whistle.where, photo=photo(rng, "报到照片"))
    whistles.arrive(call, arrival, by=by, at=life.now)
    life.reload()
    yield life.now + timedelta(minutes=rng.uniform(20, 150))
    if _stands(call, Call.State.THERE):
        whistles.act(call, text=rng.choice(texts.ACTED), by=by, at=life.now)
        whistles.leave(call, by=by, at=life.now)
        life.reload()


def _stands(call: Call, state: str) -> bool:
    """Whether the call is still there: the street may have ended its whistle."""
    call.refresh_from_db()
    return call.state == state


def _end(life: Life, row: Whistle, unit: Unit) -> None:
    row.refresh_from_db()
    if row.ended_at is None and row.calls.exclude(state__in=whistles.OVER).exists():
        whistles.end(row, by=life.world.people.clerk(unit), at=life.now)
        life.reload()


def _rate(life: Life, rng: Random, row: Whistle, unit: Unit) -> None:
    by = life.world.people.clerk(unit)
    for call in row.calls.filter(rated_at=None).select_related("unit", "whistle"):
        rating = 1 if call.state == Call.State.ABSENT else rng.choice((3, 4, 4, 5, 5))
        note = texts.NEVER_CAME if rating == 1 else ""
        whistles.rate(call, rating=rating, note=note, by=by, at=life.now)
    life.reload()
