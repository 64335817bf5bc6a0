"""When may a caller be called, and when is it enough (DOMAIN §2.2, reaching rules)."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo

#: Outcomes after which no further attempt makes sense.
FINAL = frozenset({"wrong_number", "refused", "anonymous"})


#: "solved" and "satisfied" → the answers a city's scheme knows.
Grades = Mapping[str, Collection[str]]
#: Those of a moment; handed in by the project, since the scheme stands below this room.
GradesAt = Callable[[datetime], Grades]
#: While a city has no scheme.
PLAIN: Grades = {
    "solved": ("solved", "unsolved"),
    "satisfied": ("satisfied", "basic", "dissatisfied"),
}


@dataclass(frozen=True)
class Policy:
    """The city's numbers for follow-up."""

    attempts: int
    channels: int
    gap: timedelta
    quiet_from: time
    quiet_to: time
    zone: tzinfo
    #: In how many parts of the day the attempts must lie; a part begins at each of the edges.
    bands: int = 1
    edges: tuple[time, ...] = ()


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


def band(at: datetime, policy: Policy) -> int:
    """The part of the day: 0 before the first edge (上午), then 1 (下午), 2 (晚上)."""
    now = at.astimezone(policy.zone).time()
    return sum(now >= edge for edge in policy.edges)


def bands_of(tries: Sequence[Try], policy: Policy) -> int:
    """In how many parts of the day it was tried."""
    return len({band(attempt.at, policy) for attempt in tries})


def enough(tries: Sequence[Try], policy: Policy) -> bool:
    """Whether the follow-up may end without an answer: a final outcome, or the full number of attempts
    over the required channels and parts of the day, with the required time between the first and the last.
    """
    if any(attempt.reach in FINAL for attempt in tries):
        return True
    if len(tries) < policy.attempts or len({attempt.channel for attempt in tries}) < policy.channels:
        return False
    if bands_of(tries, policy) < policy.bands:
        return False
    moments = [attempt.at for attempt in tries]
    return max(moments) - min(moments) >= policy.gap


def chance_of_run(long: int, of: int, share: float) -> float:
    """At most how likely an unbroken run of `long` content answers among `of` is by chance, 0–1, when each
    is content with the probability `share`: the sum over all places where it could begin.
    """
    if long < 1 or of < long:
        return 1.0
    return min(1.0, (of - long + 1) * share**long)
