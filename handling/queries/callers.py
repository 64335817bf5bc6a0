"""Who else asks for the same, and what callers said later: beside an order, as its unit may see them."""

from dataclasses import dataclass
from datetime import datetime

from intake.models import Case, Word
from intake.queries import others_asking, said_later
from tickets.models import Ticket
from units.models import User
from units.roles import CITY_WIDE


@dataclass(frozen=True)
class Other:
    """The caller of a duplicate; masked, or nothing at all where they asked for secrecy (DOMAIN §4.7)."""

    number: str
    secret: bool
    name: str = ""
    phone: str = ""


@dataclass(frozen=True)
class Callers:
    """The duplicates' callers, and the words of all, oldest first."""

    others: list[Other]
    words: list[Word]


def aside(ticket: Ticket, user: User, at: datetime) -> Callers:
    """Two statements, however many there are."""
    others = [_other(case, user) for case in others_asking(ticket)]
    return Callers(others, list(said_later(ticket)))


def _other(case: Case, user: User) -> Other:
    if case.hide_identity and not user.has_role(*CITY_WIDE):
        return Other(case.ticket.number_tail, secret=True)
    caller = case.caller
    return Other(case.ticket.number_tail, False, caller.masked_name, caller.masked_phone)
