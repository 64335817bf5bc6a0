"""One request that holds several matters becomes several tickets (拆单); nothing of it is lost."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from dispatch.actions.routing import route
from intake.actions import file_part
from intake.requests import Part
from tickets.actions import Correction, correct, differences
from tickets.errors import Refused
from tickets.models import Ticket
from units.models import User

#: More matters than this are not one request; nor would a page hold them.
FEWEST, MOST = 2, 6


@transaction.atomic
def split(ticket: Ticket, parts: Sequence[Part], *, by: User, at: datetime) -> list[Ticket]:
    """The ticket keeps the first part, each other one becomes a ticket; all go where the catalogue says.

    The words as they were taken down stay in the ticket's history. Gives the new tickets. Raises Refused for
    fewer than two or more than six parts, or an empty one, and for a ticket that is not pending.
    """
    if not FEWEST <= len(parts) <= MOST:
        raise Refused(_("请拆成 %(fewest)d 到 %(most)d 件。") % {"fewest": FEWEST, "most": MOST})
    if any(not part.content.strip() for part in parts):
        raise Refused(_("每一件都要写明诉求内容。"))
    made = [file_part(ticket, part, at) for part in parts[1:]]
    # The first write of the ticket itself: it decides between two who split the same.
    ticket.record("split", by=by, at=at, facts={"parts": [one.number for one in made]})
    first = Correction(
        category=parts[0].category,
        place=parts[0].place,
        location=parts[0].location,
        content=parts[0].content,
    )
    if differences(ticket, first):
        correct(ticket, first, by=by, at=at)
    for one in (ticket, *made):
        route(one, at)
    return made
