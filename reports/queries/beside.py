"""The rows of a ticket's side processes: each table that its story names is read once, and its parts once."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, Prefetch, QuerySet

from dispatch.models import CoTask, OversightReply
from handling.models import Call, Milestone
from reports.queries.story import Rows
from tickets.models import Attachment, Event, Ticket
from units.models import Unit, User

#: Facts that hold the number of another ticket, or several.
NUMBERS = ("child", "master", "split_from", "parts")

#: key of a fact → how the rows it names are read.
READS: Mapping[str, Callable[[Ticket], QuerySet[Any]]] = {
    "objection": lambda t: t.objections.select_related("unit", "by", "proposed", "awarded", "ruled_by"),
    "extension": lambda t: t.extensions.select_related("unit", "by", "decided_by"),
    "plan": lambda t: t.plans.select_related("unit", "by", "signed_by", "approved_by").prefetch_related(
        "milestones"
    ),
    "coordination": lambda t: t.coordinations.select_related("unit", "to", "answered_by"),
    "on_site": lambda t: t.on_site_orders.select_related("by", "done_by").prefetch_related("units"),
    "whistle": lambda t: t.whistles.select_related("unit", "by").prefetch_related(
        Prefetch("calls", Call.objects.select_related("unit"))
    ),
    "card": lambda t: t.cards.select_related("unit", "acknowledged_by"),
    "oversight": lambda t: t.oversights.select_related("unit", "by", "ended_by").prefetch_related(
        Prefetch("replies", OversightReply.objects.select_related("by"))
    ),
    "first_call": lambda t: t.first_calls.select_related("unit", "by"),
    "word": lambda t: t.words.select_related("by"),
}


@dataclass(frozen=True)
class Other:
    """Another ticket this one has to do with; `ticket` is None where the reader may not open it."""

    number: str
    ticket: Ticket | None


@dataclass(frozen=True)
class Beside:
    """What went on beside the main line; empty where the story names nothing of the kind."""

    #: key of a fact → its rows.
    rows: Mapping[str, Sequence[Any]]
    co_tasks: Sequence[CoTask]
    #: Where it was merged to; duplicates that follow it; what it was split from, and into.
    master: Other | None
    children: Sequence[Other]
    origin: Other | None
    parts: Sequence[Other]

    @property
    def linked(self) -> bool:
        return bool(self.master or self.children or self.origin or self.parts)

    @property
    def calls(self) -> list[Call]:
        return [call for whistle in self.rows["whistle"] for call in whistle.calls.all()]

    @property
    def milestones(self) -> list[Milestone]:
        return [step for plan in self.rows["plan"] for step in plan.milestones.all()]

    def named(self) -> dict[str, Mapping[Any, Any]]:
        """The rows by the keys of facts that name them."""
        found = {key: _by_pk(rows) for key, rows in self.rows.items()}
        parts = {"call": self.calls, "milestone": self.milestones, "co": self.co_tasks}
        return {
            **found,
            **{key: _by_pk(rows) for key, rows in parts.items()},
        }


def _by_pk(rows: Iterable[Model]) -> dict[Any, Model]:
    return {row.pk: row for row in rows}


def beside(ticket: Ticket, events: Sequence[Event], user: User) -> Beside:
    """Everything beside the main line that this person may read with the ticket."""
    named = {key for event in events for key in event.facts}
    visible = _visible(events, user) if named & set(NUMBERS) else {}

    def other(number: str) -> Other:
        return Other(number, visible.get(number))

    merged = ticket.master_id is not None
    children = _children(events)
    return Beside(
        rows={key: list(read(ticket)) if key in named else [] for key, read in READS.items()},
        co_tasks=list(ticket.co_tasks.select_related("unit", "done_by").order_by("pk")),
        master=next((other(n) for n in _numbers(events, "master")[-1:] if merged), None),
        children=[other(number) for number in children],
        origin=next((other(number) for number in _numbers(events, "split_from")), None),
        parts=[other(number) for number in _numbers(events, "parts") if number != ticket.number],
    )


def _numbers(events: Iterable[Event], *keys: str) -> list[str]:
    """Numbers in the facts, in the order of the story."""
    found = [event.facts[key] for event in events for key in keys if event.facts.get(key)]
    return [number for held in found for number in ([held] if isinstance(held, str) else held)]


def _children(events: Iterable[Event]) -> list[str]:
    """The duplicates that follow the ticket now: adopted and not let go."""
    following: dict[str, None] = {}
    for event in events:
        if event.kind == "adopt":
            following.update(dict.fromkeys(_numbers([event], "child")))
        elif event.kind == "let_go":
            for number in _numbers([event], "child"):
                following.pop(number, None)
    return list(following)


def _visible(events: Sequence[Event], user: User) -> dict[str, Ticket]:
    seen = Ticket.objects.visible_to(user).filter(number__in=_numbers(events, *NUMBERS))
    return {ticket.number: ticket for ticket in seen}


def with_files(found: Beside, files: Sequence[Attachment]) -> set[int]:
    """Give each row the papers and photos that belong to it; their keys, so that they are not shown twice."""
    by_pk = {row.pk: row for row in files}
    shown: set[int] = set()
    for objection in found.rows["objection"]:
        objection.files = [row for row in files if row.objection_id == objection.pk]
        shown |= {row.pk for row in objection.files}
    for row in (*found.calls, *found.rows["on_site"]):
        row.files = [by_pk[row.photo_id]] if row.photo_id in by_pk else []
        shown |= {held.pk for held in row.files}
    return shown


def people_and_units(events: Sequence[Event]) -> Rows:
    """To whom the order was given inside its unit."""
    given = [event.facts for event in events if event.kind == "assign"]
    people = {facts["to"] for facts in given if facts.get("to")}
    units = {facts["unit"] for facts in given if facts.get("unit")}
    return Rows(
        to=User.objects.in_bulk(people) if people else {}, unit=Unit.objects.in_bulk(units) if units else {}
    )
