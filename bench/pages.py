"""Pages as people open them, with many tickets in the database: p50, p95 and SQL statements of each.

    python -m hotline.local --test -- python bench/pages.py [--tickets 200000] [--rounds 40] [--explain]

A throw-away database with the Beijing pack and invented tickets written by SQL (pages.sql). The pages run
through django.test.Client in one process, templates and all: no gunicorn, no network. A plain Django list of
25 rows, measured in the same run, is the base of the ratios. `--explain` prints the slowest statement.
"""

import argparse
import subprocess
import sys
from pathlib import Path

from _throwaway import throwaway


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tickets", type=int, default=200_000, help="100 to 2 000 000")
    parser.add_argument("--rounds", type=int, default=40, help="how often each page is opened")
    parser.add_argument("--explain", action="store_true")
    options = parser.parse_args()
    inside = Path(__file__).with_name("_pages_inside.py")
    tickets = max(100, min(options.tickets, 2_000_000))
    given = [str(tickets), str(max(2, options.rounds)), "explain" if options.explain else ""]
    with throwaway():
        sys.exit(subprocess.run([sys.executable, inside, *given]).returncode)


if __name__ == "__main__":
    main()
