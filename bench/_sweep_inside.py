# ruff: noqa: E402 (models need Django set up first)
"""The part of sweep.py that runs inside the throw-away database: make, sweep or floor, after the word."""

import json
import os
import sys
import time
import warnings
from datetime import datetime, timedelta
from itertools import cycle, islice

import django
import psutil
from _throwaway import ROOT

sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hotline.settings")
warnings.filterwarnings("ignore", message="No directory at")
django.setup()

from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from dispatch.sweep import BATCH
from hotline.watch import sweep
from tickets.book import book
from tickets.models import Category, Event, Limit, Ticket
from units.models import Unit, User

CHUNK = 5_000
#: Before the step that is due these were taken, in this order.
STEPS = ("auto_sign", "contact_late", "remind", "warn", "expire")
UPDATE = (
    "UPDATE tickets_ticket SET version = version + 1, head_hash = %s, wake_at = %s, steps = %s WHERE id = %s"
)
INSERT = (
    "INSERT INTO tickets_event (ticket_id, seq, kind, was, now, at, facts, prev_hash, hash)"
    " VALUES (%s, %s, 'note', %s, %s, %s, %s, %s, %s)"
)


class Maker:
    """Tickets of the class U, of which each has one step due at the moment."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        self.agent = User.objects.get(username="agent")
        self.limit: Limit = book().limit("U", at)
        leaves = Category.objects.leaves()[:40]
        streets = Unit.objects.filter(rank_group="streets").select_related("place")[:40]
        self.places = cycle(zip(cycle(leaves), streets, strict=False))
        self.after = {
            "auto_sign": self.limit.sign_minutes,
            "contact_late": self.limit.contact_minutes,
            **{code: self._percent(code) for code in ("remind", "warn")},
            "expire": self.limit.handle_minutes,
        }

    def _percent(self, code: str) -> int:
        return self.limit.handle_minutes * book().step(code, self.at).percent // 100

    def make(self, first: int, count: int) -> None:
        made = [self._ticket(number) for number in range(first, first + count)]
        stories = [ticket.pending for ticket in made]
        for number, ticket in enumerate(made, start=first):
            ticket.pk = number
            ticket.prepared()
        Ticket.objects.bulk_create(made)
        for ticket, events in zip(made, stories, strict=True):
            for event in events:
                event.ticket = ticket
        Event.objects.bulk_create([event for events in stories for event in events])

    def _ticket(self, number: int) -> Ticket:
        step = STEPS[number % len(STEPS)]
        start = self.at - timedelta(minutes=self.after[step])
        leaf, unit = next(self.places)
        ticket = Ticket(
            number=f"BENCH-{number}",
            query_code="AAAA",
            kind="complaint",
            category=leaf,
            place=unit.place,
            title=leaf.name,
            content=f"示例诉求{number}：设施损坏已有数日，影响出行，请尽快核实处理并告知结果。",
            taken_by=self.agent,
            received_at=start,
            limit=self.limit,
        )
        moments = book().deadlines(self.limit, start, self.limit.handle_minutes)
        ticket.prepare("receive", by=self.agent, at=start)
        ticket.prepare(
            "dispatch",
            by=None,
            at=start,
            lead=unit,
            dispatched_at=start,
            clock_from=start,
            handle_minutes=self.limit.handle_minutes,
            sign_due=start + timedelta(minutes=self.after["auto_sign"]),
            contact_due=start + timedelta(minutes=self.after["contact_late"]),
            **moments.as_changes(),
        )
        for taken in STEPS[: STEPS.index(step)]:
            at = start + timedelta(minutes=self.after[taken])
            ticket.prepare(taken, by=None, at=at, facts={"due": at.isoformat()}, steps=[*ticket.steps, taken])
        assert (ticket.wake_for, ticket.wake_at) == (step, self.at)
        return ticket


def make(tickets: int) -> str:
    began = time.perf_counter()
    call_command("migrate", verbosity=0)
    call_command("load_city", "packs/beijing", demo=True, verbosity=0)
    maker = Maker(timezone.now())
    for first in range(0, tickets, CHUNK):
        with transaction.atomic():
            maker.make(first + 1, min(CHUNK, tickets - first))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("SELECT current_setting('fsync'), current_setting('synchronous_commit')")
        told = "PostgreSQL: fsync {}, synchronous_commit {}".format(*cursor.fetchone())
    return f"{told}\n{tickets} tickets with one step due made in {time.perf_counter() - began:.0f} s"


def floor(workers: int, number: int, tickets: int) -> int:
    """One UPDATE and one INSERT for each of this worker's tickets, by the driver alone."""
    own = Ticket.objects.filter(pk__lte=tickets).values_list("pk", "version", "state", "head_hash", "steps")
    rows = list(islice(own.order_by("pk"), number, None, workers))
    now, facts = timezone.now(), json.dumps({"due": "2026-01-01T00:00:00+00:00"})
    connection.ensure_connection()
    driver = connection.connection
    driver.autocommit = False
    with driver.cursor() as cursor:
        for done, (key, version, state, head, steps) in enumerate(rows, start=1):
            cursor.execute(UPDATE, [head, now, [*steps, "note"], key])
            cursor.execute(INSERT, [key, version + 1, state, state, now, facts, head, head])
            if done % BATCH == 0:
                driver.commit()
        driver.commit()
    return len(rows)


def session_cpu() -> float:
    """CPU seconds of PostgreSQL's process for this connection; 0 where it runs elsewhere."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    try:
        return sum(psutil.Process(pid).cpu_times()[:2])
    except psutil.Error:
        return 0


def main() -> None:
    task, workers, number = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    if task != "make":
        book()
    print("ready", flush=True)
    sys.stdin.readline()
    if task == "make":
        print(make(int(sys.argv[4])))
        return
    cpu, sessions = time.process_time(), session_cpu()
    done = sweep(timezone.now()) if task == "sweep" else floor(workers, number, int(sys.argv[4]))
    print(done, time.process_time() - cpu, session_cpu() - sessions)


if __name__ == "__main__":
    main()
