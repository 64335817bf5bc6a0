"""Re-encrypt the vault under the newest key, so that an older one may be withdrawn."""

from django.core.management.base import BaseCommand

from intake.actions import reseal
from intake.models import Caller, Case


class Command(BaseCommand):
    help = (
        "Re-encrypts callers and addresses under the first key of HOTLINE_VAULT_KEYS, in small transactions. "
        "It may be stopped and run again at any time; when it ends, the older keys are no longer needed."
    )

    def handle(self, *args: object, **options: object) -> None:
        for model in (Caller, Case):
            self.stdout.write(f"{model.__name__}: {self._rotate(model)} re-encrypted")

    def _rotate(self, model: type[Caller] | type[Case]) -> int:
        """How many rows were written."""
        after, written = 0, 0
        while (step := reseal(model, after)) is not None:
            after, count = step
            written += count
        return written
