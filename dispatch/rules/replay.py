"""Past requests through two catalogues, as values: what would be different (规则实验室, DOMAIN §4.4)."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from dispatch.rules.routing import Asked, Row, UnitMap, Where, choose, route

#: Leaf → its rules.
Rows = Mapping[str, Sequence[Row]]


@dataclass(frozen=True)
class Past:
    """A request of the past, as routing sees it."""

    number: str
    category: str
    where: Where
    asked: Asked
    barred: frozenset[int] = frozenset()
    #: The unit that has it today, whoever decided so.
    lead: int | None = None


@dataclass(frozen=True)
class Fate:
    """What a catalogue does with a request; `lead` None: it waits for a person."""

    lead: int | None
    co: tuple[int, ...] = ()
    rule: Row | None = None
    #: Class and days by law that the rule sets; empty and None: the category's own.
    limit: str = ""
    days: int | None = None


@dataclass(frozen=True)
class Shift:
    """A request whose fate is another one under the new catalogue."""

    past: Past
    was: Fate
    now: Fate

    @property
    def moved(self) -> bool:
        """Another unit leads."""
        return self.was.lead != self.now.lead

    @property
    def helped(self) -> bool:
        """Other units help."""
        return set(self.was.co) != set(self.now.co)

    @property
    def timed(self) -> bool:
        """Another limit."""
        return (self.was.limit, self.was.days) != (self.now.limit, self.now.days)


@dataclass(frozen=True)
class Effect:
    """What a unit gains and loses as a lead."""

    unit: int
    gained: int
    lost: int


def fate_of(past: Past, rows: Rows, units: UnitMap) -> Fate:
    """What the rules do with the request."""
    own = rows.get(past.category, ())
    decision = route(own, past.where, past.asked, units, past.barred)
    row = choose(own, past.where, past.asked)
    limit, days = (row.limit, row.statutory_days) if row else ("", None)
    if decision is None:
        return Fate(lead=None, limit=limit, days=days)
    return Fate(decision.lead, decision.co, decision.rule, limit, days)


def replay(pasts: Iterable[Past], before: Rows, after: Rows, units: UnitMap) -> list[Shift]:
    """The requests that another lead, other co-units or another limit would get, in their order."""
    shifts = (Shift(past, fate_of(past, before, units), fate_of(past, after, units)) for past in pasts)
    return [shift for shift in shifts if shift.moved or shift.helped or shift.timed]


def shares(shifts: Iterable[Shift]) -> list[Effect]:
    """Per unit what it gains and loses, the most concerned first."""
    moved = [shift for shift in shifts if shift.moved]
    gained = Counter(shift.now.lead for shift in moved if shift.now.lead is not None)
    lost = Counter(shift.was.lead for shift in moved if shift.was.lead is not None)
    effects = [Effect(unit, gained[unit], lost[unit]) for unit in {*gained, *lost}]
    return sorted(effects, key=lambda effect: (-(effect.gained + effect.lost), effect.unit))


def agreement(pasts: Iterable[Past], rows: Rows, units: UnitMap) -> int:
    """How many requests the catalogue sends to the very unit that has them today."""
    return sum(1 for past in pasts if past.lead is not None and fate_of(past, rows, units).lead == past.lead)
