"""Follow-ups without walking the whole line to each of them: the ledger does not ask how they came about."""

from collections.abc import Sequence
from datetime import datetime

from followup.models import Answer
from intake import actions as intake
from tests.city import NOON, City
from tickets import access
from tickets.models import Ticket
from units.models import Unit

GOOD = "yes solved satisfied"


def filed(city: City, unit: Unit | None, leaf: str = "heating") -> Ticket:
    """A fresh request, put into the hands of the unit; without one it waits for dispatch."""
    phone = f"139{Ticket.objects.count():08d}"
    request = city.request(phone=phone, category=city.leaves[leaf])
    ticket = intake.file(request, by=city.agent, at=NOON)
    if unit is not None:
        access.hand(ticket, unit.pk)
    Ticket.objects.filter(pk=ticket.pk).update(lead=unit)
    if unit is not None:
        access.hand(ticket, unit.pk)
    ticket.refresh_from_db()
    return ticket


def asked(
    city: City, unit: Unit, said: str = GOOD, at: datetime = NOON, round_: int = 2, leaf: str = "heating"
) -> Answer:
    """An answer about a fresh ticket of the unit: `said` is like "yes solved basic", "" nobody reached."""
    return _answer(filed(city, unit, leaf), said, at, round_, unit)


def asked_often(city: City, unit: Unit, said: Sequence[str], at: datetime = NOON) -> list[Answer]:
    """Many answers at the price of one ticket: its rounds go on and on."""
    ticket = filed(city, unit)
    return [_answer(ticket, words, at, number, unit) for number, words in enumerate(said, 2)]


def _answer(ticket: Ticket, said: str, at: datetime, round_: int, unit: Unit) -> Answer:
    contacted, solved, satisfied = said.split() if said else ("", "", "")
    return Answer.objects.create(
        ticket=ticket,
        round=round_,
        unit=unit,
        reach="reached" if said else "no_answer",
        channel="phone",
        contacted=contacted,
        solved=solved,
        satisfied=satisfied,
        at=at,
    )
