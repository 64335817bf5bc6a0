"""The verbs of the ruler: count an answer, count an order given, fold the tail of the ledger.

What is counted belongs to the period of its own moment, however late it is counted.
"""

from datetime import date, datetime, time, timedelta
from pathlib import Path

from django.db import connection, transaction
from django.utils import timezone

from dispatch.models import Assignment
from followup.models import Answer
from scoring.models import Period, Scheme, ScoreLine
from scoring.queries import answer_amounts
from scoring.rules import month_of
from tickets.book import local_day

#: Rows counted in one transaction, and lines folded by one statement.
BATCH = 500
FOLD_BATCH = 20_000
FOLD = (Path(__file__).parent / "sql" / "fold.sql").read_text(encoding="utf-8")


@transaction.atomic
def ensure_period(at: datetime) -> Period:
    """The period that holds the moment, made with the scheme in force when it is first needed.

    Where a new scheme moves the boundary, the period between the old and the new one is longer or
    shorter, never double. Raises Scheme.DoesNotExist when the city has no scheme yet.
    """
    held = Period.objects.select_related("scheme").filter(begins__lte=at, ends__gt=at).first()
    if held is not None:
        return held
    scheme = Scheme.objects.in_force(local_day(at))
    month = nominal = month_of(local_day(at), scheme.period_start_day)
    if Period.objects.filter(code=month.code).exists():
        month = month_of(nominal.ends, scheme.period_start_day)
    earlier = _midnight(month_of(nominal.begins - timedelta(days=1), scheme.period_start_day).begins)
    before = Period.objects.filter(ends__lte=at, ends__gt=earlier).order_by("-ends").first()
    after = Period.objects.filter(begins__gt=at).order_by("begins").first()
    ends = _midnight(month.ends)
    made, _new = Period.objects.get_or_create(
        code=month.code,
        defaults={
            "begins": before.ends if before else _midnight(nominal.begins),
            "ends": min(ends, after.begins) if after else ends,
            "scheme": scheme,
        },
    )
    return made


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), timezone.get_default_timezone())


@transaction.atomic
def score(answer: Answer, at: datetime) -> ScoreLine | None:
    """Write the one line of an answer; None when it has one already, or while the city has no scheme.

    None too for what the ruler does not count (`Answer.scored`): it is marked, and has no line.

    Fits `then=` of followup's actions: the line is there when the answer is.
    """
    period = _period_if_uncounted(answer)
    if period is None or not answer.scored:
        return None
    return ScoreLine.objects.create(
        period=period,
        unit_id=answer.unit_id,
        ticket_id=answer.ticket_id,
        category_id=answer.ticket.category_id,
        source=ScoreLine.Source.ANSWER,
        answer=answer,
        at=answer.at,
        **answer_amounts(answer, period.scheme),
    )


@transaction.atomic
def count_assignment(assignment: Assignment, at: datetime) -> list[ScoreLine]:
    """Write +1 受理 for the unit that got the order, and −1 for the one it was taken from."""
    period = _period_if_uncounted(assignment)
    if period is None:
        return []
    former = _former(assignment)
    if former is not None and former.unit_id == assignment.unit_id:
        return []
    category = assignment.ticket.category_id
    lines = [_accepted(assignment, assignment.unit_id, category, 1, period)]
    if former is not None:
        given = ScoreLine.objects.filter(assignment=former, unit_id=former.unit_id).first()
        lines.append(
            _accepted(assignment, former.unit_id, given.category_id if given else category, -1, period)
        )
    return ScoreLine.objects.bulk_create(lines)


def _period_if_uncounted(row: Answer | Assignment) -> Period | None:
    """Mark the row as counted; None when somebody else has, or there is no scheme to count it by."""
    try:
        period = ensure_period(row.at)
    except Scheme.DoesNotExist:
        return None
    if not type(row).objects.filter(pk=row.pk, counted=False).update(counted=True):
        return None
    row.counted = True
    return period


def _former(assignment: Assignment) -> Assignment | None:
    """The assignment that this one took the order from."""
    earlier = Assignment.objects.filter(ticket_id=assignment.ticket_id, pk__lt=assignment.pk)
    return earlier.order_by("-pk").first()


def _accepted(assignment: Assignment, unit: int, category: int | None, n: int, period: Period) -> ScoreLine:
    return ScoreLine(
        period=period,
        unit_id=unit,
        ticket_id=assignment.ticket_id,
        category_id=category,
        source=ScoreLine.Source.ACCEPTED,
        assignment=assignment,
        at=assignment.at,
        accepted=n,
    )


def score_waiting(at: datetime) -> int:
    """Count every answer and assignment up to the moment that has no lines yet; how many were found.

    Any number of workers may do so at once: each takes rows that nobody else holds.
    """
    return _count_all(Assignment, at) + _count_all(Answer, at)


def _count_all(model: type[Answer] | type[Assignment], at: datetime) -> int:
    counted, last = 0, 0
    while True:
        taken, last = _count_batch(model, at, last)
        if not taken:
            return counted
        counted += taken


@transaction.atomic
def _count_batch(model: type[Answer] | type[Assignment], at: datetime, last: int) -> tuple[int, int]:
    """Count some rows after the last one seen; how many, and the last of them."""
    waiting = model.objects.filter(counted=False, pk__gt=last, at__lte=at).select_related("ticket")
    rows = list(waiting.order_by("pk").select_for_update(skip_locked=True, of=("self",))[:BATCH])
    for row in rows:
        if isinstance(row, Answer):
            score(row, at)
        else:
            count_assignment(row, at)
    return len(rows), rows[-1].pk if rows else last


def fold(at: datetime) -> int:
    """Add the ledger's tail up to the moment to the totals; how many lines were folded.

    One statement takes lines nobody else is folding, marks them and adds them, so a worker killed at any
    point has folded a line wholly or not at all.
    """
    folded = 0
    while True:
        taken = _fold_batch(at)
        folded += taken
        if taken < FOLD_BATCH:
            return folded


@transaction.atomic
def _fold_batch(at: datetime) -> int:
    zone = timezone.get_default_timezone_name()
    with connection.cursor() as cursor:
        cursor.execute(FOLD, {"at": at, "most": FOLD_BATCH, "zone": zone})
        return cursor.fetchone()[0]
