"""The pages, for gunicorn."""

import gc
import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hotline.settings")

application = get_wsgi_application()
# Every page's code, now and not at somebody's first click. None of it will ever be garbage: walking through
# it would hold up a request in twenty for 50 ms (bench/scoring.py).
import_module(settings.ROOT_URLCONF)
gc.freeze()
# A board is made of 20 000 small things; by default the collector looks in on them thirty times.
gc.set_threshold(20_000, 20, 20)
