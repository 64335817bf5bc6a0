"""When a matter that was closed counts as back, and how long its second round lasts. Pure."""

from datetime import datetime, timedelta


def second_limit(minutes: int, divisor: int, least: int) -> int:
    """The handling minutes of a reopened ticket: the limit divided, never under `least` (DOMAIN §4.6)."""
    return max(round(minutes / divisor), least)


def came_back(closed_at: datetime | None, received_at: datetime, within: timedelta) -> bool:
    """Whether a request received then is about a matter closed before, and not too long ago (DOMAIN §2.2)."""
    return closed_at is not None and closed_at < received_at <= closed_at + within
