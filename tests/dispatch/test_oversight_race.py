"""A unit replies in the very moment the limit of the reply ends."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from time import monotonic, sleep

import pytest
from django.db import connection, transaction

from dispatch.actions import oversight, route
from dispatch.models import Oversight
from intake import actions as intake
from tests import city as small
from tests.city import NOON
from tickets.errors import Stale
from tickets.models import Ticket

#: How many wait for this very connection.
WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"


@pytest.mark.django_db(transaction=True)
def test_a_reply_in_the_moment_of_the_bell_waits_for_it_and_neither_is_killed() -> None:
    city = small.build()
    ticket = intake.file(city.request(), by=city.agent, at=NOON)
    assert route(ticket, NOON)
    row = oversight.order(ticket, demand="请今天到现场并回复", by=city.supervisor, at=NOON)

    def reply() -> str:
        try:
            mine = Oversight.objects.select_related("ticket__lead").get(pk=row.pk)
            oversight.reply(mine, text="已到现场处理", by=city.clerk, at=row.due)
            return "replied"
        except Stale:
            return "stale"
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        # As the sweep does: the ticket first, then the row of the side process.
        held = Ticket.objects.select_for_update().get(pk=ticket.pk)
        told = pool.submit(reply)
        _until_somebody_waits()
        oversight.late(held, held.timers.get(kind="oversight"), row.due + timedelta(minutes=1))
    small.forget()
    assert told.result(timeout=20) == "stale"
    after = Oversight.objects.get(pk=row.pk)
    assert (after.late, after.state, after.replies.count()) == (True, "open", 0)


def _until_somebody_waits() -> None:
    until = monotonic() + 20
    with connection.cursor() as cursor:
        while monotonic() < until:
            cursor.execute(WAITING)
            if cursor.fetchone()[0]:
                return
            sleep(0.02)
    raise AssertionError("nobody waits for the ticket")
