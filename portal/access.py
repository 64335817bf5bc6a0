"""Which cases this browser may read: noted in its session when the code was right, and not for long."""

from datetime import datetime, timedelta

from django.contrib.sessions.backends.base import SessionBase

KEY = "portal_cases"
#: Cases one browser holds open at most; the one looked at longest ago goes first.
HELD = 10
#: A page read again within this time is not written down again.
FRESH = timedelta(minutes=1)


def grant(session: SessionBase, number: str, at: datetime) -> None:
    """The code was right. The session gets a new key, and lives no longer than the browser does."""
    held = dict(session.get(KEY, {}))
    session.cycle_key()
    if "_auth_user_id" not in session:
        session.set_expiry(0)
    held[number] = at.timestamp()
    newest = sorted(held.items(), key=lambda item: item[1])[-HELD:]
    session[KEY] = dict(newest)


def held(session: SessionBase, number: str) -> bool:
    """Whether the code was right once in this browser, however long ago."""
    return number in session.get(KEY, {})


def still_open(session: SessionBase, number: str, at: datetime, idle: timedelta) -> bool:
    """Whether the case may be read now; reading keeps it open, `idle` without reading closes it."""
    seen = session.get(KEY, {}).get(number)
    if seen is None:
        return False
    rested = at - datetime.fromtimestamp(seen, tz=at.tzinfo)
    if rested > idle:
        close(session, number)
        return False
    if rested > FRESH:
        session[KEY] = {**session[KEY], number: at.timestamp()}
    return True


def close(session: SessionBase, number: str) -> None:
    """This browser may not read the case any more."""
    session[KEY] = {key: seen for key, seen in session.get(KEY, {}).items() if key != number}
