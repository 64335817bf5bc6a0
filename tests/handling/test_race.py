"""Eight clerks, eight connections, one order."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from dispatch.actions import route
from handling import actions
from intake import actions as intake
from tests import city as small
from tests.city import NOON
from tickets.errors import Refused
from tickets.models import Ticket

CLERKS = 8


@pytest.mark.django_db(transaction=True)
def test_of_eight_clerks_who_sign_at_once_exactly_one_wins() -> None:
    city = small.build()
    ticket = intake.file(city.request(), by=city.agent, at=NOON)
    assert route(ticket, NOON)
    gate = Barrier(CLERKS)

    def sign() -> str:
        try:
            mine = Ticket.objects.select_related("lead").get(pk=ticket.pk)
            gate.wait(timeout=20)
            actions.sign(mine, by=city.clerk, at=NOON)
            return "signed"
        except Refused as refusal:
            return type(refusal).__name__
        finally:
            connection.close()

    with ThreadPoolExecutor(CLERKS) as pool:
        told = [future.result() for future in [pool.submit(sign) for _clerk in range(CLERKS)]]
    small.forget()
    assert sorted(told) == ["Stale"] * 7 + ["signed"]
    after = Ticket.objects.get(pk=ticket.pk)
    assert (after.state, after.version) == ("handling", 3)
    assert after.events.filter(kind="sign").count() == 1
