"""`manage.py audit_scores`: the ledger against its sources, to the last digit."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from scoring.audit import differences, waiting
from scoring.models import Period, ScoreLine


class Command(BaseCommand):
    help = "Recomputes the ledger from answers and assignments; prints every difference, exits 1 on any."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--period", help="one period, such as 2026-11; all of them when left out")

    def handle(self, *, period: str | None, **options: object) -> None:
        alone = not connection.in_atomic_block
        with transaction.atomic():
            if alone:  # one snapshot for every read, so that work going on is no difference
                with connection.cursor() as cursor:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            wrong = sum(self._audit(row) for row in self._periods(period))
        if wrong:
            raise CommandError(f"{wrong} differences", returncode=1)
        self.stdout.write("the ledger agrees with its sources")

    def _periods(self, code: str | None) -> list[Period]:
        periods = Period.objects.select_related("scheme")
        found = list(periods.filter(code=code) if code else periods)
        if code and not found:
            raise CommandError(f"no period {code}")
        return found

    def _audit(self, period: Period) -> int:
        """Tell about one period; how many differences it has."""
        wrong = 0
        for difference in differences(period):
            wrong += 1
            self.stdout.write(f"{period}: {difference}")
        lines = ScoreLine.objects.filter(period=period).count()
        self.stdout.write(f"{period}: {lines} lines, {waiting(period)} not yet counted, {wrong} differences")
        return wrong
