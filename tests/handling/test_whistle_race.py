"""Three called units arrive in the same second while the street presses end: nothing is lost or doubled."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection

from dispatch.actions import route
from handling import actions
from handling.actions import whistle
from handling.actions.whistle import Arrival, Blast
from handling.models import Call, Whistle
from intake import actions as intake
from tests import city as small
from tests.city import NOON
from tests.handling.conftest import photo
from tickets.errors import Refused

LATER = NOON + timedelta(minutes=31)


@pytest.mark.django_db(transaction=True)
def test_units_that_arrive_at_once_while_the_street_ends_lose_nothing() -> None:
    city = small.build()
    ticket = intake.file(city.request(category=city.leaves["property"]), by=city.agent, at=NOON)
    assert route(ticket, NOON)
    actions.sign(ticket, by=city.street_clerk, at=NOON)
    units = {
        city.housing: city.housing_clerk,
        city.department: city.planning_leader,
        city.heating: city.clerk,
    }
    called = Blast("urgent", "enforcement", "北门", "联合执法", list(units))
    made = whistle.blow(ticket, called, by=city.street_clerk, at=NOON)
    calls = list(made.calls.select_related("whistle", "unit"))
    for call in calls:
        whistle.ack(call, by=units[call.unit], at=NOON)
    gate = Barrier(len(calls) + 1)

    def one(verb: Callable[[], None]) -> str:
        try:
            gate.wait(timeout=20)
            verb()
            return "done"
        except Refused:
            return "refused"
        finally:
            connection.close()

    def arriving(call: Call) -> Callable[[], None]:
        arrival = Arrival("北门", photo())
        return lambda: whistle.arrive(call, arrival, by=units[call.unit], at=LATER)

    verbs = [*map(arriving, calls), lambda: whistle.end(made, by=city.street_clerk, at=LATER)]
    with ThreadPoolExecutor(len(verbs)) as pool:
        told = list(pool.map(one, verbs))
    small.forget()
    assert told[-1] == "done"
    came = told[:-1].count("done")
    states = sorted(Call.objects.values_list("state", flat=True))
    # Who was there when the street ended may go; who was not is absent; nobody is both.
    assert states == sorted(["absent"] * (3 - came) + ["left"] * came)
    ticket.refresh_from_db()
    assert ticket.events.filter(kind="whistle_arrive").count() == came == ticket.attachments.count()
    assert ticket.events.filter(kind="whistle_end").count() == 1
    assert Whistle.objects.get().ended_at == LATER
