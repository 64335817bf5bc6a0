"""What follows a missed limit: a late result, cards that are accounted for, orders of supervision (§3.7)."""

from datetime import timedelta
from random import Random

from dispatch.actions import cards as carding
from dispatch.actions import oversight
from dispatch.models import Oversight
from handling import actions as handling
from handling.models import Report
from hotline.simulation import texts
from hotline.simulation.life import Life, Steps
from hotline.simulation.reporting import result
from tickets.states import Outcome, State
from units.models import Unit, User
from units.roles import Role

LATE_RESULT, ACCOUNTED, ORDERED, REPLIED, ENOUGH = 0.55, 0.6, 0.3, 0.8, 0.75


def begin(life: Life) -> None:
    """The limit has ended without a result."""
    life.begin(_late_result(life), cards(life), _overseen(life))


def _late_result(life: Life) -> Steps:
    rng, ticket = life.chance("late", life.ticket.round), life.ticket
    if rng.random() >= LATE_RESULT:
        return
    yield life.in_hours(rng, 2, 40)
    reported = ticket.reports.filter(round=ticket.round, verdict=Report.Verdict.APPROVED)
    if ticket.state != State.FOLLOWUP or ticket.overdue_at is None or ticket.withdrawn_at is not None:
        return
    if reported.exists():
        return
    told, files = result(rng, ticket, rng.choice((Outcome.SOLVED, Outcome.PARTLY)))
    people, unit = life.world.people, life.unit
    handling.report_late(ticket, told, by=people.clerk(unit), at=life.now, files=files)
    yield life.in_hours(rng, 0.5, 6)
    if ticket.state == State.FOLLOWUP:
        handling.approve_late(ticket, by=people.leader(unit), at=life.now)


def cards(life: Life) -> Steps:
    """The unit's head accounts for the cards in a day or two; many wait."""
    rng = life.chance("cards", life.ticket.round)
    if rng.random() >= ACCOUNTED:
        return
    yield life.in_hours(rng, 3, 50)
    for card in life.ticket.cards.filter(acknowledged_at=None).select_related("unit"):
        card.ticket = life.ticket
        by = _head(life, card.unit)
        carding.acknowledge(card, account=rng.choice(texts.ACCOUNTS), by=by, at=life.now)


def _head(life: Life, unit: Unit) -> User:
    role = Role.DISTRICT if unit.type == Unit.Type.DISTRICT else Role.LEADER
    return life.world.people.of(unit, role)[0]


def _overseen(life: Life) -> Steps:
    """The city orders a reply to some; what the top of the ladder ordered is answered as well."""
    rng, ticket = life.chance("oversee", life.ticket.round), life.ticket
    at = life.in_hours(rng, 1, 20)
    if life.happens(rng, ORDERED, at):
        yield at
        if ticket.lead_id is not None and not _open(life):
            by = life.world.anyone(Role.SUPERVISOR, rng)
            oversight.order(ticket, demand=rng.choice(texts.DEMANDS), by=by, at=life.now)
            yield from _replied(life, rng)
    if ticket.special_at is not None and ticket.special_at > life.now:
        yield ticket.special_at + timedelta(hours=rng.uniform(4, 40))
        yield from _replied(life, rng)


def _open(life: Life) -> list[Oversight]:
    """What is not ended; each row speaks of the life's own ticket."""
    rows = list(life.ticket.oversights.exclude(state=Oversight.State.ENDED).select_related("by"))
    for row in rows:
        row.ticket = life.ticket
    return rows


def _replied(life: Life, rng: Random) -> Steps:
    """The unit replies, or not; then the city ends it, or asks on."""
    if rng.random() >= REPLIED:
        return
    yield life.in_hours(rng, 3, 40)
    for row in _open(life):
        by = _head(life, life.unit)
        oversight.reply(row, text=rng.choice(texts.OVERSEEN), by=by, at=life.now)
    yield life.in_hours(rng, 4, 40)
    for row in _open(life):
        by = life.world.anyone(Role.SUPERVISOR, rng)
        if rng.random() < ENOUGH:
            oversight.end(row, conclusion=texts.ENOUGH, by=by, at=life.now)
        elif row.state == Oversight.State.REPLIED:
            oversight.ask_again(row, demand=texts.NOT_ENOUGH, by=by, at=life.now)
