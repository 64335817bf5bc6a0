"""What Celery runs for the project itself."""

from celery import shared_task
from django.utils import timezone

from hotline import watch
from hotline.badges import tell

#: A sweep ends before the next beat, so that what else is queued has its turn.
SWEEP_SECONDS = 4


@shared_task
def sweep() -> int:
    """Whatever is due by now happens. Two run side by side; a lost connection ends one, the next goes on."""
    return watch.sweep(timezone.now(), seconds=SWEEP_SECONDS)


@shared_task
def tell_badges() -> int:
    """The numbers in the navigation, for every page that is open."""
    return tell()
