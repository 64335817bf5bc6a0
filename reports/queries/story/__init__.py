"""A ticket's events in words."""

from dataclasses import dataclass

from reports.queries.story import beside, main_line
from reports.queries.story.rows import Rows
from tickets.models import Event

__all__ = ["Moment", "Rows", "story"]


@dataclass(frozen=True)
class Moment:
    """A line of the timeline."""

    event: Event
    words: str
    #: "bad" where a limit was missed or something went wrong, else empty.
    tone: str


TELLERS = {**main_line.TELLERS, **beside.TELLERS}
#: Events that say so by themselves.
BAD = frozenset(
    {
        "dispatch_late", "contact_late", "followup_late", "reopen", "rebound", "return_report", "pressed",
        "card", "red", "special", "co_late", "coordinate_late", "on_site_late", "whistle_late",
        "oversee_late",
    }
)  # fmt: skip


def story(events: list[Event], rows: Rows) -> list[Moment]:
    """The timeline, newest first."""
    return [Moment(event, _words(event, rows), _tone(event)) for event in reversed(events)]


def _tone(event: Event) -> str:
    return "bad" if event.kind in BAD or event.facts.get("late") else ""


def _words(event: Event, rows: Rows) -> str:
    tell = TELLERS.get(event.kind)
    return tell(event.facts, rows) if tell else ""
