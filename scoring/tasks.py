"""What Celery runs for the ruler; each is safe late, twice, or killed half-way."""

from celery import shared_task
from django.utils import timezone

from scoring import actions


@shared_task
def score_waiting() -> int:
    """Count whatever was answered or dispatched and has no line yet."""
    return actions.score_waiting(timezone.now())


@shared_task
def fold() -> int:
    """Fold the ledger's tail into the totals."""
    return actions.fold(timezone.now())
