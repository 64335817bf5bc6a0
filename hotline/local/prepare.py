"""What must stand before the platform runs: tables, static files, a city. Each step may be repeated."""

import csv
import hashlib
from collections.abc import Callable
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

#: Enough for boards to have ranks, and a first start to stay under three minutes on two cores.
SIMULATION = {"days": 20, "per_day": 80, "seed": 1}


def static_fingerprint() -> str:
    """Changes when a static file is added, removed or touched."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            found = Path(storage.path(path)).stat()
            digest.update(f"{path} {found.st_size} {found.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def collect_static(stamp: Path) -> bool:
    """Collects, hashes and compresses the static files if any changed; says whether it did."""
    fingerprint = static_fingerprint()
    if stamp.exists() and stamp.read_text() == fingerprint and settings.STATIC_ROOT.exists():
        return False
    call_command("collectstatic", "--clear", interactive=False, verbosity=0)
    stamp.write_text(fingerprint)
    return True


def city_needed() -> bool:
    """Whether the city is missing, or, in a demonstration, the people who show it."""
    people = {row["username"] for row in demo_accounts()}
    known = apps.get_model("units", "User").objects.filter(username__in=people)
    return not apps.get_model("units", "Unit").objects.exists() or (bool(people) and not known.exists())


def load_city(say: Callable[[str], None]) -> None:
    """Loads the city's pack into an empty database and, in a demonstration, some days of its life."""
    if not settings.HOTLINE_PACK:
        return
    if city_needed():
        say(f"loading the city from {settings.HOTLINE_PACK}")
        call_command("load_city", settings.HOTLINE_PACK, demo=settings.HOTLINE_DEMO, verbosity=0)
    if settings.HOTLINE_DEMO and not apps.get_model("tickets", "Ticket").objects.exists():
        say("simulating twenty days of the city")
        call_command("simulate", **SIMULATION, verbosity=0)


def demo_accounts() -> list[dict[str, str]]:
    """The pack's demonstration accounts, one for each set of roles, in the file's order."""
    path = settings.BASE_DIR / settings.HOTLINE_PACK / "accounts.csv"
    if not settings.HOTLINE_DEMO or not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    first: dict[str, dict[str, str]] = {}
    for row in rows:
        first.setdefault(row["roles"], row)
    return list(first.values())
