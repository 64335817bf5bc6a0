"""Many requests at once: each as the catalogue suggests, or all to one unit with one reason."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.utils.translation import gettext as _

from dispatch.actions.routing import dispatch_by_hand, refuse_unfit, route
from dispatch.queries import suggested, waits_because
from tickets.errors import Refused
from tickets.many import each
from tickets.models import Ticket
from units.models import Unit, User


def dispatch_many(
    tickets: Iterable[Ticket],
    *,
    versions: Mapping[str, int],
    lead: Unit | None = None,
    reason: str = "",
    by: User,
    at: datetime,
) -> list[tuple[Ticket, str]]:
    """Dispatch those that are as they were when ticked (`many.each`); the rest, each with why not.

    `lead` None: each where the catalogue suggests.
    """
    return each(tickets, versions, lambda ticket: _dispatch(ticket, lead, reason, by, at))


def _dispatch(ticket: Ticket, lead: Unit | None, reason: str, by: User, at: datetime) -> None:
    if lead is not None:
        dispatch_by_hand(ticket, lead=lead, reason=reason, by=by, at=at)
        return
    decision = suggested(ticket, at)
    if decision is None:
        raise Refused(_("没有派单建议（%s），请人工派单。") % waits_because(ticket, at))
    refuse_unfit(ticket, Unit.objects.get(pk=decision.lead), at)
    route(ticket, at, by=by)
