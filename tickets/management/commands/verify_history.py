"""`manage.py verify_history`: is the history what was written? Exit 1 when it is not."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from tickets.chain import faults

#: More would only scroll away.
SHOWN = 50


class Command(BaseCommand):
    help = "Check every ticket's chain of events and every day's published digest."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--all", action="store_true", help="print every fault, not only the first 50")

    def handle(self, *, all: bool, **_options: object) -> None:
        found = 0
        for fault in faults():
            found += 1
            if all or found <= SHOWN:
                self.stderr.write(fault)
        if found:
            raise CommandError(f"{found} faults: the history was changed from outside.")
        self.stdout.write(self.style.SUCCESS("The history is whole."))
