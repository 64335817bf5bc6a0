"""A change of the city's numbers, and what it did to the orders that were open (DESIGN §4)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tickets.models import Limit, WorkCalendar
from units.models import User


class Adjustment(models.Model):
    """A day of a calendar, or a limit class, was changed by somebody; never deleted, nor done twice.

    Where open orders were to follow, the beat moves their deadlines in batches: `cursor` is the last ticket
    looked at, and `done_at` the end.
    """

    calendar = models.ForeignKey(WorkCalendar, models.PROTECT, null=True, related_name="+")
    day = models.DateField(_("日期"), null=True)
    worked = models.BooleanField(null=True)
    works = models.BooleanField(null=True)
    #: The row before and the row after; its numbers hold from that row's day on.
    old_limit = models.ForeignKey(Limit, models.PROTECT, null=True, related_name="+")
    new_limit = models.ForeignKey(Limit, models.PROTECT, null=True, related_name="+")
    #: Whether orders that are open follow.
    open_too = models.BooleanField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    cursor = models.BigIntegerField(default=0)
    moved = models.PositiveIntegerField(default=0)
    done_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="adjustment_of_one",
                condition=Q(calendar__isnull=False, day__isnull=False, new_limit=None)
                | Q(calendar=None, old_limit__isnull=False, new_limit__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"adjustment {self.pk}"
