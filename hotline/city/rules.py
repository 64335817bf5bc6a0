"""rules.csv: whose matter it is, as one version of the dispatch catalogue."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from dispatch.models import Assignment, Catalogue, Rule
from dispatch.rules import known_condition
from hotline.city.categories import Categories
from hotline.city.places import Places
from hotline.city.reader import Bad, Problems, Row, once, parsed, read_csv, whole
from hotline.city.rows import Tally, sync
from hotline.city.units import Units
from tickets.models import Category
from tickets.states import Kind

FILE = "rules.csv"
RESOLVERS = "street, district, district_dept:<function>, city_dept:<function>, unit:<code>"
CONDITIONS = "urgent, channel:<code>, caller:enterprise, caller:person, words:<text>"
COLUMNS = ("category", "scope", "kind", "lead", "co", "basis")
#: A rule without them holds always and has the limit of its category.
OPTIONAL = ("condition", "limit", "statutory_days", "legal_basis")
#: What makes a rule the same in two files, and what it says.
KEY = ("category", "scope", "kind", "condition")
#: Places named in a warning; the rest are counted.
NAMED = 5


Key = tuple[str, str, str, str]
Said = tuple[str, tuple[str, ...], str, str, int | None, str]


@dataclass(frozen=True)
class RuleRow:
    """A rule as the file has it."""

    at: str
    category: str
    scope: str
    kind: str
    condition: str
    lead: str
    co: tuple[str, ...]
    basis: str
    limit_code: str
    statutory_days: int | None
    legal_basis: str

    @property
    def key(self) -> Key:
        return self.category, self.scope, self.kind, self.condition

    @property
    def said(self) -> Said:
        return self.lead, self.co, self.basis, self.limit_code, self.statutory_days, self.legal_basis


def read(
    folder: Path,
    categories: Categories,
    places: Places,
    units: Units,
    limits: Collection[str],
    problems: Problems,
) -> Sequence[RuleRow]:
    rows = read_csv(folder, FILE, problems, needed=COLUMNS, optional=OPTIONAL)
    once(rows, problems, *KEY)
    leaves = categories.leaves
    made = parsed(rows, lambda row: _parse(row, leaves, places, units, limits), problems)
    _doubt_gaps(made, places, units, problems)
    ruled = {row.cells["category"] for row in rows}
    for leaf in leaves.values():
        if leaf.code not in ruled:
            problems.warn(leaf.at, f"no rule for {leaf.code} {leaf.name}: the district's government gets it")
    return made


def _parse(
    row: Row, leaves: Collection[str], places: Places, units: Units, limits: Collection[str]
) -> RuleRow:
    lead, co = row.needed("lead", 60), row.listed("co", separator=";")
    for resolver in [lead, *co]:
        _check(resolver, units)
    condition, days = row.text("condition", 60), row.text("statutory_days")
    if not known_condition(condition):
        raise Bad(f"unknown condition {condition!r}; known are {CONDITIONS}")
    if days and not row.text("legal_basis"):
        raise Bad("statutory_days needs its legal_basis")
    return RuleRow(
        at=row.at,
        category=row.known("category", leaves, "the leaves of categories.csv"),
        scope=row.known("scope", places.by_code, "places.csv", empty=True),
        kind=row.one_of("kind", Kind.values, empty=True),
        condition=condition,
        lead=lead,
        co=tuple(co),
        basis=row.text("basis"),
        limit_code=row.known("limit", limits, "limits.csv", empty=True),
        statutory_days=whole(days, "statutory_days", 1, 3650) if days else None,
        legal_basis=row.text("legal_basis"),
    )


def _check(resolver: str, units: Units) -> None:
    """Raises Bad for a resolver that can never name a unit."""
    name, colon, argument = resolver.partition(":")
    if name == "unit":
        unit = units.by_code.get(argument)
        if unit is None or not unit.active:
            raise Bad(f"{resolver!r} names no active unit of units.csv")
    elif name == "district_dept":
        if argument not in units.functions():
            raise Bad(f"{resolver!r}: no district has a department with the function {argument!r}")
    elif name == "city_dept":
        if argument not in units.city_functions():
            raise Bad(f"{resolver!r}: the city has no department with the function {argument!r}")
    elif name not in ("street", "district") or colon:
        raise Bad(f"unknown resolver {resolver!r}; known are {RESOLVERS}")


def _doubt_gaps(rows: Sequence[RuleRow], places: Places, units: Units, problems: Problems) -> None:
    """Says where a resolver names no unit: there the district's government gets the request."""
    districts = {row.code for row in places.of_level("district")}
    streets = {row.code for row in places.of_level("street")}
    gaps = {
        "street": streets - units.at_places("street", "town"),
        "district": districts - units.at_places("district"),
    }
    gaps |= {f"district_dept:{name}": districts - where for name, where in units.functions().items()}
    first = {resolver: row.at for row in reversed(rows) for resolver in [row.lead, *row.co]}
    for resolver, at in first.items():
        missing = sorted(gaps.get(resolver, ()))
        if missing:
            more = f" and {len(missing) - NAMED} more" if len(missing) > NAMED else ""
            problems.warn(at, f"{resolver!r} names no unit in {', '.join(missing[:NAMED])}{more}")


def refuse_rewritten(rows: Sequence[RuleRow], version: str, at: str, problems: Problems) -> None:
    """Complains when tickets were routed by this version and the file now says something else.

    A version written in the rule lab is not the file's at all.
    """
    catalogue = Catalogue.objects.filter(version=version).first()
    if catalogue is not None and catalogue.author_id is not None:
        problems.error(at, f"catalogue {version} was written in the rule lab: name another version")
        return
    if catalogue is None or not Assignment.objects.filter(catalogue=catalogue).exists():
        return
    if _said(rows) != _standing(catalogue):
        problems.error(
            at, f"tickets were routed by catalogue {version} and {FILE} differs from it: raise the version"
        )


def _said(rows: Sequence[RuleRow]) -> dict[Key, Said]:
    return {row.key: row.said for row in rows}


def _standing(catalogue: Catalogue) -> dict[Key, Said]:
    found = catalogue.rules.values_list(
        "category__code", "scope__code", "kind", "condition", "lead", "co", "basis", "limit_code",
        "statutory_days", "legal_basis",
    )  # fmt: skip
    return {
        (category, scope or "", kind, condition): (lead, tuple(co), *rest)
        for category, scope, kind, condition, lead, co, *rest in found
    }


def write(
    rows: Sequence[RuleRow], version: str, effective_from: date, place_keys: Mapping[str, int]
) -> Tally:
    """The version's rules as the file has them; an unused version may also lose some."""
    sync(Catalogue, [{"version": version, "effective_from": effective_from}], key=["version"])
    catalogue = Catalogue.objects.get(version=version)
    if _said(rows) == _standing(catalogue):
        return Tally()
    leaves = dict(Category.objects.values_list("code", "pk"))
    kept = {(leaves[row.category], place_keys.get(row.scope), row.kind, row.condition) for row in rows}
    found = catalogue.rules.all()
    gone = [r for r in found if (r.category_id, r.scope_id, r.kind, r.condition) not in kept]
    for rule in gone:
        rule.delete()
    written = [
        {
            "catalogue_id": catalogue.pk,
            "category_id": leaves[row.category],
            "scope_id": place_keys.get(row.scope),
            "kind": row.kind,
            "condition": row.condition,
            "lead": row.lead,
            "co": list(row.co),
            "basis": row.basis,
            "limit_code": row.limit_code,
            "statutory_days": row.statutory_days,
            "legal_basis": row.legal_basis,
        }
        for row in rows
    ]
    tally = sync(Rule, written, key=["catalogue_id", "category_id", "scope_id", "kind", "condition"])
    return Tally(tally.created, tally.changed + len(gone))
