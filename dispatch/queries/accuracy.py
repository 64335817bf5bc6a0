"""How often an order went to the right unit at once: 1 − (upheld + re-dispatched) / dispatched."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from django.db.models import Case, Count, F, Q, QuerySet, When
from django.utils import timezone

from dispatch.models import Assignment, Objection
from dispatch.queries.objections import LOST

How = Assignment.How
Row = TypeVar("Row", bound="Accuracy")
#: Whatever is dispatched: a ruling is no dispatch, it judges one.
DISPATCHED = (How.RULE, How.FALLBACK, How.BY_HAND)


@dataclass(frozen=True)
class Accuracy:
    """Of what was dispatched: how many were contested, lost by a ruling, or passed on within a district.

    An order that was passed on and then lost counts once, as lost.
    """

    dispatched: int
    objected: int
    upheld: int
    redispatched: int

    @property
    def percent(self) -> float | None:
        """0–100; None where nothing was dispatched."""
        if not self.dispatched:
            return None
        return 100 * (1 - (self.upheld + self.redispatched) / self.dispatched)


@dataclass(frozen=True)
class OfRule(Accuracy):
    """Of one catalogue rule."""

    rule: int
    leaf: str
    lead: str
    basis: str
    version: str


@dataclass(frozen=True)
class OfUnit(Accuracy):
    """Of one unit: what was dispatched to it."""

    unit: int
    code: str
    name: str


def by_rule(begin: datetime, end: datetime, only: Collection[int] | None = None) -> list[OfRule]:
    """Every rule (or these alone) that dispatched in the period, the least accurate first; one statement."""
    rows = _judged(begin, end).filter(how=How.RULE)
    if only is not None:
        rows = rows.filter(rule__in=only)
    named = {
        "leaf": F("rule__category__path_name"),
        "told_lead": F("rule__lead"),
        "basis": F("rule__basis"),
        "version": F("rule__catalogue__version"),
    }
    found = [
        OfRule(rule=row.pop("rule"), lead=row.pop("told_lead"), **row)
        for row in rows.values("rule", **named).annotate(**_SUMS)
    ]
    return _worst_first(found)


def by_unit(begin: datetime, end: datetime) -> list[OfUnit]:
    """Every unit that got orders in the period, however; the least accurate first; one statement."""
    named = {"code": F("unit__code"), "name": F("unit__name")}
    found = [OfUnit(**row) for row in _judged(begin, end).values("unit", **named).annotate(**_SUMS)]
    return _worst_first(found)


def overall(begin: datetime, end: datetime) -> Accuracy:
    """Of the whole city; one statement."""
    return Accuracy(**_judged(begin, end).aggregate(**_SUMS))


_SUMS = {
    "dispatched": Count("pk"),
    "objected": Count("pk", filter=Q(contested=True)),
    "upheld": Count("pk", filter=Q(lost=True)),
    "redispatched": Count("pk", filter=Q(lost=False, passed_on=True)),
}


def _judged(begin: datetime, end: datetime) -> QuerySet[Assignment]:
    """The dispatches of the period, each with what became of it, whenever that was.

    What became of it is looked up in the few that were contested or passed on, not once for each dispatch.
    """
    about = Objection.objects.filter(at__gte=begin).order_by()
    return (
        Assignment.objects.order_by()
        .filter(at__gte=begin, at__lt=end, how__in=DISPATCHED)
        .annotate(
            contested=_among(about.values("assignment")),
            lost=_among(about.filter(LOST).values("assignment")),
            passed_on=_among(_passed_on(begin)),
        )
    )


def _among(keys: QuerySet) -> Case:
    return Case(When(pk__in=keys, then=True), default=False)


def _passed_on(begin: datetime) -> QuerySet:
    """The keys of dispatches that came before one within the district."""
    later = Assignment.objects.order_by().filter(at__gte=begin, how=How.WITHIN_DISTRICT)
    earlier = later.filter(ticket__assignments__pk__lt=F("pk"))
    return earlier.values("ticket__assignments__pk")


def _worst_first(rows: Sequence[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: (row.percent, -row.dispatched))


@dataclass(frozen=True)
class Month:
    """A calendar month of the city, the last moment excluded; `before` and `after` are its neighbours' codes,
    `after` empty for a month that has not begun.
    """

    begin: datetime
    end: datetime
    before: str
    after: str


def month_of(code: str, at: datetime) -> Month:
    """The month of a code like 2026-03; anything else, and what is yet to come, gives the current one."""
    now = timezone.localtime(at).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    try:
        begin = min(datetime.strptime(code, "%Y-%m").replace(tzinfo=now.tzinfo), now)
    except ValueError:
        begin = now
    end = _next(begin)
    before = (begin - timedelta(days=1)).strftime("%Y-%m")
    return Month(begin, end, before, end.strftime("%Y-%m") if end <= at else "")


def _next(begin: datetime) -> datetime:
    return (begin + timedelta(days=31)).replace(day=1)
