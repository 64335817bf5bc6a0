"""The unit asks its caller itself, before the hotline does (一级回访): never counted."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from followup.models import FirstCall
from followup.queries import policy_at
from followup.rules import quiet
from intake.rules import scrub
from tickets.errors import Refused
from tickets.models import Ticket
from units.models import User


@transaction.atomic
def first_call(
    ticket: Ticket, *, reached: bool, solved: str, satisfied: str, note: str, by: User, at: datetime
) -> FirstCall:
    """Leave what the caller told the unit. What is asked is dropped where nobody was reached.

    Raises Refused at night, and for a caller who was reached and not asked both questions.
    """
    if quiet(at, policy_at(at)):
        raise Refused(_("现在是免打扰时段，请在白天回访。"))
    if reached and not (solved and satisfied):
        raise Refused(_("已联系上诉求人：请选择是否解决、是否满意。"))
    row = FirstCall.objects.create(
        ticket=ticket,
        round=ticket.round,
        unit_id=by.unit_id,
        by=by,
        reached=reached,
        solved=solved if reached else "",
        satisfied=satisfied if reached else "",
        note=scrub(note.strip()),
        at=at,
    )
    facts = {"first_call": row.pk, "reached": reached, "solved": row.solved, "satisfied": row.satisfied}
    ticket.record("first_call", by=by, at=at, facts=facts)
    return row
