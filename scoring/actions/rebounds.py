"""What came back was not solved (反弹): its 已解决 and 办结 are revoked, by pull (DOMAIN §2.2)."""

from datetime import datetime

from django.db import transaction

from dispatch.models import Rebound
from followup.models import Answer
from scoring.actions.adjusting import revoke_solved

#: Rebounds looked at in one transaction; the next beat takes the rest.
BATCH = 500


@transaction.atomic
def revoke_returned(at: datetime) -> int:
    """Write the line of every rebound up to the moment that has none yet; how many were looked at.

    Any number of workers may do so at once. One whose ticket somebody holds waits: an exclusion or a
    correction may be about the same answer.
    """
    waiting = Rebound.objects.filter(counted=False, at__lte=at).select_related("ticket", "returned")
    rows = list(waiting.order_by("pk").select_for_update(skip_locked=True, of=("self", "ticket"))[:BATCH])
    done = [row.pk for row in rows if _revoke(row)]
    Rebound.objects.filter(pk__in=done).update(counted=True)
    return len(done)


def _revoke(row: Rebound) -> bool:
    """False while the answer itself cannot be counted: the city has no scheme yet."""
    answer = Answer.objects.filter(ticket=row.ticket_id, round=row.round).first()
    if answer is None:
        return True
    answer.ticket = row.ticket
    revoke_solved(answer, row.returned, row.at)
    return Answer.objects.filter(pk=answer.pk, counted=True).exists()
