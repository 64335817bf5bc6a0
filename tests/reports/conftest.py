"""A month that the unit's own pages tell of."""

import pytest

from scoring.actions import score_waiting
from tests.city import NOON, City
from tests.scoring.asking import GOOD, asked, asked_often


@pytest.fixture
def month(city: City) -> City:
    """The street: eight good answers, one basic, one bad; 89.6 points."""
    asked_often(city, city.street, [GOOD] * 8)
    asked(city, city.street, "yes solved basic")
    asked(city, city.street, "no unsolved dissatisfied", leaf="property")
    score_waiting(NOON)
    return city
