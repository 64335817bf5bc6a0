"""The public's verbs: open one's case with number and code, answer the questions; what else may be said."""

from dataclasses import dataclass
from datetime import datetime

from django.core.cache import cache
from django.db import transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from followup.actions import Said, Then, take_answers
from followup.models import Answer, Channel
from followup.queries import online_until
from portal.queries import matches
from portal.rules import hour_of, household, next_hour
from tickets.book import book
from tickets.errors import Refused, Stale
from tickets.facts import FACTS
from tickets.flow import MOVES
from tickets.models import Ticket
from tickets.states import State

#: Counts outlive the hour they belong to by nothing that matters.
KEPT_SECONDS = 3700


@dataclass
class TooMany(Exception):
    """Wrong codes too often from this address, or for this number; nothing was compared."""

    until: datetime


def unlock(number: str, code: str, *, address: str, at: datetime) -> bool:
    """Whether the code opens the case. Only failures count against address and number.

    Raises TooMany beyond `portal_tries_per_hour`, for the right code too: else guessing would show itself.
    """
    counts = [_count("address", household(address), at), _count("number", number, at)]
    allowed = book().number("portal_tries_per_hour", at)
    # Counted before comparing, so that many tries at once cannot slip through together.
    if any([cache.incr(count) > allowed for count in counts]):
        raise TooMany(until=next_hour(at))
    if not matches(number, code):
        return False
    for count in counts:
        cache.decr(count)
    return True


def _count(what: str, whose: str, at: datetime) -> str:
    """The name of a counter, begun at nought; addresses and numbers enter it only as a keyed hash."""
    name = salted_hmac("portal.tries", f"{what}:{whose}:{hour_of(at).timestamp():.0f}").hexdigest()
    cache.add(f"tries:{name}", 0, timeout=KEPT_SECONDS)
    return f"tries:{name}"


@transaction.atomic
def evaluate(ticket: Ticket, said: Said, *, round_: int, at: datetime, then: Then | None = None) -> Answer:
    """The caller answers online, which is the follow-up of this round.

    Raises Stale when the round was ended otherwise meanwhile, Refused when the time for it has passed.
    """
    if ticket.state != State.FOLLOWUP or ticket.round != round_:
        raise Stale(_("这次回访已经结束，您看到的是最新情况。"))
    if online_until(ticket, at) is None:
        raise Refused(_("网上评价的时间已过，12345 会给您打电话回访。"))
    return take_answers(ticket, said, channel=Channel.ONLINE, by=None, at=at, then=then)


def may_say(ticket: Ticket) -> frozenset[str]:
    """What the caller may still do by themselves: add, urge, withdraw; by the tables alone."""
    rows = {"add": FACTS["add"].states, "urge": FACTS["urge"].states, "withdraw": MOVES["withdraw"].sources}
    if ticket.withdrawn_at is not None:
        del rows["urge"]
    return frozenset(name for name, states in rows.items() if ticket.state in states)
