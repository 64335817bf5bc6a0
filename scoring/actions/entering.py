"""The first line of an answer: whatever is done about an answer, it must be in the ledger before."""

from datetime import datetime

from dispatch.models import Assignment
from followup.models import Answer
from scoring.actions.placing import Berth, berth, ensure_period
from scoring.models import Scheme, ScoreLine
from scoring.queries import answer_amounts, counts


def enter(answer: Answer, at: datetime) -> ScoreLine | None:
    """Write the one line of an answer; None when it has one already, while the city has no scheme, and for
    what the scheme of its period does not count (`queries.counts`): it is marked, and has no line.
    """
    place = place_if_uncounted(answer, at)
    if place is None:
        return None
    scheme = (place.about or place.period).scheme
    if not counts(answer, scheme):
        return None
    return ScoreLine.objects.create(
        unit_id=answer.unit_id,
        ticket_id=answer.ticket_id,
        category_id=answer.ticket.category_id,
        source=ScoreLine.Source.ANSWER,
        answer=answer,
        **place.columns(),
        **answer_amounts(answer, scheme),
    )


def place_if_uncounted(row: Answer | Assignment, now: datetime) -> Berth | None:
    """Mark the row as counted; None when somebody else has, or there is no scheme to count it by."""
    try:
        place = berth(ensure_period(row.at), row.at, now)
    except Scheme.DoesNotExist:
        return None
    if not type(row).objects.filter(pk=row.pk, counted=False).update(counted=True):
        return None
    row.counted = True
    return place
