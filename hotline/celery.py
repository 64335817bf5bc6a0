"""The Celery app, and the worker's sign of life."""

import os

from celery import Celery
from celery.signals import heartbeat_sent

from hotline import pulse

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hotline.settings")

app = Celery("hotline")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@heartbeat_sent.connect
def worker_pulse(**kwargs: object) -> None:
    """Celery's own heartbeat, every two seconds from the worker's main process."""
    pulse.beat("worker")
