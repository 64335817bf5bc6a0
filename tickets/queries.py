"""Reads of tickets that every desk shares."""

from collections.abc import Iterable

from django.http import Http404
from django.utils.translation import gettext as _

from tickets import pages
from tickets.errors import Stale
from tickets.models import Notice, Ticket
from tickets.notices import news
from units.models import User

#: Events that change nothing a form could be wrong about.
QUIET = (
    "reveal", "ack", "remind", "warn", "urge", "adopt", "let_go",
    "contact_late", "followup_late", "red", "card", "oversee_late",
)  # fmt: skip
#: Notices on a page.
NOTICES = 30
#: The bell says "99+" beyond this.
BELL = 99


def in_hand(user: User, number: str, version: str | int | None = None) -> Ticket:
    """The ticket as this person may act on it. Raises Http404 for a stranger's, Stale when the page
    that asks was made from another version.
    """
    found = Ticket.objects.visible_to(user).select_related(
        "category", "place__district", "place__street", "lead", "assignee", "limit"
    )
    ticket = found.filter(number=number).first()
    if ticket is None:
        raise Http404(number)
    if version not in (None, "") and moved_since(ticket, str(version)):
        raise Stale(_("别人已先一步办理了这张工单。请查看最新情况后再操作。"))
    return ticket


def moved_since(ticket: Ticket, version: str) -> bool:
    """Whether more than looks and reminders happened since a page was made from this version.

    Whoever telephones looks first, and a reminder may come while they write.
    """
    if version == str(ticket.version):
        return False
    if not version.isdecimal() or int(version) > ticket.version:
        return True
    return ticket.events.filter(seq__gt=int(version)).exclude(kind__in=QUIET).exists()


def hold(ticket: Ticket) -> None:
    """Lock the ticket until the transaction ends, before the rows of a side process are written: the sweep
    takes them in this order too. Raises Stale when it is not as it was read.
    """
    if not Ticket.objects.select_for_update().filter(pk=ticket.pk, version=ticket.version).exists():
        raise Stale(_("别人已先一步办理了这张工单。请查看最新情况后再操作。"))


def readable(user: User, keys: Iterable[int]) -> frozenset[int]:
    """Those of the tickets, by key, that this person may read: a list may name others, but links to none."""
    found = Ticket.objects.visible_to(user).filter(pk__in=set(keys))
    return frozenset(found.values_list("pk", flat=True))


def waiting_notices(user: User) -> str:
    """How many notices wait for this person, as the bell says it; empty for none."""
    number = Notice.objects.to(user).unseen()[: BELL + 1].count()
    return str(number or "") if number <= BELL else f"{BELL}+"


def told(user: User, *, seen: bool = False, after: str = "") -> dict[str, object]:
    """A page of notices, newest first: what waits for this person, or what they acknowledged themselves.

    Each with its words, and with its ticket's number; a link only where the person may (still) read it.
    """
    found = Notice.objects.filter(seen_by=user) if seen else Notice.objects.to(user).unseen()
    page = pages.page(found.select_related("ticket", "unit"), "-pk", NOTICES, after)
    keys = {row.ticket_id for row in page.rows}
    visible = readable(user, keys)
    rows = [(row, news(row.kind), row.ticket_id in visible) for row in page.rows]
    return {"rows": rows, "after": page.after, "upto": page.rows[0].pk if page.rows else 0}
