"""Runs an import: every row is created, known from an earlier run, or refused with a reason."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import islice

from django.db import transaction
from django.utils.translation import gettext as _

from dispatch.actions import dispatch_by_hand, route
from hotline.city.reader import Bad
from hotline.imports.orders import Order, Orders
from hotline.imports.source import Line
from intake.actions import file
from tickets.errors import Refused
from tickets.models import Ticket
from units.models import User

#: Rows written in one transaction when good rows are kept.
BATCH = 200


class Verdict(StrEnum):
    CREATED = "created"
    KNOWN = "known"
    REFUSED = "refused"


@dataclass(frozen=True)
class Fate:
    """What became of a row."""

    line: int
    order: str
    verdict: Verdict
    ticket: str = ""
    reason: str = ""


@dataclass
class Outcome:
    """What became of all rows. `kept` False: nothing was written after all."""

    fates: list[Fate] = field(default_factory=list)
    kept: bool = True

    def count(self, verdict: Verdict) -> int:
        return sum(fate.verdict == verdict for fate in self.fates)

    @property
    def reasons(self) -> list[tuple[str, int]]:
        """Why rows were refused, the most frequent first; without the values that differ."""
        refused = [fate.reason.partition(":")[0] for fate in self.fates if fate.verdict == Verdict.REFUSED]
        return Counter(refused).most_common()


class Import:
    """One run. `by` dispatches by hand where the map says so."""

    def __init__(self, orders: Orders, *, by: User | None, now: datetime) -> None:
        self.orders, self.by, self.now = orders, by, now
        self._first: dict[str, int] = {}

    def good_rows(self, lines: Iterable[Line]) -> Outcome:
        """Keeps every good row; killed at any point, the next run goes on where this one was."""
        outcome = Outcome()
        for batch in _batches(lines):
            with transaction.atomic():
                outcome.fates += self._take(batch)
        return outcome

    def all_or_none(self, lines: Iterable[Line]) -> Outcome:
        """Keeps all rows, or none when one was refused."""
        return self._at_once(lines, lambda outcome: not outcome.count(Verdict.REFUSED))

    def dry(self, lines: Iterable[Line]) -> Outcome:
        """Does everything and takes it back, so that what it says is what would happen."""
        return self._at_once(lines, lambda _outcome: False)

    def _at_once(self, lines: Iterable[Line], keep: Callable[[Outcome], bool]) -> Outcome:
        with transaction.atomic():
            outcome = Outcome([fate for batch in _batches(lines) for fate in self._take(batch)])
            outcome.kept = keep(outcome)
            if not outcome.kept:
                transaction.set_rollback(True)
        return outcome

    def _take(self, batch: list[Line]) -> list[Fate]:
        return [self._row(line) for line in batch]

    def _row(self, line: Line) -> Fate:
        number = ""
        try:
            number = self.orders.number(line) if not line.wrong else ""
            order = self.orders.order(line)
            self._refuse_doubled(order, line)
            with transaction.atomic():
                ticket, known = self._write(order)
        except (Bad, Refused, LookupError) as reason:
            if isinstance(reason, KeyError | IndexError):
                raise  # our own mistake; a plain LookupError is the book's: no limit was in force then
            return Fate(line.number, number, Verdict.REFUSED, reason=str(reason))
        return Fate(line.number, number, Verdict.KNOWN if known else Verdict.CREATED, ticket.number)

    def _refuse_doubled(self, order: Order, line: Line) -> None:
        first = self._first.setdefault(order.number, line.number)
        if first != line.number:
            raise Bad(f"order stands already in the file: line {first}")

    def _write(self, order: Order) -> tuple[Ticket, bool]:
        """The ticket, and whether an earlier run had made it."""
        before = Ticket.objects.filter(client_key=order.request.client_key).first()
        if before is not None:
            return before, True
        received = order.received or self.now
        when = received if self.orders.mapping.clock == "received" else self.now
        ticket = file(order.request, by=None, at=received)
        how = self.orders.mapping.dispatch
        if how == "unit" and order.unit is not None and self.by is not None:
            dispatch_by_hand(ticket, lead=order.unit, reason=_("导入：原系统的承办单位"), by=self.by, at=when)
        elif how != "none":
            route(ticket, when)
        return ticket, False


def _batches(lines: Iterable[Line]) -> Iterator[list[Line]]:
    rows = iter(lines)
    while batch := list(islice(rows, BATCH)):
        yield batch
