"""What is left out of the scores (剔除), and what was put right: each a reason for a line (DOMAIN §2.4)."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from followup.models import Answer
from tickets.models import Attachment, Ticket
from units.models import Unit, User


class Ground(models.Model):
    """A ground for leaving an answer out, X1–X10, from a date on."""

    code = models.CharField(_("代码"), max_length=4)
    name = models.CharField(_("理由"), max_length=60)
    #: What the unit must bring.
    evidence = models.CharField(_("所需证据"), max_length=100)
    #: How many people of the centre must agree.
    persons = models.PositiveSmallIntegerField(_("裁定人数"), default=1)
    #: The platform itself sees to it (X6, X7): nobody applies.
    automatic = models.BooleanField(_("系统自动"), default=False)
    effective_from = models.DateField(_("生效"))

    history = HistoricalRecords()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "effective_from"], name="ground_once")]
        ordering = ["code", "effective_from"]
        verbose_name = _("剔除理由")
        verbose_name_plural = _("剔除理由")

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


#: The states in which somebody of the centre must decide.
WAITING = ("asked", "seconded", "review")


class ExclusionQuerySet(models.QuerySet["Exclusion"]):
    def waiting(self) -> Self:
        """For somebody of the centre to decide."""
        return self.filter(state__in=WAITING)


class Exclusion(models.Model):
    """A unit asks that an answer not count, once per ticket, with one review; decided by somebody else."""

    class State(models.TextChoices):
        ASKED = "asked", _("待裁定")
        #: One of two has agreed.
        SECONDED = "seconded", _("待第二人裁定")
        GRANTED = "granted", _("准予剔除")
        REFUSED = "refused", _("不予剔除")
        REVIEW = "review", _("待复核")
        #: After the review there is no more.
        UPHELD = "upheld", _("复核维持不予剔除")
        REVOKED = "revoked", _("已撤销剔除")

    answer = models.OneToOneField(Answer, models.PROTECT, related_name="exclusion")
    ticket = models.OneToOneField(Ticket, models.PROTECT, related_name="exclusion")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    #: None: a declaration made it (X8).
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    #: The declaration that leaves it out, also where the unit had asked before and was refused.
    declaration = models.ForeignKey("Declaration", models.PROTECT, null=True, related_name="exclusions")
    at = models.DateTimeField()
    ground = models.ForeignKey(Ground, models.PROTECT, related_name="+", verbose_name=_("剔除理由"))
    text = models.TextField(_("申请说明"), max_length=1000)
    evidence = models.ManyToManyField(Attachment, blank=True, related_name="exclusions")
    due = models.DateTimeField()
    late = models.BooleanField(default=False)

    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    first_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    first_at = models.DateTimeField(null=True)
    first_opinion = models.CharField(_("首位裁定人意见"), max_length=500, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    opinion = models.CharField(_("裁定意见"), max_length=500, blank=True)
    review_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    review_text = models.TextField(_("复核申请"), max_length=1000, blank=True)
    review_at = models.DateTimeField(null=True)

    objects = ExclusionQuerySet.as_manager()

    class Meta:
        ordering = ["due", "pk"]
        indexes = [
            models.Index(
                fields=["due", "id"],
                name="exclusion_waiting",
                condition=Q(state__in=WAITING),
            )
        ]

    def __str__(self) -> str:
        return f"exclusion {self.pk}"


class Correction(models.Model):
    """An answer was written down wrongly: the right one counts from now on, the wrong one stays."""

    answer = models.ForeignKey(Answer, models.PROTECT, related_name="corrections")
    #: Question → answer, before and after: contacted, solved, satisfied.
    was = models.JSONField()
    now = models.JSONField()
    why = models.CharField(_("更正理由"), max_length=300)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"correction {self.pk}"


class Declaration(models.Model):
    """The leadership declares an event period (X8): what its matters brought is left out for all alike."""

    name = models.CharField(_("事件"), max_length=80)
    begins = models.DateTimeField(_("起"))
    ends = models.DateTimeField(_("止"))
    #: Codes of categories and places; empty: all.
    categories = models.JSONField(default=list, blank=True)
    places = models.JSONField(default=list, blank=True)
    basis = models.CharField(_("依据"), max_length=200)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    #: The second person, who puts it in force.
    confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    #: A mistake: what it left out counts again.
    revoked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    revoked_at = models.DateTimeField(null=True)
    revoked_why = models.CharField(_("撤销理由"), max_length=300, blank=True)
    #: Every answer before this moment has been looked at; None: the first look is not over yet.
    swept_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"declaration {self.pk}"
