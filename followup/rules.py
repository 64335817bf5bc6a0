"""When may a caller be called, and when is it enough (DOMAIN §2.2, reaching rules)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo

#: Outcomes after which no further attempt makes sense.
FINAL = frozenset({"wrong_number", "refused", "anonymous"})


@dataclass(frozen=True)
class Policy:
    """The city's numbers for follow-up."""

    attempts: int
    channels: int
    gap: timedelta
    quiet_from: time
    quiet_to: time
    zone: tzinfo


@dataclass(frozen=True)
class Try:
    at: datetime
    channel: str
    reach: str


def quiet(at: datetime, policy: Policy) -> bool:
    """Whether people are left alone at this hour (21:00–08:00 by default)."""
    now = at.astimezone(policy.zone).time()
    if policy.quiet_from > policy.quiet_to:
        return now >= policy.quiet_from or now < policy.quiet_to
    return policy.quiet_from <= now < policy.quiet_to


def enough(tries: Sequence[Try], policy: Policy) -> bool:
    """Whether the follow-up may end without an answer: a final outcome, or the full number of attempts
    over the required channels with the required time between the first and the last.
    """
    if any(attempt.reach in FINAL for attempt in tries):
        return True
    if len(tries) < policy.attempts or len({attempt.channel for attempt in tries}) < policy.channels:
        return False
    moments = [attempt.at for attempt in tries]
    return max(moments) - min(moments) >= policy.gap
