"""Pure thinking at the counter window: what people type, whose address tries, where staff belong."""

import ipaddress
import re
import unicodedata
from collections.abc import Collection
from datetime import datetime, timedelta

#: Digits after the head of a number at the least: the day and six of the serial.
SHORTEST = 14
#: Letters a person reads where a digit stands.
LOOKALIKES = str.maketrans("OIL", "011")


def _plain(typed: str) -> str:
    """Full-width characters made plain, upper case."""
    return unicodedata.normalize("NFKC", typed).upper().strip()


def full_number(typed: str, prefix: str, hotline: str) -> str:
    """The number of a work order as it is stored, from what a person typed.

    Blanks, dashes, lower case, full-width digits, O for 0 and a missing head are all forgiven. Raises
    ValueError when it cannot be a whole number: only its tail was typed, or something else.
    """
    parts = [part for part in re.split(r"[^0-9A-Z]+", _plain(typed)) if part]
    if len(parts) == 3 and parts[0] not in (prefix, hotline):
        # Whole, and perhaps of a time when the head was another.
        head, digits = parts[0], "".join(parts[1:])
    else:
        head, digits = f"{prefix}{hotline}", "".join(parts).removeprefix(prefix)
    digits = digits.translate(LOOKALIKES)
    if len(digits) >= len(hotline) + SHORTEST:
        digits = digits.removeprefix(hotline)
    if len(digits) < SHORTEST or not re.fullmatch(r"20\d+", digits):
        raise ValueError(typed)
    return f"{head}-{digits[:8]}-{digits[8:]}"


def plain_code(typed: str) -> str:
    """A query code as it is stored: upper case, nothing between the characters."""
    return re.sub(r"[^0-9A-Z]+", "", _plain(typed))


def household(address: str) -> str:
    """Whom one count of tries stands for: an IPv4 address, or the /64 a household gets in IPv6."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if known.version == 4:
        return str(known)
    if known.ipv4_mapped is not None:
        return str(known.ipv4_mapped)
    return str(ipaddress.ip_network((known, 64), strict=False))


def hour_of(at: datetime) -> datetime:
    """The beginning of the hour in which tries are counted."""
    return at.replace(minute=0, second=0, microsecond=0)


def next_hour(at: datetime) -> datetime:
    """When counting begins anew."""
    return hour_of(at) + timedelta(hours=1)


#: role → the page its work begins on; the first that a person holds wins.
HOMES = (
    ("agent", "intake:desk"),
    ("team_leader", "intake:desk"),
    ("dispatcher", "dispatch:desk"),
    ("reviewer", "dispatch:objections"),
    ("district", "dispatch:desk"),
    ("clerk", "handling:inbox"),
    ("leader", "handling:inbox"),
    ("grid", "handling:inbox"),
    ("caller_back", "followup:desk"),
    ("supervisor", "reports:board"),
    ("auditor", "reports:board"),
    ("admin", "admin:index"),
)


def home_of(roles: Collection[str]) -> str:
    """The URL name of the page where the work of somebody with these roles begins; empty: the public one."""
    return next((home for role, home in HOMES if role in roles), "")
