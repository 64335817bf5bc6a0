"""The verb that belongs to no stage: a dispatcher sets right what was written down wrongly."""

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from tickets.book import book
from tickets.errors import Refused
from tickets.models import Category, Limit, SearchEntry, Ticket
from tickets.pauses import put_off
from tickets.search import vector
from tickets.states import WITH_UNIT, State
from units.models import Place, User

#: A ticket as it would read → its class and handling minutes, by the rules of the room that dispatches.
Terms = Callable[[Ticket], tuple[Limit, int]]


@dataclass(frozen=True)
class Correction:
    """How it should read. Texts come scrubbed of numbers: that is intake's trade, and the form's duty."""

    category: Category | None
    place: Place | None
    location: str
    content: str


@transaction.atomic
def correct(ticket: Ticket, right: Correction, *, by: User, at: datetime, terms: Terms | None = None) -> None:
    """Correct category, place or text; both versions stay in the history, the event says what changed.

    Another category brings its own limit, in the row that was in force at receipt, counted from where the
    clocks began; where a unit has the order, `terms` may say otherwise. Raises Refused for an empty text, a
    branch of the catalogue, or when nothing is different.
    """
    _refuse_nonsense(right)
    before = copy.copy(ticket)
    changes = differences(ticket, right)
    if not changes:
        raise Refused(_("内容没有变化，无需更正。"))
    facts = _facts(ticket, right, changes)
    if "category" in changes:
        changes |= _limits(ticket, changes, terms)
        changes |= _title(ticket, right.category)
    ticket.record("correct", by=by, at=at, facts=facts, **changes)
    _keep_versions(before, ticket, by, at)
    words = vector(ticket.number, ticket.title, ticket.content, ticket.location)
    SearchEntry.objects.update_or_create(ticket=ticket, defaults={"grams": words})


def _refuse_nonsense(right: Correction) -> None:
    if not right.content.strip():
        raise Refused(_("诉求内容不能为空。"))
    if right.category is not None and not right.category.leaf:
        raise Refused(_("请选择最末一级的事项分类。"))


def differences(ticket: Ticket, right: Correction) -> dict[str, object]:
    """The fields that change, with their new values."""
    told = {
        "category": right.category,
        "place": right.place,
        "location": right.location.strip(),
        "content": right.content.strip(),
    }
    return {field: value for field, value in told.items() if getattr(ticket, field) != value}


def _facts(ticket: Ticket, right: Correction, changes: dict[str, object]) -> dict[str, object]:
    """Which fields, and the codes before and after; texts stay in the history, which can be forgotten."""
    facts: dict[str, object] = {"fields": sorted(changes)}
    for field in ("category", "place"):
        if field in changes:
            pair = getattr(ticket, field), getattr(right, field)
            facts[field] = [row.code if row is not None else "" for row in pair]
    return facts


def _title(ticket: Ticket, category: Category | None) -> dict[str, object]:
    """A title that was the category's name follows the category."""
    follows = ticket.category is not None and ticket.title == ticket.category.name
    return {"title": category.name} if follows and category is not None else {}


def _limits(ticket: Ticket, right: Mapping[str, object], terms: Terms | None) -> dict[str, object]:
    """The class of the new category and the moments that follow, as they would have been from the start.

    An agent's "urgent" stays. A second round keeps its moments: its limit is not the class's (DOMAIN §4.6).
    """
    received, category = ticket.received_at, right["category"]
    code = category.limit_code if category is not None and category.limit_code else ""
    if raised_by_agent(ticket):
        code = book().text("urgent_limit", received)
    limit = book().limit(code or book().text("default_limit", received), received)
    minutes = limit.handle_minutes
    if terms is not None and ticket.lead_id is not None:
        limit, minutes = terms(_reading(ticket, {**right, "limit": limit, "urgent": limit.urgent}))
    changes: dict[str, object] = {"limit": limit, "urgent": limit.urgent}
    if ticket.state == State.PENDING:
        changes["dispatch_due"] = book().due(limit, received, limit.dispatch_minutes)
    elif ticket.state in WITH_UNIT and ticket.round == 1 and ticket.clock_from is not None:
        changes |= _handling_moments(ticket, limit, minutes, ticket.clock_from)
    return changes


def _reading(ticket: Ticket, changes: Mapping[str, object]) -> Ticket:
    """The ticket as it would read with these fields."""
    fresh = copy.copy(ticket)
    for field, value in changes.items():
        setattr(fresh, field, value)
    return fresh


def raised_by_agent(ticket: Ticket) -> bool:
    """Whether an agent made it urgent although its category is not."""
    if not ticket.urgent or ticket.limit is None:
        return False
    return ticket.category is None or ticket.category.limit_code != ticket.limit.code


def _handling_moments(ticket: Ticket, limit: Limit, minutes: int, start: datetime) -> dict[str, object]:
    """The moments of the limit from the start; what stood still stands still, and the windows of a unit that
    got the order later stay its own.
    """
    moments = put_off(ticket, limit, book().deadlines(limit, start, minutes).as_changes())
    windows = {"sign_due": "sign_minutes", "contact_due": "contact_minutes"}
    before = book().limit_of(ticket.limit_id)
    for field, window in windows.items():
        if getattr(ticket, field) == book().due(before, start, getattr(before, window)):
            moments[field] = book().due(limit, start, getattr(limit, window))
    return {"handle_minutes": minutes, **moments}


def _keep_versions(before: Ticket, after: Ticket, by: User, at: datetime) -> None:
    """The text as it was taken down (once), and as it reads now."""
    if not before.history.exists():
        taken = {"default_user": before.taken_by, "default_date": before.received_at}
        Ticket.history.bulk_history_create([before], **taken)
    Ticket.history.bulk_history_create([after], update=True, default_user=by, default_date=at)
