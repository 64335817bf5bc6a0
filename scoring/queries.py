"""Reads of the ruler: totals and tail in one statement, exact at one moment (DESIGN §5)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.db import connection
from django.utils import timezone

from followup.models import Answer
from scoring.models import AMOUNTS, Period, Scheme
from scoring.rules import Told, Values, amounts_of
from units.models import Unit

SQL = Path(__file__).parent / "sql"
AMOUNTS_SQL = (SQL / "amounts.sql").read_text(encoding="utf-8")
UNTIL_DAY_SQL = (SQL / "until_day.sql").read_text(encoding="utf-8")

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
    return Values(scheme.contacted_values, scheme.solved_values, scheme.satisfied_values)


def answer_amounts(answer: Answer, scheme: Scheme) -> Amounts:
    """What an answer adds to the ledger under a scheme.

    A first "no" reopens the order (DOMAIN §4.6): it is asked about, but not yet 办结.
    """
    told = Told(
        valid=answer.valid,
        ended=not (answer.negative and answer.round == 1),
        contacted=answer.contacted,
        solved=answer.solved,
        satisfied=answer.satisfied,
    )
    return amounts_of(told, values_of(scheme))


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
) -> list[Row]:
    """What the periods amount to, of a rank group or of one credited unit, kept apart as asked."""
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
        cursor.execute(AMOUNTS_SQL, wanted)
        return [Row(*row[:3], dict(zip(AMOUNTS, row[3:], strict=True))) for row in cursor.fetchall()]


def amounts_until(period: Period, day: date, group: str) -> dict[int, Amounts]:
    """What the period amounted to at the end of the day, by credited unit."""
    wanted = {
        "period": period.pk,
        "day": day,
        "zone": timezone.get_default_timezone_name(),
        "group": group,
        "whole_districts": credits_district(group),
    }
    with connection.cursor() as cursor:
        cursor.execute(UNTIL_DAY_SQL, wanted)
        return {row[0]: dict(zip(AMOUNTS, row[1:], strict=True)) for row in cursor.fetchall()}
