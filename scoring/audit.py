"""The audit of the ledger: every line from its source again, every total from its lines (DESIGN §5).

The category is the one the ticket had when it was counted; it cannot be told from the source again, so
it is checked between lines and totals only.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from dispatch.models import Assignment, Rebound
from followup.models import Answer, Reach
from scoring.models import AMOUNTS, Correction, Exclusion, Period, Scheme, ScoreLine
from scoring.queries import corrected_amounts, counted_by
from scoring.rules import given_back, taken_back, unsolved
from scoring.statements import statement

MISFOLDED = statement("misfolded")
WRONG_ANSWERS = statement("wrong_answers")
Source = ScoreLine.Source
#: Exclusions that once took the answer back.
LEFT_OUT = (Exclusion.State.GRANTED, Exclusion.State.REVOKED)
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
    yield from _wrong_answers(period)
    yield from _wrong_orders(period)
    yield from _wrong_adjustments(period)
    yield from _missing_lines(period)
    yield from _missing_adjustments(period)
    yield from misfolded(period)


def waiting(period: Period) -> int:
    """Answers, assignments and rebounds of the period not counted yet: work, not a difference."""
    return sum(
        model.objects.filter(counted=False, at__gte=period.begins, at__lt=period.ends).count()
        for model in (Answer, Assignment, Rebound)
    )


def _with_former() -> QuerySet[Assignment]:
    earlier = Assignment.objects.filter(ticket=OuterRef("ticket"), pk__lt=OuterRef("pk")).order_by("-pk")
    return Assignment.objects.annotate(former_unit=Subquery(earlier.values("unit")[:1]))


def _wrong_answers(period: Period) -> Iterator[Difference]:
    """Every line of an answer against the answer, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(WRONG_ANSWERS, {"period": period.pk})
        for key, should, found in cursor.fetchall():
            yield Difference(f"line {key}", _named(should), _named(found))


def _named(amounts: list[int]) -> dict[str, int]:
    return {name: n for name, n in zip(AMOUNTS, amounts, strict=True) if n}


def _wrong_orders(period: Period) -> Iterator[Difference]:
    """Every line of an order given against its assignment."""
    former = Assignment.objects.filter(
        ticket=OuterRef("assignment__ticket"), pk__lt=OuterRef("assignment")
    ).order_by("-pk")
    lines = ScoreLine.objects.filter(period=period, source=Source.ACCEPTED).select_related(
        "assignment", "about"
    )
    lines = lines.annotate(former_unit=Subquery(former.values("unit")[:1])).order_by("pk")
    for line in lines.iterator(CHUNK):
        should = _expected_order(line, line.about or period)
        found = (line.unit_id, line.ticket_id, _named(list(line.amounts.values())))
        if should != found:
            yield Difference(f"line {line.pk}", should, found)


def _expected_order(line: ScoreLine, own: Period) -> tuple[object, ...] | None:
    """Unit, ticket and amounts that the line's assignment makes; None when it makes no such line."""
    given = line.assignment
    if given is None or not given.counted or not own.begins <= given.at < own.ends:
        return None
    if line.about_id is None and line.at != given.at or line.former_unit == given.unit_id:
        return None
    unit = line.unit_id if line.unit_id == line.former_unit else given.unit_id
    return unit, given.ticket_id, {"accepted": 1 if unit == given.unit_id else -1}


def _wrong_adjustments(period: Period) -> Iterator[Difference]:
    """Every line that takes back or puts right, against what it is about."""
    lines = ScoreLine.objects.filter(period=period).exclude(source__in=[Source.ANSWER, Source.ACCEPTED])
    lines = lines.select_related("answer", "exclusion", "correction", "about__scheme", "period__scheme")
    for line in lines.order_by("pk").iterator(CHUNK):
        should, found = _expected_adjustment(line), line.amounts
        if should != found:
            yield Difference(f"line {line.pk}", should, found)


def _expected_adjustment(line: ScoreLine) -> dict[str, int] | None:
    """The amounts its reason makes; None when there is no such reason, or it is another's."""
    answer = line.answer
    if answer is None or (line.unit_id, line.ticket_id) != (answer.unit_id, answer.ticket_id):
        return None
    nothing = dict.fromkeys(AMOUNTS, 0)
    earlier = ScoreLine.objects.filter(ticket=answer.ticket_id, answer=answer, pk__lt=line.pk)
    rebounds = earlier.filter(source=Source.REBOUND)
    left_out = line.exclusion is not None and line.exclusion.ticket_id == line.ticket_id
    if line.source == Source.EXCLUDED and left_out and line.exclusion.state in LEFT_OUT:
        return nothing | taken_back(counted_by(answer, line.pk))
    if line.source == Source.RESTORED and left_out and line.exclusion.state == Exclusion.State.REVOKED:
        taken = earlier.filter(exclusion=line.exclusion, source=Source.EXCLUDED).first()
        returned = taken is not None and rebounds.filter(pk__gt=taken.pk).exists()
        return given_back(taken.amounts, returned=returned) if taken else None
    if line.source == Source.CORRECTED and line.correction and line.correction.answer_id == answer.pk:
        scheme = (line.about or line.period).scheme
        return nothing | corrected_amounts(line.correction, scheme, returned=rebounds.exists())
    back = Rebound.objects.filter(ticket=answer.ticket_id, round=answer.round, returned=line.returned_id)
    if line.source == Source.REBOUND and back.exists():
        return nothing | unsolved(counted_by(answer, line.pk))
    return None


def _missing_lines(period: Period) -> Iterator[Difference]:
    """Every counted answer and assignment of the period must have its lines."""
    within = Q(counted=True, at__gte=period.begins, at__lt=period.ends)
    line = ScoreLine.objects.filter(Q(period=period) | Q(about=period))
    never = Q(repeat=True) | Q(reach=Reach.WITHDRAWN)
    if period.scheme.cluster == Scheme.Cluster.ONCE:
        never |= Q(merged=True)
    told = line.filter(answer=OuterRef("pk"), source=Source.ANSWER)
    answers = Answer.objects.filter(within).exclude(never).exclude(Exists(told))
    for key in answers.values_list("pk", flat=True).iterator(CHUNK):
        yield Difference(f"answer {key}", "one line", "none")
    moved = _with_former().filter(within).exclude(unit=F("former_unit"))
    given = line.filter(assignment=OuterRef("pk"))
    for unit in ("unit", "former_unit"):
        unwritten = moved.exclude(**{unit: None}).exclude(Exists(given.filter(unit=OuterRef(unit))))
        for key in unwritten.values_list("pk", flat=True).iterator(CHUNK):
            yield Difference(f"assignment {key}", f"a line for its {unit}", "none")


def _missing_adjustments(period: Period) -> Iterator[Difference]:
    """Every answer of the period that is left out, and every correction of one, must have its line."""
    answered = ScoreLine.objects.filter(Q(period=period) | Q(about=period), source=Source.ANSWER)
    about = ScoreLine.objects.filter(answer=OuterRef("answer"), ticket=OuterRef("ticket"))
    # What was answered after an exclusion had been revoked was never left out.
    state = Q(ticket__exclusion__state=Exclusion.State.GRANTED) | Q(
        ticket__exclusion__state=Exclusion.State.REVOKED, answer=F("ticket__exclusion__answer")
    )
    whose = Q(unit=F("ticket__exclusion__unit")) | Q(ticket__exclusion__declaration__isnull=False)
    out = answered.filter(state, whose, valid=1)
    for key in out.exclude(Exists(about.filter(source=Source.EXCLUDED))).values_list("answer", flat=True):
        yield Difference(f"answer {key}", "a line that leaves it out", "none")
    taken = ScoreLine.objects.filter(Q(period=period) | Q(about=period), source=Source.EXCLUDED)
    taken = taken.filter(exclusion__state=Exclusion.State.REVOKED)
    again = about.filter(source=Source.RESTORED, exclusion=OuterRef("exclusion"))
    for key in taken.exclude(Exists(again)).values_list("answer", flat=True):
        yield Difference(f"answer {key}", "a line that puts it back", "none")
    back = answered.filter(ticket__rebound__counted=True, answer__round=F("ticket__rebound__round"))
    for line in back.exclude(Exists(about.filter(source=Source.REBOUND))).select_related("answer"):
        if any(unsolved(counted_by(line.answer)).values()):
            yield Difference(f"answer {line.answer_id}", "a line that revokes the solved", "none")
    right = Correction.objects.filter(answer__in=answered.values("answer"))
    written = ScoreLine.objects.filter(correction=OuterRef("pk"))
    for key in right.exclude(Exists(written)).values_list("pk", flat=True):
        yield Difference(f"correction {key}", "a line", "none")


def misfolded(period: Period) -> Iterator[Difference]:
    with connection.cursor() as cursor:
        wanted = {"period": period.pk, "zone": timezone.get_default_timezone_name()}
        cursor.execute(MISFOLDED, wanted)
        for kind, unit, key, should, found in cursor.fetchall():
            yield Difference(f"{kind} {period} {unit} {key}", should, found)
