"""The sweep after an outage: due tickets per second with one worker and with two, and the floor.

    python -m hotline.local --test -- python bench/sweep.py [--tickets 100000]

A throw-away database with the Beijing pack, and tickets of which each has one step due: a fifth each
auto-sign, contact missed, reminder, warning, and the end of the limit with its card; notices are written
as the city's ladder has them. Each measurement starts from the same copy. Afterwards every step must be
there exactly once. The floor, by as many processes on the same tables: a bare psycopg2 loop of one UPDATE
and one INSERT for each ticket, with a commit every `BATCH` tickets, as the sweep has it.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2
from _throwaway import load_average, throwaway
from psycopg2 import sql

INSIDE = Path(__file__).with_name("_sweep_inside.py")
WORKERS = (1, 2)
#: Of the tickets; a loop of single statements is slow, and its speed does not depend on their number.
FLOOR_PART = 10
ONCE = """
SELECT count(*) FILTER (WHERE steps <> 1), count(*) FILTER (WHERE events <> version), count(*)
FROM (SELECT count(*) AS events, max(e.seq) AS version,
             count(*) FILTER (WHERE e.kind = CASE t.id % 5 WHEN 0 THEN 'auto_sign' WHEN 1 THEN 'contact_late'
                 WHEN 2 THEN 'remind' WHEN 3 THEN 'warn' ELSE 'expire' END) AS steps
      FROM tickets_ticket t JOIN tickets_event e ON e.ticket_id = t.id GROUP BY t.id) AS story
"""


def inside(address: str, *arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, str(INSIDE), *map(str, arguments)]
    environment = {**os.environ, "DATABASE_URL": address}
    return subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


@contextmanager
def copy_of(address: str, name: str) -> Iterator[str]:
    """A second database with the same rows; nobody may be using the first."""
    base = urlsplit(address).path[1:]
    server = psycopg2.connect(urlunsplit(urlsplit(address)._replace(path="/postgres")))
    server.autocommit = True
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    with server.cursor() as cursor:
        names = sql.Identifier(name), sql.Identifier(base)
        cursor.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*names))
        try:
            yield urlunsplit(urlsplit(address)._replace(path=f"/{name}"))
        finally:
            cursor.execute(drop)
            server.close()


def race(address: str, task: str, workers: int, *arguments: object) -> tuple[float, list[float]]:
    """Seconds from the word to the last one's end; what they did, their CPU seconds, and PostgreSQL's."""
    running = [inside(address, task, workers, number, *arguments) for number in range(workers)]
    for process in running:
        assert process.stdout is not None and process.stdout.readline() == "ready\n"
    began = time.perf_counter()
    for process in running:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    told = [process.communicate()[0] for process in running]
    seconds = time.perf_counter() - began
    if any(process.returncode for process in running):
        sys.exit("a worker failed")
    return seconds, [sum(column) for column in zip(*(map(float, line.split()) for line in told), strict=True)]


def exactly_once(address: str, tickets: int) -> None:
    with psycopg2.connect(address) as connection, connection.cursor() as cursor:
        cursor.execute(ONCE)
        wrong, gaps, seen = cursor.fetchone()
    if (wrong, gaps, seen) != (0, 0, tickets):
        sys.exit(f"{wrong} of {seen} tickets have not their step exactly once, {gaps} have gaps")


def measure(address: str, tickets: int) -> None:
    made = inside(address, "make", 1, 0, tickets)
    print(made.communicate("go\n")[0].replace("ready\n", "").strip())
    if made.returncode:
        sys.exit("the tickets could not be made")
    part = max(1, tickets // FLOOR_PART)
    for workers in WORKERS:
        with copy_of(address, f"bench_copy_{os.getpid()}") as copy:
            seconds, (woken, own, sessions) = race(copy, "sweep", workers)
            exactly_once(copy, tickets)
        with copy_of(address, f"bench_copy_{os.getpid()}") as copy:
            bare, (written, *_cpu) = race(copy, "floor", workers, part)
        ours, floor = woken / seconds, written / bare
        print(
            f"{workers} worker(s): {woken:.0f} tickets in {seconds:.1f} s, {ours:.0f}/s, each exactly once;"
            f" CPU each: worker {1000 * own / woken:.2f} ms, PostgreSQL {1000 * sessions / woken:.2f} ms;"
            f" floor {floor:.0f}/s, ratio {floor / ours:.1f} ({load_average()})"
        )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tickets", type=int, default=100_000, help="10 to 1 000 000")
    options = parser.parse_args()
    with throwaway() as address:
        measure(address, max(10, min(options.tickets, 1_000_000)))


if __name__ == "__main__":
    main()
