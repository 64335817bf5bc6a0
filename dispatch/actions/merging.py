"""Duplicates (并单): every caller is kept, told and called back; one unit works once (DOMAIN §1 (五), §2.2).

A duplicate follows its master. It is given back to the desk when the merging was wrong, or when the master's
own caller withdraws; when the master's result is there, it goes to follow-up beside it.
Locks: a master before its duplicates; two tickets that are nothing to each other yet, by their keys.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from dispatch.actions.routing import route
from tickets import access
from tickets.book import book
from tickets.errors import Refused, Stale
from tickets.models import Pause, Ticket
from tickets.pauses import stood_still
from tickets.rules import HANDLING
from tickets.states import Kind, State
from units.models import User

#: What a duplicate has from its master while its caller is asked.
FOLLOWED = (
    "lead",
    "dispatched_at",
    "signed_at",
    "reported_at",
    "clock_from",
    "handle_minutes",
    "handle_due",
    "followup_at",
    "followup_due",
)


@transaction.atomic
def merge(ticket: Ticket, *, into: Ticket, by: User, at: datetime) -> None:
    """A pending ticket follows an open one from now on.

    Raises Refused for a 举报 (that there is one is a secret, DOMAIN §4.7), for an urgent one whose master is
    not, for one that has duplicates of its own, and for a master that is merged, in follow-up or ended; Stale
    when somebody was quicker with it.
    """
    keys = sorted({ticket.pk, into.pk})
    rows = Ticket.objects.filter(pk__in=keys).order_by("pk").select_for_update(of=("self",))
    held = {row.pk: row for row in rows}
    if held[ticket.pk].version != ticket.version:
        raise Stale(_("别人已先一步办理了这张工单。请查看最新情况后再操作。"))
    master = held[into.pk]
    _refuse_unlike(ticket, master)
    master.record("adopt", by=by, at=at, facts={"child": ticket.number})
    ticket.move("merge", by=by, at=at, facts={"master": master.number}, master=master)


def _refuse_unlike(ticket: Ticket, master: Ticket) -> None:
    if master.pk == ticket.pk:
        raise Refused(_("不能把工单并入它自己。请另选主单。"))
    if Kind.TIP_OFF in (ticket.kind, master.kind):
        raise Refused(_("举报不能并单：举报人和举报内容须保密。请单独派单。"))
    if ticket.urgent and not master.urgent:
        raise Refused(_("紧急诉求不能并入非紧急的主单：主单的时限更长。请单独派单。"))
    if master.state == State.MERGED:
        raise Refused(_("%s 已并入别的工单。请选择它的主单。") % master.number)
    if Ticket.objects.merged_into(ticket).exists():
        raise Refused(_("已有诉求并入这张工单。请先撤销那些并单，或把对方并入这张工单。"))


@transaction.atomic
def unmerge(ticket: Ticket, *, by: User | None, at: datetime, why: str = "") -> None:
    """The duplicate is a request of its own again, and goes where the catalogue says.

    What was left of its limits when it was merged is left of them now: meanwhile nobody was to dispatch it,
    and merging and unmerging must not gain time either. Its handling limit runs already where an objection
    took it from a unit. Raises Refused when it is not merged any more.
    """
    # The master first: whoever ends its work holds it, and then takes its duplicates.
    master = Ticket.objects.select_for_update(of=("self",)).get(pk=ticket.master_id or ticket.pk)
    merged = ticket.events.filter(kind="merge").last()
    changes: dict[str, object] = {"master": None}
    if merged is not None and ticket.limit_id is not None:
        changes |= stood_still(ticket, ("dispatch_due", *HANDLING), merged.at, at)
        if ticket.clock_from is not None:
            Pause.objects.create(ticket=ticket, why=Pause.Why.MERGED, begin=merged.at, end=at)
    ticket.move("unmerge", by=by, at=at, facts={"master": master.number, "why": why}, **changes)
    master.record("let_go", by=by, at=at, facts={"child": ticket.number, "why": why})
    route(ticket, at)


@transaction.atomic
def bring_along(master: Ticket, at: datetime) -> int:
    """The master's result is there: each duplicate's caller is asked as well; how many they are.

    Each keeps its own limit: it is what a second round of its own is reckoned by.
    """
    children = _duplicates(master)
    for child in children:
        access.hand(child, master.lead_id)
        child.move(
            "follow",
            by=None,
            at=at,
            facts={"master": master.number, "unit": master.lead_id},
            lead_id=master.lead_id,
            dispatched_at=master.dispatched_at,
            signed_at=master.signed_at,
            reported_at=master.reported_at,
            outcome=master.outcome,
            clock_from=master.clock_from,
            handle_minutes=master.handle_minutes,
            handle_due=master.handle_due,
            followup_at=at,
            followup_due=at + book().minutes("followup_limit_minutes", at),
        )
    return len(children)


@transaction.atomic
def take_along_back(master: Ticket, at: datetime) -> int:
    """The master's result was returned: callers who were not asked yet follow again; how many they are."""
    waiting = Ticket.objects.filter(master=master, state=State.FOLLOWUP, round=1, withdrawn_at=None)
    children = list(waiting.order_by("pk").select_for_update(of=("self",)))
    for child in children:
        child.move(
            "rejoin",
            by=None,
            at=at,
            facts={"master": master.number},
            outcome="",
            **dict.fromkeys(FOLLOWED),
        )
        access.take_back(child, access.Access.Why.LEAD)
    return len(children)


@transaction.atomic
def set_free(master: Ticket, at: datetime) -> int:
    """The master's caller wants no more of it: each duplicate goes its own way; how many they are."""
    children = _duplicates(master)
    for child in children:
        unmerge(child, by=None, at=at, why="withdraw")
    # Its events were written by another hand: what is in memory must know its version.
    master.refresh_from_db(fields=["version", "head_hash"])
    return len(children)


def _duplicates(master: Ticket) -> list[Ticket]:
    """The duplicates of a ticket that is written in this transaction, locked."""
    return list(Ticket.objects.merged_into(master).order_by("pk").select_for_update(of=("self",)))
