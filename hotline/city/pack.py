"""A city's folder as a whole: read and checked first, then written in one transaction or not at all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.db import transaction

from dispatch.queries import table, unit_map
from hotline.city import categories, people, places, policy, replies, rules, scheme, units
from hotline.city.reader import Bad, Document, PackRefused, Problems, as_day, read_yaml
from hotline.city.rows import Tally
from tickets.book import book
from units.models import Place

FILE = "city.yaml"
NEEDED = ["code", "name", "catalogue_version", "effective_from"]
OPTIONAL = [
    "calendars", "hotline", "languages", "notes", "number_prefix", "pack_version", "sources", "timezone",
]  # fmt: skip


@dataclass(frozen=True)
class Pack:
    """A folder that was read without an error."""

    version: str
    version_at: str
    effective_from: date
    places: places.Places
    units: units.Units
    policy: policy.Policy
    categories: categories.Categories
    rules: Sequence[rules.RuleRow]
    replies: Sequence[Mapping[str, str]]
    grounds: Sequence[Mapping[str, object]]
    scheme: Mapping[str, object]
    people: Sequence[people.Account]
    warnings: Sequence[str]


def read(folder: Path) -> Pack:
    """The folder's rows, checked against one another. Raises PackRefused with every bad line."""
    problems = Problems()
    if not folder.is_dir():
        raise PackRefused([f"{folder}: there is no such folder"])
    city = read_yaml(folder, FILE, problems, needed=NEEDED, optional=OPTIONAL)
    effective_from = _effective_from(city, problems)
    place_rows = places.read(folder, problems)
    unit_rows = units.read(folder, place_rows, problems)
    numbers = policy.read(folder, city, problems)
    _check_agreement(city, numbers, problems)
    tree = categories.read(folder, numbers.limit_codes, problems)
    grounds = scheme.read_grounds(folder, problems)
    pack = Pack(
        version=str(city.values.get("catalogue_version", "")),
        version_at=city.at("catalogue_version"),
        effective_from=effective_from,
        places=place_rows,
        units=unit_rows,
        policy=numbers,
        categories=tree,
        rules=rules.read(folder, tree, place_rows, unit_rows, numbers.limit_codes, problems),
        replies=replies.read(folder, tree, problems),
        grounds=grounds,
        scheme=scheme.read(folder, grounds, problems),
        people=people.read(folder, unit_rows, problems),
        warnings=problems.warnings,
    )
    problems.refuse()
    return pack


def _effective_from(city: Document, problems: Problems) -> date:
    try:
        return as_day(str(city.values.get("effective_from", "")), "effective_from")
    except Bad as bad:
        problems.error(city.at("effective_from"), str(bad))
        return date.min


def _check_agreement(city: Document, numbers: policy.Policy, problems: Problems) -> None:
    """What city.yaml and settings.csv both say must be the same."""
    for key, setting in (("number_prefix", "number_prefix"), ("hotline", "hotline_number")):
        said = city.values.get(key)
        for row in numbers.settings:
            if said is not None and row["key"] == setting and row["value"] != str(said):
                problems.error(str(row["at"]), f"{setting} is {row['value']!r} here and {said!r} in {FILE}")


@transaction.atomic
def write(pack: Pack, *, demo: bool) -> dict[str, Tally]:
    """Brings the database to what the folder says; `demo` also makes its accounts.

    Raises PackRefused, with nothing changed, when the folder rewrites numbers or rules already used.
    """
    problems = Problems()
    policy.refuse_rewritten(pack.policy, problems)
    rules.refuse_rewritten(pack.rules, pack.version, pack.version_at, problems)
    scheme.refuse_rewritten(pack.scheme, problems)
    problems.refuse()
    tallies = {"places": places.write(pack.places)}
    place_keys = dict(Place.objects.values_list("code", "pk"))
    tallies["units"] = units.write(pack.units, place_keys)
    tallies |= policy.write(pack.policy)
    tallies["categories"] = categories.write(pack.categories, pack.effective_from)
    tallies["rules"] = rules.write(pack.rules, pack.version, pack.effective_from, place_keys)
    tallies["replies"] = replies.write(pack.replies)
    tallies["grounds"] = scheme.write_grounds(pack.grounds)
    tallies["scheme"] = scheme.write(pack.scheme)
    if demo:
        tallies["accounts"] = people.write(pack.people)
    for kept in (book, table, unit_map):
        kept.cache_clear()
    return tallies
