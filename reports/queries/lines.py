"""The lines behind a number of the board, and the tickets they are about."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from reports.rules import masked_number
from scoring.models import Period, ScoreLine
from scoring.queries import credits_district
from tickets import pages
from tickets.models import Category, Ticket
from units.models import Unit, User

#: Lines of a page.
SHOWN = 50

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
}
#: A column of what is missing from the valid follow-ups → the counts that are not missing.
AGAINST = {
    "not_contacted": ("contacted",),
    "not_solved": ("solved",),
    "not_satisfied": ("satisfied", "basic"),
}


@dataclass(frozen=True)
class Told:
    """A line as a page shows it. `number` is masked, and `open` False, where the reader may not go."""

    line: ScoreLine
    number: str
    open: bool


def behind(period: Period, unit: Unit, column: str, category: Category | None = None) -> QuerySet[ScoreLine]:
    """The lines that make a cell. Raises KeyError for a column that does not exist."""
    lines = ScoreLine.objects.filter(COLUMNS[column][1], period=period)
    if credits_district(unit.rank_group):
        lines = lines.filter(unit__in=Unit.objects.filter(district=unit).values("pk"))
    else:
        lines = lines.filter(unit=unit)
    return lines if category is None else lines.filter(category=category)


def page(lines: QuerySet[ScoreLine], user: User, after: str = "") -> pages.Page[Told]:
    """Lines by falling key; whoever may not see a ticket sees that it is there, and no more."""
    found = lines.select_related("ticket", "answer", "assignment", "category", "unit")
    part = pages.page(found, "-pk", SHOWN, after)
    seen = set(
        Ticket.objects.visible_to(user)
        .filter(pk__in=[line.ticket_id for line in part.rows])
        .values_list("pk", flat=True)
    )
    return pages.Page([_told(line, line.ticket_id in seen) for line in part.rows], part.after)


def _told(line: ScoreLine, opens: bool) -> Told:
    number = line.ticket.number
    return Told(line, number if opens else masked_number(number), opens)
