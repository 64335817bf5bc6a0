"""What Celery runs for tickets."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from tickets.book import local_day
from tickets.chain import seal


@shared_task
def seal_days() -> None:
    """Seal yesterday; a second run the same day finds it sealed."""
    seal(local_day(timezone.now()) - timedelta(days=1))
