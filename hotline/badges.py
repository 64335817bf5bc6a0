"""The small numbers in the navigation: what waits for a unit, told to the event stream when it changes.

Read from the database every few seconds, never counted along: a message that was lost is told again
with the next change, and a page that opens is told the last value at once.
"""

import json

from django.conf import settings
from django.db.models import Count

from dispatch.queries import objections
from handling.queries.undecided import CITY, undecided
from hotline import pulse
from intake.models import Guidance
from scoring.models import Exclusion
from tickets.models import Ticket
from tickets.states import State
from units.models import Unit


def counts() -> dict[int, dict[str, int]]:
    """Unit → navigation key → how many wait: orders to sign, questions to decide, requests to dispatch,
    objections to rule on, ways told that wait for the team leader, callers to ask, exclusions to decide."""
    tickets = Ticket.objects.order_by()
    unsigned = tickets.filter(state=State.DISPATCHED).values_list("lead").annotate(Count("pk"))
    told = {unit: {"handling-inbox": waiting} for unit, waiting in unsigned}
    decisions = undecided()
    for unit, waiting in decisions.items():
        if unit is not CITY:
            told.setdefault(unit, {})["handling-decisions"] = waiting
    city = {
        "dispatch-desk": tickets.waiting_dispatch().count(),
        "dispatch-objections": objections.unruled(),
        "followup-desk": tickets.waiting_followup().count(),
        "handling-decisions": decisions[CITY],
        "intake-guides": Guidance.objects.filter(verdict=Guidance.Verdict.WAITING).count(),
        "ruler-exclusions": Exclusion.objects.waiting().count(),
    }
    for centre in Unit.objects.filter(type=Unit.Type.CITY_CENTRE).values_list("pk", flat=True):
        told[centre] = {**told.get(centre, {}), **city}
    return told


def key() -> str:
    """Where the last told counts of every unit lie in Redis."""
    return f"{settings.REDIS_PREFIX}:badges"


def tell() -> int:
    """Publish what changed since the last time; returns for how many units. Raises redis.RedisError."""
    redis = pulse.client()
    before = {int(unit): json.loads(text) for unit, text in redis.hgetall(key()).items()}
    now = counts()
    # A unit whose last order was signed is told its zero.
    for unit, values in before.items():
        now[unit] = dict.fromkeys(values, 0) | now.get(unit, {})
    changed = {unit: values for unit, values in now.items() if values != before.get(unit)}
    line = redis.pipeline()
    for unit, values in changed.items():
        line.hset(key(), str(unit), json.dumps(values))
        line.publish(f"{settings.REDIS_PREFIX}:unit:{unit}", json.dumps({"kind": "badge", **values}))
    line.execute()
    return len(changed)
