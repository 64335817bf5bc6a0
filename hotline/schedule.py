"""What the beat starts, and how often. Every task is safe late, twice, or not at all until the next."""

from celery.schedules import crontab


def every(task: str, seconds: int) -> dict[str, object]:
    """A beat entry. It expires with the next one, so that a worker coming back meets no queue."""
    return {"task": task, "schedule": seconds, "options": {"expires": seconds * 2}}


SCHEDULE = {
    "sweep": every("hotline.tasks.sweep", 5),
    # A second pair of hands after an outage; with nothing due it is one statement.
    "sweep beside": every("hotline.tasks.sweep", 5),
    "route waiting": every("dispatch.tasks.route_waiting", 10),
    "reckon waiting": every("dispatch.tasks.reckon_waiting", 10),
    "score waiting": every("scoring.tasks.score_waiting", 10),
    "revoke returned": every("scoring.tasks.revoke_returned", 30),
    "leave out declared": every("scoring.tasks.leave_out_declared", 60),
    "fold": every("scoring.tasks.fold", 30),
    "freeze asked": every("scoring.tasks.freeze_asked", 5),
    "tell badges": every("hotline.tasks.tell_badges", 5),
    "seal days": {"task": "tickets.tasks.seal_days", "schedule": crontab(hour=0, minute=10)},
}
