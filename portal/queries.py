"""What the public may read: one case by its number and code, and the city's limits."""

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import QuerySet
from django.utils.crypto import constant_time_compare

from dispatch.models import Assignment
from followup.models import Answer
from handling.models import Extension, Milestone, Plan, Report
from intake.models import Word
from tickets.book import local_day
from tickets.models import Event, Limit, Ticket
from tickets.rules import CODE_LENGTH
from tickets.states import State
from units.models import Unit


@dataclass(frozen=True)
class Case:
    """A ticket with everything its page tells, read once."""

    ticket: Ticket
    events: list[Event]
    #: By primary key, as events name them.
    assignments: dict[int, Assignment] = field(default_factory=dict)
    #: Results that the unit's leader answers for, oldest first.
    replies: list[Report] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    extensions: dict[int, Extension] = field(default_factory=dict)
    plans: dict[int, Plan] = field(default_factory=dict)
    #: What the caller said later, by primary key.
    words: dict[int, Word] = field(default_factory=dict)
    #: The case this one was merged into, without anything its own caller said or was told alone.
    master: "Case | None" = None

    @property
    def followed_at(self) -> datetime | None:
        """When the master's result came to be this one's; None: not, or not yet."""
        return next((event.at for event in reversed(self.events) if event.kind == "follow"), None)

    @property
    def reply(self) -> Report | None:
        """The result of the round that runs, or ran last; of a duplicate, its master's."""
        if self.ticket.master_id is not None:
            return next(reversed(self._shared_replies), None)
        return next((row for row in reversed(self.replies) if row.round == self.ticket.round), None)

    @property
    def all_replies(self) -> list[Report]:
        """What the unit answered, also where it answered the master of this duplicate."""
        return [*self._shared_replies, *self.replies]

    @property
    def _shared_replies(self) -> list[Report]:
        """The master's results up to the moment this case parted from it."""
        replies, until = self.master.replies if self.master else [], self.followed_at
        return [row for row in replies if until is None or (row.verdict_at and row.verdict_at <= until)]

    @property
    def worked_on(self) -> "Case":
        """The case that a unit works on: of a duplicate, its master."""
        merged = self.ticket.state == State.MERGED
        return self.master if merged and self.master is not None else self

    @property
    def lead(self) -> Unit | None:
        """Who answers for it."""
        return self.worked_on.ticket.lead

    @property
    def plan(self) -> Plan | None:
        """The long-term plan that runs."""
        plans = self.worked_on.plans.values()
        return next((row for row in plans if row.state == Plan.State.ACTIVE), None)

    @property
    def milestones(self) -> list[Milestone]:
        """The steps of the plan that runs, in the order of their days."""
        return list(self.plan.milestones.all()) if self.plan else []


def matches(number: str, code: str) -> bool:
    """Whether the code opens the case. An unknown number costs the same statement and the same comparison."""
    kept = Ticket.objects.filter(number=number).values_list("query_code", flat=True).first()
    same = constant_time_compare(code, kept or "-" * CODE_LENGTH)
    return same and kept is not None


_WITH = ("category", "place__district", "place__street", "lead", "case__caller", "master__lead", "split_from")


def ticket_of(number: str) -> Ticket:
    """The ticket of somebody who has shown its code. Raises Ticket.DoesNotExist."""
    return Ticket.objects.select_related(*_WITH).get(number=number)


def ticket_linked(key: int, round_: int) -> Ticket | None:
    """The ticket a signed link is about, while the round it was signed for lasts."""
    return Ticket.objects.select_related("category").filter(pk=key, round=round_).first()


def case_of(number: str) -> Case:
    """The whole story of a case. Raises Ticket.DoesNotExist."""
    ticket = ticket_of(number)
    events = _events(ticket)
    kinds = {event.kind for event in events}
    said = kinds & {"add", "urge", "withdraw"}
    return Case(
        **_work(ticket, events),
        answers=list(ticket.answers.order_by("round")),
        words={row.pk: row for row in ticket.words.all()} if said else {},
        master=_master(ticket, events),
    )


def parts_of(case: Case) -> list[Ticket]:
    """The other tickets the same request was split into: the caller looks each up with its own code."""
    split = any(event.kind == "split" for event in case.events)
    return list(case.ticket.parts.order_by("pk")) if split else []


def _master(ticket: Ticket, events: list[Event]) -> Case | None:
    """What the unit did for the master, and nothing of its callers; also after it was followed to the end."""
    followed = [event.facts["master"] for event in events if event.kind == "follow"]
    master = ticket.master
    if master is None and followed:
        master = Ticket.objects.select_related("lead").get(number=followed[-1])
    return Case(**_work(master, _events(master))) if master else None


def _events(ticket: Ticket) -> list[Event]:
    return list(ticket.events.select_related("unit").order_by("seq"))


def _work(ticket: Ticket, events: list[Event]) -> dict[str, object]:
    """Ticket, story and the unit's work; tables of side processes are read where the story names them."""
    kinds = {event.kind for event in events}
    approved = ticket.reports.filter(verdict=Report.Verdict.APPROVED).select_related("unit")
    plans = ticket.plans.prefetch_related("milestones")
    return {
        "ticket": ticket,
        "events": events,
        "assignments": {row.pk: row for row in ticket.assignments.select_related("unit")},
        "replies": list(approved),
        "extensions": {row.pk: row for row in ticket.extensions.all()} if "extend_grant" in kinds else {},
        "plans": {row.pk: row for row in plans} if "plan" in kinds else {},
    }


def limits_at(at: datetime) -> QuerySet[Limit]:
    """The SLA classes in force, the most urgent first."""
    current = Limit.objects.filter(effective_from__lte=local_day(at)).order_by("code", "-effective_from")
    newest = current.distinct("code").values("pk")
    return Limit.objects.filter(pk__in=newest).select_related("calendar").order_by("handle_minutes", "code")
