"""Reads of the ruler: totals and tail in one statement, exact at one moment (DESIGN §5)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from dispatch.models import Assignment
from followup.models import Answer, Reach
from scoring.models import AMOUNTS, COMPARED, Correction, Ground, Period, Scheme, ScoreLine
from scoring.rules import Told, Values, amounts_of, difference, summed
from scoring.statements import statement
from tickets.book import book, local_day
from units.models import Unit

AMOUNTS_SQL = {columns: statement("amounts", columns) for columns in (AMOUNTS, COMPARED)}
UNTIL_DAY_SQL = statement("until_day", COMPARED)

Amounts = dict[str, int]


@dataclass(frozen=True)
class Row:
    """Amounts and the ids they belong to; None where the reading added over the key."""

    period: int | None
    unit: int | None
    category: int | None
    amounts: Amounts


def values_of(scheme: Scheme) -> Values:
    """The scheme's answer values as plain data."""
    wide = scheme.base == Scheme.Base.ALL
    return Values(scheme.contacted_values, scheme.solved_values, scheme.satisfied_values, wide)


def scheme_at(at: datetime) -> Scheme:
    """By which an answer of the moment is counted: its period's, though a newer one began within it.

    Raises Scheme.DoesNotExist when the city has none yet.
    """
    period = Period.objects.filter(begins__lte=at, ends__gt=at).values("scheme")[:1]
    dated = Scheme.objects.dated(local_day(at)).values("pk")[:1]
    return Scheme.objects.get(pk=Coalesce(Subquery(period), Subquery(dated)))


def counts(answer: Answer, scheme: Scheme) -> bool:
    """Whether the scheme counts the answer at all; of a merged duplicate only where each caller counts."""
    return answer.scored and (scheme.cluster == Scheme.Cluster.EACH or not answer.merged)


def in_ledger() -> QuerySet[Answer]:
    """The answers that make the base of the rates: counted, with a line."""
    lines = ScoreLine.objects.filter(answer=OuterRef("pk"), source=ScoreLine.Source.ANSWER)
    return Answer.objects.filter(Exists(lines), reach=Reach.REACHED, counted=True)


def answer_amounts(answer: Answer, scheme: Scheme) -> Amounts:
    """What an answer adds to the ledger under a scheme that counts it.

    A first "no" reopens the order (DOMAIN §4.6): it is asked about, but not yet 办结.
    """
    told = Told(
        valid=answer.valid,
        ended=not answer.reopens,
        fresh=answer.merged and not _given(answer),
        recorded=answer.contact_in_time,
        overdue=answer.overdue,
        contacted=answer.contacted,
        solved=answer.solved,
        satisfied=answer.satisfied,
    )
    return amounts_of(told, values_of(scheme))


def _given(answer: Answer) -> bool:
    """Whether the unit had a merged duplicate as an order before, and its 受理 therefore."""
    earlier = Assignment.objects.filter(ticket=answer.ticket_id, at__lt=answer.at)
    return earlier.order_by("pk").values_list("unit", flat=True).last() == answer.unit_id


def said_in(answer: Answer) -> dict[str, str]:
    """The three answers as they stand: as they were taken down, or by the last correction."""
    last = answer.corrections.last()
    if last is not None:
        return dict(last.now)
    return {name: getattr(answer, name) for name in ("contacted", "solved", "satisfied")}


def corrected_amounts(correction: Correction, scheme: Scheme, *, returned: bool) -> Amounts:
    """What a correction adds to the ledger. Whether the order ended with the answer is not corrected.

    `returned`: a rebound had revoked its 已解决 before; no correction brings it back, or takes it twice.
    """
    answer, values = correction.answer, values_of(scheme)
    told = {"valid": True, "ended": True, "recorded": answer.contact_in_time, "overdue": answer.overdue}
    now = amounts_of(Told(**told, **correction.now), values)
    added = difference(now, amounts_of(Told(**told, **correction.was), values))
    return {**added, "solved": 0, "solved_num": 0} if returned else added


def counted_by(answer: Answer, before: int | None = None) -> Amounts:
    """What the lines about an answer add up to, up to a line's key."""
    lines = ScoreLine.objects.filter(ticket_id=answer.ticket_id, answer=answer)
    if before is not None:
        lines = lines.filter(pk__lt=before)
    sums = lines.aggregate(**{f"{name}_sum": Sum(name, default=0) for name in AMOUNTS})
    return {name: sums[f"{name}_sum"] for name in AMOUNTS}


def asked_until(answer: Answer) -> datetime:
    """The end of the window in which the unit may ask for an exclusion (DOMAIN §2.4)."""
    return book().office_due(answer.at, book().number("exclusion_ask_minutes", answer.at))


def ground_in_force(code: str, at: datetime) -> Ground | None:
    """The ground as it is on the day, if the scheme of the moment allows it."""
    if code not in scheme_at(at).grounds:
        return None
    found = Ground.objects.filter(code=code, effective_from__lte=local_day(at))
    return found.order_by("-effective_from").first()


def credits_district(group: str) -> bool:
    """A district's row is its whole subtree; every other group counts the unit itself."""
    return group == Unit.RankGroup.DISTRICTS


def amounts(
    periods: Iterable[Period],
    *,
    group: str = "",
    credited: Unit | None = None,
    by_period: bool = False,
    by_unit: bool = False,
    by_category: bool = False,
    columns: tuple[str, ...] = AMOUNTS,
) -> list[Row]:
    """What the periods amount to, of a rank group or of one credited unit, kept apart as asked.

    `columns`: AMOUNTS or COMPARED.
    """
    whole = credits_district(group or (credited.rank_group if credited else ""))
    wanted = {
        "periods": [period.pk for period in periods],
        "group": group,
        "credited": credited.pk if credited else None,
        "whole_districts": whole,
        "by_period": by_period,
        "by_unit": by_unit,
        "by_category": by_category,
    }
    with connection.cursor() as cursor:
        cursor.execute(AMOUNTS_SQL[columns], wanted)
        return [Row(*row[:3], dict(zip(columns, row[3:], strict=True))) for row in cursor.fetchall()]


@dataclass(frozen=True)
class Until:
    """A period up to the end of one of its days. `digest`: of its lines, once it is published."""

    period: int
    day: date
    #: Whether more of the period lies before the day's end than after it.
    late: bool
    digest: str = ""


def amounts_until(days: Mapping[Period, date], *, districts: bool) -> dict[int, Mapping[int, Amounts]]:
    """Period → unit, of whatever group, or as `districts` → what it amounted to at the end of the day, in the
    columns COMPARED. A published period never changes: a process reads each of its days once.
    """
    asked = [_until(period, day) for period, day in days.items()]
    told: dict[int, Mapping[int, Amounts]] = {row.period: _settled(row) for row in asked if row.digest}
    running = [row for row in asked if not row.digest]
    if running:
        told |= _read_until(running)
    return {period: _by_district(rows) for period, rows in told.items()} if districts else told


def _until(period: Period, day: date) -> Until:
    late = local_day(period.ends) - day < day - local_day(period.begins)
    return Until(period.pk, day, late, period.digest)


@lru_cache(maxsize=16)
def _settled(asked: Until) -> Mapping[int, Amounts]:
    return _read_until([asked])[asked.period]


def _read_until(asked: Iterable[Until]) -> dict[int, dict[int, Amounts]]:
    """Period → unit, whatever its group → what it amounted to."""
    wanted = {
        "periods": [row.period for row in asked],
        "days": [row.day for row in asked],
        "late": [row.late for row in asked],
        "zone": timezone.get_default_timezone_name(),
    }
    told: dict[int, dict[int, Amounts]] = {row.period: {} for row in asked}
    with connection.cursor() as cursor:
        cursor.execute(UNTIL_DAY_SQL, wanted)
        for period, unit, *row in cursor.fetchall():
            told[period][unit] = dict(zip(COMPARED, row, strict=True))
    return told


def _by_district(rows: Mapping[int, Amounts]) -> dict[int, Amounts]:
    """What every district's subtree amounts to."""
    parts: dict[int, list[Amounts]] = {}
    districts = Unit.objects.filter(pk__in=rows, district__isnull=False)
    for unit, district in districts.order_by().values_list("pk", "district"):
        parts.setdefault(district, []).append(rows[unit])
    return {district: summed(part, COMPARED) for district, part in parts.items()}
