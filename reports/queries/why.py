"""Why a unit lost its points: by question, category, place, clock and reason; and what exclusions changed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from django.db import connection
from django.db.models import QuerySet, Sum
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from followup.models import Reason
from reports.queries.board_page import RATE_LABELS
from reports.queries.lines import units_of
from reports.rules import masked_number
from scoring import queries as ruler
from scoring.models import AMOUNTS, Exclusion, Period, ScoreLine
from scoring.queries.publishing import adjustments
from scoring.queries.standing import marks_of
from scoring.rules import RATE_NAMES, Weights, beyond, score_of, summed, taken_back, with_marks
from scoring.rules.losing import Amounts, lost, missed, points, score_with, score_without
from tickets.models import Category, Ticket
from tickets.queries import readable
from units.models import Place, Unit, User

LOST_SQL = (Path(__file__).parent.parent / "sql" / "lost.sql").read_text(encoding="utf-8")
#: Rows of a breakdown that are shown; the others are in the list of lines.
SHOWN = 12
#: How the unit's clock stood when the caller was asked; the first that fits.
CLOCKS: dict[str, str | Promise] = {
    "overdue": _("办理逾期"),
    "unrecorded": _("没有联系记录"),
    "contact_late": _("联系超时"),
    "denied": _("有联系记录，但诉求人说未联系"),
    "in_time": _("按时联系、按时办理"),
}
Source = ScoreLine.Source


@dataclass(frozen=True)
class Part:
    """What a share of the lines cost: points in all, and by each question. `asked`: valid follow-ups."""

    name: str | Promise
    asked: int
    points: Decimal
    by: Mapping[str, Decimal]
    #: What opens its lines.
    query: str = ""


@dataclass(frozen=True)
class Whatif:
    """An exclusion of the period, and the score without it (or with it, while nobody has decided)."""

    row: Exclusion
    score: Decimal | None
    change: Decimal | None


@dataclass(frozen=True)
class Account:
    """A unit's month: what it amounts to and how it is weighed."""

    unit: Unit
    period: Period
    amounts: Amounts
    weights: Weights
    tenths: int

    @property
    def score(self) -> Decimal | None:
        return self.with_given(score_of(self.amounts, self.weights))

    def with_given(self, score: Decimal | None) -> Decimal | None:
        """A score with the points that people gave or took."""
        return with_marks(score, self.tenths)

    @property
    def given(self) -> Decimal:
        """Points that people gave or took (加减分)."""
        return Decimal(self.tenths) / 10

    def part(self, name: str | Promise, amounts: Amounts, query: str = "") -> Part:
        by = {rate: points(lost(amounts, self.amounts, self.weights, (rate,))) for rate in RATE_NAMES}
        whole = points(lost(amounts, self.amounts, self.weights))
        return Part(name, amounts["valid"], whole, by, query)


def account(unit: Unit, period: Period, rows: Iterable[ruler.Row] | None = None) -> Account:
    """The unit's month as the ledger stands; `rows`: what was read of it already."""
    found = ruler.amounts([period], credited=unit) if rows is None else rows
    whole = summed((row.amounts for row in found), AMOUNTS)
    return Account(unit, period, whole, ruler.weights_of(period), marks_of(period).get(unit.pk, 0))


def why(unit: Unit, period: Period, user: User) -> dict[str, object]:
    """The context of the page that explains a score, in the same number of statements for any unit."""
    rows = ruler.amounts([period], credited=unit, by_category=True)
    month = account(unit, period, rows)
    whatifs = [*pending(month), *without(month)]
    later = list(_adjusted(unit, period))
    opens = _opens([row.row.ticket for row in whatifs] + [line.ticket for line in later], user)
    return {
        "unit": unit,
        "period": period,
        "month": month,
        "beyond": beyond(month.amounts),
        "questions": questions(month),
        "categories": categories(month, rows),
        **scattered(month),
        "exclusions": [(row, *opens[row.row.ticket_id]) for row in whatifs],
        "later": [(line, *opens[line.ticket_id]) for line in later],
    }


def _opens(tickets: list[Ticket], user: User) -> dict[int, tuple[str, bool]]:
    """Ticket → its number, masked where this reader may not open it, and whether they may."""
    keys = [ticket.pk for ticket in tickets]
    seen = readable(user, keys)
    return {
        ticket.pk: (ticket.number, True) if ticket.pk in seen else (masked_number(ticket.number), False)
        for ticket in tickets
    }


def questions(month: Account) -> list[dict[str, object]]:
    """Each question: how many were asked, how many answers are missing, and the points they cost."""
    return [
        {
            "name": name,
            "label": RATE_LABELS[name],
            "asked": month.amounts[f"{name}_base"],
            "missed": (Decimal(missed(month.amounts, name)) / 1000).normalize(),
            "points": points(lost(month.amounts, month.amounts, month.weights, (name,))),
        }
        for name in RATE_NAMES
    ]


def categories(month: Account, rows: Iterable[ruler.Row]) -> list[Part]:
    """Categories by the points they cost."""
    names = Category.objects.in_bulk([row.category for row in rows if row.category])
    parts = [
        month.part(names[row.category].path_name, row.amounts, f"category={names[row.category].code}")
        for row in rows
        if row.category
    ]
    return _costly(parts)


def scattered(month: Account) -> dict[str, list[Part]]:
    """By place, by clock and by the caller's reason, from the lines themselves."""
    whole = ruler.credits_district(month.unit.rank_group)
    wanted = {"period": month.period.pk, "units": units_of(month.unit), "by_street": whole}
    told: dict[str, list[tuple[str, Amounts]]] = {"place": [], "clock": [], "reason": []}
    with connection.cursor() as cursor:
        cursor.execute(LOST_SQL, wanted)
        for kind, key, valid, *missing in cursor.fetchall():
            told[kind].append((key, _amounts(valid, missing)))
    places = Place.objects.in_bulk([int(key) for key, _part in told["place"]])
    return {
        "places": _costly(_place(month, places.get(int(key)), part) for key, part in told["place"]),
        "clocks": _costly(month.part(CLOCKS[key], part, f"clock={key}") for key, part in told["clock"]),
        "reasons": _costly(
            month.part(Reason(key).label if key else _("未说明"), part) for key, part in told["reason"]
        ),
    }


def _place(month: Account, place: Place | None, part: Amounts) -> Part:
    if place is None:
        return month.part(_("未注明社区"), part)
    return month.part(place.name, part, f"place={place.code}")


def _amounts(valid: int, missing: Iterable[int]) -> Amounts:
    """As much as is needed of amounts: a numerator that lacks so many thousandths of nothing."""
    nothing = dict.fromkeys(AMOUNTS, 0) | {"valid": valid}
    return nothing | {f"{name}_num": -n for name, n in zip(RATE_NAMES, missing, strict=True)}


def _costly(parts: Iterable[Part]) -> list[Part]:
    """Those that cost anything, the dearest first."""
    costly = [part for part in parts if part.points > 0]
    return sorted(costly, key=lambda part: (-part.points, str(part.name)))[:SHOWN]


def without(month: Account) -> list[Whatif]:
    """Each exclusion with lines in this period: the score as it would be without them."""
    lines = ScoreLine.objects.filter(
        period=month.period, unit__in=units_of(month.unit), exclusion__isnull=False
    )
    parts = _summed(lines, "exclusion")
    rows = Exclusion.objects.select_related("ticket", "ground", "answer").in_bulk(parts)
    told = []
    for key in sorted(parts, reverse=True):
        score = month.with_given(score_without(month.amounts, parts[key], month.weights))
        told.append(Whatif(rows[key], score, _change(month.score, score)))
    return told


def pending(month: Account) -> list[Whatif]:
    """Each application that waits, about an answer of this period: the score as it would be with it."""
    waiting = Exclusion.objects.waiting().filter(unit__in=units_of(month.unit))
    waiting = waiting.filter(
        answer__lines__period=month.period, answer__lines__source=Source.ANSWER
    ).select_related("ticket", "ground", "answer")
    rows = {row.answer_id: row for row in waiting.order_by("pk")}
    lines = ScoreLine.objects.filter(ticket__in=[row.ticket_id for row in rows.values()], answer__in=rows)
    told = []
    for key, part in _summed(lines, "answer").items():
        score = month.with_given(score_with(month.amounts, taken_back(part), month.weights))
        told.append(Whatif(rows[key], score, _change(score, month.score)))
    return told


def _adjusted(unit: Unit, period: Period) -> QuerySet[ScoreLine]:
    lines = adjustments(period).filter(unit__in=units_of(unit))
    return lines.select_related("answer", "ticket", "exclusion__ground").order_by("pk")[:SHOWN]


def _summed(lines: QuerySet[ScoreLine], key: str) -> dict[int, Amounts]:
    sums = {f"{name}_sum": Sum(name) for name in AMOUNTS}
    rows = lines.order_by().values(key).annotate(**sums).order_by(key)
    return {row[key]: {name: row[f"{name}_sum"] for name in AMOUNTS} for row in rows}


def _change(now: Decimal | None, was: Decimal | None) -> Decimal | None:
    return None if now is None or was is None else now - was
