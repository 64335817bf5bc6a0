"""Routing as pure thinking: catalogue rules and a map of units in, a decision out (DOMAIN R8–R10, §4.4)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

#: (district place code, function) → unit id
DepartmentMap = Mapping[tuple[str, str], int]


@dataclass(frozen=True)
class Row:
    """A catalogue rule as values; `scope` is a place code or empty."""

    id: int
    category: str
    lead: str
    co: tuple[str, ...] = ()
    scope: str = ""
    kind: str = ""
    basis: str = ""


@dataclass(frozen=True)
class Where:
    """The place of a request: its own code and those of its street and district (empty when above them)."""

    code: str = ""
    street: str = ""
    district: str = ""

    @property
    def within(self) -> tuple[str, ...]:
        """From near to far."""
        return (self.code, self.street, self.district, "")


@dataclass(frozen=True)
class UnitMap:
    """Which unit stands for a place or a code."""

    by_code: Mapping[str, int]
    #: Street or town place code → its unit.
    streets: Mapping[str, int]
    #: District place code → its government.
    districts: Mapping[str, int]
    departments: DepartmentMap


@dataclass(frozen=True)
class Decision:
    """Where a request goes: the lead, the co-units, and the rule (None: the district as a fallback)."""

    lead: int
    co: tuple[int, ...] = ()
    rule: Row | None = None
    #: A rule matched, but named no unit here or one that is accused.
    passed_over: bool = field(default=False)


def choose(rows: Iterable[Row], where: Where, kind: str) -> Row | None:
    """The most particular rule of a leaf: nearer scope first, then one made for the kind."""
    within = where.within
    fitting = [row for row in rows if row.scope in within and row.kind in ("", kind)]
    return min(fitting, key=lambda row: (within.index(row.scope), row.kind == "", row.id), default=None)


def resolve(resolver: str, where: Where, units: UnitMap) -> int | None:
    """The unit a resolver names at a place; None when there is none."""
    name, _colon, argument = resolver.partition(":")
    match name:
        case "street":
            return units.streets.get(where.street)
        case "district":
            return units.districts.get(where.district)
        case "district_dept":
            return units.departments.get((where.district, argument))
        case "unit":
            return units.by_code.get(argument)
    raise ValueError(f"unknown resolver: {resolver}")


def route(
    rows: Sequence[Row], where: Where, kind: str, units: UnitMap, barred: frozenset[int] = frozenset()
) -> Decision | None:
    """The decision for a request; None when not even a district is known, and a person must decide.

    `barred` units (the accused of a 举报) get neither the lead nor a part. No fitting unit: the
    government of the district of the place (DOMAIN R9).
    """
    row = choose(rows, where, kind)
    lead = resolve(row.lead, where, units) if row else None
    if row is not None and lead is not None and lead not in barred:
        named = (resolve(name, where, units) for name in row.co)
        co = tuple(dict.fromkeys(u for u in named if u is not None and u != lead and u not in barred))
        return Decision(lead=lead, co=co, rule=row)
    district = units.districts.get(where.district)
    if district is None or district in barred:
        return None
    return Decision(lead=district, passed_over=row is not None)
