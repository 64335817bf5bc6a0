"""Whatever happens in whatever order, and wherever a worker dies: the ledger is what its sources make it."""

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from dispatch.actions import dispatch_by_hand
from dispatch.models import Rebound
from followup.models import Answer
from scoring.actions import ensure_period, fold, score_waiting
from scoring.actions.freezing import digest
from scoring.actions.rebounds import revoke_returned
from scoring.audit import differences
from scoring.models import AMOUNTS, Exclusion, Period, Scheme, ScoreLine
from scoring.queries import amounts
from tests.city import NOON, City
from tests.scoring.asking import filed
from tests.scoring.worlds import FRESH, GIVEN, REPEAT, TICKETS, Step, World, play, schedules
from tickets.models import Ticket
from units.models import User

Amounts = dict[str, int]


def should(world: World, answer: Answer) -> Amounts:
    """What the ledger must hold of an answer in all, worked out apart from the program.

    A correction after a rebound does not bring 已解决 back; what is left out counts as 剔除 alone.
    """
    counted = dict.fromkeys(AMOUNTS, 0)
    number = world.tickets.index(answer.ticket)
    uncounted = number == REPEAT or (number in (FRESH, GIVEN) and not world.each)
    if answer.reach == "withdrawn" or (answer.round == 1 and uncounted):
        return counted
    negative = "unsolved" in answer.solved or "dis" in answer.satisfied
    ended = answer.round == 2 or not negative
    counted["closed"] = int(ended and not came_back(answer))
    counted["accepted"] = counted["closed"] if number == FRESH and answer.round == 1 else 0
    if answer.reach != "reached":
        return counted | {"overdue": int(answer.overdue)}
    exclusion = Exclusion.objects.filter(ticket=answer.ticket_id, unit=answer.unit_id).first()
    if exclusion is not None and exclusion.state == "granted":
        return counted | {"excluded": 1}
    return counted | _valid(answer)


def _valid(answer: Answer) -> Amounts:
    last = answer.corrections.order_by("pk").last()
    said = (
        last.now if last else {name: getattr(answer, name) for name in ("contacted", "solved", "satisfied")}
    )
    worth = {"yes": 1000, "no": 0, "solved": 1000, "unsolved": 0, "satisfied": 1000, "basic": 900}
    solved = said["solved"] == "solved" and not came_back(answer)
    return {
        "valid": 1,
        "overdue": int(answer.overdue),
        "contacted": int(said["contacted"] == "yes"),
        "solved": int(solved),
        "satisfied": int(said["satisfied"] == "satisfied"),
        "basic": int(said["satisfied"] == "basic"),
        "responded_num": worth.get(said["contacted"], 0),
        "responded_base": int(said["contacted"] != "unsure"),
        "solved_num": 1000 * solved,
        "solved_base": 1,
        "satisfied_num": worth.get(said["satisfied"], 0),
        "satisfied_base": 1,
    }


def came_back(answer: Answer) -> bool:
    return Rebound.objects.filter(ticket=answer.ticket_id, round=answer.round).exists()


def stands(answer: Answer) -> Amounts:
    rows = [line.amounts for line in ScoreLine.objects.filter(answer=answer)]
    return {name: sum(row[name] for row in rows) for name in AMOUNTS}


def check(world: World) -> None:
    """In the end everything is counted, though somebody died in between."""
    score_waiting(world.at)
    revoke_returned(world.at)
    for answer in Answer.objects.select_related("ticket"):
        assert stands(answer) == should(world, answer), (answer.round, answer.solved)
    for number, ticket in enumerate(world.tickets):
        lines = list(ScoreLine.objects.filter(ticket=ticket).values_list("unit", "accepted", "closed"))
        held = {unit: sum(n for one, n, _closed in lines if one == unit) for unit, *_amounts in lines}
        ended = sum(closed for *_line, closed in lines)
        # Each order once, of whoever has it now; a duplicate once it ended or was reopened.
        orders = 1 if number not in (FRESH, REPEAT) or ticket.assignments.exists() else ended
        assert {unit: n for unit, n in held.items() if n} == ({ticket.lead_id: 1} if orders else {})
        assert ended <= orders
    tail = read()
    fold(world.at + timedelta(days=400))
    assert read() == tail
    for period in Period.objects.all():
        assert list(differences(period)) == [], period.code
    for key, (hash_, rows) in world.published.items():
        period = Period.objects.get(pk=key)
        assert digest(period) == (period.lines_frozen, hash_)
        assert list(period.published.order_by("pk").values()) == rows


def read() -> dict[str, list[Amounts]]:
    """Each period by unit, which must add up to the city, and to its lines."""
    told = {}
    for period in Period.objects.order_by("begins"):
        units = sorted((row.unit, row.amounts) for row in amounts([period], by_unit=True))
        (city,) = amounts([period]) or [None]
        total = {name: sum(row[name] for _unit, row in units) for name in AMOUNTS}
        assert total == (city.amounts if city else dict.fromkeys(AMOUNTS, 0))
        lines = [line.amounts for line in ScoreLine.objects.filter(period=period)]
        assert total == {name: sum(row[name] for row in lines) for name in AMOUNTS}
        told[period.code] = units
    return told


@pytest.mark.slow
def test_any_interleaving_with_crashes_gives_what_the_sources_give(city: City, files: None) -> None:
    type(city.scheme).objects.update(contacted_values={"yes": 1000, "no": 0, "unsure": None})
    tickets = [filed(city, None) for _ in range(TICKETS)]
    for number, ticket in enumerate(tickets):
        unit = city.street if number % 2 else city.sibling
        if number in (FRESH, REPEAT):
            Ticket.objects.filter(pk=ticket.pk).update(lead=unit)
        else:
            dispatch_by_hand(ticket, lead=unit, reason="属地", by=city.dispatcher, at=NOON)
    second = User.objects.create(username="second", roles=["supervisor"], unit=city.centre)
    ensure_period(NOON)

    @settings(
        max_examples=80,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
        phases=[Phase.generate],
    )
    @given(schedules, st.sampled_from(["each", "each", "once"]))
    def every(schedule: list[Step], cluster: str) -> None:
        with transaction.atomic():
            Scheme.objects.update(cluster=cluster)
            fresh = [Ticket.objects.get(pk=ticket.pk) for ticket in tickets]
            world = World(city, fresh, second, each=cluster == "each")
            play(world, schedule)
            check(world)
            transaction.set_rollback(True)

    every()


@pytest.fixture
def files(settings: object, tmp_path: object) -> None:
    settings.MEDIA_ROOT = tmp_path
