"""`manage.py import_tickets FILE --map MAP.yaml`: orders of another system (docs/import.md)."""

import csv
from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from hotline.city.reader import PackRefused
from hotline.imports import mapping, source
from hotline.imports.orders import Orders
from hotline.imports.run import Import, Outcome, Verdict
from units.models import User
from units.roles import Role

#: Refused rows printed one by one; the report holds them all.
SHOWN = 20


class Command(BaseCommand):
    help = "Imports work orders from CSV or XLSX by a map; twice gives the same tickets once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--map", type=Path, required=True, dest="map_file")
        parser.add_argument("--dry-run", action="store_true", help="do everything, say it, and take it back")
        parser.add_argument("--report", type=Path, help="a CSV with what became of every row")
        parser.add_argument(
            "--as", dest="username", help="the dispatcher who stands for the other system's units"
        )
        modes = parser.add_mutually_exclusive_group()
        modes.add_argument(
            "--good-rows", action="store_true", help="keep good rows although others are refused"
        )
        modes.add_argument(
            "--all-or-none", action="store_true", help="keep nothing if a row is refused (default)"
        )

    def handle(
        self,
        *,
        file: Path,
        map_file: Path,
        dry_run: bool,
        report: Path | None,
        username: str | None,
        good_rows: bool,
        **options: object,
    ) -> None:
        now = timezone.now()
        try:
            told = mapping.read(map_file)
            header, lines = source.read(file, told.layout)
            mapping.check_columns(told, header, f"{file.name}:{told.layout.header}")
        except PackRefused as refused:
            raise CommandError("\n".join(refused.problems)) from refused
        except source.Unreadable as unreadable:
            raise CommandError(str(unreadable)) from unreadable
        work = Import(Orders(told, now), by=self.dispatcher(username, told.dispatch), now=now)
        run = work.dry if dry_run else work.good_rows if good_rows else work.all_or_none
        outcome = run(lines)
        self.tell(outcome, file.name)
        if report is not None:
            write_report(report, outcome)
        if not outcome.kept and not dry_run:
            raise CommandError("rows were refused, nothing was imported; --good-rows keeps the others")

    def dispatcher(self, username: str | None, dispatch: str) -> User | None:
        """Who dispatches by hand. Raises CommandError when somebody must and nobody fit was named."""
        if dispatch != "unit":
            return None
        user = User.objects.select_related("unit").filter(username=username or "").first()
        if user is None or not user.has_role(Role.DISPATCHER):
            raise CommandError("dispatch: unit needs --as USERNAME of a dispatcher")
        return user

    def tell(self, outcome: Outcome, name: str) -> None:
        for fate in [fate for fate in outcome.fates if fate.verdict == Verdict.REFUSED][:SHOWN]:
            self.stdout.write(f"{name}:{fate.line}: {fate.reason}")
        counts = ", ".join(f"{outcome.count(verdict)} {verdict}" for verdict in Verdict)
        self.stdout.write(f"{len(outcome.fates)} rows: {counts}{'' if outcome.kept else ' – nothing kept'}")
        for reason, number in outcome.reasons:
            self.stdout.write(f"  {number} × {reason}")


def write_report(path: Path, outcome: Outcome) -> None:
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines)
        writer.writerow(["line", "order", "verdict", "ticket", "reason"])
        for fate in outcome.fates:
            writer.writerow(
                [fate.line, fate.order, fate.verdict, fate.ticket if outcome.kept else "", fate.reason]
            )
