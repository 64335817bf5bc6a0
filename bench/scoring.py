"""The ruler at size: boards, drill-down, folding, freezing and the audit over millions of ledger lines.

    python -m hotline.local --test -- python bench/scoring.py [--lines 30000000] [--months 24] [--rounds 60]

A throw-away database with the Beijing pack and lines written by SQL (scoring.sql): the boards are measured at
a thirtieth of the lines first, then at all of them; one month has 900 000 lines with the answers and orders
behind them, and is audited and published. A plain GROUP BY over the same lines, in the same run, is the base
of the ratio. 30 million lines take some 15 GB of disk and a quarter of an hour.
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
    parser.add_argument("--lines", type=int, default=30_000_000, help="3 000 and more")
    parser.add_argument("--months", type=int, default=24)
    parser.add_argument("--month-lines", type=int, default=900_000, help="of the month that is published")
    parser.add_argument("--rounds", type=int, default=60, help="how often each reading is made")
    options = parser.parse_args()
    inside = Path(__file__).with_name("_scoring_inside.py")
    given = [options.lines, options.months, options.month_lines, options.rounds]
    with throwaway():
        sys.exit(subprocess.run([sys.executable, inside, *map(str, given)]).returncode)


if __name__ == "__main__":
    main()
