"""`manage.py simulate`: days in the life of the city, for demonstrations and measurements."""

import sys
import time
from argparse import ArgumentParser, ArgumentTypeError
from datetime import datetime

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from hotline.simulation.play import play

BAR = 30
#: Seconds between two drawings of the bar.
DRAWN_EVERY = 0.2


def moment(text: str) -> datetime:
    """A date, or a date and time, in the city's own time."""
    found = parse_datetime(text if "T" in text or " " in text else f"{text}T23:59:59")
    if found is None:
        raise ArgumentTypeError(f"{text!r} is neither a date such as 2026-01-31 nor 2026-01-31T12:00")
    return found if timezone.is_aware(found) else timezone.make_aware(found)


class Command(BaseCommand):
    help = "Plays days in the life of the city through the real actions; only in a demonstration."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--days", type=int, default=30)
        parser.add_argument(
            "--per-day", type=float, default=100, help="requests a day; 4 of 10 become orders"
        )
        parser.add_argument(
            "--seed", type=int, default=1, help="the same seed, dates and city: the same numbers"
        )
        parser.add_argument("--end", type=moment, default=None, help="the last moment; now unless given")

    def handle(
        self,
        *,
        days: int,
        per_day: float,
        seed: int,
        end: datetime | None,
        verbosity: int,
        **options: object,
    ) -> None:
        if not settings.HOTLINE_DEMO:
            raise CommandError(
                "this is not a demonstration (HOTLINE_DEMO): invented requests do not belong here"
            )
        self.shown_at = 0.0
        self.began = time.monotonic()
        self.draw = verbosity > 0 and sys.stderr.isatty()
        try:
            summary = play(
                days=days, per_day=per_day, seed=seed, end=end or timezone.now(), tell=self.progress
            )
        except LookupError as missing:
            raise CommandError(str(missing)) from missing
        if verbosity:
            self.stdout.write("\n".join([*summary.lines, f"digest {summary.digest}"]))
            self.stdout.write(f"{time.monotonic() - self.began:.1f} s")

    def progress(self, done: int, total: int, at: datetime) -> None:
        now = time.monotonic()
        if not self.draw or (now - self.shown_at < DRAWN_EVERY and done < total):
            return
        self.shown_at = now
        filled = BAR * done // total
        rate = done / max(now - self.began, 0.001)
        day = timezone.localtime(at).strftime("%m-%d")
        self.stderr.write(f"\r[{'#' * filled:<{BAR}}] {done}/{total}  {day}  {rate:.0f}/s ", ending="")
        if done == total:
            self.stderr.write("")
