"""The sweep in real Celery workers that are killed and lose their connections half-way."""

import os
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from urllib.parse import urlsplit, urlunsplit

import psutil
import pytest
from celery import Celery
from django.conf import settings
from django.db import connection
from django.utils import timezone

from hotline.local.programs import program_path
from hotline.local.state import PROJECT
from tests.city import City
from tests.journeys.crowd import crowd
from tests.journeys.test_sweep import WHOLE_STORY, kinds
from tickets.chain import faults
from tickets.models import Event, Ticket

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
    deadline = time.monotonic() + 60
    while done() < enough:
        assert time.monotonic() < deadline, f"only {done()} of {enough} after a minute"
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
        beat()
        until(200)
        worker.children()[0].kill()
        cut = 0
        while not cut and done() < TICKETS:
            cut = cut_connections()
        assert done() < TICKETS, "the workers were to be stopped half-way"
        assert cut, "a connection was to be cut in the middle of a batch"
        beat()
        until(TICKETS)
    assert not Ticket.objects.due(timezone.now()).exists()
    assert Counter(tuple(kinds(ticket)) for ticket in tickets) == {tuple(WHOLE_STORY): TICKETS}
    assert list(faults()) == []
