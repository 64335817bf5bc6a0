"""units.csv: the bodies that receive orders or run the line."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from hotline.city.places import Places
from hotline.city.reader import Bad, Problems, Row, codes, once, parsed, read_csv
from hotline.city.rows import Tally, keys_for, sync
from units.models import Unit
from units.rules import initials

FILE = "units.csv"
COLUMNS = "code name short_name type parent place rank_group function duty_phone".split()
LONGEST_PATH = 200
#: Of these a place has one, and a resolver finds it there.
STANDS_FOR = {
    "street": "street",
    "town": "street",
    "district": "district",
    "district_dept": "district",
}


@dataclass(frozen=True)
class UnitRow:
    """A unit as the file has it."""

    at: str
    code: str
    name: str
    short_name: str
    type: str
    parent: str
    place: str
    rank_group: str
    stratum: str
    function: str
    duty_phone: str
    active: bool


@dataclass(frozen=True)
class Units:
    """All units by code."""

    by_code: Mapping[str, UnitRow]

    def line(self, code: str) -> list[UnitRow]:
        """The unit and everything above it, nearest first. Raises Bad when it stands under itself."""
        found: list[UnitRow] = []
        row = self.by_code.get(code)
        while row is not None:
            if row in found:
                raise Bad(f"{code!r} stands under itself")
            found.append(row)
            row = self.by_code.get(row.parent)
        return found

    def path(self, code: str) -> str:
        return "/" + "".join(f"{row.code}/" for row in reversed(self.line(code)))

    def district(self, code: str) -> str:
        return next((row.code for row in self.line(code) if row.type == "district"), "")

    def at_places(self, *types: str) -> set[str]:
        """The places that have an active unit of these types."""
        return {row.place for row in self.by_code.values() if row.type in types and row.active}

    def functions(self) -> dict[str, set[str]]:
        """Function → the districts that have a department for it."""
        found: dict[str, set[str]] = {}
        for row in self.by_code.values():
            if row.type == "district_dept" and row.active:
                found.setdefault(row.function, set()).add(row.place)
        return found

    def city_functions(self) -> set[str]:
        """The functions for which the city itself has a department."""
        return {row.function for row in self.by_code.values() if row.type == "city_dept" and row.active}


def read(folder: Path, places: Places, problems: Problems) -> Units:
    rows = read_csv(
        folder,
        FILE,
        problems,
        needed=COLUMNS,
        optional=["active", "stratum"],
    )
    once(rows, problems, "code")
    known = codes(rows)
    units = Units({row.code: row for row in parsed(rows, lambda row: _parse(row, known, places), problems)})
    _check_tree(units, problems)
    _check_places(units, problems)
    return units


def _parse(row: Row, known: set[str], places: Places) -> UnitRow:
    type_ = row.one_of("type", Unit.Type.values)
    code = row.needed("code", 40)
    place = row.known("place", places.by_code, "places.csv", empty=True)
    if "/" in code:
        raise Bad("code must not hold a slash")
    if type_ in STANDS_FOR and (not place or places.by_code[place].level != STANDS_FOR[type_]):
        raise Bad(f"a {type_} needs a place of level {STANDS_FOR[type_]}")
    if type_ == "district_dept":
        row.needed("function", 30)
    return UnitRow(
        at=row.at,
        code=code,
        name=row.needed("name", 80),
        short_name=row.text("short_name", 40),
        type=type_,
        parent=row.known("parent", known, FILE, empty=type_ == "city_centre"),
        place=place,
        rank_group=row.one_of("rank_group", Unit.RankGroup.values, empty=True),
        stratum=row.one_of("stratum", Unit.Stratum.values, empty=True),
        function=row.text("function", 30),
        duty_phone=row.text("duty_phone", 30),
        active=row.flag("active", default=True),
    )


def _check_tree(units: Units, problems: Problems) -> None:
    for row in units.by_code.values():
        try:
            if len(units.path(row.code)) > LONGEST_PATH:
                problems.error(row.at, "the codes from the root down are too long together")
        except Bad as bad:
            problems.error(row.at, str(bad))


def _check_places(units: Units, problems: Problems) -> None:
    """Two units that stand for the same thing would be chosen between by chance."""
    first: dict[tuple[str, ...], UnitRow] = {}
    for row in units.by_code.values():
        if row.type not in STANDS_FOR or not row.active:
            continue
        kind = "street" if row.type == "town" else row.type
        key = (kind, row.place, row.function if kind == "district_dept" else "")
        other = first.setdefault(key, row)
        if other is not row:
            problems.error(row.at, f"{other.code} ({other.at}) is already the {' '.join(key).strip()}")


def write(units: Units, place_keys: Mapping[str, int]) -> Tally:
    keys = keys_for(Unit, units.by_code)
    rows = [
        {
            "id": keys[row.code],
            "code": row.code,
            "name": row.name,
            "short_name": row.short_name,
            "type": row.type,
            "parent_id": keys.get(row.parent),
            "place_id": place_keys.get(row.place),
            "district_id": keys.get(units.district(row.code)),
            "rank_group": row.rank_group,
            "stratum": row.stratum,
            "function": row.function,
            "duty_phone": row.duty_phone,
            "initials": initials(row.short_name or row.name),
            "path": units.path(row.code),
            "active": row.active,
        }
        for row in units.by_code.values()
    ]
    return sync(Unit, rows, key=["code"])
