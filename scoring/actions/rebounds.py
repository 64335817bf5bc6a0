"""What came back was not solved (反弹): the earlier 已解决 is revoked, by pull (DOMAIN §2.2)."""

from datetime import datetime

from django.db import transaction

from dispatch.models import Rebound
from followup.models import Answer
from scoring.actions.adjusting import revoke_solved
from scoring.models import Exclusion

#: Rebounds looked at in one transaction; the next beat takes the rest.
BATCH = 500


@transaction.atomic
def revoke_returned(at: datetime) -> int:
    """Write the line of every rebound up to the moment that has none yet; how many were looked at.

    One whose ticket is left out waits: there is nothing to revoke until the exclusion is. Any number of
    workers may do so at once.
    """
    waiting = Rebound.objects.filter(counted=False, at__lte=at)
    waiting = waiting.exclude(ticket__exclusion__state=Exclusion.State.GRANTED).select_related("returned")
    rows = list(waiting.order_by("pk").select_for_update(skip_locked=True, of=("self",))[:BATCH])
    done = [row.pk for row in rows if _revoke(row)]
    Rebound.objects.filter(pk__in=done).update(counted=True)
    return len(done)


def _revoke(row: Rebound) -> bool:
    """False while the answer itself cannot be counted: the city has no scheme yet."""
    answer = Answer.objects.select_related("ticket").filter(ticket=row.ticket_id, round=row.round).first()
    if answer is None:
        return True
    revoke_solved(answer, row.returned, row.at)
    return Answer.objects.filter(pk=answer.pk, counted=True).exists()
