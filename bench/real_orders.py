"""Real orders of another city: how many come in, how many find a unit alone, and is it the right one?

    python -m hotline.local --test -- python bench/real_orders.py --orders FILE --catalogue FILE

ORDERS needs the columns order_no, date, cat1–cat4, text_nohint, unit_raw, unit, src, neardup_group;
CATALOGUE taxonomy, cat1–cat4, n, top_units ("unit(12); unit(3)"). A throw-away city is made of the catalogue
(each category path goes to its most frequent unit), loaded by load_city's own reader, and the orders pass
through import_tickets' own machinery. Prints numbers only: neither file may leave its place.
"""

import argparse
import csv
import re
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path

from _throwaway import ROOT, throwaway

Row = dict[str, str]
LEVELS = ("cat1", "cat2", "cat3", "cat4")
COUNTED = re.compile(r"^(.*)\((\d+)\)$")
FOLDS = 5
BORROWED = ("limits.csv", "ladder.csv", "calendar.csv", "settings.csv", "grounds.csv", "scheme.yaml")
MAP = """
source: bench
file: {encoding: utf-8}
fields:
  order: order_no
  content: text_nohint
  received: {column: date, format: "%Y-%m-%d"}
  kind: {value: complaint}
  category: {column: [taxonomy, cat1, cat2, cat3, cat4], by: path}
dispatch: catalogue
clock: received
"""


def read(path: Path) -> list[Row]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def path_of(row: Row) -> tuple[str, ...]:
    return tuple(row[level].strip() for level in LEVELS if row[level].strip())


def units_of(row: Row) -> dict[str, int]:
    """The units a path went to, by how often."""
    found = {}
    for part in row["top_units"].split(";"):
        counted = COUNTED.match(part.strip())
        if counted:
            found[counted[1]] = int(counted[2])
    return found


def taxonomy_of_sources(orders: list[Row], catalogue: list[Row]) -> dict[str, str]:
    """Each source's taxonomy is the one that knows most of its paths; sources are never mixed."""
    known = defaultdict(set)
    for row in catalogue:
        known[row["taxonomy"]].add(path_of(row))
    found = {}
    for source in sorted({row["src"] for row in orders}):
        paths = [path_of(row) for row in orders if row["src"] == source]
        found[source] = max(sorted(known), key=lambda name: sum(path in known[name] for path in paths))
    return found


def write_csv(path: Path, header: list[str], rows: list[list[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as lines:
        csv.writer(lines).writerows([header, *rows])


def write_city(folder: Path, catalogue: list[Row]) -> int:
    """The catalogue as a city's folder; returns how many paths are left out, as others lie under them."""
    for name in BORROWED:
        text = (ROOT / "packs" / "beijing" / name).read_text(encoding="utf-8")
        text = re.sub(r"\b2026-01-01\b", "2010-01-01", text) if name != "calendar.csv" else text
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "city.yaml").write_text(
        'code: "1"\nname: 试验市\ncatalogue_version: "1"\neffective_from: 2010-01-01\n', encoding="utf-8"
    )
    write_csv(
        folder / "places.csv",
        ["code", "name", "level", "parent", "population"],
        [["1", "试验市", "city", "", ""]],
    )
    leaves = {(row["taxonomy"], *path_of(row)): units_of(row) for row in catalogue if units_of(row)}
    inner = {path[:n] for path in leaves for n in range(1, len(path))}
    kept = {path: units for path, units in leaves.items() if path not in inner}
    codes = {path: str(number) for number, path in enumerate(sorted(inner | kept.keys()), 1)}
    names = sorted({unit for units in kept.values() for unit in units})
    units = {name: f"U{number}" for number, name in enumerate(names, 1)}
    rows = [[code, name[:80], "", "city_dept", "centre", "1", "", "", ""] for name, code in units.items()]
    write_csv(
        folder / "units.csv",
        "code name short_name type parent place rank_group function duty_phone".split(),
        [["centre", "试验热线中心", "", "city_centre", "", "1", "", "", ""], *rows],
    )
    write_csv(
        folder / "categories.csv",
        "code name parent limit weight kinds synonyms".split(),
        [
            [c, p[-1][:80], codes.get(p[:-1], ""), "G" if p in kept else "", 1, "", ""]
            for p, c in codes.items()
        ],
    )
    write_csv(
        folder / "rules.csv",
        "category scope kind lead co basis".split(),
        [
            [codes[path], "", "", f"unit:{units[max(went, key=went.get)]}", "", ""]
            for path, went in kept.items()
        ],
    )
    return len(leaves) - len(kept)


def held_out(orders: list[Row]) -> tuple[int, int, int]:
    """The same rule where the catalogue is made of other orders: rows, placed, and placed rightly.

    Near copies of one order lie in one fold, so that none is judged by its own copy.
    """
    placed = right = 0
    for fold in range(FOLDS):
        went: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
        for row in orders:
            if int(row["neardup_group"] or 0) % FOLDS != fold:
                went[row["src"], *path_of(row)][row["unit_raw"]] += 1
        for row in orders:
            if int(row["neardup_group"] or 0) % FOLDS == fold:
                seen = went.get((row["src"], *path_of(row)))
                placed += seen is not None
                right += seen is not None and seen.most_common(1)[0][0] == row["unit_raw"]
    return len(orders), placed, right


def counts_them(orders: list[Row], catalogue: list[Row], taxonomy: dict[str, str]) -> float:
    """The share of orders whose path and unit the catalogue counts at least as often as they occur here."""
    here = Counter((taxonomy[row["src"]], *path_of(row), row["unit_raw"]) for row in orders)
    there = {
        (row["taxonomy"], *path_of(row), unit): n for row in catalogue for unit, n in units_of(row).items()
    }
    return sum(n for key, n in here.items() if there.get(key, 0) >= n) / max(len(orders), 1)


def share(part: int, whole: int) -> str:
    return f"{part} of {whole} ({100 * part / whole:.1f} %)" if whole else "none"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--orders", type=Path, default=Path("?"))
    parser.add_argument("--catalogue", type=Path, default=Path("?"))
    parser.add_argument("--limit", type=int, default=0, help="only the first orders")
    options = parser.parse_args()
    missing = [name for name in ("orders", "catalogue") if not getattr(options, name).exists()]
    if missing:
        print(f"skipped: --{' and --'.join(missing)} must name a real file; none is kept in this repository")
        return
    inside = Path(__file__).with_name("_real_orders_inside.py")
    given = [options.orders, options.catalogue, str(options.limit)]
    with throwaway():
        sys.exit(subprocess.run([sys.executable, inside, *given]).returncode)


if __name__ == "__main__":
    main()
