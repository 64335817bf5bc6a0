"""Pure thinking about a unit's work: how far a clock has run."""

from datetime import datetime


def spent(begin: datetime, due: datetime, at: datetime) -> int:
    """How much of a limit is gone, in percent from 0 to 100."""
    whole = (due - begin).total_seconds()
    if whole <= 0:
        return 100
    return max(0, min(100, round(100 * (at - begin).total_seconds() / whole)))


def level(warn: datetime, due: datetime, at: datetime) -> str:
    """How a clock looks: ok, soon (from the warning on), over."""
    if at >= due:
        return "over"
    return "soon" if at >= warn else "ok"
