"""An order whose result is approved: the caller is to be asked."""

from datetime import timedelta

import pytest

from handling import actions
from handling.actions import Result
from tests.city import NOON, City
from tickets.models import Ticket

#: When the leader approved: a Monday, one in the afternoon.
ASKED_FROM = NOON + timedelta(hours=1)


@pytest.fixture
def waiting(city: City, dispatched: Ticket) -> Ticket:
    """Signed, contacted, reported and approved; in the callers-back's list."""
    actions.sign(dispatched, by=city.clerk, at=NOON)
    actions.contact(dispatched, channel="phone", reached=True, note="约好三点", by=city.clerk, at=NOON)
    result = Result(outcome="explained", text="已解释供暖时间。", reply="供暖自十五日起，请您留意。")
    actions.report(dispatched, result, by=city.clerk, at=NOON)
    actions.approve(dispatched, by=city.leader, at=ASKED_FROM)
    return dispatched
