"""Pure thinking about work orders: wakes, hashes, numbers, the words a search looks for."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from tickets.states import State

#: Letters and digits that are not mistaken for one another when read over the phone.
CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
CODE_LENGTH = 4

CJK_RUN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]+")
LATIN_WORD = re.compile(r"[a-z0-9]+")


def number_of(prefix: str, hotline: str, day: date, serial: int) -> str:
    """The number of a work order, e.g. BJ12345-20261123-000042 (DOMAIN §4.3)."""
    return f"{prefix}{hotline}-{day:%Y%m%d}-{serial:06d}"


def grams(text: str) -> list[str]:
    """The distinct search words of a text: two-character pieces of Chinese runs, and Latin words whole.

    A run of one character stays as it is; sorted, so that the same text gives the same list.
    """
    found: set[str] = set()
    text = text.lower()
    for run in CJK_RUN.findall(text):
        found.update(run[i : i + 2] for i in range(max(1, len(run) - 1)))
    found.update(word[:60] for word in LATIN_WORD.findall(text))
    return sorted(found)


def event_hash(prev_hash: str, facts: Mapping[str, object]) -> str:
    """The link of the chain: SHA-256 of the previous hash and the event's canonical JSON."""
    body = json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(f"{prev_hash}\n{body}".encode()).hexdigest()


@dataclass(frozen=True)
class Clocks:
    """What decides the next moment something must happen to a ticket."""

    state: str
    dispatch_due: datetime | None = None
    sign_due: datetime | None = None
    contact_due: datetime | None = None
    remind_at: datetime | None = None
    warn_at: datetime | None = None
    handle_due: datetime | None = None
    red_at: datetime | None = None
    special_at: datetime | None = None
    followup_due: datetime | None = None
    aside_at: datetime | None = None
    contacted: bool = False
    #: The limit is over and still nothing was reported.
    owing: bool = False
    steps: frozenset[str] = frozenset()


_WORKING = (
    ("contact_late", "contact_due"),
    ("remind", "remind_at"),
    ("warn", "warn_at"),
    ("expire", "handle_due"),
)
#: state → the steps that may come due in it, with the field that holds the moment.
STEPS: Mapping[str, tuple[tuple[str, str], ...]] = {
    State.PENDING: (("dispatch_late", "dispatch_due"),),
    State.DISPATCHED: (("auto_sign", "sign_due"), *_WORKING),
    State.OBJECTED: _WORKING,
    State.HANDLING: _WORKING,
    State.REPORTED: (("expire", "handle_due"),),
    State.FOLLOWUP: (("red", "red_at"), ("special", "special_at"), ("followup_late", "followup_due")),
}
#: A side process of whatever kind wants attention; in every state (`tickets/timers.py`).
ASIDE = ("aside", "aside_at")
#: step → the field that holds its moment.
MOMENT_OF: Mapping[str, str] = dict(pair for steps in (*STEPS.values(), (ASIDE,)) for pair in steps)
#: The fields of a ticket that hold such moments.
MOMENTS = tuple(sorted(set(MOMENT_OF.values())))
#: Those of the handling limit: its end, and the ladder around it.
HANDLING = ("remind_at", "warn_at", "handle_due", "red_at", "special_at")


def next_wake(clocks: Clocks) -> tuple[datetime | None, str]:
    """The next moment and what is due then; (None, "") when nothing more waits.

    A step that was taken in this round (`clocks.steps`) is not due again; a caller who was contacted
    cannot be contacted late any more; and only who still owes a report is reminded of it after the limit.
    """
    waiting = []
    for order, (step, field) in enumerate((*STEPS.get(clocks.state, ()), ASIDE)):
        moment = getattr(clocks, field)
        if moment is not None and not _settled(step, clocks):
            waiting.append((moment, order, step))
    if not waiting:
        return None, ""
    moment, _order, step = min(waiting)
    return moment, step


def _settled(step: str, clocks: Clocks) -> bool:
    """Whether this step has nothing to say any more."""
    if step in clocks.steps:
        return True
    if step == "contact_late":
        return clocks.contacted
    return step in ("red", "special") and not clocks.owing
