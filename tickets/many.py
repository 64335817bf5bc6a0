"""Several tickets ticked on a page, and one verb for all: each by itself, and those left with why."""

from collections.abc import Callable, Iterable, Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from tickets.errors import Refused, Stale
from tickets.models import Ticket
from tickets.queries import moved_since


def ticked(picks: Iterable[str]) -> dict[str, int]:
    """Number → the version the page was made from, of ticks like "number:version"; nonsense is left out."""
    pairs = [pick.rpartition(":") for pick in picks]
    return {number: int(version) for number, _colon, version in pairs if version.isdecimal()}


@transaction.atomic
def each(
    tickets: Iterable[Ticket], versions: Mapping[str, int], do: Callable[[Ticket], object]
) -> list[tuple[Ticket, str]]:
    """Do it to those whose number still has the version that was ticked; the rest, each with why not.

    One that is refused does not hold up the others.
    """
    left: list[tuple[Ticket, str]] = []
    # In one order for everybody, so that two people who tick the same do not lock each other out.
    for ticket in sorted(tickets, key=lambda ticket: ticket.pk):
        try:
            with transaction.atomic():
                if moved_since(ticket, str(versions[ticket.number])):
                    raise Stale(_("别人已先一步办理了这张工单。请查看最新情况后再操作。"))
                do(ticket)
        except Refused as refusal:
            left.append((ticket, str(refusal)))
    return left
