"""What Celery runs for the project itself."""

from celery import shared_task
from django.utils import timezone

from hotline import watch
from hotline.badges import tell


@shared_task
def sweep() -> int:
    """Whatever is due by now happens."""
    return watch.sweep(timezone.now())


@shared_task
def tell_badges() -> int:
    """The numbers in the navigation, for every page that is open."""
    return tell()
