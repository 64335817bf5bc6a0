"""`manage.py draw_flow`: write docs/flow.md from the table of moves."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand

from tickets.drawing import drawn


class Command(BaseCommand):
    help = "Write docs/flow.md from tickets/flow.py."

    def handle(self, **_options: object) -> None:
        page = Path(settings.BASE_DIR) / "docs" / "flow.md"
        page.write_text(drawn(), encoding="utf-8")
        self.stdout.write(str(page.relative_to(settings.BASE_DIR)))
