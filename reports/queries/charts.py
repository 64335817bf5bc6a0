"""What the board's charts draw, as plain data; the page has the same in tables."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.db import connection
from django.utils import timezone

from reports.rules import Branch, branches
from scoring import queries as ruler
from scoring.models import Period
from tickets.book import book
from tickets.models import Category
from units.models import Unit

DAILY_SQL = (Path(__file__).parent.parent / "sql" / "daily_intake.sql").read_text(encoding="utf-8")
#: Tiles side by side where the city did not say where its districts lie.
WALL = 5


@dataclass(frozen=True)
class Charts:
    """Categories as a tree, and orders on each day."""

    tree: list[Branch]
    days: list[tuple[date, int]]

    @property
    def as_json(self) -> dict[str, object]:
        return {
            "tree": [
                {
                    "name": top.name,
                    "value": top.value,
                    "children": [{"name": part.name, "value": part.value} for part in top.ordered()],
                }
                for top in self.tree
            ],
            "days": [[day.isoformat(), count] for day, count in self.days],
        }


def charts(group: str, period: Period, since: date) -> Charts:
    """The period's orders by category, and the orders of each day from `since` on."""
    rows = ruler.amounts([period], group=group, by_category=True)
    paths = dict(
        Category.objects.filter(pk__in=[row.category for row in rows]).values_list("pk", "path_name")
    )
    tree = branches((paths[row.category], row.amounts["accepted"]) for row in rows if row.category in paths)
    return Charts(tree, daily(group, since))


def daily(group: str, since: date) -> list[tuple[date, int]]:
    """Orders given on each day that had any."""
    wanted = {
        "since": since,
        "zone": timezone.get_default_timezone_name(),
        "group": group,
        "whole_districts": ruler.credits_district(group),
    }
    with connection.cursor() as cursor:
        cursor.execute(DAILY_SQL, wanted)
        return [(day, int(count)) for day, count in cursor.fetchall()]


def tile_places(units: list[Unit], at: datetime) -> dict[str, tuple[int, int]]:
    """Column and row of each district on the schematic map.

    From the setting `board_tiles`, column:row from 0, e.g. "110101@2:3 110102@1:3"; a city without it
    gets a wall in the order of the codes.
    """
    try:
        text = book().text("board_tiles", at)
    except LookupError:
        text = ""
    placed = {}
    for word in text.split():
        code, _sign, place = word.partition("@")
        column, _sign, row = place.partition(":")
        placed[code] = (int(column), int(row))
    if all(unit.code in placed for unit in units):
        return placed
    ordered = sorted(unit.code for unit in units)
    return {code: (place % WALL, place // WALL) for place, code in enumerate(ordered)}
