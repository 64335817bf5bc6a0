"""What stands before and after the publication of a month."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, QuerySet

from scoring.audit import waiting
from scoring.models import Mark, Period, ScoreLine
from scoring.queries.desk import asked_between

#: Months of the list, and late adjustments on a page.
SHOWN = 24
ROWS = 30


@dataclass(frozen=True)
class Row:
    """A month and where it stands."""

    period: Period
    #: Late adjustments of it, in later months.
    adjusted: int
    #: Answers and orders that nobody counted yet; applications not decided yet. Zero once published.
    uncounted: int = 0
    asked: int = 0
    over: bool = False


def _row(period: Period, adjusted: int, at: datetime) -> Row:
    if period.frozen_at is not None:
        return Row(period, adjusted, over=True)
    asked = asked_between(period.begins, period.ends)
    return Row(period, adjusted, waiting(period), asked, at >= period.ends)


def months(at: datetime) -> list[Row]:
    """The months there are, newest first: only the unpublished, which are few, cost a look each."""
    found = Period.objects.select_related("scheme", "frozen_by").order_by("-begins")[:SHOWN]
    counts = ScoreLine.objects.filter(about__in=[row.pk for row in found]).values_list("about")
    adjusted = dict(counts.annotate(n=Count("pk")).order_by())
    return [_row(row, adjusted.get(row.pk, 0), at) for row in found]


def month(period: Period, at: datetime) -> Row:
    """One of them."""
    return _row(period, adjustments(period).count(), at)


def lines(period: Period) -> int:
    """How many lines it has: as published, else as they stand."""
    if period.lines_frozen is not None:
        return period.lines_frozen
    return ScoreLine.objects.filter(period=period).count()


def adjustments(period: Period) -> QuerySet[ScoreLine]:
    """Lines of later months that adjust this published one, each with its unit and the month that has it."""
    return ScoreLine.objects.filter(about=period).select_related("unit", "period")


def marks(period: Period) -> Sequence[Mark]:
    """Points added and taken by people."""
    return list(period.marks.select_related("unit", "by"))
