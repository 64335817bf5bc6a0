"""Routing as pure thinking: catalogue rules and a map of units in, a decision out (DOMAIN R8–R10, §4.4)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tickets.states import Channel

#: (district place code, function) → unit id
DepartmentMap = Mapping[tuple[str, str], int]
CALLERS = ("person", "enterprise")


@dataclass(frozen=True)
class Row:
    """A catalogue rule as values; `scope` is a place code or empty."""

    id: int
    category: str
    lead: str
    co: tuple[str, ...] = ()
    scope: str = ""
    kind: str = ""
    condition: str = ""
    basis: str = ""
    #: The class of the limit; empty: the category's.
    limit: str = ""
    #: A handling limit by law, in days of the class's calendar (DOMAIN §3.2).
    statutory_days: int | None = None
    legal_basis: str = ""


@dataclass(frozen=True)
class Asked:
    """What conditions may ask of a request, beside its leaf and its place."""

    kind: str = ""
    urgent: bool = False
    channel: str = ""
    #: One of `CALLERS`; empty where nobody looked.
    caller: str = ""
    #: Title and content.
    text: str = ""


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
    #: Function → the city's department.
    city_departments: Mapping[str, int] = field(default_factory=dict)
    #: Unit → its path through the units above it.
    paths: Mapping[int, str] = field(default_factory=dict)

    def barred(self, accused: int | None) -> frozenset[int]:
        """The accused of a 举报 and whoever is under its command (DOMAIN §4.7)."""
        if accused is None:
            return frozenset()
        above = self.paths.get(accused)
        below = (unit for unit, path in self.paths.items() if above and path.startswith(above))
        return frozenset({accused, *below})

    @property
    def departmental(self) -> Collection[int]:
        """Every department, of the city or a district."""
        return {*self.departments.values(), *self.city_departments.values()}


@dataclass(frozen=True)
class Decision:
    """Where a request goes: the lead, the co-units, and the rule (None: the district as a fallback)."""

    lead: int
    co: tuple[int, ...] = ()
    rule: Row | None = None
    #: A rule matched, but named no unit here or one that is accused.
    passed_over: bool = field(default=False)


def holds(condition: str, asked: Asked) -> bool:
    """Whether a rule's condition is met; an empty one always is. Raises ValueError for an unknown one."""
    name, _colon, argument = condition.partition(":")
    match name:
        case "":
            return True
        case "urgent":
            return asked.urgent
        case "channel":
            return asked.channel == argument
        case "caller":
            return asked.caller == argument
        case "words":
            return argument in asked.text
    raise ValueError(f"unknown condition: {condition}")


def known_condition(condition: str) -> bool:
    """Whether it is one that can be met: empty, urgent, channel:<code>, caller:<type>, words:<text>."""
    name, colon, argument = condition.partition(":")
    match name:
        case "" | "urgent":
            return not colon
        case "channel":
            return argument in Channel.values
        case "caller":
            return argument in CALLERS
        case "words":
            return bool(argument.strip())
    return False


def known_resolver(resolver: str, units: UnitMap) -> bool:
    """Whether it can name a unit anywhere in the city."""
    name, colon, argument = resolver.partition(":")
    match name:
        case "street" | "district":
            return not colon
        case "district_dept":
            return argument in {function for _district, function in units.departments}
        case "city_dept":
            return argument in units.city_departments
        case "unit":
            return argument in units.by_code
    return False


def choose(rows: Iterable[Row], where: Where, asked: Asked) -> Row | None:
    """The most particular rule of a leaf that fits.

    Nearer scope first, then one with a condition, then one made for the kind, then the older.
    """
    within = where.within
    fitting = [
        row
        for row in rows
        if row.scope in within and row.kind in ("", asked.kind) and holds(row.condition, asked)
    ]
    return min(
        fitting,
        key=lambda row: (within.index(row.scope), row.condition == "", row.kind == "", row.id),
        default=None,
    )


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
        case "city_dept":
            return units.city_departments.get(argument)
        case "unit":
            return units.by_code.get(argument)
    raise ValueError(f"unknown resolver: {resolver}")


def is_departmental(row: Row, where: Where, units: UnitMap) -> bool:
    """Whether a rule gives the matter to a department: not to be pushed down (国办函〔2025〕66号 (五))."""
    if row.lead.partition(":")[0] in ("district_dept", "city_dept"):
        return True
    return resolve(row.lead, where, units) in units.departmental


def route(
    rows: Sequence[Row], where: Where, asked: Asked, units: UnitMap, barred: frozenset[int] = frozenset()
) -> Decision | None:
    """The decision for a request; None when not even a district is known, and a person must decide.

    `barred` units (the accused of a 举报) get neither the lead nor a part. No fitting unit: the
    government of the district of the place (DOMAIN R9).
    """
    row = choose(rows, where, asked)
    lead = resolve(row.lead, where, units) if row else None
    if row is not None and lead is not None and lead not in barred:
        named = (resolve(name, where, units) for name in row.co)
        co = tuple(dict.fromkeys(u for u in named if u is not None and u != lead and u not in barred))
        return Decision(lead=lead, co=co, rule=row)
    district = units.districts.get(where.district)
    if district is None or district in barred:
        return None
    return Decision(lead=district, passed_over=row is not None)
