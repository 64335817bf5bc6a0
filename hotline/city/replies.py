"""replies.csv: beginnings of answers that every unit may take and fill in."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from handling.models import ReplyTemplate
from hotline.city.categories import Categories
from hotline.city.reader import Problems, Row, once, parsed, read_csv
from hotline.city.rows import Tally, sync
from tickets.models import Category

FILE = "replies.csv"
LONGEST = 1000


def read(folder: Path, tree: Categories, problems: Problems) -> Sequence[Mapping[str, str]]:
    """The templates; a city without the file has none."""
    if not (folder / FILE).exists():
        return []
    rows = read_csv(folder, FILE, problems, needed=["name", "category", "text"])
    once(rows, problems, "name", "category")

    def parse(row: Row) -> Mapping[str, str]:
        return {
            "name": row.needed("name", 40),
            "category": row.known("category", tree.by_code, "categories.csv", empty=True),
            "text": row.needed("text", LONGEST),
        }

    return parsed(rows, parse, problems)


def write(replies: Sequence[Mapping[str, str]]) -> Tally:
    """Those of every unit; what a unit keeps for itself is its own."""
    keys = dict(Category.objects.values_list("code", "pk"))
    rows = [
        {
            "unit_id": None,
            "category_id": keys[row["category"]] if row["category"] else None,
            "name": row["name"],
            "text": row["text"],
        }
        for row in replies
    ]
    return sync(ReplyTemplate, rows, key=["unit_id", "category_id", "name"])
