"""The sweep in real Celery workers that are killed and lose their connections half-way."""

import os
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from urllib.parse import urlsplit, urlunsplit

import psutil
import pytest
from celery import Celery
from django.conf import settings
from django.db import OperationalError, connection
from django.utils import timezone

from dispatch.sweep import sweep
from hotline.local.programs import program_path
from hotline.local.state import PROJECT
from tests.city import NOON, City
from tests.journeys.crowd import crowd
from tests.journeys.test_sweep import WHOLE_STORY, kinds
from tickets import timers
from tickets.chain import faults
from tickets.models import Event, Ticket, Timer

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

TICKETS = 1500
QUEUE = f"sweep-{os.getpid()}"


@contextmanager
def celery_worker() -> Iterator[psutil.Process]:
    """Celery as `make run` starts it, on the tests' database and a queue of its own."""
    address = urlunsplit(
        urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    )
    told = {"DATABASE_URL": address, "HOTLINE_REDIS_PREFIX": QUEUE}
    command = [program_path("celery"), "--app", "hotline.celery:app", "worker", "--concurrency", "2"]
    command += ["--queues", QUEUE, "--hostname", f"{QUEUE}@%h", "--loglevel", "ERROR"]
    command += ["--without-gossip", "--without-mingle"]
    worker = subprocess.Popen(command, cwd=PROJECT, env={**os.environ, **told}, stderr=subprocess.DEVNULL)
    process = psutil.Process(worker.pid)
    try:
        yield process
    finally:
        for child in (*process.children(recursive=True), process):
            child.kill()
        worker.wait()


def beat() -> None:
    """What the beat does: two sweeps beside each other."""
    broker = settings.REDIS_URL.replace("unix://", "redis+socket://", 1)
    with Celery(broker=broker) as sender:
        for _n in range(2):
            sender.send_task("hotline.tasks.sweep", queue=QUEUE, expires=60)


def done() -> int:
    return Event.objects.filter(kind="expire").count()


def until(enough: int) -> None:
    """Beats as often as the real one, until so many are done."""
    begun = time.monotonic()
    beats = 0
    while done() < enough:
        passed = time.monotonic() - begun
        assert passed < 120, f"only {done()} of {enough} after two minutes"
        if passed >= 5 * beats:
            beat()
            beats += 1
        time.sleep(0.005)


def cut_connections() -> int:
    """End every other connection that is in the middle of a transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL"
        )
        return int(cursor.fetchone()[0])


def test_workers_killed_and_cut_off_lose_nothing_and_double_nothing(city: City) -> None:
    tickets = crowd(city, TICKETS, timezone.now() - timedelta(minutes=1441))
    with celery_worker() as worker:
        until(200)
        worker.children()[0].kill()
        cut = 0
        while not cut and done() < TICKETS:
            cut = cut_connections()
        assert done() < TICKETS, "the workers were to be stopped half-way"
        assert cut, "a connection was to be cut in the middle of a batch"
        until(TICKETS)
    assert not Ticket.objects.due(timezone.now()).exists()
    assert Counter(tuple(kinds(ticket)) for ticket in tickets) == {tuple(WHOLE_STORY): TICKETS}
    assert list(faults()) == []


def cut_off(ticket: Ticket, timer: Timer, at: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")


def dawdle(ticket: Ticket, timer: Timer, at: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 10")
        cursor.execute("SELECT pg_sleep(1)")


def probed(city: City) -> tuple[Ticket, Ticket]:
    """One whose side clock rings a minute before the other's first step."""
    first, second = crowd(city, 2, NOON)
    timers.start_until(first, "probe", 1, at=NOON, due=NOON + timedelta(minutes=29))
    first.record("urge", by=None, at=NOON)
    return first, second


def test_a_lost_connection_ends_the_sweep_and_the_next_one_goes_on(city: City) -> None:
    first, second = probed(city)
    soon = NOON + timedelta(minutes=30)
    with pytest.raises(OperationalError):
        sweep(soon, {"probe": cut_off})
    assert Timer.objects.get().rang_at is None
    assert sweep(soon, {"probe": lambda ticket, timer, at: ticket.record("co_late", by=None, at=at)}) == 1
    assert kinds(first)[2:] == ["urge", "co_late", "auto_sign"]
    assert kinds(second)[2:] == ["auto_sign"]


def test_a_step_that_the_database_refuses_is_put_off_and_stops_nobody(city: City) -> None:
    first, second = probed(city)
    assert sweep(NOON + timedelta(minutes=30), {"probe": dawdle}) == 1
    assert kinds(first)[2:] == ["urge"]
    assert kinds(second)[2:] == ["auto_sign"]
