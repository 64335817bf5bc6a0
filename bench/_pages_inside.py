# ruff: noqa: E402 (models need Django set up first)
"""The part of pages.py that runs inside the throw-away database."""

import os
import statistics
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
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
from django.http import HttpRequest, HttpResponse
from django.template import Context, Template
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import path
from django.utils import timezone

from hotline.urls import urlpatterns as ours
from intake.vault import seal
from scoring.actions import ensure_period
from tickets.book import book
from tickets.models import Category, Ticket
from tickets.rules import grams
from units.models import Place, Unit, User

PLAIN = Template(
    "<table>{% for t in rows %}<tr><td>{{ t.number }}</td><td>{{ t.title }}</td><td>{{ t.state }}</td>"
    "<td>{{ t.category }}</td><td>{{ t.lead }}</td><td>{{ t.received_at }}</td></tr>{% endfor %}</table>"
)
#: A word of a tenth of all texts, and one of a thousandth.
COMMON, RARE = "噪声", "白蚁"
THINGS = "路面 电梯 暖气 水管 路灯 垃圾 楼道 井盖 车位 绿地 广场 工地 商户 充电桩 公交站 健身器材".split()
TROUBLES = "破损 停用 不热 漏水 不亮 未清运 堆物 缺失 被占 枯死 拥挤 扬尘 欠费 故障 晚点 老化".split()
HX = {"HX-Request": "true"}


def plain(_request: HttpRequest) -> HttpResponse:
    """What any Django list costs: 25 rows, two joins, one small template."""
    rows = Ticket.objects.select_related("category", "lead").order_by("-pk")[:25]
    return HttpResponse(PLAIN.render(Context({"rows": rows})))


urlpatterns = [path("plain/", plain), *ours]


@dataclass(frozen=True)
class Page:
    """One thing to open; `target` milliseconds of p95, None where DESIGN §8 names none."""

    name: str
    who: str
    url: str
    target: int | None = None
    fragment: bool = False


def write_words() -> None:
    """The raw material of pages.sql."""
    texts = [f"{thing}{trouble}已有数日" for thing in THINGS for trouble in TROUBLES]
    texts[20] = f"夜间施工{COMMON}扰民"
    texts[250] = f"木地板发现{RARE}"
    leaves = Category.objects.leaves().order_by("code").values_list("pk", "name")
    units = dict(Unit.objects.exclude(place=None).filter(rank_group="streets").values_list("place", "pk"))
    places = Place.objects.filter(level=Place.Level.COMMUNITY).order_by("code").values_list("pk", "street")
    known = [(key, units[street]) for key, street in places if street in units]
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE bench_words (n int, text text, words text[])")
        rows = [(n, text, grams(text)) for n, text in enumerate(texts)]
        cursor.executemany("INSERT INTO bench_words VALUES (%s, %s, %s)", rows)
        cursor.execute("CREATE TEMP TABLE bench_leaf (n int, id bigint, name text, words text[])")
        leaf_rows = [(n, key, name, grams(name)) for n, (key, name) in enumerate(leaves)]
        cursor.executemany("INSERT INTO bench_leaf VALUES (%s, %s, %s, %s)", leaf_rows)
        cursor.execute("CREATE TEMP TABLE bench_place (n int, id bigint, unit_id bigint)")
        place_rows = [(n, *row) for n, row in enumerate(known)]
        cursor.executemany("INSERT INTO bench_place VALUES (%s, %s, %s)", place_rows)


def fill(tickets: int) -> None:
    """The city, ten months of the ruler, and the tickets."""
    now, began = timezone.now(), time.perf_counter()
    call_command("migrate", verbosity=0)
    call_command("load_city", "packs/beijing", demo=True, verbosity=0)
    for months in range(10):
        ensure_period(now - timedelta(days=30 * months))
    write_words()
    given = {
        "tickets": tickets,
        "now": now,
        "clerk": User.objects.get(username="clerk").unit_id,
        "agent": User.objects.get(username="agent").pk,
        "limit": book().limit(book().text("default_limit", now), now).pk,
        "phone": seal("19900000000"),
        "name": seal("示例"),
    }
    with connection.cursor() as cursor:
        cursor.execute(Path(__file__).with_name("pages.sql").read_text(encoding="utf-8"), given)
        cursor.execute("VACUUM ANALYZE")
    states = ", ".join(f"{state} {n}" for state, n in _states())
    print(f"{tickets} tickets in {time.perf_counter() - began:.0f} s: {states}")


def _states() -> list[tuple[str, int]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT state, count(*) FROM tickets_ticket GROUP BY 1 ORDER BY 2 DESC")
        return cursor.fetchall()


def pages(rounds: int) -> Iterator[Page]:
    """What is opened, in the words of DESIGN §8."""
    newest = Ticket.objects.order_by("-pk").first()
    deep = max(1, newest.pk - 25 * 999)
    closed = Ticket.objects.filter(state="closed").order_by("-pk").first()
    yield Page("plain Django list of 25", "supervisor", "/plain/")
    yield Page("cases, first page", "supervisor", "/cases/", 30)
    yield Page("cases, next rows", "supervisor", f"/cases/?after={newest.pk}", 30, fragment=True)
    yield Page("cases, rows of page 1000", "supervisor", f"/cases/?after={deep}", 30, fragment=True)
    yield Page(f"search, common word {COMMON}", "supervisor", f"/cases/?q={COMMON}", 60)
    yield Page(f"search, rare word {RARE}", "supervisor", f"/cases/?q={RARE}", 60)
    yield Page("search, word and state", "supervisor", f"/cases/?q={COMMON}&state=handling", 60)
    yield Page("search, number's tail", "supervisor", f"/cases/?q={newest.number_tail}", 60)
    yield Page("search, whole number", "supervisor", f"/cases/?q={newest.number}", 60)
    yield Page("search by a clerk", "clerk", f"/cases/?q={COMMON}", 60)
    yield Page("cases of a unit's clerk", "clerk", "/cases/", 30)
    yield Page("cases, by state", "supervisor", "/cases/?state=pending", 30)
    yield Page("ticket", "supervisor", f"/cases/{closed.number}/", 40)
    yield Page("inbox", "clerk", "/inbox/")
    yield Page("inbox, running", "clerk", "/inbox/?v=open")
    yield Page("inbox, closed", "clerk", "/inbox/?v=closed")
    yield Page("inbox, counts", "clerk", "/inbox/counts/")
    yield Page("dispatch desk", "dispatcher", "/dispatch/")
    for who in ("supervisor", "district"):
        for view in ("orders", "cards", "far", "overdue", "sides"):
            yield Page(f"supervision, {view}, {who}", who, f"/supervision/?v={view}", 30)
    yield Page("supervision, rows, district", "district", "/supervision/?v=overdue", 30, fragment=True)
    yield Page("cases of a district", "district", "/cases/", 30)
    yield Page("search by a district", "district", f"/cases/?q={COMMON}", 60)
    yield Page("follow-up desk", "caller_back", "/callback/")
    yield Page("follow-up, all", "caller_back", "/callback/?v=all", fragment=True)
    yield Page("palette", "supervisor", f"/cmd/?q={COMMON}", fragment=True)
    yield Page("board of streets", "supervisor", "/board/?group=streets")
    yield Page("board of districts", "supervisor", "/board/?group=districts")


def opened(client: Client, page: Page) -> Callable[[], None]:
    headers = HX if page.fragment else {}

    def once() -> None:
        answer = client.get(page.url, headers=headers)
        assert answer.status_code == 200, (page.url, answer.status_code)

    return once


def explain(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (ANALYZE, BUFFERS OFF) " + statement.replace("%", "%%"))
        print("\n".join(f"    {line}" for (line,) in cursor.fetchall()))


def measure(page: Page, rounds: int, base: float, slowest: bool) -> float:
    """Opens the page again and again; prints its line and returns its p50 in milliseconds."""
    client = Client()
    client.force_login(User.objects.get(username=page.who))
    once, took = opened(client, page), []
    once()
    with CaptureQueriesContext(connection) as log:
        once()
        seen = list(log)
    for _round in range(rounds):
        began = time.perf_counter()
        once()
        took.append(1000 * (time.perf_counter() - began))
    p50, p95 = statistics.median(took), statistics.quantiles(took, n=20)[-1]
    sql = 1000 * sum(float(query["time"]) for query in seen)
    aim = f"aim {page.target}" + (" MISSED" if p95 > page.target else "") if page.target else ""
    ratio = p50 / (base or p50)
    print(
        f"{page.name:28} p50 {p50:7.1f}  p95 {p95:7.1f} ms  ×{ratio:5.1f}  {len(seen):3} statements,"
        f" {sql:5.0f} ms SQL  {aim}",
        flush=True,
    )
    if slowest:
        explain(max(seen, key=lambda query: float(query["time"]))["sql"])
    return p50


def main(tickets: str, rounds: str, mode: str) -> None:
    settings.ROOT_URLCONF = __name__
    settings.ALLOWED_HOSTS.append("testserver")
    # Nothing is collected here; hashed names cost a look into a dictionary each.
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    fill(int(tickets))
    base = 0.0
    for page in pages(int(rounds)):
        p50 = measure(page, int(rounds), base, mode == "explain")
        base = base or p50
    print(load_average())


if __name__ == "__main__":
    main(*sys.argv[1:])
