# ruff: noqa: E402 (models need Django set up first)
"""The part of real_orders.py that runs inside the throw-away database."""

import os
import sys
import tempfile
import time
from pathlib import Path

import django
from _throwaway import ROOT, load_average

sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hotline.settings")
django.setup()

from django.core.management import call_command
from django.utils import timezone
from real_orders import (
    FOLDS,
    LEVELS,
    MAP,
    Row,
    counts_them,
    held_out,
    read,
    share,
    taxonomy_of_sources,
    write_city,
    write_csv,
)

from dispatch.models import Assignment
from hotline.city import pack
from hotline.imports import mapping, source
from hotline.imports.orders import Orders
from hotline.imports.run import Import, Outcome, Verdict


def run_import(orders: list[Row], taxonomy: dict[str, str], folder: Path) -> tuple[Outcome, float, float]:
    """What became of the orders, and the seconds and CPU seconds it took."""
    (folder / "map.yaml").write_text(MAP, encoding="utf-8")
    columns = ["order_no", "date", "taxonomy", *LEVELS, "text_nohint"]
    rows = [{**row, "taxonomy": taxonomy[row["src"]]} for row in orders]
    write_csv(folder / "orders.csv", columns, [[row[name] for name in columns] for row in rows])
    told, now = mapping.read(folder / "map.yaml"), timezone.now()
    _header, lines = source.read(folder / "orders.csv", told.layout)
    began, cpu = time.perf_counter(), time.process_time()
    outcome = Import(Orders(told, now), by=None, now=now).good_rows(lines)
    return outcome, time.perf_counter() - began, time.process_time() - cpu


def tell_agreement(orders: list[Row]) -> None:
    """How many were dispatched, and how often to the unit that really got the order."""
    went = dict(Assignment.objects.values_list("ticket__client_key", "unit__name"))
    print(f"dispatched without a hand: {share(len(went), len(orders))} of all rows")
    truth = {f"bench:{row['order_no']}": row for row in orders}
    offices: dict[str, set[str]] = {}
    for row in orders:  # one name was normalised differently in the two sources
        offices.setdefault(row["unit_raw"], set()).add(row["unit"])
    right = sum(unit == truth[key]["unit_raw"][:80] for key, unit in went.items())
    kin = sum(truth[key]["unit"] in offices.get(unit, ()) for key, unit in went.items())
    print(f"the unit that really got it: {share(right, len(went))}")
    print(f"the same kind of office, whatever its district: {share(kin, len(went))}")


def measure(orders: list[Row], catalogue: list[Row], folder: Path) -> None:
    call_command("migrate", verbosity=0)
    taxonomy = taxonomy_of_sources(orders, catalogue)
    left_out = write_city(folder, catalogue)
    pack.write(pack.read(folder), demo=False)
    outcome, seconds, cpu = run_import(orders, taxonomy, folder)
    created = outcome.count(Verdict.CREATED)
    print(f"city: {len(catalogue)} paths of {len(set(taxonomy.values()))} taxonomies, {left_out} left out")
    print(f"rows in: {len(orders)}; created {share(created, len(orders))}")
    print(f"refused: {outcome.count(Verdict.REFUSED)}")
    for reason, number in outcome.reasons:
        print(f"  {number} × {reason}")
    tell_agreement(orders)
    each = 1000 * cpu / max(created, 1)
    print(f"end to end: {created / seconds:.0f} tickets/s, {each:.1f} ms CPU each ({load_average()})")
    known = counts_them(orders, catalogue, taxonomy)
    print(f"the catalogue's counts hold {100 * known:.0f} % of these very orders: that agreement flatters")
    rows, placed, right = held_out(orders)
    print(f"held out ({FOLDS} folds, catalogue made of the other orders, same rule, beside the platform):")
    print(f"  a unit for {share(placed, rows)}; the right one for {share(right, placed)} of these")


def main(orders: str, catalogue: str, limit: str) -> None:
    rows = read(Path(orders))[: int(limit) or None]
    with tempfile.TemporaryDirectory() as folder:
        measure(rows, read(Path(catalogue)), Path(folder))


if __name__ == "__main__":
    main(*sys.argv[1:])
