"""The project as an app: it brings `manage.py up` and the template tags."""

from django.apps import AppConfig

from hotline.celery import app as celery_app

__all__ = ["HotlineConfig", "celery_app"]  # importing the Celery app here makes it every process's default


class HotlineConfig(AppConfig):
    name = "hotline"
