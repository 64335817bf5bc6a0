"""What a work order is now (`Ticket`), and how it came to be so (`Event`)."""

from collections.abc import Mapping
from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from tickets import flow
from tickets.catalogue import Category
from tickets.errors import Refused, Stale
from tickets.filters import TicketQuerySet
from tickets.parts import Attachment, SearchEntry
from tickets.policy import Limit, Setting, WorkCalendar, WorkDay
from tickets.rules import MOMENTS, Clocks, next_wake
from tickets.states import WITH_UNIT, Channel, Kind, Outcome, State
from tickets.story import DayDigest, Event
from units.models import Place, Unit, User

#: With a unit or with the callers-back, as the index of the inbox has it.
RUNNING = sorted(WITH_UNIT | {State.FOLLOWUP})

__all__ = [
    "Attachment", "Category", "DayDigest", "Event", "Limit", "SearchEntry", "Setting", "Ticket",
    "WorkCalendar", "WorkDay",
]  # fmt: skip


class Ticket(models.Model):
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

    taken_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    lead = models.ForeignKey(
        Unit, models.PROTECT, null=True, related_name="leads", verbose_name=_("主办单位"), db_index=False
    )
    #: The unit a 举报 is about; it can neither handle nor see the ticket (DOMAIN §4.7).
    accused = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    assignee = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )

    received_at = models.DateTimeField(_("受理时间"))
    dispatched_at = models.DateTimeField(null=True)
    signed_at = models.DateTimeField(null=True)
    contacted_at = models.DateTimeField(null=True)
    reported_at = models.DateTimeField(null=True)
    followup_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    #: The limit ended without an approved or waiting report.
    overdue_at = models.DateTimeField(null=True)

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
    followup_due = models.DateTimeField(null=True)

    #: 1 at first; a reopened ticket is in round 2.
    round = models.PositiveSmallIntegerField(default=1)
    #: Steps of the clock taken in this round (`rules.STEPS`).
    steps = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    wake_at = models.DateTimeField(null=True, editable=False)
    wake_for = models.CharField(max_length=20, blank=True, editable=False)
    outcome = models.CharField(_("办理结果"), max_length=12, choices=Outcome.choices, blank=True)

    history = HistoricalRecords(
        excluded_fields=["version", "head_hash", "wake_at", "wake_for", "steps", "client_key", "query_code"]
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
            models.Index(fields=["taken_by", "-id"], name="ticket_taken"),
            models.Index(fields=["category", "place", "received_at"], name="ticket_alike"),
            models.Index(fields=["assignee"], name="ticket_assignee", condition=Q(assignee__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def clocks(self) -> Clocks:
        moments = {name: getattr(self, name) for name in MOMENTS}
        contacted = self.contacted_at is not None
        return Clocks(state=self.state, contacted=contacted, steps=frozenset(self.steps), **moments)

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

    def moves_for(self, user: User) -> list[flow.Move]:
        """The listed transitions this person may make now: the buttons on screen."""
        return [move for move in flow.MOVES.values() if not self._objection(move, user)]

    def facts_for(self, user: User) -> set[str]:
        """The names of the facts this person may record now."""
        return {fact.name for fact in flow.FACTS.values() if not self._objection(fact, user)}

    def move(
        self,
        name: str,
        *,
        by: User | None,
        at: datetime,
        facts: Mapping[str, object] | None = None,
        **changes: object,
    ) -> "Event":
        """Make a listed transition, with the field changes that belong to it, and write its event.

        `by` None is the system. `facts` holds codes and ids, never personal data. Raises Refused when the
        table does not allow it, Stale when someone else was quicker; nothing has changed then.
        """
        row = flow.MOVES[name]
        self._refuse_unless_allowed(row, by)
        return self._write(name, by=by, at=at, facts=facts, state=row.target, **changes)

    def record(
        self,
        name: str,
        *,
        by: User | None,
        at: datetime,
        facts: Mapping[str, object] | None = None,
        **changes: object,
    ) -> "Event":
        """Write a fact without a transition; else as `move`."""
        self._refuse_unless_allowed(flow.FACTS[name], by)
        return self._write(name, by=by, at=at, facts=facts, state=self.state, **changes)

    def _objection(self, row: flow.Move | flow.Fact, by: User | None) -> str:
        """Why the table does not allow this, or nothing."""
        sources = row.sources if isinstance(row, flow.Move) else row.states
        if self.state not in sources:
            return _("工单当前为「%(state)s」，不能「%(move)s」。请刷新后再试。") % {
                "state": self.get_state_display(),
                "move": row.label,
            }
        if by is None:
            return "" if row.system else _("「%(move)s」需要由人办理。") % {"move": row.label}
        if not by.has_role(*row.roles):
            return _("您的角色不能「%(move)s」。") % {"move": row.label}
        # Whoever the lead gave the order to acts for it, from a community below too.
        at_lead = by.pk == self.assignee_id or (by.unit is not None and by.unit.covers(self.lead))
        if row.at_lead and not at_lead:
            return _("只有主办单位才能「%(move)s」。") % {"move": row.label}
        return ""

    def _refuse_unless_allowed(self, row: flow.Move | flow.Fact, by: User | None) -> None:
        objection = self._objection(row, by)
        if objection:
            raise Refused(objection)

    def _write(
        self,
        kind: str,
        *,
        by: User | None,
        at: datetime,
        facts: Mapping[str, object] | None,
        state: str,
        **changes: object,
    ) -> "Event":
        """Compare-and-swap the row, append the event; one transaction is the caller's."""
        was, old_version = self.state, self.version
        for field, value in {**changes, "state": state}.items():
            setattr(self, field, value)
        self.wake_at, self.wake_for = next_wake(self.clocks)
        event = Event(
            ticket=self,
            seq=old_version + 1,
            kind=kind,
            was=was,
            now=state,
            actor=by,
            unit_id=by.unit_id if by is not None else None,
            at=at,
            facts=dict(facts or {}),
            prev_hash=self.head_hash,
        )
        event.hash = event.computed_hash(self.number)
        self.version, self.head_hash = event.seq, event.hash
        if old_version == 0 and self._state.adding:
            self.skip_history_when_saving = True
            self.save(force_insert=True)
            event.ticket = self
        else:
            written = {*changes, "state", "version", "head_hash", "wake_at", "wake_for"}
            values = {field: getattr(self, field) for field in written}
            if not Ticket.objects.filter(pk=self.pk, version=old_version).update(**values):
                raise Stale(_("别人已先一步办理了这张工单。请查看最新情况后再操作。"))
        event.save(force_insert=True)
        return event
