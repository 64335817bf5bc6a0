"""A ticket's events in words: the facts of an event are codes and ids, the rows they name tell the rest."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from dispatch.models import Assignment
from followup import models as followup
from handling.models import Contact, Note, Report
from intake.models import Look
from tickets.models import Event, Ticket
from tickets.states import Channel, Outcome
from units.models import User


@dataclass(frozen=True)
class Rows:
    """What the events of one ticket point at, by key."""

    assignments: Mapping[int, Assignment]
    contacts: Mapping[int, Contact]
    notes: Mapping[int, Note]
    reports: Mapping[int, Report]
    looks: Mapping[int, Look]
    people: Mapping[int, User]


@dataclass(frozen=True)
class Moment:
    """A line of the timeline."""

    event: Event
    words: str
    #: "bad" where a limit was missed, else empty.
    tone: str


#: Events that say a limit was missed.
BAD = frozenset({"dispatch_late", "contact_late", "followup_late", "reopen"})


def story(events: list[Event], rows: Rows) -> list[Moment]:
    """The timeline, newest first."""
    return [Moment(event, _words(event, rows), _tone(event)) for event in reversed(events)]


def _tone(event: Event) -> str:
    return "bad" if event.kind in BAD or event.facts.get("late") else ""


def _words(event: Event, rows: Rows) -> str:
    tell = _TELLERS.get(event.kind)
    return tell(event.facts, rows) if tell else ""


def _channel(facts: dict, _rows: Rows) -> str:
    code = facts.get("channel", "")
    return _("渠道：%s") % Channel(code).label if code in Channel.values else ""


def _placed(facts: dict, rows: Rows) -> str:
    made = rows.assignments.get(facts.get("assignment"))
    if made is None:
        return ""
    told = {"unit": made.unit.name, "how": made.get_how_display(), "reason": made.reason}
    return (_("%(how)s，派往%(unit)s：%(reason)s") if made.reason else _("%(how)s，派往%(unit)s")) % told


def _contact(facts: dict, rows: Rows) -> str:
    row = rows.contacts.get(facts.get("contact"))
    if row is None:
        return ""
    told = {"channel": row.get_channel_display(), "note": row.note}
    if row.reached:
        return (_("%(channel)s，已联系上：%(note)s") if row.note else _("%(channel)s，已联系上")) % told
    return (_("%(channel)s，未联系上：%(note)s") if row.note else _("%(channel)s，未联系上")) % told


def _assign(facts: dict, rows: Rows) -> str:
    person = rows.people.get(facts.get("to"))
    return _("分派给%s") % person if person else ""


def _note(facts: dict, rows: Rows) -> str:
    row = rows.notes.get(facts.get("note"))
    return row.text if row else ""


def _report(facts: dict, rows: Rows) -> str:
    row = rows.reports.get(facts.get("report"))
    if row is None:
        return ""
    return _("%(outcome)s：%(text)s") % {"outcome": Outcome(row.outcome).label, "text": row.text}


def _verdict(facts: dict, rows: Rows) -> str:
    row = rows.reports.get(facts.get("report"))
    return row.verdict_note if row else ""


def _look(facts: dict, rows: Rows) -> str:
    row = rows.looks.get(facts.get("look"))
    return _("事由：%s") % row.reason if row else ""


def _expire(facts: dict, rows: Rows) -> str:
    due = _due(facts, rows)
    return _("%s，届满时仍未反馈") % due if facts.get("late") else due


def _due(facts: dict, _rows: Rows) -> str:
    if not facts.get("due"):
        return ""
    moment = timezone.localtime(datetime.fromisoformat(facts["due"]))
    return _("时限 %s") % formats.date_format(moment, "m-d H:i")


def _attempt(facts: dict, _rows: Rows) -> str:
    return _("%(channel)s，%(reach)s") % {
        "channel": followup.Channel(facts["channel"]).label,
        "reach": followup.Reach(facts["reach"]).label,
    }


def _answers(facts: dict, _rows: Rows) -> str:
    if not facts.get("solved") or not facts.get("satisfied"):
        return followup.Reach(facts["reach"]).label if facts.get("reach") else ""
    return _("诉求人答：%(solved)s，%(satisfied)s") % {
        "solved": followup.Solved(facts["solved"]).label,
        "satisfied": followup.Satisfied(facts["satisfied"]).label,
    }


def _correct(facts: dict, _rows: Rows) -> str:
    names = [str(Ticket._meta.get_field(field).verbose_name) for field in facts.get("fields", [])]
    return _("更正了%s") % "、".join(names)


def _route_failed(_facts: dict, _rows: Rows) -> str:
    return _("目录不能确定承办单位，转人工派单")


_TELLERS: Mapping[str, Callable[[dict, Rows], str]] = {
    **dict.fromkeys(("receive", "answer", "guide", "transfer"), _channel),
    **dict.fromkeys(("dispatch", "redispatch"), _placed),
    **dict.fromkeys(("approve", "send_back"), _verdict),
    **dict.fromkeys(("close", "reopen"), _answers),
    **dict.fromkeys(("auto_sign", "dispatch_late", "contact_late", "followup_late", "remind", "warn"), _due),
    "contact": _contact,
    "assign": _assign,
    "note": _note,
    "report": _report,
    "reveal": _look,
    "expire": _expire,
    "attempt": _attempt,
    "correct": _correct,
    "route_failed": _route_failed,
}
