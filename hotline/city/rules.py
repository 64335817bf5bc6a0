"""rules.csv: whose matter it is, as one version of the dispatch catalogue."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from dispatch.models import Assignment, Catalogue, Rule
from hotline.city.categories import Categories
from hotline.city.places import Places
from hotline.city.reader import Bad, Problems, Row, once, parsed, read_csv
from hotline.city.rows import Tally, sync
from hotline.city.units import Units
from tickets.models import Category
from tickets.states import Kind

FILE = "rules.csv"
RESOLVERS = "street, district, district_dept:<function>, unit:<code>"
#: Places named in a warning; the rest are counted.
NAMED = 5


@dataclass(frozen=True)
class RuleRow:
    """A rule as the file has it."""

    at: str
    category: str
    scope: str
    kind: str
    lead: str
    co: tuple[str, ...]
    basis: str


def read(
    folder: Path, categories: Categories, places: Places, units: Units, problems: Problems
) -> Sequence[RuleRow]:
    rows = read_csv(folder, FILE, problems, needed=["category", "scope", "kind", "lead", "co", "basis"])
    once(rows, problems, "category", "scope", "kind")
    leaves = categories.leaves
    made = parsed(rows, lambda row: _parse(row, leaves, places, units), problems)
    _doubt_gaps(made, places, units, problems)
    ruled = {row.cells["category"] for row in rows}
    for leaf in leaves.values():
        if leaf.code not in ruled:
            problems.warn(leaf.at, f"no rule for {leaf.code} {leaf.name}: the district's government gets it")
    return made


def _parse(row: Row, leaves: Collection[str], places: Places, units: Units) -> RuleRow:
    lead, co = row.needed("lead", 60), row.listed("co", separator=";")
    for resolver in [lead, *co]:
        _check(resolver, units)
    return RuleRow(
        at=row.at,
        category=row.known("category", leaves, "the leaves of categories.csv"),
        scope=row.known("scope", places.by_code, "places.csv", empty=True),
        kind=row.one_of("kind", Kind.values, empty=True),
        lead=lead,
        co=tuple(co),
        basis=row.text("basis"),
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
    """Complains when tickets were routed by this version and the file now says something else."""
    catalogue = Catalogue.objects.filter(version=version).first()
    if catalogue is None or not Assignment.objects.filter(catalogue=catalogue).exists():
        return
    if _said(rows) != _standing(catalogue):
        problems.error(
            at, f"tickets were routed by catalogue {version} and {FILE} differs from it: raise the version"
        )


def _said(rows: Sequence[RuleRow]) -> dict[tuple[str, str, str], tuple[str, tuple[str, ...], str]]:
    return {(row.category, row.scope, row.kind): (row.lead, row.co, row.basis) for row in rows}


def _standing(catalogue: Catalogue) -> dict[tuple[str, str, str], tuple[str, tuple[str, ...], str]]:
    return {
        (rule.category.code, rule.scope.code if rule.scope else "", rule.kind): (
            rule.lead,
            tuple(rule.co),
            rule.basis,
        )
        for rule in catalogue.rules.select_related("category", "scope")
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
    kept = {(leaves[row.category], place_keys.get(row.scope), row.kind) for row in rows}
    gone = [r for r in catalogue.rules.all() if (r.category_id, r.scope_id, r.kind) not in kept]
    for rule in gone:
        rule.delete()
    written = [
        {
            "catalogue_id": catalogue.pk,
            "category_id": leaves[row.category],
            "scope_id": place_keys.get(row.scope),
            "kind": row.kind,
            "lead": row.lead,
            "co": list(row.co),
            "basis": row.basis,
        }
        for row in rows
    ]
    tally = sync(Rule, written, key=["catalogue_id", "category_id", "scope_id", "kind"])
    return Tally(tally.created, tally.changed + len(gone))
