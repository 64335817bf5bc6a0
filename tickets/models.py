"""What a work order is now (`Ticket`); how it came to be so is its story (`Event`)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from tickets import flow
from tickets.access import Access
from tickets.asides import Notice, Pause, Timer
from tickets.catalogue import Category
from tickets.filters import TicketQuerySet
from tickets.moving import Moving
from tickets.parts import Attachment, SearchEntry
from tickets.policy import LadderStep, Limit, Setting, WorkCalendar, WorkDay
from tickets.rules import MOMENTS, Clocks
from tickets.states import OPEN, Channel, Kind, Outcome, State
from tickets.story import DayDigest, Event
from units.models import Place, Unit, User

#: With a unit, on a plan or with the callers-back, as the index of the inbox has it.
RUNNING = sorted(OPEN - {State.PENDING})
#: Of these somebody still waits for a late answer.
WATCHED = sorted(OPEN)

__all__ = [
    "Access", "Attachment", "Category", "DayDigest", "Event", "LadderStep", "Limit", "Notice", "Pause",
    "SearchEntry", "Setting", "Ticket", "Timer", "WorkCalendar", "WorkDay",
]  # fmt: skip


class Ticket(Moving):
    """A work order (工单): the truth of now. `move()` and `record()` alone write its state and events."""

    number = models.CharField(_("工单号"), max_length=40, unique=True)
    query_code = models.CharField(_("查询码"), max_length=8)
    #: A client's own key: the same submission twice makes one ticket.
    client_key = models.CharField(max_length=80, null=True, editable=False)
    state = models.CharField(_("状态"), max_length=12, choices=State.choices, default=flow.NEW)
    #: The number of the last event; every write compares and raises it.
    version = models.PositiveIntegerField(default=0, editable=False)
    head_hash = models.CharField(max_length=64, blank=True, editable=False)

    channel = models.CharField(_("渠道"), max_length=10, choices=Channel.choices, default=Channel.PHONE)
    kind = models.CharField(_("诉求类型"), max_length=12, choices=Kind.choices)
    category = models.ForeignKey(
        Category, models.PROTECT, null=True, verbose_name=_("事项分类"), db_index=False
    )
    place = models.ForeignKey(Place, models.PROTECT, null=True, verbose_name=_("事发地"), related_name="+")
    #: Where exactly in public space: compound, road, building; a home's door stays in the vault.
    location = models.CharField(_("具体位置"), max_length=200, blank=True)
    title = models.CharField(_("标题"), max_length=120)
    content = models.TextField(_("诉求内容"))
    #: The answer given at the desk, or the way the caller was told.
    answer = models.TextField(_("答复内容"), blank=True)
    urgent = models.BooleanField(_("紧急"), default=False)
    repeat_of = models.ForeignKey("self", models.PROTECT, null=True, related_name="+", db_index=False)
    #: The ticket this one was merged into (并单); it follows that one.
    master = models.ForeignKey("self", models.PROTECT, null=True, related_name="merged", db_index=False)
    #: The ticket whose text held several matters, this one among them (拆单).
    split_from = models.ForeignKey("self", models.PROTECT, null=True, related_name="parts", db_index=False)

    taken_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    lead = models.ForeignKey(
        Unit, models.PROTECT, null=True, related_name="leads", verbose_name=_("主办单位"), db_index=False
    )
    #: The unit a 举报 is about; it can neither handle nor see the ticket (DOMAIN §4.7).
    accused = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    assignee = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    #: The section or community of the lead that works on it (内部承办).
    inner = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)

    received_at = models.DateTimeField(_("受理时间"))
    dispatched_at = models.DateTimeField(null=True)
    signed_at = models.DateTimeField(null=True)
    contacted_at = models.DateTimeField(null=True)
    reported_at = models.DateTimeField(null=True)
    followup_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    #: The limit ended without an approved or waiting report.
    overdue_at = models.DateTimeField(null=True)
    #: The caller took the request back; follow-up makes sure that nobody pressed them.
    withdrawn_at = models.DateTimeField(null=True)

    #: The SLA class written on the ticket, and its moments (DOMAIN §3.1).
    limit = models.ForeignKey(Limit, models.PROTECT, null=True, related_name="+", db_index=False)
    #: Where the handling clock of this round began.
    clock_from = models.DateTimeField(null=True)
    handle_minutes = models.PositiveIntegerField(null=True)
    dispatch_due = models.DateTimeField(null=True)
    sign_due = models.DateTimeField(null=True)
    contact_due = models.DateTimeField(null=True)
    remind_at = models.DateTimeField(null=True)
    warn_at = models.DateTimeField(null=True)
    handle_due = models.DateTimeField(null=True)
    red_at = models.DateTimeField(null=True)
    special_at = models.DateTimeField(null=True)
    followup_due = models.DateTimeField(null=True)

    #: 1 at first; a reopened ticket is in round 2.
    round = models.PositiveSmallIntegerField(default=1)
    #: Steps of the clock taken in this round (`rules.STEPS`).
    steps = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    #: The earliest moment of its open side clocks (`tickets/timers.py`).
    aside_at = models.DateTimeField(null=True, editable=False)
    #: When the latest of its side clocks ran out.
    rung_at = models.DateTimeField(null=True, editable=False)
    wake_at = models.DateTimeField(null=True, editable=False)
    wake_for = models.CharField(max_length=20, blank=True, editable=False)
    outcome = models.CharField(_("办理结果"), max_length=12, choices=Outcome.choices, blank=True)
    #: How often the caller urged (催办).
    urged = models.PositiveSmallIntegerField(default=0)
    #: A ruling gave the order to its lead for good (裁定): nobody may object any more.
    bound = models.BooleanField(default=False)
    #: The report was once returned as incomplete; a second time there is none.
    returned = models.BooleanField(default=False)

    history = HistoricalRecords(
        excluded_fields=[
            "version",
            "head_hash",
            "aside_at",
            "rung_at",
            "wake_at",
            "wake_for",
            "steps",
            "client_key",
            "query_code",
        ]
    )
    objects = TicketQuerySet.as_manager()

    class Meta:
        verbose_name = _("工单")
        verbose_name_plural = _("工单")
        constraints = [models.UniqueConstraint(fields=["client_key"], name="ticket_client_key")]
        # A ticket is written some ten times: each index is here for a named read, and none twice.
        indexes = [
            models.Index(fields=["wake_at"], name="ticket_wake", condition=Q(wake_at__isnull=False)),
            # A unit has some hundred running orders and, after years, tens of thousands that ended.
            models.Index(
                fields=["lead", "handle_due", "id"], name="ticket_running", condition=Q(state__in=RUNNING)
            ),
            models.Index(
                fields=["lead", "-closed_at", "-id"], name="ticket_ended", condition=Q(state=State.CLOSED)
            ),
            models.Index(
                fields=["state", "dispatch_due", "id"],
                name="ticket_dispatch",
                condition=Q(state=State.PENDING),
            ),
            models.Index(
                fields=["followup_due", "id"], name="ticket_followup", condition=Q(state=State.FOLLOWUP)
            ),
            # The limit is over, and nothing was reported: the supervisors' desk.
            models.Index(
                fields=["handle_due", "id"],
                include=["lead", "special_at"],
                name="ticket_owing",
                condition=Q(state=State.FOLLOWUP, overdue_at__isnull=False, reported_at=None),
            ),
            # A side clock ran out: the same desk. What has ended leaves the index by itself.
            models.Index(
                fields=["-rung_at", "lead", "id"],
                name="ticket_rung",
                condition=Q(state__in=WATCHED, rung_at__isnull=False),
            ),
            models.Index(fields=["taken_by", "-id"], name="ticket_taken"),
            models.Index(fields=["category", "place", "received_at"], name="ticket_alike"),
            models.Index(fields=["assignee"], name="ticket_assignee", condition=Q(assignee__isnull=False)),
            models.Index(fields=["inner"], name="ticket_inner", condition=Q(inner__isnull=False)),
            models.Index(fields=["master"], name="ticket_master", condition=Q(master__isnull=False)),
            models.Index(fields=["split_from"], name="ticket_split", condition=Q(split_from__isnull=False)),
        ]

    def __init__(self, *args: object, **values: object) -> None:
        super().__init__(*args, **values)
        #: Events not written yet, and the fields that changed with them (`Moving.prepare`).
        self.pending: list[Event] = []
        self.written: set[str] = set()

    def __str__(self) -> str:
        return self.number

    @property
    def clocks(self) -> Clocks:
        moments = {name: getattr(self, name) for name in MOMENTS}
        return Clocks(
            state=self.state,
            contacted=self.contacted_at is not None,
            owing=self.overdue_at is not None and self.reported_at is None,
            steps=frozenset(self.steps),
            **moments,
        )

    @property
    def place_name(self) -> str:
        """District · street · community; empty where no place was given."""
        return self.place.full_name if self.place else ""

    @property
    def category_path(self) -> str:
        """The whole path of the leaf; empty where none was chosen."""
        return self.category.path_name if self.category else ""

    @property
    def number_tail(self) -> str:
        return self.number.rsplit("-", 1)[-1]
