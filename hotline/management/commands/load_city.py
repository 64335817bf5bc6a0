"""`manage.py load_city DIR`: a city's folder (docs/city-pack.md) into the database."""

from argparse import ArgumentParser
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from hotline.city import pack
from hotline.city.reader import PackRefused
from hotline.city.rows import Tally


class Command(BaseCommand):
    help = "Loads a city's folder: places, units, categories, rules, limits, calendars, settings, scheme."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--demo", action="store_true", help="also the invented accounts of accounts.csv")
        parser.add_argument("--check", action="store_true", help="only read and check; change nothing")

    def handle(self, *, folder: Path, demo: bool, check: bool, verbosity: int, **options: object) -> None:
        folder = folder if folder.is_absolute() or folder.exists() else settings.BASE_DIR / folder
        try:
            read = pack.read(folder)
            tallies = {} if check else pack.write(read, demo=demo or settings.HOTLINE_DEMO)
        except PackRefused as refused:
            for problem in refused.problems:
                self.stderr.write(problem)
            raise CommandError(str(refused)) from refused
        for warning in read.warnings if verbosity else ():
            self.stdout.write(f"warning: {warning}")
        for name, tally in tallies.items() if verbosity else ():
            self.stdout.write(f"{name}: {tally.created} created, {tally.changed} changed")
        if verbosity and not check:
            total = sum(tallies.values(), Tally())
            self.stdout.write(f"{total.created} created, {total.changed} changed")
