"""Orders of the small city on their way to a unit."""

import pytest

from dispatch.actions import route
from intake import actions as intake
from tests.city import NOON, City
from tickets.models import Ticket


@pytest.fixture
def general(city: City) -> Ticket:
    """A G ticket dispatched at noon: the street leads, the housing department helps."""
    said = city.request(category=city.leaves["property"])
    return intake.file(said, by=city.agent, at=NOON, then=route)
