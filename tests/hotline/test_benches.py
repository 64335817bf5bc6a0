"""The measurements run, on inputs so small that their numbers mean nothing."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

ORDERS = """order_no,date,cat1,cat2,cat3,cat4,text_nohint,unit_raw,unit,neardup_group,src
1,2018-01-01,市容,垃圾,清运,不及时,示例：垃圾未清运。,甲区城管局,城管局,1,one
2,2018-01-02,市容,垃圾,清运,不及时,示例：垃圾两天未清运。,甲区城管局,城管局,2,one
3,2018-01-02,市容,垃圾,清运,不及时,示例：垃圾成堆。,乙区城管局,城管局,3,one
4,2018-01-03,市容,天外,天外,天外,示例：未知的事项。,甲区城管局,城管局,4,one
5,2018-01-03,市容,垃圾,清运,不及时,,甲区城管局,城管局,5,one
6,2018-02-01,事件,道路,积水,积水,示例：积水。,排水公司,排水公司,6,two
6,2018-02-01,事件,道路,积水,积水,示例：又积水。,排水公司,排水公司,7,two
"""
CATALOGUE = """taxonomy,cat1,cat2,cat3,cat4,n,top_units
A,市容,垃圾,清运,不及时,9,甲区城管局(7); 乙区城管局(2)
B,事件,道路,积水,积水,4,排水公司(4)
"""


def run(name: str, *arguments: object) -> str:
    """What a bench prints; it makes and drops a database of its own."""
    command = [sys.executable, str(settings.BASE_DIR / "bench" / name), *map(str, arguments)]
    done = subprocess.run(command, text=True, capture_output=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_real_orders_are_skipped_without_a_file() -> None:
    assert run("real_orders.py").startswith("skipped: --orders and --catalogue must name a real file")


@pytest.mark.slow
def test_real_orders_are_imported_routed_and_compared(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text(ORDERS, encoding="utf-8")
    (tmp_path / "catalogue.csv").write_text(CATALOGUE, encoding="utf-8")
    told = run(
        "real_orders.py", "--orders", tmp_path / "orders.csv", "--catalogue", tmp_path / "catalogue.csv"
    )
    assert "city: 2 paths of 2 taxonomies, 0 left out" in told
    assert "rows in: 7; created 4 of 7 (57.1 %)" in told
    assert "1 × category unknown" in told and "1 × content is empty" in told
    assert "1 × order stands already in the file" in told
    assert "dispatched without a hand: 4 of 7 (57.1 %) of all rows" in told
    assert "the unit that really got it: 3 of 4 (75.0 %)" in told
    assert "the same kind of office, whatever its district: 4 of 4 (100.0 %)" in told


@pytest.mark.slow
def test_the_door_is_measured_against_the_bare_driver() -> None:
    told = run("intake.py", "--tickets", 4)
    assert "status 201" in told
    assert "1 client(s): " in told and "4 of 4 dispatched" in told
    assert "8 client(s): " in told and "floor " in told


@pytest.mark.slow
def test_the_pages_are_measured_beside_a_plain_list() -> None:
    told = run("pages.py", "--tickets", 200, "--rounds", 2)
    assert told.startswith("200 tickets in ")
    assert "plain Django list of 25" in told and "cases, rows of page 1000" in told
    assert "board of districts" in told and "load " in told


@pytest.mark.slow
def test_the_sweep_takes_each_step_once_with_one_worker_and_with_two() -> None:
    told = run("sweep.py", "--tickets", 300)
    assert "1 worker(s): 300 tickets in " in told and "2 worker(s): 300 tickets in " in told
    assert "each exactly once; CPU each: worker " in told and "floor " in told
