"""Count an answer, count an order given, fold the tail of the ledger.

What is counted belongs to the period of its own moment, however late it is counted; only a published
period takes nothing more, and the current one gets an adjustment.
"""

from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone

from dispatch.models import Assignment
from followup.models import Answer
from scoring.actions.adjusting import leave_out
from scoring.actions.entering import enter, place_if_uncounted
from scoring.actions.placing import Berth
from scoring.models import Exclusion, ScoreLine
from scoring.statements import statement

#: Rows counted in one transaction, and lines folded by one statement.
BATCH = 500
FOLD_BATCH = 20_000
FOLD = statement("fold")


@transaction.atomic
def score(answer: Answer, at: datetime) -> ScoreLine | None:
    """Write the one line of an answer; None where it has none to write (`entering.enter`).

    Fits `then=` of followup's actions: the line is there when the answer is.
    """
    line = enter(answer, at)
    if line is not None and answer.round > 1:
        _leave_out_again(answer, at)
    return line


def _leave_out_again(answer: Answer, at: datetime) -> None:
    """A ticket whose first answer was left out stays left out."""
    row = Exclusion.objects.filter(ticket=answer.ticket_id, state=Exclusion.State.GRANTED).first()
    if row is not None:
        leave_out(row, at)


@transaction.atomic
def count_assignment(assignment: Assignment, at: datetime) -> list[ScoreLine]:
    """Write +1 受理 for the unit that got the order, and −1 for the one it was taken from."""
    place = place_if_uncounted(assignment, at)
    if place is None:
        return []
    former = _former(assignment)
    if former is not None and former.unit_id == assignment.unit_id:
        return []
    category = assignment.ticket.category_id
    lines = [_accepted(assignment, assignment.unit_id, category, 1, place)]
    if former is not None:
        given = ScoreLine.objects.filter(assignment=former, unit_id=former.unit_id).first()
        lines.append(
            _accepted(assignment, former.unit_id, given.category_id if given else category, -1, place)
        )
    return ScoreLine.objects.bulk_create(lines)


def _former(assignment: Assignment) -> Assignment | None:
    """The assignment that this one took the order from."""
    earlier = Assignment.objects.filter(ticket_id=assignment.ticket_id, pk__lt=assignment.pk)
    return earlier.order_by("-pk").first()


def _accepted(assignment: Assignment, unit: int, category: int | None, n: int, place: Berth) -> ScoreLine:
    return ScoreLine(
        unit_id=unit,
        ticket_id=assignment.ticket_id,
        category_id=category,
        source=ScoreLine.Source.ACCEPTED,
        assignment=assignment,
        accepted=n,
        **place.columns(),
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
