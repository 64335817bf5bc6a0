# ruff: noqa: E402 (models need Django set up first)
"""The part of scoring.py that runs inside the throw-away database."""

import gc
import os
import statistics
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import django
from _throwaway import ROOT, load_average

sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hotline.settings")
warnings.filterwarnings("ignore", message="No directory at")
django.setup()

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.models import Count
from django.test import Client
from django.utils import timezone

import hotline.wsgi  # noqa: F401 (a process as it serves pages: what is loaded is frozen)
from reports.queries.boards import board, periods
from reports.queries.lines import behind, page
from scoring.actions import ensure_period, fold
from scoring.actions.freezing import freeze
from scoring.audit import differences
from scoring.models import AMOUNTS, Period, Scheme, ScoreLine
from units.models import Unit, User
from units.roles import Role

FILL = Path(__file__).with_name("scoring.sql").read_text(encoding="utf-8")
REFILL = {
    "scoring_scoretotal": "period_id, unit_id, category_id",
    "scoring_scoremonth": "period_id, unit_id",
    "scoring_scoreday": "period_id, day, unit_id",
}
GROUP_BY = "SELECT unit_id, {} FROM scoring_scoreline WHERE period_id = %s GROUP BY unit_id"


def say(what: str, value: str, aim: str = "") -> None:
    print(f"{what:<66} {value:>16}   {aim}", flush=True)


def ms(took: tuple[float, float]) -> str:
    return f"{took[0]:.1f} / {took[1]:.1f} ms"


def timed(rounds: int, do: Callable[[], object]) -> tuple[float, float]:
    """p50 and p95 in milliseconds; twice to warm up."""
    do(), do()
    took = []
    for _round in range(rounds):
        begun = time.perf_counter()
        do()
        took.append(1000 * (time.perf_counter() - begun))
    return statistics.median(took), sorted(took)[max(0, round(0.95 * rounds) - 1)]


class Fill:
    """Writes lines by SQL, with triggers and indexes out of the way."""

    def __init__(self) -> None:
        self.first = 0

    def lines(self, period: Period, lines: int, *, sourced: bool = False, folded: bool = True) -> None:
        wanted = {
            "period": period.pk,
            "begins": period.begins,
            "seconds": int((period.ends - period.begins).total_seconds()),
            "lines": lines,
            "sourced": sourced,
            "folded": folded,
            "first": self.first,
        }
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            for part in FILL.split("\n--\n"):
                cursor.execute(part, wanted)
            cursor.execute("SET session_replication_role = DEFAULT")
        self.first += lines


def refill() -> None:
    """What folding would have made of all the folded lines, day by day: adding up at once is quicker."""
    names, sums = ", ".join(AMOUNTS), ", ".join(f"SUM({name})" for name in AMOUNTS)
    with connection.cursor() as cursor:
        for table, keys in REFILL.items():
            columns = keys.replace("day", "(at AT TIME ZONE 'Asia/Shanghai')::date")
            group = ", ".join(str(number) for number in range(1, len(keys.split(",")) + 1))
            cursor.execute(f"TRUNCATE {table}")
            cursor.execute(
                f"INSERT INTO {table} ({keys}, {names}) SELECT {columns}, {sums} "
                f"FROM scoring_scoreline WHERE folded GROUP BY {group} ORDER BY {group}"
            )
        cursor.execute("ANALYZE")


def without_indexes(do: Callable[[], None]) -> None:
    """Drops the ledger's indexes, does it, and makes them again."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes "
            "WHERE tablename = 'scoring_scoreline' AND indexname NOT LIKE '%%pkey'"
        )
        indexes = cursor.fetchall()
        for name, _definition in indexes:
            cursor.execute(f"DROP INDEX {name}")
        do()
        for _name, definition in indexes:
            cursor.execute(definition)


@contextmanager
def as_published(months: list[Period]) -> Iterator[None]:
    """With all months but the running one marked as published, as they are soon after their end."""
    lines = ScoreLine.objects.count()
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for month in months[:-1]:
            mark = {"frozen_at": month.ends, "digest": f"{lines} {month.pk}"}
            Period.objects.filter(pk=month.pk).update(**mark)
        yield
        Period.objects.update(frozen_at=None, digest="")
        cursor.execute("SET session_replication_role = DEFAULT")


def measure(months: list[Period], rounds: int) -> None:
    """The readings of boards, at whatever size the ledger has now."""
    now = months[-1].ends - timedelta(days=15)
    known = periods()
    computed = timed(rounds, lambda: board("streets", months[-1], known, now))
    say("board of 343 streets while no earlier month is published: p50 / p95", ms(computed))
    with as_published(months):
        _readings(months, rounds)


def _readings(months: list[Period], rounds: int) -> None:
    known = periods()
    # What loading the city left behind is no part of a process that serves pages.
    gc.collect()
    gc.freeze()
    for name, days in (("at the end of the month", 2), ("in its middle", 15)):
        now = months[-1].ends - timedelta(days=days)
        computed = timed(rounds, lambda now=now: board("streets", months[-1], known, now))
        say(f"board of 343 streets {name}, computed: p50 / p95", ms(computed), "aim 25 ms at p95")
    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.get(username="supervisor"))
    url = f"/board/?group=streets&period={months[-1].code}"
    assert client.get(url).status_code == 200
    say("the whole page: p50 / p95", ms(timed(rounds, lambda: client.get(url))), "aim 80 ms")
    unit = _busiest(months[-1])
    user = User.objects.get(username="supervisor")
    assert len(page(behind(months[-1], unit, "not_solved"), user).rows) > 0
    drill = timed(rounds, lambda: page(behind(months[-1], unit, "not_solved"), user))
    say("a unit's drill-down, first page: p50 / p95", ms(drill), "aim 30 ms")
    clerk = User.objects.get_or_create(username="bench", defaults={"roles": [Role.CLERK], "unit": unit})[0]
    for name, reader, url in (
        ("the drill-down's whole page", user, f"/board/{months[-1].code}/{unit.code}/not_solved/"),
        ("why a street lost its points, whole page", user, f"/board/{months[-1].code}/{unit.code}/why/"),
        ("the street's own month, whole page", clerk, f"/board/mine/?period={months[-1].code}"),
        ("the auditor's anomalies, whole page", user, f"/callback/anomalies/?period={months[-1].code}"),
    ):
        client.force_login(reader)
        assert client.get(url).status_code == 200, url
        say(f"{name}: p50 / p95", ms(timed(max(5, rounds // 6), lambda url=url: client.get(url))))
    sums = ", ".join(f"SUM({name})" for name in AMOUNTS)
    plain = timed(max(3, rounds // 20), lambda: _run(GROUP_BY.format(sums), [months[-1].pk]))
    times = plain[0] / computed[0]
    say("plain GROUP BY of the month: p50", f"{plain[0]:.0f} ms", f"{times:.0f} times the whole board")


def _busiest(month: Period) -> Unit:
    """The street with the most unsolved answers."""
    streets = ScoreLine.objects.filter(period=month, unit__rank_group="streets", valid=1, solved=0)
    return Unit.objects.get(pk=streets.values("unit").annotate(n=Count("pk")).order_by("-n")[0]["unit"])


def _run(text: str, parameters: list[object]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(text, parameters)
        cursor.fetchall()


def main() -> None:
    lines, count, month_lines, rounds = map(int, sys.argv[1:])
    # Nothing is collected here; hashed names cost a look into a dictionary each.
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    call_command("migrate", verbosity=0)
    call_command("load_city", "packs/beijing", demo=True, verbosity=0)
    Scheme.objects.update(effective_from=date(2020, 1, 1))
    at, months = timezone.now(), []
    while len(months) < count:
        months.insert(0, ensure_period(at))
        at = months[0].begins - timedelta(days=1)
    fill, small = Fill(), max(count, lines // 30)
    frozen, others = months[-2], [month for month in months if month != months[-2]]
    print(f"{lines} lines, {count} months, {load_average()}", flush=True)

    def spread(total: int) -> None:
        for month in others:
            fill.lines(month, max(1, total // len(others)), sourced=month == months[-1])

    without_indexes(lambda: spread(small))
    refill()
    say("lines", str(ScoreLine.objects.count()))
    measure(months, rounds)
    begun = time.perf_counter()

    def rest() -> None:
        spread(max(1, lines - small - month_lines))
        fill.lines(frozen, month_lines, sourced=True)

    without_indexes(rest)
    refill()
    took = time.perf_counter() - begun
    say("lines", str(ScoreLine.objects.count()), f"written and added up in {took:.0f} s")
    measure(months, rounds)
    sys.exit(publish(fill, months[-1], frozen, min(200_000, lines // 10), rounds))


def publish(fill: Fill, running: Period, frozen: Period, tail: int, rounds: int) -> int:
    """Folding, the audit and publishing; 1 where the audit finds a difference."""
    at = timezone.now()
    fill.lines(running, tail, folded=False)
    computed = timed(rounds, lambda: board("streets", running, periods(), at))
    say(f"board with {tail} lines not folded yet: p50 / p95", ms(computed))
    begun = time.perf_counter()
    folded = fold(running.ends)
    say("folding", f"{folded / (time.perf_counter() - begun):.0f} lines/s", "aim 20 000")
    begun = time.perf_counter()
    wrong = list(differences(frozen))
    say("audit of the month", f"{time.perf_counter() - begun:.1f} s", f"aim 60 s; {len(wrong)} differences")
    begun = time.perf_counter()
    done = freeze(frozen, by=User.objects.get(username="supervisor"), at=at)
    took = time.perf_counter() - begun
    say(f"publishing a month of {done.lines_frozen} lines", f"{took:.1f} s", "aim 30 s")
    print(load_average())
    return 1 if wrong else 0


if __name__ == "__main__":
    main()
