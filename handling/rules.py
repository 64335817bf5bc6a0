"""Pure thinking about a unit's work: who may be whistled for, whose word comes next, what a plan must be, and
what a report lacks.
"""

import re
from calendar import monthrange
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from tickets.rules import grams

#: Units a whistle or an order on site may call at most: more than that is a meeting.
MOST_CALLED = 8
#: Milestones of a plan at most.
MOST_MILESTONES = 10

#: Types of units, as `Unit.Type` has them.
WHISTLERS = frozenset({"street", "town"})
CALLED = frozenset({"city_dept", "district_dept", "enterprise"})
#: These are never ordered on site.
NOT_ORDERED = frozenset({"city_centre", "emergency"})
DEPARTMENTS = frozenset({"city_dept", "district_dept"})


@dataclass(frozen=True)
class Body:
    """A unit as values; `district` is the district government it stands under (itself for one)."""

    unit: int
    type: str
    district: int | None = None


def may_be_called(street: Body, other: Body) -> bool:
    """Whether a street may whistle for this unit: a department of its district, or of the city, or a company
    (DOMAIN §3.6).
    """
    if other.type not in CALLED:
        return False
    return other.type != "district_dept" or other.district == street.district


def may_hold(lead: str, below: str) -> bool:
    """Whether a unit of the type `below` can be a lead's inner hand: a community, or a section, which is of
    the lead's own type; other units have desks of their own.
    """
    return below in ("community", lead)


#: The steps of a called unit: name → the states it may be taken from (DOMAIN §3.6: ack, arrive, act, leave).
CALL_STEPS = {"ack": "called", "arrive": "coming", "act": "there", "leave": "there"}


def may_step(step: str, state: str, *, acted: bool) -> bool:
    """Whether a called unit may take this step now; nobody leaves before something is done (事不完人不撤)."""
    return CALL_STEPS[step] == state and (step != "leave" or acted)


def department_fits(lead: Body, department: Body) -> bool:
    """Whether a lead may name this department in charge: its own district's, or one of the city's."""
    if department.type not in DEPARTMENTS or department.unit == lead.unit:
        return False
    return department.type == "city_dept" or department.district == lead.district


def first_level(lead: Body, *, asked_by_district: bool) -> tuple[str, int | None]:
    """Whose word is asked first, and which unit's: (level, unit), None the city's (DOMAIN R14).

    A unit of a district asks the district; the district itself, and what stands under none, asks the city.
    """
    if lead.district is None or lead.unit == lead.district or asked_by_district:
        return "city", None
    return "district", lead.district


def next_level(level: str, to: Body | None) -> tuple[str, int | None] | None:
    """Where a question goes that was not answered: a district's department → its district, all others → the
    city; None above the city.
    """
    if level == "city":
        return None
    if level == "department" and to is not None and to.type == "district_dept" and to.district is not None:
        return "district", to.district
    return "city", None


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or that month's last."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def plan_fault(days: Sequence[date], *, today: date, until: date, longest: date) -> str:
    """What is wrong with a plan's days, as a code; empty when it is sound.

    `days` are those of its milestones, `longest` the last day the city allows (DOMAIN §3.5).
    """
    if not 1 <= len(days) <= MOST_MILESTONES:
        return "number"
    if until <= today:
        return "past"
    if until > longest:
        return "long"
    if min(days) <= today:
        return "milestone_past"
    return "milestone_late" if max(days) > until else ""


#: A work order's number, as anybody might write it into a text.
NUMBER = re.compile(r"[A-Z]*\d+-\d{8}-\d{6,}", re.ASCII)
#: What a reply is compared by: its letters and figures alone.
PUNCTUATION = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Draft:
    """A result as it would be reported, and what the unit has to show for it."""

    text: str
    reply: str
    contacted: bool
    evidence: bool


@dataclass(frozen=True)
class Matter:
    """What the caller asked for: the number, and every word of title, content, category and place."""

    number: str
    words: str


@dataclass(frozen=True)
class Canned:
    """What makes a reply look ready-made: the texts of templates, how many other replies of the unit read the
    same and how many are too many, and how short is too short, in characters.
    """

    templates: Collection[str]
    same: int
    most: int
    short: int


def missing(draft: Draft, matter: Matter, canned: Canned) -> list[str]:
    """What a report lacks, as codes: no_contact, no_evidence, canned, wrong_matter (issue 3).

    An empty reply lacks the words to be judged by: only contact and evidence count then.
    """
    found = []
    if not draft.contacted:
        found.append("no_contact")
    if not draft.evidence:
        found.append("no_evidence")
    if draft.reply.strip() and is_canned(draft.reply, canned):
        found.append("canned")
    if draft.reply.strip() and is_off(draft, matter):
        found.append("wrong_matter")
    return found


def is_canned(reply: str, canned: Canned) -> bool:
    """Whether the reply is a template as it stands, the same as others, or next to nothing."""
    said = PUNCTUATION.sub("", reply)
    ready = {PUNCTUATION.sub("", text) for text in canned.templates}
    return said in ready or canned.same >= canned.most or len(said) < canned.short


def is_off(draft: Draft, matter: Matter) -> bool:
    """Whether the reply is about something else: another order's number, or not one word in common."""
    named = set(NUMBER.findall(f"{draft.text} {draft.reply}"))
    if named - {matter.number}:
        return True
    return _words(draft.reply).isdisjoint(_words(matter.words))


def _words(text: str) -> set[str]:
    return {word for word in grams(text) if len(word) > 1}
