"""What tests of the ledger share."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from django.test import Client

from followup.models import Answer
from scoring.actions import declaring
from scoring.actions.declaring import Event
from scoring.models import Declaration
from tests.city import NOON, City
from tests.scoring import asking
from units.models import User


@pytest.fixture
def asked(city: City) -> Callable[..., Answer]:
    """`asked(unit, "yes solved basic")`: an answer about a fresh ticket of the unit."""
    return partial(asking.asked, city)


@pytest.fixture
def second(city: City, client_of: Callable[[str], Client]) -> User:
    """Another of the centre."""
    city.people["second"] = User.objects.create(username="second", roles=["supervisor"], unit=city.centre)
    return city.second


@pytest.fixture
def in_force(city: City, second: User) -> Callable[..., Declaration]:
    """A confirmed declaration of the days around NOON, of heating in the district."""

    def made(**changes: object) -> Declaration:
        said = {"name": "寒潮", "begins": NOON - timedelta(days=1), "ends": NOON + timedelta(days=1)}
        said |= {"categories": ["0101"], "places": ["110108"], "basis": "市应急办〔2026〕3号公告"}
        row = declaring.declare(Event(**said | changes), by=city.supervisor, at=NOON)
        declaring.confirm(row, by=second, at=NOON)
        return row

    return made
