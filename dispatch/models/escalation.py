"""What follows a missed limit: cards, and orders of supervision (督办) with their replies (DOMAIN §3.7)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from tickets.models import Ticket
from units.models import Unit, User


class Card(models.Model):
    """A yellow or red card to the unit that led; its leader acknowledges it. Never deleted."""

    class Kind(models.TextChoices):
        YELLOW = "yellow", _("黄牌")
        RED = "red", _("红牌")

    class Why(models.TextChoices):
        OVERDUE = "overdue", _("逾期未反馈")
        FAR_OVERDUE = "far_overdue", _("逾期过半仍未反馈")
        SECOND_NEGATIVE = "second_negative", _("重办后仍未解决或不满意")

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="cards")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="cards", db_index=False)
    round = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=8, choices=Kind.choices)
    why = models.CharField(max_length=16, choices=Why.choices)
    at = models.DateTimeField()
    acknowledged_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    acknowledged_at = models.DateTimeField(null=True)
    #: What the unit's leader says about it.
    account = models.CharField(_("情况说明"), max_length=500, blank=True)

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["ticket", "round", "why"], name="card_once")]
        indexes = [
            models.Index(fields=["unit", "-at"], name="card_of_unit"),
            models.Index(fields=["-at", "-id"], name="card_by_at"),
            models.Index(
                fields=["-at", "-id"], name="card_waiting", condition=models.Q(acknowledged_at=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} card {self.pk}"


class Oversight(models.Model):
    """An order of supervision (督办): the unit must reply by a moment; the supervisor ends it."""

    class Kind(models.TextChoices):
        ORDINARY = "ordinary", _("督办")
        #: The top of the ladder; the city or the district watches it itself.
        SPECIAL = "special", _("专项督办")

    class State(models.TextChoices):
        OPEN = "open", _("待回复")
        REPLIED = "replied", _("已回复")
        ENDED = "ended", _("已办结")

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="oversights")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    #: None: the ladder itself ordered it.
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    demand = models.CharField(_("督办要求"), max_length=500, blank=True)
    at = models.DateTimeField()
    due = models.DateTimeField()
    late = models.BooleanField(default=False)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    conclusion = models.CharField(_("督办结论"), max_length=500, blank=True)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["due", "id"], name="oversight_open", condition=~models.Q(state="ended"))
        ]

    def __str__(self) -> str:
        return f"oversight {self.pk}"

    @property
    def hours(self) -> float:
        """How long the unit has for its reply."""
        return (self.due - self.at).total_seconds() / 3600


class OversightReply(models.Model):
    """What the unit answered, or (`again`) what the supervisor then asked for besides."""

    oversight = models.ForeignKey(Oversight, models.PROTECT, related_name="replies")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    text = models.TextField(_("回复"), max_length=1000)
    again = models.BooleanField(default=False)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"reply {self.pk}"
