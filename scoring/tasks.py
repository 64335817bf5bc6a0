"""What Celery runs for the ruler; each is safe late, twice, or killed half-way."""

from celery import shared_task
from django.utils import timezone

from scoring import actions
from scoring.actions import declaring, freezing, rebounds


@shared_task
def score_waiting() -> int:
    """Count whatever was answered or dispatched and has no line yet."""
    return actions.score_waiting(timezone.now())


@shared_task
def revoke_returned() -> int:
    """Revoke 已解决 of what came back (反弹)."""
    return rebounds.revoke_returned(timezone.now())


@shared_task
def fold() -> int:
    """Fold the ledger's tail into the totals."""
    return actions.fold(timezone.now())


@shared_task
def leave_out_declared() -> int:
    """Leave out whatever a confirmed declaration covers (X8)."""
    return declaring.leave_out_declared(timezone.now())


@shared_task
def freeze_asked() -> int:
    """Publish the months that somebody asked to publish."""
    return freezing.freeze_asked(timezone.now())
