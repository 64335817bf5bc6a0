"""A unit asks that a bad answer be left out of the scores (剔除); somebody else decides (DOMAIN §2.4)."""

from collections.abc import Sequence
from random import Random

from followup.models import Answer
from hotline.simulation import texts
from hotline.simulation.life import Life, Steps
from hotline.simulation.photos import photo
from scoring.actions import exclusions
from scoring.models import Exclusion, Ground
from scoring.queries import asked_until, ground_in_force
from tickets.facts import FACTS
from units.models import User
from units.roles import Role

CHANCE, GRANTED = 0.12, 0.55
State = Exclusion.State


def steps(life: Life, answer: Answer) -> Steps:
    """In the days after the answer; decided in a day or two, by two people where the ground says so."""
    rng = life.chance("exclude", answer.round)
    at = life.in_hours(rng, 2, 40)
    if not life.happens(rng, CHANCE, at):
        return
    yield at
    ticket = life.ticket
    ours = ticket.lead_id == answer.unit_id and ticket.state in FACTS["exclude_ask"].states
    if not ours or life.now > asked_until(answer) or Exclusion.objects.filter(ticket=ticket).exists():
        return
    grounds = _grounds(answer)
    if not grounds:
        return
    row = _asked(life, rng, answer, rng.choice(grounds))
    # From here on the ticket is written through the row's own copy of it.
    life.shared = True
    grant, people = rng.random() < GRANTED, life.world.people.on_the_line(life.world.centre, Role.SUPERVISOR)
    for by in rng.sample(people, 2):
        yield life.in_hours(rng, 4, 44)
        row.refresh_from_db()
        if row.state not in (State.ASKED, State.SECONDED):
            return
        _decide(life, row, by, grant=grant)


def _grounds(answer: Answer) -> Sequence[str]:
    """What a unit may ask for by the scheme of that day."""
    found = Ground.objects.filter(automatic=False).order_by("code").values_list("code", flat=True).distinct()
    return [code for code in found if ground_in_force(code, answer.at) is not None]


def _asked(life: Life, rng: Random, answer: Answer, ground: str) -> Exclusion:
    answer.ticket = life.ticket
    return exclusions.ask(
        answer,
        ground=ground,
        text=rng.choice(texts.EXCLUDED),
        by=life.world.people.clerk(life.unit),
        at=life.now,
        files=[photo(rng, "申请材料")],
    )


def _decide(life: Life, row: Exclusion, by: User, *, grant: bool) -> None:
    if grant:
        exclusions.agree(row, opinion=texts.AGREED, by=by, at=life.now)
    else:
        exclusions.refuse(row, opinion=texts.NOT_EXCLUDED, by=by, at=life.now)
    life.reload()
