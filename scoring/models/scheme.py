"""The scheme by which answers become points, and the periods counted by it (DOMAIN §2, §11)."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from units.models import Unit, User


class SchemeQuerySet(models.QuerySet["Scheme"]):
    def dated(self, day: date) -> Self:
        """Those that had begun by the day, the one in force first."""
        return self.filter(effective_from__lte=day).order_by("-effective_from", "-pk")

    def in_force(self, day: date) -> "Scheme":
        """The scheme of a day. Raises Scheme.DoesNotExist when the city has none yet."""
        found = self.dated(day).first()
        if found is None:
            raise Scheme.DoesNotExist(f"no scoring scheme in force on {day}")
        return found


class Scheme(models.Model):
    """How answers become points (DOMAIN §2, §11), from a date on. Weights sum to 1; values in thousandths."""

    class Base(models.TextChoices):
        #: One base for all three rates: callers who answered (DOMAIN §11).
        VALID = "valid", _("有效回访")
        #: 响应率 over every follow-up that ended; unanswered: by the unit's own record (DOMAIN §2.2).
        ALL = "all", _("全部办结")

    class Cluster(models.TextChoices):
        #: Many callers about one event: each of them counts, or the event once, by the master's caller.
        EACH = "each", _("按诉求人计")
        ONCE = "once", _("按事件计一次")

    code = models.CharField(_("代码"), max_length=30)
    name = models.CharField(_("名称"), max_length=80)
    effective_from = models.DateField(_("生效"))
    #: Periods run from this day of a month to the day before it in the next (1: calendar months).
    period_start_day = models.PositiveSmallIntegerField(_("周期起始日"), default=19)
    weight_responded = models.DecimalField(_("响应率权重"), max_digits=4, decimal_places=3)
    weight_solved = models.DecimalField(_("解决率权重"), max_digits=4, decimal_places=3)
    weight_satisfied = models.DecimalField(_("满意率权重"), max_digits=4, decimal_places=3)
    #: answer → thousandths; an answer that is missing or null has no part in the base.
    contacted_values = models.JSONField()
    solved_values = models.JSONField()
    satisfied_values = models.JSONField()
    min_sample = models.PositiveIntegerField(_("最小样本"), default=10)
    base = models.CharField(_("响应率基数"), max_length=8, choices=Base.choices, default=Base.VALID)
    cluster = models.CharField(_("群体诉求"), max_length=8, choices=Cluster.choices, default=Cluster.EACH)
    #: What decides between equal scores, in this order: "solved:desc" (`rules.TIES`).
    ties = ArrayField(models.CharField(max_length=20), default=list, blank=True, verbose_name=_("同分排序"))
    #: How many units each list names (`rules.LISTS`).
    lists = models.JSONField(_("名单数量"), default=dict, blank=True)
    #: Whether a league table is shown at all; else bands (国办函〔2025〕66号: 分档分类).
    league = models.BooleanField(_("显示名次"), default=True)
    #: The least score of each band but the last, from A down.
    bands = ArrayField(
        models.DecimalField(max_digits=4, decimal_places=1),
        default=list,
        blank=True,
        verbose_name=_("分档线"),
    )
    #: Valid follow-ups at which a unit counts as of middle, and of large volume.
    volume_bands = ArrayField(
        models.PositiveIntegerField(), default=list, blank=True, verbose_name=_("量档线")
    )
    #: How sure the intervals are, in thousandths (950: 95 %).
    confidence = models.PositiveSmallIntegerField(_("置信水平（‰）"), default=950)
    #: Grounds on which an answer may be left out (`Ground`).
    grounds = ArrayField(models.CharField(max_length=4), default=list, blank=True, verbose_name=_("剔除理由"))

    history = HistoricalRecords()
    objects = SchemeQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "effective_from"], name="scheme_once")]
        verbose_name = _("考评方案")
        verbose_name_plural = _("考评方案")

    def __str__(self) -> str:
        return self.name


class Period(models.Model):
    """A month of the ruler, [begins, ends); keeps the scheme it is counted by."""

    code = models.CharField(max_length=7, unique=True)
    begins = models.DateTimeField()
    ends = models.DateTimeField()
    scheme = models.ForeignKey(Scheme, models.PROTECT)
    #: Somebody asked to publish it; a worker does it, or forgets that and says why not in `refused`.
    asked_at = models.DateTimeField(null=True)
    asked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    #: When a worker last began to.
    begun_at = models.DateTimeField(null=True)
    refused = models.CharField(max_length=300, blank=True)
    #: Published: nothing is added to it any more, the database refuses.
    frozen_at = models.DateTimeField(null=True)
    frozen_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    #: SHA-256 of its lines, in order; and how many there were.
    digest = models.CharField(max_length=64, blank=True)
    lines_frozen = models.PositiveIntegerField(null=True)

    class Meta:
        ordering = ["begins"]

    def __str__(self) -> str:
        return self.code

    @property
    def publishing(self) -> bool:
        """Whether it was asked for and is not published yet."""
        return self.asked_at is not None and self.frozen_at is None

    @property
    def last_day(self) -> datetime:
        """A moment of the last day that is still in it."""
        return self.ends - timedelta(days=1)


class Mark(models.Model):
    """Points added to or taken from a unit's score in a period (加分、扣分), by a person, with a reason."""

    period = models.ForeignKey(Period, models.PROTECT, related_name="marks")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    #: Tenths of a point; negative: taken away.
    tenths = models.SmallIntegerField(_("分值（十分之一分）"))
    why = models.CharField(_("事由"), max_length=200)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"mark {self.pk}"

    @property
    def points(self) -> Decimal:
        """As it is read."""
        return Decimal(self.tenths) / 10


class Published(models.Model):
    """A unit's row of a frozen period as it was published; never changed (a trigger keeps it so)."""

    period = models.ForeignKey(Period, models.PROTECT, related_name="published")
    group = models.CharField(max_length=12)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=80)
    #: None: too few valid follow-ups to be ranked.
    rank = models.PositiveSmallIntegerField(null=True)
    #: Late adjustments may leave a small base: then it is far from 0 to 100 (docs/ruler.md).
    score = models.DecimalField(max_digits=9, decimal_places=1, null=True)
    tenths = models.SmallIntegerField(default=0)
    #: The columns of the ledger, by name.
    amounts = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["period", "group", "unit"], name="published_once")]

    def __str__(self) -> str:
        return f"{self.period_id} {self.group} {self.code}"
