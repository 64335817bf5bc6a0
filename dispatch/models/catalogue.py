"""The catalogue that says whose matter it is (派单目录), and what it decided for each ticket."""

from datetime import date
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from tickets.models import Category, Ticket
from tickets.states import Kind
from units.models import Place, Unit, User


class CatalogueQuerySet(models.QuerySet["Catalogue"]):
    def published(self) -> Self:
        return self.filter(state=Catalogue.State.PUBLISHED)

    def in_force(self, day: date) -> "Catalogue | None":
        """The version that routes on this day."""
        return self.published().filter(effective_from__lte=day).newest_first().first()

    def newest_first(self) -> Self:
        """By the day they begin, then as they were published; those of a city pack were not, by anybody."""
        published = models.F("published_at").desc(nulls_last=True)
        return self.order_by("-effective_from", published, "-pk")


class Catalogue(models.Model):
    """A version of the dispatch catalogue; a ticket keeps the version that routed it (DOMAIN §4.4).

    A draft routes nothing; a version that was rolled back routes nothing any more, and stays to be read.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("草案")
        PUBLISHED = "published", _("已发布")
        ROLLED_BACK = "rolled_back", _("已回退")

    version = models.CharField(_("版本"), max_length=30, unique=True)
    effective_from = models.DateField(_("生效"))
    note = models.CharField(_("说明"), max_length=200, blank=True)
    state = models.CharField(_("状态"), max_length=12, choices=State.choices, default=State.PUBLISHED)
    #: The version the draft began as.
    based_on = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")
    author = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    published_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    published_at = models.DateTimeField(null=True, blank=True)
    #: What the legal and 编制 check said (DOMAIN §4.4).
    checked = models.CharField(_("法制与编制审核意见"), max_length=200, blank=True)
    begun_at = models.DateTimeField(null=True, blank=True, editable=False)
    #: Raised by every write to a draft's rules; a page made from another one is stale.
    revision = models.PositiveIntegerField(default=0, editable=False)
    #: What its replay said when it was published: tickets looked at, and how many would move.
    effects = models.JSONField(default=dict, blank=True, editable=False)
    withdrawn_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True, editable=False)
    withdrawn_why = models.CharField(_("回退原因"), max_length=200, blank=True)

    history = HistoricalRecords()
    objects = CatalogueQuerySet.as_manager()

    class Meta:
        verbose_name = _("派单目录")
        verbose_name_plural = _("派单目录")

    def __str__(self) -> str:
        return self.version


class Rule(models.Model):
    """Leaf × place × condition → lead and co-units, each named by a resolver (`rules.resolve`).

    It may also set the class of the limit, or a limit by law (DOMAIN §3.2); empty: the category's.
    """

    catalogue = models.ForeignKey(Catalogue, models.CASCADE, related_name="rules")
    category = models.ForeignKey(Category, models.PROTECT, related_name="rules")
    #: Only for places within this one; empty: anywhere.
    scope = models.ForeignKey(Place, models.PROTECT, null=True, blank=True, related_name="+")
    #: Only for this kind of request; empty: any.
    kind = models.CharField(_("诉求类型"), max_length=12, choices=Kind.choices, blank=True)
    #: Only where this holds too (`rules.holds`): urgent, caller:enterprise, words:电梯; empty: always.
    condition = models.CharField(_("条件"), max_length=60, blank=True)
    lead = models.CharField(_("主办"), max_length=60)
    co = ArrayField(models.CharField(max_length=60), default=list, blank=True, verbose_name=_("协办"))
    basis = models.CharField(_("依据"), max_length=200, blank=True)
    #: The class of the limit; empty: the category's.
    limit_code = models.CharField(_("时限等级"), max_length=10, blank=True)
    #: A handling limit set by law, in days of the class's calendar; it goes before the class (DOMAIN §3.2).
    statutory_days = models.PositiveSmallIntegerField(_("法定时限（天）"), null=True, blank=True)
    legal_basis = models.CharField(_("法定依据"), max_length=200, blank=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("派单规则")
        verbose_name_plural = _("派单规则")
        constraints = [
            models.UniqueConstraint(
                fields=["catalogue", "category", "scope", "kind", "condition"],
                name="rule_once",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.category_id} → {self.lead}"


class Assignment(models.Model):
    """Why a ticket went to a unit: the rule and its version, or the person and their reason."""

    class How(models.TextChoices):
        RULE = "rule", _("按目录派单")
        FALLBACK = "fallback", _("区政府兜底")
        BY_HAND = "by_hand", _("人工派单")
        WITHIN_DISTRICT = "within_district", _("区内转派")
        UPHELD = "upheld", _("异议成立改派")
        RULED = "ruled", _("裁定")
        #: A duplicate whose caller was not content, or came back: an order of its own now.
        FOLLOWED = "followed", _("并单后单独重办")

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="assignments")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    how = models.CharField(max_length=16, choices=How.choices)
    rule = models.ForeignKey(Rule, models.PROTECT, null=True, related_name="assignments")
    catalogue = models.ForeignKey(
        Catalogue, models.PROTECT, null=True, related_name="assignments", db_index=False
    )
    reason = models.CharField(_("理由"), max_length=200, blank=True)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    at = models.DateTimeField()
    #: Whether the ledger has its lines (scoring sets it with them).
    counted = models.BooleanField(default=False, editable=False)

    class Meta:
        ordering = ["at", "pk"]
        indexes = [
            models.Index(fields=["id"], name="assignment_uncounted", condition=models.Q(counted=False)),
            # Rows come in the order of time: some pages of the table are a month's.
            BrinIndex(fields=["at"], name="assignment_at", pages_per_range=32),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} → {self.unit_id}"


class CoTaskQuerySet(models.QuerySet["CoTask"]):
    def of(self, user: User) -> Self:
        """The parts of the person's unit and of those below it."""
        return self.filter(unit__in=user.reach)


class CoTask(models.Model):
    """A co-unit's part in a ticket (协办), with its own limit; the lead answers (DOMAIN R10)."""

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="co_tasks", db_index=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="co_tasks", db_index=False)
    at = models.DateTimeField()
    #: What it is asked to do; empty: its part of the matter.
    task = models.CharField(_("协办事项"), max_length=200, blank=True)
    due = models.DateTimeField(null=True)
    urged_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    #: What it did.
    result = models.CharField(_("协办情况"), max_length=1000, blank=True)
    late = models.BooleanField(default=False)

    objects = CoTaskQuerySet.as_manager()

    class Meta:
        # One to do at a time, however often it was asked: also the way from a ticket to its parts.
        constraints = [
            models.UniqueConstraint(
                fields=["ticket", "unit", "done_at"], name="co_task_open_once", nulls_distinct=False
            )
        ]
        indexes = [
            models.Index(fields=["unit", "-ticket"], name="co_task_of_unit"),
            # A unit has some dozens to do and, after years, thousands that are done.
            models.Index(
                fields=["unit", "ticket", "due"], name="co_task_open", condition=models.Q(done_at=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} + {self.unit_id}"


class Backlog(models.Model):
    """What the catalogue must learn: each upheld objection leaves one (DOMAIN §3.4)."""

    class State(models.TextChoices):
        OPEN = "open", _("待处理")
        TAKEN = "taken", _("已纳入草案")
        DISMISSED = "dismissed", _("不采纳")

    objection = models.OneToOneField("dispatch.Objection", models.PROTECT, related_name="lesson")
    #: The rule that sent the ticket wrong; None where a person or the fallback did.
    rule = models.ForeignKey(Rule, models.PROTECT, null=True, related_name="lessons")
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    at = models.DateTimeField()
    settled_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    settled_at = models.DateTimeField(null=True)
    #: The draft that took it up.
    catalogue = models.ForeignKey(Catalogue, models.PROTECT, null=True, related_name="lessons")
    note = models.CharField(_("处理说明"), max_length=200, blank=True)

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"lesson {self.pk}"
