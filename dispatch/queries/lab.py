"""The rule lab: versions of the catalogue, what a draft changes, and the past replayed through it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from dispatch.models import Backlog, Catalogue, Rule
from dispatch.queries.accuracy import Accuracy, by_rule, month_of
from dispatch.queries.placing import Table, table_of, unit_map
from dispatch.rules import (
    Asked,
    Differences,
    Effect,
    Past,
    Row,
    Shift,
    Where,
    agreement,
    differences,
    key_of,
    replay,
    shares,
)
from tickets.book import book
from tickets.models import Category, Ticket
from tickets.states import DESK_ENDS, State
from units.models import Unit, User

#: Versions on the page; older ones are found by their tickets.
VERSIONS = 40
#: Rules on the page: more are found by searching.
SHOWN = 80
#: Tickets without a unit to ask about.
NOT_ROUTED = DESK_ENDS | {State.GUIDING, State.MERGED}


def versions() -> QuerySet[Catalogue]:
    """Drafts and versions, the newest first, each with the number of its rules."""
    found = Catalogue.objects.select_related("author", "published_by", "withdrawn_by", "based_on")
    return found.annotate(rule_count=Count("rules")).newest_first()[:VERSIONS]


def newest() -> Catalogue | None:
    """The last published version, whether it routes already or from a later day on."""
    return Catalogue.objects.published().newest_first().first()


def base_of(draft: Catalogue) -> Catalogue | None:
    """The published version a draft stands on."""
    return base_of_next(draft.based_on) if draft.based_on is not None else None


def base_of_next(source: Catalogue) -> Catalogue | None:
    """The published version that a draft with the rules of `source` stands on: behind those rolled back."""
    base: Catalogue | None = source
    while base is not None and base.state == Catalogue.State.ROLLED_BACK:
        base = base.based_on
    return base


def sources() -> list[Catalogue]:
    """The versions a draft may begin from: the last published, then those rolled back since."""
    last = newest()
    back = Catalogue.objects.filter(state=Catalogue.State.ROLLED_BACK).order_by("-withdrawn_at")[:VERSIONS]
    return [last, *(row for row in back if base_of_next(row) == last)] if last else []


def before(last: Catalogue) -> Catalogue | None:
    """The version that routes again when the last published one is rolled back."""
    return Catalogue.objects.published().exclude(pk=last.pk).newest_first().first()


def is_behind(draft: Catalogue) -> bool:
    """Whether another version was published since the draft began."""
    return newest() != base_of(draft)


def may_roll_back(catalogue: Catalogue) -> bool:
    """Whether it is the last published version and another one is there to route."""
    return catalogue == newest() and before(catalogue) is not None


def rules_of(catalogue: Catalogue, typed: str = "", keys: Sequence[int] | None = None) -> list[Rule]:
    """The rules of a version by leaf, one more than are shown; `keys`: these alone."""
    found = catalogue.rules.select_related("category", "scope__district", "scope__street")
    if keys is not None:
        found = found.filter(pk__in=keys)
    for word in typed.split():
        found = found.filter(
            Q(category__path_name__icontains=word)
            | Q(category__code__startswith=word)
            | Q(category__initials__startswith=word.lower())
            | Q(lead__icontains=word)
            | Q(basis__icontains=word)
            | Q(scope__name__icontains=word)
        )
    return list(found.order_by("category__code", "pk")[: SHOWN + 1])


def rates_of(catalogue: Catalogue, rules: Sequence[Rule], at: datetime) -> dict[int, Accuracy]:
    """How right the rules were since the month before began, by key; a draft's by those it stands on."""
    base = base_of(catalogue) if catalogue.state == Catalogue.State.DRAFT else catalogue
    if base is None:
        return {}
    stands = {key_of(row): row.id for row in _flat(table_of(base))}
    found = {rule.pk: stands.get(_key(rule)) for rule in rules}
    month = month_of("", at)
    begin = month_of(month.before, at).begin
    told = by_rule(begin, at, [key for key in found.values() if key is not None])
    rates = {rate.rule: rate for rate in told}
    return {key: rates[rule] for key, rule in found.items() if rule in rates}


def _key(rule: Rule) -> tuple[str, str, str, str]:
    """As `key_of` for a rule as values."""
    return rule.category.code, rule.scope.code if rule.scope else "", rule.kind, rule.condition


def changes_of(draft: Catalogue) -> Differences:
    """What the draft changes against the version it stands on."""
    base = base_of(draft)
    return differences(_flat(table_of(base)) if base else [], _flat(table_of(draft)))


def _flat(table: Table) -> list[Row]:
    return [row for rows in table.rows.values() for row in rows]


@dataclass(frozen=True)
class Replay:
    """The last requests through the draft and through the version it stands on."""

    looked: int
    shifts: Sequence[Shift]
    effects: Sequence[Effect]
    #: How many each version sends to the very unit that has them today.
    right_before: int
    right_after: int
    #: The units named, by key.
    units: Mapping[int, Unit]
    #: The leaves of the shifts, code → path.
    leaves: Mapping[str, str]

    @property
    def moved(self) -> int:
        return sum(shift.moved for shift in self.shifts)

    @property
    def helped(self) -> int:
        return sum(shift.helped for shift in self.shifts)

    @property
    def timed(self) -> int:
        return sum(shift.timed for shift in self.shifts)

    @property
    def most(self) -> int:
        """The longest bar of the table."""
        return max((max(effect.gained, effect.lost) for effect in self.effects), default=0)

    def as_record(self) -> dict[str, int]:
        """What a published version keeps of it."""
        return {
            "looked": self.looked,
            "moved": self.moved,
            "helped": self.helped,
            "timed": self.timed,
            "right_before": self.right_before,
            "right_after": self.right_after,
        }


def replayed(draft: Catalogue, user: User, at: datetime) -> Replay:
    """The last `lab_replay_tickets` requests this person may see, through both versions; nothing is kept."""
    pasts = past(user, book().number("lab_replay_tickets", at))
    base = base_of(draft)
    old = table_of(base).rows if base else {}
    new = table_of(draft).rows
    shifts = replay(pasts, old, new, unit_map())
    return Replay(
        looked=len(pasts),
        shifts=shifts,
        effects=shares(shifts),
        right_before=agreement(pasts, old, unit_map()),
        right_after=agreement(pasts, new, unit_map()),
        units=_units(shifts),
        leaves=_leaves(shifts),
    )


def past(user: User, last: int) -> list[Past]:
    """The last requests that went to a unit or wait for one, as values."""
    found = Ticket.objects.visible_to(user).exclude(state__in=NOT_ROUTED)
    told = found.order_by("-pk").values_list(
        "number", "category__code", "place__code", "place__street__code", "place__district__code", "kind",
        "urgent", "channel", "case__caller__type", "title", "content", "accused", "lead",
    )  # fmt: skip
    return [_past(*row) for row in told[:last]]


def _past(
    number: str,
    category: str | None,
    code: str | None,
    street: str | None,
    district: str | None,
    kind: str,
    urgent: bool,
    channel: str,
    caller: str | None,
    title: str,
    content: str,
    accused: int | None,
    lead: int | None,
) -> Past:
    return Past(
        number=number,
        category=category or "",
        where=Where(code or "", street or "", district or ""),
        asked=Asked(kind, urgent, channel, caller or "", f"{title}\n{content}"),
        barred=unit_map().barred(accused),
        lead=lead,
    )


def _units(shifts: Sequence[Shift]) -> dict[int, Unit]:
    """The units that the shifts name."""
    keys = {key for shift in shifts for fate in (shift.was, shift.now) for key in (fate.lead, *fate.co)}
    keys |= {shift.past.lead for shift in shifts}
    return Unit.objects.in_bulk([key for key in keys if key is not None])


def _leaves(shifts: Sequence[Shift]) -> dict[str, str]:
    codes = {shift.past.category for shift in shifts}
    return dict(Category.objects.filter(code__in=codes).values_list("code", "path_name"))


def lessons() -> QuerySet[Backlog]:
    """What upheld objections teach, the newest first, with all that the page tells."""
    found = Backlog.objects.select_related(
        "objection__ticket__category", "objection__unit", "objection__awarded", "objection__proposed",
        "rule__catalogue", "catalogue", "settled_by",
    )  # fmt: skip
    return found.order_by("-at", "-pk")


def open_lessons() -> QuerySet[Backlog]:
    return lessons().filter(state=Backlog.State.OPEN)


def drafts() -> QuerySet[Catalogue]:
    return Catalogue.objects.filter(state=Catalogue.State.DRAFT).order_by("-pk")
