"""What tests of the ledger share."""

from collections.abc import Callable
from functools import partial

import pytest

from followup.models import Answer
from tests.city import City
from tests.scoring import asking


@pytest.fixture
def asked(city: City) -> Callable[..., Answer]:
    """`asked(unit, "yes solved basic")`: an answer about a fresh ticket of the unit."""
    return partial(asking.asked, city)
