"""The lines behind a number of the board, the tickets they are about, and what each of them cost."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import F, Q, QuerySet, Sum
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from reports.rules import masked_number
from scoring import queries as ruler
from scoring.models import AMOUNTS, Period, ScoreLine
from scoring.rules import RATE_NAMES, WHOLE, Weights, summed
from scoring.rules.losing import Amounts, lost, points
from tickets import pages
from tickets.models import Category
from tickets.queries import readable
from units.models import Place, Unit, User

#: Lines of a page.
SHOWN = 50

#: Lines by which a rate is lower than it could be; or higher again, where they take back such a one.
LACKS = {name: ~Q(**{f"{name}_num": WHOLE * F(f"{name}_base")}) for name in RATE_NAMES}

#: Column → its name, and which lines make it. Two for each rate: what counted for it and what against.
COLUMNS: dict[str, tuple[str | Promise, Q]] = {
    "accepted": (_("受理量"), ~Q(accepted=0)),
    "closed": (_("办结量"), ~Q(closed=0)),
    "valid": (_("有效回访"), ~Q(valid=0)),
    "contacted": (_("联系数"), ~Q(contacted=0)),
    "solved": (_("解决数"), ~Q(solved=0)),
    "satisfied": (_("满意数"), ~Q(satisfied=0)),
    "basic": (_("基本满意"), ~Q(basic=0)),
    "excluded": (_("剔除数"), ~Q(excluded=0)),
    "overdue": (_("逾期数"), ~Q(overdue=0)),
    "not_contacted": (_("未联系或记不清"), ~Q(valid=0) & Q(contacted=0)),
    "not_solved": (_("未解决"), ~Q(valid=0) & Q(solved=0)),
    "not_satisfied": (_("不满意"), ~Q(valid=0) & Q(satisfied=0, basic=0)),
    "lost": (_("失分"), LACKS["responded"] | LACKS["solved"] | LACKS["satisfied"]),
}
#: A column of what is missing from the valid follow-ups → the counts that are not missing.
AGAINST = {
    "not_contacted": ("contacted",),
    "not_solved": ("solved",),
    "not_satisfied": ("satisfied", "basic"),
}
#: How the unit's clock stood; the same as in sql/lost.sql.
_IN_TIME = Q(answer__overdue=False, answer__recorded=True, answer__late_contact=False)
ON_CLOCK = {
    "overdue": Q(answer__overdue=True),
    "unrecorded": Q(answer__overdue=False, answer__recorded=False),
    "contact_late": Q(answer__overdue=False, answer__recorded=True, answer__late_contact=True),
    "denied": _IN_TIME & Q(answer__contacted="no"),
    "in_time": _IN_TIME & ~Q(answer__contacted="no"),
}


@dataclass(frozen=True)
class Told:
    """A line as a page shows it. `number` is masked, and `open` False, where the reader may not go."""

    line: ScoreLine
    number: str
    open: bool
    #: Points of the unit's score in this period that this line costs; below zero it gives back.
    lost: Decimal | None = None
    #: The other lines about the same answer, whatever their period.
    beside: list[ScoreLine] = field(default_factory=list)


@dataclass(frozen=True)
class Month:
    """What a unit's period amounts to, by which its lines are weighed."""

    amounts: Amounts
    weights: Weights

    def points(self, part: Amounts) -> Decimal:
        return points(lost(part, self.amounts, self.weights))

    def told(self, column: str, part: Amounts) -> Decimal | int:
        """What some lines add up to: the number that was clicked."""
        if column == "lost":
            return self.points(part)
        return part[column] if column in part else missing(part, column)


def missing(amounts: Amounts, column: str) -> int:
    """The valid follow-ups in which a thing was not so."""
    return amounts["valid"] - sum(amounts[name] for name in AGAINST[column])


@dataclass(frozen=True)
class Narrow:
    """What narrows a list of lines; what is not asked for is empty."""

    category: Category | None = None
    place: Place | None = None
    question: str = ""
    clock: str = ""

    @property
    def beyond(self) -> bool:
        """Whether totals cannot tell what its lines add up to."""
        return bool(self.place or self.question or self.clock)


def units_of(unit: Unit) -> list[int]:
    """The units whose lines are the unit's: a district's are those of its whole subtree."""
    if not ruler.credits_district(unit.rank_group):
        return [unit.pk]
    return list(Unit.objects.filter(district=unit).values_list("pk", flat=True))


def behind(period: Period, unit: Unit, column: str, narrow: Narrow | None = None) -> QuerySet[ScoreLine]:
    """The lines that make a cell. Raises KeyError for a column, question or clock that does not exist."""
    lines = ScoreLine.objects.filter(COLUMNS[column][1], period=period)
    if ruler.credits_district(unit.rank_group):
        lines = lines.filter(unit__in=Unit.objects.filter(district=unit).values("pk"))
    else:
        lines = lines.filter(unit=unit)
    return lines if narrow is None else lines.filter(_within(narrow))


def _within(narrow: Narrow) -> Q:
    found = Q()
    if narrow.category is not None:
        found &= Q(category=narrow.category)
    if narrow.place is not None:
        found &= Q(ticket__place=narrow.place) | Q(ticket__place__street=narrow.place)
    if narrow.question:
        found &= LACKS[narrow.question]
    return found & ON_CLOCK[narrow.clock] if narrow.clock else found


def weighed(period: Period, unit: Unit, found: QuerySet[ScoreLine], narrow: Narrow) -> tuple[Month, Amounts]:
    """The unit's month, and what the narrowed lines add up to: from the totals where they know it."""
    rows = ruler.amounts([period], credited=unit, by_category=narrow.category is not None)
    whole = Month(summed((row.amounts for row in rows), AMOUNTS), ruler.weights_of(period))
    if narrow.beyond:
        sums = found.aggregate(**{f"{name}_sum": Sum(name, default=0) for name in AMOUNTS})
        return whole, {name: sums[f"{name}_sum"] for name in AMOUNTS}
    key = narrow.category.pk if narrow.category else None
    parts = (row.amounts for row in rows if row.category == key)
    return whole, summed(parts, AMOUNTS)


def page(
    lines: QuerySet[ScoreLine], user: User, after: str = "", month: Month | None = None
) -> pages.Page[Told]:
    """Lines by falling key; whoever may not see a ticket sees that it is there, and no more."""
    part = pages.page(full(lines), "-pk", SHOWN, after)
    return pages.Page(told(part.rows, user, month), part.after)


def full(lines: QuerySet[ScoreLine]) -> QuerySet[ScoreLine]:
    """With what a row says of them; of the ticket the `number` alone."""
    found = lines.select_related("answer", "category", "unit", "about")
    return found.annotate(number=F("ticket__number"))


def told(rows: Iterable[ScoreLine], user: User, month: Month | None = None) -> list[Told]:
    """The lines as this reader may see them, in two statements."""
    rows = list(rows)
    seen = readable(user, [line.ticket_id for line in rows])
    beside = _beside(rows)
    return [
        Told(
            line,
            line.number if line.ticket_id in seen else masked_number(line.number),
            line.ticket_id in seen,
            month.points(line.amounts) if month is not None and line.answer_id else None,
            [other for other in beside.get(line.answer_id, []) if other.pk != line.pk],
        )
        for line in rows
    ]


def _beside(rows: list[ScoreLine]) -> dict[int | None, list[ScoreLine]]:
    """Answer → every line about it that takes back or puts right."""
    found = ScoreLine.objects.filter(
        ticket__in={line.ticket_id for line in rows}, answer__in={line.answer_id for line in rows} - {None}
    )
    found = found.exclude(source=ScoreLine.Source.ANSWER).select_related("period").order_by("pk")
    told: dict[int | None, list[ScoreLine]] = {}
    for line in found:
        told.setdefault(line.answer_id, []).append(line)
    return told
