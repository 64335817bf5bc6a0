"""The ruler as a ledger: schemes, append-only lines, folded totals (DESIGN §5)."""

from datetime import date, datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from dispatch.models import Assignment
from followup.models import Answer
from tickets.models import Category, Ticket
from units.models import Unit


class SchemeQuerySet(models.QuerySet["Scheme"]):
    def in_force(self, day: date) -> "Scheme":
        """The scheme of a day. Raises Scheme.DoesNotExist when the city has none yet."""
        found = self.filter(effective_from__lte=day).order_by("-effective_from", "-pk").first()
        if found is None:
            raise Scheme.DoesNotExist(f"no scoring scheme in force on {day}")
        return found


class Scheme(models.Model):
    """How answers become points (DOMAIN §2, §11), from a date on. Weights sum to 1; values in thousandths."""

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

    class Meta:
        ordering = ["begins"]

    def __str__(self) -> str:
        return self.code

    @property
    def last_day(self) -> datetime:
        """A moment of the last day that is still in it."""
        return self.ends - timedelta(days=1)


#: What a line counts, beside the three rates: whole numbers, and rates in thousandths of an answer.
COUNTS = ("accepted", "closed", "valid", "contacted", "solved", "satisfied", "basic")
RATES = ("responded_num", "responded_base", "solved_num", "solved_base", "satisfied_num", "satisfied_base")
AMOUNTS = COUNTS + RATES


class Amounts(models.Model):
    """The columns that lines and totals share. A `_num` is thousandths of an answer, a `_base` answers."""

    accepted = models.IntegerField(_("受理量"), default=0)
    closed = models.IntegerField(_("办结量"), default=0)
    valid = models.IntegerField(_("有效回访"), default=0)
    contacted = models.IntegerField(_("联系数"), default=0)
    solved = models.IntegerField(_("解决数"), default=0)
    satisfied = models.IntegerField(_("满意数"), default=0)
    basic = models.IntegerField(_("基本满意"), default=0)
    responded_num = models.BigIntegerField(default=0)
    responded_base = models.BigIntegerField(default=0)
    solved_num = models.BigIntegerField(default=0)
    solved_base = models.BigIntegerField(default=0)
    satisfied_num = models.BigIntegerField(default=0)
    satisfied_base = models.BigIntegerField(default=0)

    class Meta:
        abstract = True


class ScoreLineQuerySet(models.QuerySet["ScoreLine"]):
    def unfolded(self) -> Self:
        """The tail: lines not yet in a total."""
        return self.filter(folded=False)


class ScoreLine(Amounts):
    """One entry of the ledger, never edited: a correction is another line (a trigger keeps it so).

    A worker may set `folded`, and only that, once the line's amounts are in its total.
    """

    class Source(models.TextChoices):
        ACCEPTED = "accepted", _("派单受理")
        ANSWER = "answer", _("回访结果")

    period = models.ForeignKey(Period, models.PROTECT, related_name="lines", db_index=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="score_lines")
    category = models.ForeignKey(Category, models.PROTECT, null=True, related_name="+", db_index=False)
    source = models.CharField(max_length=10, choices=Source.choices)
    assignment = models.ForeignKey(
        Assignment, models.PROTECT, null=True, related_name="lines", db_index=False
    )
    answer = models.ForeignKey(Answer, models.PROTECT, null=True, related_name="lines", db_index=False)
    at = models.DateTimeField()
    folded = models.BooleanField(default=False)

    objects = ScoreLineQuerySet.as_manager()

    class Meta:
        constraints = [
            # A re-dispatch takes the order from one unit (−1) and gives it to another (+1).
            models.UniqueConstraint(
                fields=["assignment", "unit"], name="line_once_accepted", condition=Q(source="accepted")
            ),
            models.UniqueConstraint(
                fields=["answer"], name="line_once_answered", condition=Q(source="answer")
            ),
        ]
        indexes = [
            models.Index(fields=["period", "unit", "source", "id"], name="line_of_unit"),
            models.Index(fields=["id"], name="line_tail", condition=Q(folded=False)),
        ]

    def __str__(self) -> str:
        return f"line {self.pk}"


class ScoreTotal(Amounts):
    """The folded lines of a period, unit and category."""

    period = models.ForeignKey(Period, models.PROTECT, related_name="totals")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    category = models.ForeignKey(Category, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["period", "unit", "category"], name="total_once", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"total {self.pk}"


class ScoreMonth(Amounts):
    """The folded lines of a unit's whole period: what a ranking and its history read."""

    period = models.ForeignKey(Period, models.PROTECT, related_name="months")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["period", "unit"], name="month_once")]

    def __str__(self) -> str:
        return f"month {self.pk}"


class ScoreDay(Amounts):
    """The folded lines of a unit's day: a period read up to any day, and the calendar of a year."""

    period = models.ForeignKey(Period, models.PROTECT, related_name="days")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    #: The city's own date.
    day = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["period", "unit", "day"], name="day_once")]

    def __str__(self) -> str:
        return f"day {self.pk}"
