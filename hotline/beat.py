"""Celery's scheduler, with a sign of life."""

import logging

import redis
from celery.beat import PersistentScheduler

from hotline import pulse

log = logging.getLogger(__name__)


class PulseScheduler(PersistentScheduler):
    """Leaves a sign of life whenever it looks at its schedule, at least every five seconds."""

    def tick(self, *args: object, **kwargs: object) -> float:
        try:
            pulse.beat("beat")
        except redis.RedisError:
            log.warning("no Redis: beat cannot leave its sign of life")
        return super().tick(*args, **kwargs)
