"""A street whistles, the units it calls come, act and leave, and the street rates them (DOMAIN §3.6)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from tickets.models import Attachment, Ticket
from units.models import Unit, User


class Whistle(models.Model):
    """A street or town calls units to a place, for one of its orders. It is over when every call is."""

    class Kind(models.TextChoices):
        DAILY = "daily", _("日常哨")
        HARD = "hard", _("攻坚哨")
        URGENT = "urgent", _("应急哨")

    class Situation(models.TextChoices):
        """When a street may whistle (DOMAIN §3.6)."""

        RESIDENTS = "residents", _("居民反映突出、街道难以解决")
        ENFORCEMENT = "enforcement", _("综合执法")
        EMERGENCY = "emergency", _("应急处置")

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="whistles")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("吹哨街乡镇"))
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    kind = models.CharField(_("哨型"), max_length=8, choices=Kind.choices)
    situation = models.CharField(_("情形"), max_length=12, choices=Situation.choices)
    where = models.CharField(_("集合地点"), max_length=200)
    reason = models.CharField(_("事由"), max_length=500)
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"whistle {self.pk}"


class Call(models.Model):
    """One called unit: ack → arrive (place and photo) → act → leave; each step once, and what was missed."""

    class State(models.TextChoices):
        CALLED = "called", _("待应哨")
        COMING = "coming", _("已应哨")
        THERE = "there", _("已报到")
        LEFT = "left", _("已离场")
        #: Never arrived; the street or the clock ended it.
        ABSENT = "absent", _("未报到")

    whistle = models.ForeignKey(Whistle, models.PROTECT, related_name="calls")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="whistle_calls")
    state = models.CharField(max_length=8, choices=State.choices, default=State.CALLED)
    ack_due = models.DateTimeField()
    arrive_due = models.DateTimeField()
    acked_at = models.DateTimeField(null=True)
    acked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    arrived_at = models.DateTimeField(null=True)
    arrived_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    #: Where they say they are; the telephone's own position where it gave one.
    arrived_where = models.CharField(_("报到地点"), max_length=200, blank=True)
    latitude = models.DecimalField(max_digits=8, decimal_places=5, null=True)
    longitude = models.DecimalField(max_digits=8, decimal_places=5, null=True)
    photo = models.ForeignKey(Attachment, models.PROTECT, null=True, related_name="+")
    #: What they did there.
    action = models.CharField(_("处置情况"), max_length=1000, blank=True)
    left_at = models.DateTimeField(null=True)
    late_ack = models.BooleanField(default=False)
    late_arrival = models.BooleanField(default=False)
    #: 1–5, by the street.
    rating = models.PositiveSmallIntegerField(_("履职评分"), null=True)
    rating_note = models.CharField(_("评价"), max_length=300, blank=True)
    rated_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    rated_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["whistle", "unit"], name="call_once"),
            models.CheckConstraint(
                condition=models.Q(rating=None) | models.Q(rating__range=(1, 5)), name="call_rating"
            ),
        ]

    def __str__(self) -> str:
        return f"call {self.pk}"
