"""Lines of the ledger without walking the whole line to each of them."""

from collections.abc import Callable
from datetime import datetime

import pytest

from followup.models import Answer
from intake import actions as intake
from tests.city import NOON, City
from tickets.models import Ticket
from units.models import Unit

Ask = Callable[..., Answer]


@pytest.fixture
def filed(city: City) -> Callable[[Unit], Ticket]:
    """A filed request in the hands of a unit, put there by hand: the ledger does not ask how."""
    made = []

    def one(unit: Unit) -> Ticket:
        phone = f"139{len(made):08d}"
        ticket = intake.file(city.request(phone=phone), by=city.agent, at=NOON)
        Ticket.objects.filter(pk=ticket.pk).update(lead=unit)
        ticket.refresh_from_db()
        made.append(ticket)
        return ticket

    return one


@pytest.fixture
def asked(filed: Callable[[Unit], Ticket]) -> Ask:
    """An answer about a fresh ticket of the unit: `said` is like "yes solved basic", "" nobody reached."""

    def one(unit: Unit, said: str = "yes solved satisfied", at: datetime = NOON, round_: int = 2) -> Answer:
        contacted, solved, satisfied = said.split() if said else ("", "", "")
        return Answer.objects.create(
            ticket=filed(unit),
            round=round_,
            unit=unit,
            reach="reached" if said else "no_answer",
            channel="phone",
            contacted=contacted,
            solved=solved,
            satisfied=satisfied,
            at=at,
        )

    return one
