"""Many requests at once: each as the catalogue suggests, or all to one unit with one reason."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from dispatch.actions.routing import dispatch_by_hand, refuse_unfit, route
from dispatch.queries import suggested, waits_because
from tickets.errors import Refused, Stale
from tickets.models import Ticket
from tickets.queries import moved_since
from units.models import Unit, User


@transaction.atomic
def dispatch_many(
    tickets: Iterable[Ticket],
    *,
    versions: Mapping[str, int],
    lead: Unit | None = None,
    reason: str = "",
    by: User,
    at: datetime,
) -> list[tuple[Ticket, str]]:
    """Dispatch those whose number still has the version that was picked; the rest, each with why not.

    `lead` None: each where the catalogue suggests. One that cannot go does not hold up the others.
    """
    left: list[tuple[Ticket, str]] = []
    # In one order for everybody, so that two dispatchers who pick the same do not lock each other out.
    for ticket in sorted(tickets, key=lambda ticket: ticket.pk):
        try:
            with transaction.atomic():
                if moved_since(ticket, str(versions[ticket.number])):
                    raise Stale(_("别人已先一步办理了这张工单。请查看最新情况后再操作。"))
                _dispatch(ticket, lead, reason, by, at)
        except Refused as refusal:
            left.append((ticket, str(refusal)))
    return left


def _dispatch(ticket: Ticket, lead: Unit | None, reason: str, by: User, at: datetime) -> None:
    if lead is not None:
        dispatch_by_hand(ticket, lead=lead, reason=reason, by=by, at=at)
        return
    decision = suggested(ticket, at)
    if decision is None:
        raise Refused(_("没有派单建议（%s），请人工派单。") % waits_because(ticket, at))
    refuse_unfit(ticket, Unit.objects.get(pk=decision.lead), at)
    route(ticket, at, by=by)
