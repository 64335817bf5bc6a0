"""places.csv: the city, its districts, streets and towns, communities and villages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hotline.city.reader import Bad, Problems, Row, once, parsed, read_csv
from hotline.city.rows import Tally, keys_for, sync
from units.models import Place
from units.rules import initials

FILE = "places.csv"
#: level → the level its parent must have
ABOVE = {"city": "", "district": "city", "street": "district", "community": "street"}


@dataclass(frozen=True)
class PlaceRow:
    """A place as the file has it."""

    code: str
    name: str
    level: str
    parent: str
    population: int | None
    active: bool


@dataclass(frozen=True)
class Places:
    """All places by code, parents first."""

    by_code: Mapping[str, PlaceRow]

    def line(self, code: str) -> list[PlaceRow]:
        """The place and everything above it, nearest first."""
        found = []
        row = self.by_code.get(code)
        while row is not None:
            found.append(row)
            row = self.by_code.get(row.parent)
        return found

    def at_level(self, code: str, level: str) -> str:
        """The code of the place of this level that `code` lies in, or empty."""
        return next((row.code for row in self.line(code) if row.level == level), "")

    def of_level(self, level: str) -> list[PlaceRow]:
        return [row for row in self.by_code.values() if row.level == level]


def read(folder: Path, problems: Problems) -> Places:
    rows = read_csv(
        folder, FILE, problems, needed=["code", "name", "level", "parent", "population"], optional=["active"]
    )
    once(rows, problems, "code")
    levels = {row.cells["code"]: row.cells["level"] for row in rows}
    made = parsed(rows, lambda row: _parse(row, levels), problems)
    cities = [row for row in rows if row.cells["level"] == "city"]
    if rows and len(cities) != 1:
        problems.error(cities[1].at if cities else FILE, "there must be exactly one place of level 'city'")
    return Places({row.code: row for row in sorted(made, key=lambda row: list(ABOVE).index(row.level))})


def _parse(row: Row, levels: Mapping[str, str]) -> PlaceRow:
    level = row.one_of("level", ABOVE)
    parent = row.known("parent", levels, FILE, empty=True)
    if ABOVE[level] != levels.get(parent, ""):
        raise Bad(f"a {level} must stand under a {ABOVE[level] or 'nothing'}, not under {parent!r}")
    return PlaceRow(
        code=row.needed("code", 20),
        name=row.needed("name", 80),
        level=level,
        parent=parent,
        population=row.number("population") if row.text("population") else None,
        active=row.flag("active", default=True),
    )


def write(places: Places) -> Tally:
    keys = keys_for(Place, places.by_code)
    rows: Sequence[Mapping[str, object]] = [
        {
            "id": keys[row.code],
            "code": row.code,
            "name": row.name,
            "level": row.level,
            "parent_id": keys.get(row.parent),
            "district_id": keys.get(places.at_level(row.code, "district")),
            "street_id": keys.get(places.at_level(row.code, "street")),
            "population": row.population,
            "initials": initials(row.name),
            "active": row.active,
        }
        for row in places.by_code.values()
    ]
    return sync(Place, rows, key=["code"])
