"""The ledger (DESIGN §5): append-only lines and what workers fold them into."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dispatch.models import Assignment
from followup.models import Answer
from scoring.models.exclusion import Correction, Exclusion
from scoring.models.scheme import Period
from tickets.models import Category, Ticket
from units.models import Unit

#: What a line counts, beside the three rates: whole numbers, and rates in thousandths of an answer.
COUNTS = ("accepted", "closed", "valid", "contacted", "solved", "satisfied", "basic")
#: Beside them: what was left out of the scores, and what had missed its limit.
BESIDE = ("excluded", "overdue")
RATES = ("responded_num", "responded_base", "solved_num", "solved_base", "satisfied_num", "satisfied_base")
AMOUNTS = COUNTS + BESIDE + RATES
#: What a board needs of another one: volumes, rates and what decides between equals.
COMPARED = ("accepted", "closed", "valid", "overdue", *RATES)


class Amounts(models.Model):
    """The columns that lines and totals share. A `_num` is thousandths of an answer, a `_base` answers.

    Four bytes hold two million answers of one unit in one period, and add up three times as fast as eight.
    """

    accepted = models.IntegerField(_("受理量"), default=0)
    closed = models.IntegerField(_("办结量"), default=0)
    valid = models.IntegerField(_("有效回访"), default=0)
    contacted = models.IntegerField(_("联系数"), default=0)
    solved = models.IntegerField(_("解决数"), default=0)
    satisfied = models.IntegerField(_("满意数"), default=0)
    basic = models.IntegerField(_("基本满意"), default=0)
    excluded = models.IntegerField(_("剔除数"), default=0)
    overdue = models.IntegerField(_("逾期数"), default=0)
    responded_num = models.IntegerField(default=0)
    responded_base = models.IntegerField(default=0)
    solved_num = models.IntegerField(default=0)
    solved_base = models.IntegerField(default=0)
    satisfied_num = models.IntegerField(default=0)
    satisfied_base = models.IntegerField(default=0)

    class Meta:
        abstract = True

    @property
    def amounts(self) -> dict[str, int]:
        """The columns by name."""
        return {name: getattr(self, name) for name in AMOUNTS}


class ScoreLine(Amounts):
    """One entry of the ledger, never edited: a correction is another line (a trigger keeps it so).

    A worker may set `folded`, and only that, once the line's amounts are in its total.
    """

    class Source(models.TextChoices):
        ACCEPTED = "accepted", _("派单受理")
        ANSWER = "answer", _("回访结果")
        #: These take back what an earlier line counted, wholly or in part.
        EXCLUDED = "excluded", _("剔除")
        RESTORED = "restored", _("撤销剔除")
        CORRECTED = "corrected", _("回访更正")
        REBOUND = "rebound", _("反弹，撤销原「已解决」")

    period = models.ForeignKey(Period, models.PROTECT, related_name="lines", db_index=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="score_lines")
    category = models.ForeignKey(Category, models.PROTECT, null=True, related_name="+", db_index=False)
    source = models.CharField(max_length=10, choices=Source.choices)
    assignment = models.ForeignKey(
        Assignment, models.PROTECT, null=True, related_name="lines", db_index=False
    )
    answer = models.ForeignKey(Answer, models.PROTECT, null=True, related_name="lines", db_index=False)
    exclusion = models.ForeignKey(Exclusion, models.PROTECT, null=True, related_name="lines", db_index=False)
    correction = models.ForeignKey(
        Correction, models.PROTECT, null=True, related_name="lines", db_index=False
    )
    #: The request that came back (反弹).
    returned = models.ForeignKey(Ticket, models.PROTECT, null=True, related_name="+", db_index=False)
    #: The published period this is a late adjustment of; None: it belongs to its own.
    about = models.ForeignKey(Period, models.PROTECT, null=True, related_name="adjustments", db_index=False)
    at = models.DateTimeField()
    folded = models.BooleanField(default=False)

    class Meta:
        constraints = [
            # A re-dispatch takes the order from one unit (−1) and gives it to another (+1).
            models.UniqueConstraint(
                fields=["assignment", "unit"], name="line_once_accepted", condition=Q(source="accepted")
            ),
            models.UniqueConstraint(
                fields=["answer"], name="line_once_answered", condition=Q(source="answer")
            ),
            models.UniqueConstraint(
                fields=["exclusion", "answer", "source"],
                name="line_once_excluded",
                condition=Q(exclusion__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["correction"], name="line_once_corrected", condition=Q(correction__isnull=False)
            ),
            models.UniqueConstraint(
                fields=["answer"], name="line_once_rebound", condition=Q(source="rebound")
            ),
        ]
        indexes = [
            models.Index(fields=["period", "unit", "id"], name="line_of_unit"),
            models.Index(
                fields=["period", "unit"], name="line_left_out", condition=Q(exclusion__isnull=False)
            ),
            models.Index(fields=["id"], name="line_tail", condition=Q(folded=False)),
            models.Index(fields=["about"], name="line_adjusts", condition=Q(about__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"line {self.pk}"


class ScoreTotal(Amounts):
    """The folded lines of a period, unit and category."""

    period = models.ForeignKey(Period, models.PROTECT, related_name="totals", db_index=False)
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

    period = models.ForeignKey(Period, models.PROTECT, related_name="months", db_index=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["period", "unit"], name="month_once")]

    def __str__(self) -> str:
        return f"month {self.pk}"


class ScoreDay(Amounts):
    """The folded lines of a unit's day: a period read up to any day, and the calendar of a year."""

    period = models.ForeignKey(Period, models.PROTECT, related_name="days", db_index=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    #: The city's own date.
    day = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["period", "unit", "day"], name="day_once")]
        indexes = [models.Index(fields=["period", "day"], name="day_of_period")]

    def __str__(self) -> str:
        return f"day {self.pk}"
