"""What Celery runs for the project itself."""

from celery import shared_task

from hotline.badges import tell


@shared_task
def tell_badges() -> int:
    """The numbers in the navigation, for every page that is open."""
    return tell()
