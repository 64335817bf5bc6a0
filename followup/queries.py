"""What a caller-back works on, and the city's numbers for it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Case as Pick
from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from followup.models import Answer, Attempt
from followup.rules import Policy, Try, bands_of, enough, quiet
from handling.models import Contact, Report
from intake.models import Case, Word
from tickets import pages
from tickets.book import book
from tickets.models import Ticket
from tickets.states import State
from units.models import Unit, User

PAGE = 30


def policy_at(at: datetime) -> Policy:
    """The reaching rules in force."""
    return Policy(
        attempts=book().number("followup_attempts", at),
        channels=book().number("followup_min_channels", at),
        gap=book().minutes("followup_gap_minutes", at),
        quiet_from=book().clock_time("followup_quiet_from", at),
        quiet_to=book().clock_time("followup_quiet_to", at),
        zone=timezone.get_default_timezone(),
        bands=book().number("followup_min_bands", at),
        edges=(book().clock_time("followup_afternoon", at), book().clock_time("followup_evening", at)),
    )


def tries_of(ticket: Ticket) -> list[Try]:
    """This round's attempts, oldest first."""
    return [Try(row.at, row.channel, row.reach) for row in ticket.attempts.filter(round=ticket.round)]


def online_until(ticket: Ticket, at: datetime) -> datetime | None:
    """Until when the caller's own answers count as the follow-up (`online_answer_hours`); None: not now."""
    if ticket.state != State.FOLLOWUP or ticket.followup_at is None or ticket.withdrawn_at is not None:
        return None
    until = ticket.followup_at + timedelta(hours=book().number("online_answer_hours", at))
    return until if at <= until else None


def handled_before(ticket: Ticket) -> bool:
    """Whether a unit had the ticket when its caller took it back."""
    was = ticket.events.filter(kind="withdraw").values_list("was", flat=True).last()
    return was not in (None, State.PENDING, State.MERGED)


def idle_since(ticket: Ticket) -> datetime:
    """Since when the clock of a withdrawn ticket stands still: a plan or its merging may have come first."""
    pause = ticket.pauses.filter(end=None).first()
    if pause is not None:
        return pause.begin
    taken_back = ticket.events.filter(kind="withdraw").last()
    if taken_back.was == State.MERGED:
        return ticket.events.filter(kind="merge").last().at
    return taken_back.at


@dataclass(frozen=True)
class Queue:
    """A part of the list: those to be called now, those tried lately, and all."""

    key: str
    label: Promise
    icon: str


QUEUES = {
    queue.key: queue
    for queue in (
        Queue("now", _("现在可回访"), "phone-outgoing"),
        Queue("later", _("稍后再试"), "clock"),
        Queue("withdrawn", _("撤回核实"), "arrow-back-up"),
        Queue("rebound", _("反弹重办"), "refresh"),
        Queue("expired", _("到期未反馈"), "clock-exclamation"),
        Queue("reported", _("已反馈"), "clipboard-check"),
        Queue("late", _("回访超时"), "alert-triangle"),
        Queue("all", _("全部待回访"), "list"),
    )
}

_GOES_ON = Q(withdrawn_at=None, rebound=None)
_UNREPORTED = Q(overdue_at__isnull=False, reported_at=None)
#: Why a ticket is to be asked about; each has exactly one reason.
REASONS = {
    "withdrawn": Q(withdrawn_at__isnull=False),
    "rebound": Q(withdrawn_at=None, rebound__isnull=False),
    "expired": _GOES_ON & _UNREPORTED,
    "reported": _GOES_ON & ~_UNREPORTED,
}


def order_at(at: datetime) -> list[str]:
    """The reasons in the city's order (`followup_order`); one it does not name comes after."""
    named = [reason for reason in book().text("followup_order", at).split() if reason in REASONS]
    return list(dict.fromkeys([*named, *REASONS]))


def _mine(user: User) -> QuerySet[Ticket]:
    """What this person may ask about: nothing their own unit, or one above it, handled (DOMAIN §2.2)."""
    found = Ticket.objects.visible_to(user).waiting_followup()
    if user.unit is None:
        return found
    return found.exclude(lead__in=Unit.objects.filter(code__in=user.unit.path.strip("/").split("/")))


def _tried() -> QuerySet[Attempt]:
    """The attempts of the ticket's present round, for one value of a larger query."""
    return Attempt.objects.filter(ticket=OuterRef("pk"), round=OuterRef("round")).order_by().values("ticket")


def queued(user: User, key: str, at: datetime) -> QuerySet[Ticket]:
    """The tickets of a queue. One tried within `followup_retry_minutes` is left alone for that long."""
    found = _mine(user)
    if key == "late":
        return found.filter(followup_due__lt=at)
    if key in REASONS:
        return found.filter(REASONS[key])
    lately = Attempt.objects.filter(
        ticket=OuterRef("pk"),
        round=OuterRef("round"),
        at__gt=at - book().minutes("followup_retry_minutes", at),
    )
    if key == "now":
        return found.filter(~Exists(lately))
    if key == "later":
        return found.filter(Exists(lately))
    return found


def page(user: User, key: str, at: datetime, *, after: str = "") -> pages.Page[Ticket]:
    """One page by key, the longest waiting first, with `reason`, `tried` and `tried_at`."""
    # A duplicate that nobody placed lies where its master does.
    places = ("place__district", "place__street", "master__place__district")
    found = queued(user, key, at).select_related("category", "lead", *places)
    found = found.annotate(
        reason=Pick(*(When(asked, then=Value(key)) for key, asked in REASONS.items())),
        tried=Coalesce(Subquery(_tried().annotate(n=Count("pk")).values("n")), 0),
        tried_at=Subquery(_tried().annotate(last=Max("at")).values("last")),
    )
    return pages.page(found, "followup_due", PAGE, after)


def rail(user: User, at: datetime) -> list[tuple[Queue, str]]:
    """The queues with how many lie in each, in one statement; "999+" for more."""
    sums = {f"n_{key}": pages.Counted(queued(user, key, at)) for key in QUEUES}
    row = User.objects.filter(pk=user.pk).values(**sums).get()
    return [(queue, pages.shown(row[f"n_{key}"])) for key, queue in QUEUES.items()]


def candidates(user: User, at: datetime) -> list[Ticket]:
    """The first few to be called now: what is late, then reason by reason in the city's order.

    Within each the longest waiting first; every step is one walk along the index of the queue.
    """
    ready = queued(user, "now", at).only("pk", "number", "followup_due").order_by("followup_due", "pk")
    in_time = ready.filter(followup_due__gte=at)
    found = list(ready.filter(followup_due__lt=at)[:PAGE])
    for reason in order_at(at):
        if len(found) < PAGE:
            found += in_time.filter(REASONS[reason])[: PAGE - len(found)]
    return found


@dataclass(frozen=True)
class Story:
    """What the caller-back needs to know while the telephone rings: what was promised, and what was done."""

    case: Case | None
    contacts: list[Contact]
    reports: list[Report]
    attempts: list[Attempt]
    answers: list[Answer]
    #: What the caller said later: added, urged, taken back.
    words: list[Word]
    may_end: bool
    quiet: bool
    #: Whether the reader belongs to the unit that handled it, and so may not ask.
    partial: bool
    #: Parts of the day (上午、下午、晚上) in which it was tried.
    bands: int

    @property
    def report(self) -> Report | None:
        """The last result reported, in any round."""
        return self.reports[-1] if self.reports else None


def may_end(ticket: Ticket, at: datetime) -> bool:
    """Whether this round's attempts are enough to end without an answer."""
    return enough(tries_of(ticket), policy_at(at))


def story(ticket: Ticket, user: User, at: datetime) -> Story:
    """The ticket's side of the talk, and what the reaching rules say now."""
    attempts = list(ticket.attempts.filter(round=ticket.round).select_related("by"))
    policy = policy_at(at)
    tries = [Try(row.at, row.channel, row.reach) for row in attempts]
    # The unit answered a duplicate by answering its master.
    reports = Report.objects.filter(ticket__in=[ticket.pk, ticket.master_id or ticket.pk])
    return Story(
        case=Case.objects.select_related("caller").filter(ticket=ticket).first(),
        contacts=list(ticket.contacts.select_related("unit", "by")),
        reports=list(reports.select_related("unit").prefetch_related("evidence")),
        attempts=attempts,
        answers=list(ticket.answers.order_by("round")),
        words=list(ticket.words.select_related("by")),
        may_end=enough(tries, policy),
        quiet=quiet(at, policy),
        bands=bands_of(tries, policy),
        partial=ticket.lead is not None and ticket.lead.covers(user.unit),
    )
