"""What goes on beside the main line: side clocks, pauses of the limit, and what people are told of."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tickets.policy import WorkCalendar
from units.models import Unit, User
from units.roles import Role


class TimerQuerySet(models.QuerySet["Timer"]):
    def open(self) -> Self:
        """Still running: nobody answered yet, and it has not rung."""
        return self.filter(stopped_at=None, rang_at=None)


class Timer(models.Model):
    """A side process's own clock: an objection waits for its ruling, a called unit must arrive, ….

    It belongs to the row `ref` of the kind's table. `Ticket.aside_at` is the earliest open one, so the sweep
    finds them through the ticket. Started, stopped and rung by `tickets/timers.py` alone.
    """

    ticket = models.ForeignKey("tickets.Ticket", models.PROTECT, related_name="timers", db_index=False)
    #: What it is the clock of; the bells of `hotline/watch.py` know what happens when it rings.
    kind = models.CharField(max_length=20)
    ref = models.PositiveBigIntegerField()
    begin = models.DateTimeField()
    #: Minutes of the calendar's time from `begin` (None: natural time); None: a day was named.
    minutes = models.PositiveIntegerField(null=True)
    calendar = models.ForeignKey(WorkCalendar, models.PROTECT, null=True, related_name="+", db_index=False)
    due = models.DateTimeField()
    #: Answered in time, or not needed any more.
    stopped_at = models.DateTimeField(null=True)
    rang_at = models.DateTimeField(null=True)

    objects = TimerQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "ref"], name="timer_open_once", condition=Q(stopped_at=None, rang_at=None)
            )
        ]
        indexes = [
            models.Index(fields=["ticket", "id"], name="timer_of_ticket"),
            models.Index(
                fields=["kind", "due"], name="timer_open", condition=Q(stopped_at=None, rang_at=None)
            ),
            models.Index(fields=["-rang_at", "-id"], name="timer_rang", condition=Q(rang_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.ref} of {self.ticket_id}"


class Pause(models.Model):
    """A stretch in which the handling limit does not count; open while `end` is None."""

    class Why(models.TextChoices):
        OBJECTION = "objection", _("异议成立，审核期间不计时")
        PLAN = "plan", _("挂账期间不计时")
        WITHDRAWN = "withdrawn", _("撤回核实期间不计时")
        #: It had been a unit's, whose objection was upheld, before it was merged by mistake.
        MERGED = "merged", _("并单期间不计时")

    ticket = models.ForeignKey("tickets.Ticket", models.PROTECT, related_name="pauses")
    why = models.CharField(max_length=10, choices=Why.choices)
    begin = models.DateTimeField()
    end = models.DateTimeField(null=True)

    class Meta:
        ordering = ["begin"]

    def __str__(self) -> str:
        return f"pause {self.pk} of {self.ticket_id}"


class NoticeQuerySet(models.QuerySet["Notice"]):
    def to(self, user: User) -> Self:
        """Addressed to this person: by name, or to a role of their unit, or to a role of the city."""
        mine = Q(person=user)
        if user.unit is not None:
            mine |= Q(person=None, unit=user.unit, role__in=user.roles)
        return self.filter(mine | Q(person=None, unit=None, role__in=user.roles))

    def unseen(self) -> Self:
        return self.filter(seen_at=None)


class Notice(models.Model):
    """Somebody must know: told in the application; a port for SMS or e-mail would read these rows.

    `kind` is the event's. Addressed to a person, or to whoever holds the role in the unit (no unit: in the
    city). One person's acknowledgement is enough.
    """

    ticket = models.ForeignKey("tickets.Ticket", models.PROTECT, related_name="notices")
    kind = models.CharField(max_length=20)
    round = models.PositiveSmallIntegerField(default=1)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", db_index=False)
    role = models.CharField(max_length=20, choices=Role.choices, blank=True)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    at = models.DateTimeField()
    seen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    seen_at = models.DateTimeField(null=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["unit", "role", "-id"], name="notice_unseen", condition=Q(seen_at=None)),
            models.Index(
                fields=["person", "-id"],
                name="notice_unseen_own",
                condition=Q(seen_at=None, person__isnull=False),
            ),
            models.Index(
                fields=["seen_by", "-id"], name="notice_seen_by", condition=Q(seen_by__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"notice {self.pk}"
