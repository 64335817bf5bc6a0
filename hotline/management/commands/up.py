"""`manage.py up`: the whole platform on this machine."""

import os
from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from hotline.local.keeper import NotStarted
from hotline.local.supervisor import AlreadyRunning, PortTaken, up


class Command(BaseCommand):
    help = "Runs database, Redis, Caddy, web, event streams, worker and beat until Ctrl-C."
    requires_system_checks: list[str] = []  # the database they ask is started here

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))
        parser.add_argument("--bind", default=os.environ.get("HOTLINE_BIND", "127.0.0.1"))

    def handle(self, *, port: int, bind: str, **options: object) -> None:
        try:
            up(port=port, bind=bind, say=self.say)
        except AlreadyRunning as other:
            self.say(f"already running: {other}")
        except (PortTaken, NotStarted) as failure:
            raise CommandError(str(failure)) from failure
        except KeyboardInterrupt:
            self.say("stopped before it was up")

    def say(self, line: str) -> None:
        """Prints at once, as somebody is waiting for it."""
        self.stdout.write(line)
        self.stdout.flush()
