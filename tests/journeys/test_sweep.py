"""The sweep, late, doubled and killed half-way: everything due happens, once."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from threading import Thread

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from dispatch import sweep as steps
from dispatch.sweep import AGAIN
from dispatch.tasks import route_waiting
from hotline.watch import sweep
from intake import actions as intake
from tests.city import NOON, City
from tests.journeys.crowd import crowd
from tickets import timers
from tickets.chain import faults
from tickets.models import Event, Ticket, Timer

#: With the U class of the small city: everything of the first round is due after a day.
LATER = NOON + timedelta(days=1, minutes=1)
WHOLE_STORY = ["receive", "dispatch", "auto_sign", "contact_late", "remind", "warn", "expire", "card"]


def kinds(ticket: Ticket) -> list[str]:
    return list(ticket.events.order_by("seq").values_list("kind", flat=True))


def moments(ticket: Ticket) -> list[tuple[str, datetime]]:
    return list(ticket.events.order_by("seq").values_list("kind", "at"))


@pytest.fixture
def untouched(city: City) -> Ticket:
    """One that nobody will touch, without co-units, whose parts have clocks of their own."""
    return crowd(city, 1, NOON)[0]


def test_every_step_is_taken_at_its_moment(city: City, untouched: Ticket) -> None:
    for minutes, kind in (
        (30, "auto_sign"),
        (120, "contact_late"),
        (720, "remind"),
        (1152, "warn"),
        (1440, "card"),
    ):
        due = NOON + timedelta(minutes=minutes)
        assert sweep(due - timedelta(seconds=1)) == 0
        assert sweep(due) == 1
        assert kinds(untouched)[-1] == kind
    fresh = Ticket.objects.get(pk=untouched.pk)
    assert fresh.state == "followup"
    assert fresh.overdue_at == NOON + timedelta(days=1)
    assert fresh.signed_at == NOON + timedelta(minutes=30)


def test_a_sweep_that_comes_a_day_late_takes_the_same_steps_in_order(city: City, untouched: Ticket) -> None:
    assert sweep(LATER) == 1
    assert kinds(untouched) == WHOLE_STORY


def test_a_second_sweep_finds_nothing(city: City, untouched: Ticket) -> None:
    sweep(LATER)
    assert sweep(LATER) == 0
    assert kinds(untouched) == WHOLE_STORY


def test_a_reported_result_is_not_overdue_when_its_leader_is_slow(city: City, dispatched: Ticket) -> None:
    dispatched.move("sign", by=city.clerk, at=NOON)
    dispatched.move("report", by=city.clerk, at=NOON, reported_at=NOON)
    sweep(LATER)
    fresh = Ticket.objects.get(pk=dispatched.pk)
    assert (fresh.state, fresh.overdue_at) == ("followup", None)


def test_a_request_that_nobody_dispatched_is_marked_late_and_waits_on(city: City) -> None:
    ticket = intake.file(city.request(), by=city.agent, at=NOON)
    sweep(NOON + timedelta(hours=2))
    assert kinds(ticket) == ["receive", "dispatch_late"]
    assert Ticket.objects.get(pk=ticket.pk).state == "pending"


def test_the_next_beat_routes_what_a_lost_hurry_up_left_behind(city: City) -> None:
    left = intake.file(city.request(), by=city.agent, at=NOON)
    nowhere = intake.file(city.request(category=None, place=None), by=city.agent, at=NOON)
    assert route_waiting() == 1
    assert Ticket.objects.get(pk=left.pk).lead == city.heating
    assert kinds(nowhere) == ["receive", "route_failed"]
    assert route_waiting() == 0
    assert kinds(nowhere) == ["receive", "route_failed"]


@pytest.mark.django_db(transaction=True)
def test_workers_side_by_side_take_every_ticket_once(city: City) -> None:
    tickets = crowd(city, 600, NOON)

    def work() -> None:
        try:
            sweep(LATER)
        finally:
            connections.close_all()

    workers = [Thread(target=work) for _n in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert {tuple(kinds(ticket)) for ticket in tickets} == {tuple(WHOLE_STORY)}
    assert list(faults()) == []


SWEEP_IN_ANOTHER_PROCESS = """
import sys, django
from datetime import datetime
django.setup()
from django.conf import settings
from django.db import connection
settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = sys.argv[1]
from hotline.watch import sweep
print("begun", flush=True)
sweep(datetime.fromisoformat(sys.argv[2]))
"""


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_in_mid_sweep_loses_nothing_and_doubles_nothing(city: City) -> None:
    tickets = crowd(city, 1500, NOON)
    name = connection.settings_dict["NAME"]
    command = [sys.executable, "-c", SWEEP_IN_ANOTHER_PROCESS, name, LATER.isoformat()]
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "hotline.settings"}
    worker = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, text=True)
    assert worker.stdout is not None
    assert worker.stdout.readline() == "begun\n"
    # Let it finish some batches, then kill it between or within two.
    deadline = time.monotonic() + 30
    while Event.objects.filter(kind="expire").count() < 200 and time.monotonic() < deadline:
        time.sleep(0.005)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    done = Event.objects.filter(kind="expire").count()
    assert 200 <= done < 1500, "the worker was to be killed half-way"

    sweep(LATER)
    assert Counter(tuple(kinds(ticket)) for ticket in tickets) == {tuple(WHOLE_STORY): 1500}
    assert list(faults()) == []


def test_a_ticket_whose_step_fails_stops_nobody_and_is_taken_up_again(
    city: City, caplog: pytest.LogCaptureFixture
) -> None:
    good, bad = crowd(city, 2, NOON)
    Ticket.objects.filter(pk=bad.pk).update(wake_for="unheard_of")
    assert sweep(LATER) == 1
    assert kinds(good) == WHOLE_STORY
    assert kinds(bad) == WHOLE_STORY[:2]
    assert f"ticket {bad.pk} failed and is put off" in caplog.text

    assert sweep(LATER + AGAIN - timedelta(seconds=1)) == 0
    Ticket.objects.filter(pk=bad.pk).update(wake_for="auto_sign")
    assert sweep(LATER + AGAIN) == 1
    assert kinds(bad) == WHOLE_STORY
    first = Event.objects.get(ticket=bad, kind="auto_sign")
    assert datetime.fromisoformat(first.facts["due"]) == NOON + timedelta(minutes=30)
    assert list(faults()) == []


def test_bad_tickets_at_the_front_do_not_starve_those_behind(city: City) -> None:
    bad = crowd(city, 5, NOON - timedelta(days=1))
    good = crowd(city, 5, NOON)
    Ticket.objects.filter(pk__in=[ticket.pk for ticket in bad]).update(wake_for="unheard_of")
    assert steps.sweep(LATER, {}, size=2) == 5
    assert {tuple(kinds(ticket)) for ticket in good} == {tuple(WHOLE_STORY)}
    assert {tuple(kinds(ticket)) for ticket in bad} == {("receive", "dispatch")}


def test_a_step_that_would_leave_no_event_is_refused_and_rolled_back(city: City) -> None:
    (ticket,) = crowd(city, 1, NOON)
    timers.start_until(ticket, "probe", 1, at=NOON, due=NOON + timedelta(minutes=10))
    ticket.record("urge", by=None, at=NOON)
    assert steps.sweep(NOON + timedelta(minutes=10), {"probe": lambda ticket, timer, at: None}) == 0
    assert Timer.objects.get().rang_at is None
    assert kinds(ticket) == ["receive", "dispatch", "urge"]


def test_a_ticket_whose_side_clock_was_stopped_behind_its_back_sleeps_on(city: City) -> None:
    (ticket,) = crowd(city, 1, NOON)
    timers.start_until(ticket, "probe", 1, at=NOON, due=NOON + timedelta(minutes=10))
    ticket.record("urge", by=None, at=NOON)
    Timer.objects.update(stopped_at=NOON)
    sweep(NOON + timedelta(minutes=10))
    fresh = Ticket.objects.get(pk=ticket.pk)
    assert (fresh.aside_at, fresh.wake_at, fresh.wake_for) == (
        None,
        NOON + timedelta(minutes=30),
        "auto_sign",
    )
    assert kinds(ticket) == ["receive", "dispatch", "urge"]


def test_a_sweep_ends_when_its_time_is_over(city: City) -> None:
    crowd(city, 3, NOON)
    assert sweep(LATER, seconds=0) == 0
    assert sweep(LATER, seconds=60) == 3


def test_a_batch_costs_the_same_statements_however_many_tickets_it_holds(
    city: City, django_assert_num_queries: Callable[..., AbstractContextManager[CaptureQueriesContext]]
) -> None:
    crowd(city, 1, NOON)
    soon = NOON + timedelta(minutes=30)
    with CaptureQueriesContext(connection) as one:
        sweep(soon)
    crowd(city, 150, NOON)
    with django_assert_num_queries(len(one)):
        assert sweep(soon) == 150
