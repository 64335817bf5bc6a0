"""What Celery runs for dispatch; each is safe late, twice, or killed half-way."""

from celery import shared_task
from django.utils import timezone

from dispatch import actions
from dispatch.actions import reckoning
from tickets.models import Ticket

#: Tickets routed by one run of `route_waiting`; the next beat takes the rest.
BATCH = 200


@shared_task
def route_waiting() -> int:
    """Route what waits and was not yet looked at; what the catalogue cannot place waits for a person."""
    waiting = Ticket.objects.waiting_dispatch().exclude(steps__contains=["route_failed"])
    keys = list(waiting.order_by("pk").values_list("pk", flat=True)[:BATCH])
    return sum(route_one(key) for key in keys)


#: A change of limits moves open deadlines in turns, so that what else is queued has its own.
RECKON_SECONDS = 8


@shared_task
def reckon_waiting() -> int:
    """Move open deadlines where a change of a calendar or a limit asks for it."""
    return reckoning.reckon_waiting(timezone.now(), RECKON_SECONDS)


def route_one(key: int) -> bool:
    """Route one ticket under its lock; one that somebody else holds is left to them."""
    return actions.route_locked(key, timezone.now())
