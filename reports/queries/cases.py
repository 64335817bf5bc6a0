"""The list of all tickets: searched, filtered, paged by key."""

import re

from django.db.models import Q, QuerySet

from intake.models import Caller
from intake.rules import clean_phone
from tickets import pages
from tickets.models import Category, Ticket
from tickets.rules import grams
from units.models import Place, Unit, User
from units.queries import units_typed
from units.roles import CITY_WIDE, Role

#: Rows of a page, and of the palette's lists.
SHOWN = 25
OFFERED = 6
#: More than this is not counted: "10 000+" is enough.
COUNTED = 10_000
#: Digits of a ticket number's tail.
TAIL = 6
#: Who may look a caller up by number: those to whom callers speak, and the city's own desks.
FINDERS = frozenset(CITY_WIDE | {Role.AGENT})

_WITH = ("category", "place__district", "place__street", "lead")


def page(tickets: QuerySet[Ticket], after: str = "") -> pages.Page[Ticket]:
    """The newest first."""
    return pages.page(tickets.select_related(*_WITH), "-pk", SHOWN, after)


def counted(tickets: QuerySet[Ticket]) -> int:
    """How many there are; COUNTED + 1 stands for "more than we count"."""
    return tickets.order_by()[: COUNTED + 1].count()


def found(tickets: QuerySet[Ticket], typed: str) -> QuerySet[Ticket]:
    """Those that hold every word typed: two or more characters, a whole number, or a number's tail."""
    for word in typed.split():
        tickets = _holding(tickets, word)
    return tickets


def _holding(tickets: QuerySet[Ticket], word: str) -> QuerySet[Ticket]:
    """The index knows pairs of characters; LIKE throws out what holds the pairs but not the word.

    A word that is itself one search word needs no LIKE, and without it PostgreSQL guesses the number of
    rows rightly: of a common word it reads the newest tickets until the page is full.
    """
    words = grams(word)
    if len(word) < 2 or not words:
        return tickets.none()
    if re.fullmatch(rf"\d{{1,{TAIL}}}", word):
        return tickets.numbered(words, [word.zfill(TAIL)])
    if words == [word.lower()]:
        return tickets.matching(words)
    said = Q(content__icontains=word) | Q(title__icontains=word) | Q(location__icontains=word)
    return tickets.matching(words).filter(said | Q(number__icontains=word))


def caller_with(user: User, phone: str) -> int | None:
    """The key of the caller with this number, for those who may ask. Raises ValueError for no number."""
    if not user.has_role(*FINDERS):
        return None
    return Caller.objects.with_phone(clean_phone(phone)).values_list("pk", flat=True).first()


def districts() -> QuerySet[Place]:
    return Place.objects.filter(level=Place.Level.DISTRICT, active=True).only("code", "name")


def branches() -> QuerySet[Category]:
    """The first two levels of the catalogue."""
    return Category.objects.filter(leaf=False).only("code", "path_name")


def under_category(code: str) -> Q:
    """Tickets on this node of the catalogue or below it (three levels)."""
    return Q(category__code=code) | Q(category__parent__code=code) | Q(category__parent__parent__code=code)


def led_under(code: str) -> Q:
    """Tickets led by the unit with this code or one below it."""
    units = Unit.objects.filter(path__contains=f"/{code}/")
    return Q(lead__in=units)


def unit_choice(code: str) -> list[tuple[str, str]]:
    """What the select of units holds: nothing, or the chosen one; the page's combo-box offers the rest."""
    chosen = Unit.objects.filter(code=code).values_list("code", "name") if code else []
    return [("", ""), *chosen]


def palette(user: User, typed: str) -> tuple[list[Ticket], list[Unit]]:
    """What a few characters may mean: tickets this person may read, and units."""
    typed = typed.strip()
    if len(typed) < 2:
        return [], []
    tickets = found(Ticket.objects.visible_to(user), typed)
    return list(tickets.order_by("-pk")[:OFFERED]), list(units_typed(typed)[:OFFERED])
