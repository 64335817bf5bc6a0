"""Which ticket a duplicate may follow, and who asked first of a group."""

from datetime import datetime, timedelta
from itertools import takewhile

from django.db.models import QuerySet

from intake.models import Case
from tickets.book import book
from tickets.facts import FACTS
from tickets.models import Ticket
from tickets.rules import grams
from tickets.states import Kind
from units.models import User

#: Candidates in the pane: of more nobody chooses by eye.
OFFERED = 6


def _masters(user: User) -> QuerySet[Ticket]:
    """What may still take in a duplicate; a 举报 never does (DOMAIN §4.7)."""
    found = Ticket.objects.visible_to(user).filter(state__in=FACTS["adopt"].states)
    return found.exclude(kind=Kind.TIP_OFF).select_related("lead")


def masters_for(ticket: Ticket, user: User, at: datetime) -> QuerySet[Ticket]:
    """The likely ones: same leaf, same place, within `duplicate_days`, as urgent; the oldest first."""
    if ticket.category_id is None or ticket.place_id is None or ticket.kind == Kind.TIP_OFF:
        return Ticket.objects.none()
    since = at - timedelta(days=book().number("duplicate_days", at))
    alike = _masters(user).filter(category=ticket.category_id, place=ticket.place_id, received_at__gte=since)
    if ticket.urgent:
        alike = alike.filter(urgent=True)
    return alike.exclude(pk=ticket.pk).order_by("received_at", "pk")[:OFFERED]


def masters_numbered(user: User, typed: str) -> list[Ticket]:
    """Those with this number, or with a number that ends so; two at the most, to see that it is not one."""
    words = grams(typed)
    return list(_masters(user).numbered(words).order_by("pk")[:2]) if words else []


def first_request(ticket: Ticket) -> Ticket:
    """The first request of a duplicate's caller in its group; the ticket itself where it is that, or none.

    The group is the master and whatever was merged into it and not let go, in this order, also when it went
    its own way after that, but nothing that was taken back: each caller counts once (DOMAIN §2.2). One
    without a number has asked nothing before.
    """
    if ticket.master is None:
        return ticket
    group = [ticket.master.number, *_followers(ticket.master)]
    earlier = list(takewhile(lambda number: number != ticket.number, group))
    same = Case.objects.filter(ticket__number__in=earlier, caller=ticket.case.caller_id)
    same = same.filter(ticket__withdrawn_at=None)
    mine = {case.ticket.number: case.ticket for case in same.select_related("ticket")}
    return next((mine[number] for number in earlier if number in mine), ticket)


def _followers(master: Ticket) -> list[str]:
    """The numbers of all that followed it, in the order in which they came."""
    told: dict[str, None] = {}
    events = master.events.filter(kind__in=["adopt", "let_go"]).order_by("seq")
    for kind, number in events.values_list("kind", "facts__child"):
        if kind == "adopt":
            told[number] = None
        else:
            told.pop(number, None)
    return list(told)
