"""The audit of the ledger: every line from its source again, every total from its lines (DESIGN §5).

The category is the one the ticket had when it was counted; it cannot be told from the source again, so
it is checked between lines and totals only.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from dispatch.models import Assignment
from followup.models import Answer, Reach
from scoring.models import AMOUNTS, Period, ScoreLine
from scoring.queries import answer_amounts

MISFOLDED = (Path(__file__).parent / "sql" / "misfolded.sql").read_text(encoding="utf-8")
#: Rows read at a time.
CHUNK = 2000


@dataclass(frozen=True)
class Difference:
    """One place where the ledger is not what its sources make it."""

    where: str
    should: object
    found: object

    def __str__(self) -> str:
        return f"{self.where}: should be {self.should}, is {self.found}"


def differences(period: Period) -> Iterator[Difference]:
    """All that is wrong in a period; nothing when it agrees to the last digit."""
    yield from _wrong_lines(period)
    yield from _missing_lines(period)
    yield from _misfolded(period)


def waiting(period: Period) -> int:
    """Answers and assignments of the period that nobody has counted yet: work, not a difference."""
    return sum(
        model.objects.filter(counted=False, at__gte=period.begins, at__lt=period.ends).count()
        for model in (Answer, Assignment)
    )


def _with_former() -> QuerySet[Assignment]:
    earlier = Assignment.objects.filter(ticket=OuterRef("ticket"), pk__lt=OuterRef("pk")).order_by("-pk")
    return Assignment.objects.annotate(former_unit=Subquery(earlier.values("unit")[:1]))


def _wrong_lines(period: Period) -> Iterator[Difference]:
    """Every line of the period against the answer or assignment it names."""
    former = Assignment.objects.filter(
        ticket=OuterRef("assignment__ticket"), pk__lt=OuterRef("assignment")
    ).order_by("-pk")
    lines = ScoreLine.objects.filter(period=period).select_related("answer", "assignment")
    lines = lines.annotate(former_unit=Subquery(former.values("unit")[:1])).order_by("pk")
    for line in lines.iterator(CHUNK):
        should = _expected(line, period)
        found = (line.unit_id, line.ticket_id, line.at, {name: getattr(line, name) for name in AMOUNTS})
        if should != found:
            yield Difference(f"line {line.pk}", should, found)


def _expected(line: ScoreLine, period: Period) -> tuple[object, ...] | None:
    """Unit, ticket, moment and amounts that the line's source makes; None when it makes no such line."""
    source = line.answer if line.source == ScoreLine.Source.ANSWER else line.assignment
    if source is None or not source.counted or not period.begins <= source.at < period.ends:
        return None
    if isinstance(source, Answer) and not source.scored:
        return None
    amounts = dict.fromkeys(AMOUNTS, 0)
    if isinstance(source, Answer):
        unit = source.unit_id
        amounts |= answer_amounts(source, period.scheme)
    else:
        unit = line.unit_id if line.unit_id == line.former_unit else source.unit_id
        amounts["accepted"] = 1 if unit == source.unit_id else -1
    return unit, source.ticket_id, source.at, amounts


def _missing_lines(period: Period) -> Iterator[Difference]:
    """Every counted answer and assignment of the period must have its lines."""
    within = Q(counted=True, at__gte=period.begins, at__lt=period.ends)
    line = ScoreLine.objects.filter(period=period)
    scored = Answer.objects.filter(within, merged=False).exclude(reach=Reach.WITHDRAWN)
    answers = scored.exclude(Exists(line.filter(answer=OuterRef("pk"))))
    for key in answers.values_list("pk", flat=True).iterator(CHUNK):
        yield Difference(f"answer {key}", "one line", "none")
    moved = _with_former().filter(within).exclude(unit=F("former_unit"))
    given = line.filter(assignment=OuterRef("pk"))
    for unit in ("unit", "former_unit"):
        unwritten = moved.exclude(**{unit: None}).exclude(Exists(given.filter(unit=OuterRef(unit))))
        for key in unwritten.values_list("pk", flat=True).iterator(CHUNK):
            yield Difference(f"assignment {key}", f"a line for its {unit}", "none")


def _misfolded(period: Period) -> Iterator[Difference]:
    with connection.cursor() as cursor:
        wanted = {"period": period.pk, "zone": timezone.get_default_timezone_name()}
        cursor.execute(MISFOLDED, wanted)
        for kind, unit, key, should, found in cursor.fetchall():
            yield Difference(f"{kind} {period} {unit} {key}", should, found)
