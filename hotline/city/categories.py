"""categories.csv: the tree of what requests are about; its leaves are what a request is filed under."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from hotline.city.reader import Bad, Problems, Row, once, parsed, read_csv
from hotline.city.rows import Tally, keys_for, sync
from tickets.models import Category
from tickets.states import Kind
from units.rules import initials

FILE = "categories.csv"
ARROW = " › "
LONGEST_PATH = 255


@dataclass(frozen=True)
class CategoryRow:
    """A node as the file has it."""

    at: str
    code: str
    name: str
    parent: str
    leaf: bool
    limit: str
    weight: float
    kinds: tuple[str, ...]
    synonyms: tuple[str, ...]
    active_from: date | None
    active_to: date | None


@dataclass(frozen=True)
class Categories:
    """All nodes by code."""

    by_code: Mapping[str, CategoryRow]

    def path_name(self, code: str) -> str:
        """The names from the top down. Raises Bad when a node stands under itself."""
        names: list[str] = []
        seen: set[str] = set()
        row = self.by_code.get(code)
        while row is not None:
            if row.code in seen:
                raise Bad(f"{code!r} stands under itself")
            seen.add(row.code)
            names.append(row.name)
            row = self.by_code.get(row.parent)
        return ARROW.join(reversed(names))

    @property
    def leaves(self) -> dict[str, CategoryRow]:
        return {code: row for code, row in self.by_code.items() if row.leaf}


def read(folder: Path, limits: Collection[str], problems: Problems) -> Categories:
    rows = read_csv(
        folder,
        FILE,
        problems,
        needed=["code", "name", "parent", "limit", "weight", "kinds", "synonyms"],
        optional=["active_from", "active_to"],
    )
    once(rows, problems, "code")
    known = {row.cells["code"] for row in rows}
    parents = {row.cells["parent"] for row in rows}
    made = parsed(rows, lambda row: _parse(row, known, parents, limits), problems)
    categories = Categories({row.code: row for row in made})
    for row in made:
        try:
            if len(categories.path_name(row.code)) > LONGEST_PATH:
                problems.error(
                    row.at, f"the names from the top down are longer than {LONGEST_PATH} characters"
                )
        except Bad as bad:
            problems.error(row.at, str(bad))
    return categories


def _parse(row: Row, known: set[str], parents: set[str], limits: Collection[str]) -> CategoryRow:
    code = row.needed("code", 60)
    leaf = code not in parents
    kinds = row.listed("kinds")
    for kind in kinds:
        if kind not in Kind.values:
            raise Bad(f"kinds: {kind!r} is none of {', '.join(Kind.values)}")
    if not leaf and row.text("limit"):
        raise Bad("limit belongs to leaves only; this one has others under it")
    return CategoryRow(
        at=row.at,
        code=code,
        name=row.needed("name", 80),
        parent=row.known("parent", known, FILE, empty=True),
        leaf=leaf,
        limit=row.known("limit", limits, "limits.csv") if leaf else "",
        weight=_weight(row.text("weight")),
        kinds=tuple(kinds),
        synonyms=tuple(row.listed("synonyms", longest=40)),
        active_from=row.day("active_from") if row.text("active_from") else None,
        active_to=row.day("active_to") if row.text("active_to") else None,
    )


def _weight(text: str) -> float:
    try:
        value = float(text or 1)
    except ValueError:
        raise Bad(f"weight {text!r} is not a number") from None
    if not 0 <= value < float("inf"):
        raise Bad(f"weight {text} must not be negative")
    return value


def write(categories: Categories, effective_from: date) -> Tally:
    """A node without dates of its own is in force from the first catalogue that has it."""
    keys = keys_for(Category, categories.by_code)
    since = dict(Category.objects.values_list("code", "active_from"))
    rows = [
        {
            "id": keys[row.code],
            "code": row.code,
            "name": row.name,
            "parent_id": keys.get(row.parent),
            "path_name": categories.path_name(row.code),
            "leaf": row.leaf,
            "limit_code": row.limit,
            "kinds": list(row.kinds),
            "synonyms": list(row.synonyms),
            "initials": initials(row.name),
            "weight": row.weight,
            "active_from": row.active_from or since.get(row.code, effective_from),
            "active_to": row.active_to,
        }
        for row in categories.by_code.values()
    ]
    return sync(Category, rows, key=["code"])
