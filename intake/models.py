"""The vault of callers, their calls, and who looked."""

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from intake.rules import mask_name, mask_phone
from intake.vault import SealedField, blind_index
from tickets.models import Ticket
from units.models import User


class CallerQuerySet(models.QuerySet["Caller"]):
    def with_phone(self, phone: str) -> Self:
        """The caller of a number, found without decrypting anything."""
        return self.filter(phone_index=blind_index(phone))


class Caller(models.Model):
    """Somebody who turns to the line. Name and number are sealed; only the blind index is searchable."""

    class Type(models.TextChoices):
        PERSON = "person", _("个人")
        ENTERPRISE = "enterprise", _("企业")

    #: Empty for a caller who gave no number.
    phone_index = models.CharField(max_length=64, unique=True, null=True, editable=False)
    phone = SealedField(_("电话"), blank=True)
    name = SealedField(_("称呼"), blank=True)
    type = models.CharField(_("类别"), max_length=10, choices=Type.choices, default=Type.PERSON)
    first_at = models.DateTimeField()
    #: Written in this very request: such a caller has asked nothing before.
    met_now = False

    objects = CallerQuerySet.as_manager()

    def __str__(self) -> str:
        return f"caller {self.pk}"

    @property
    def masked_phone(self) -> str:
        return mask_phone(self.phone) if self.phone else ""

    @property
    def masked_name(self) -> str:
        return mask_name(self.name)


class Case(models.Model):
    """The caller's side of one ticket: who asked, and where they live if that is where it is."""

    ticket = models.OneToOneField(Ticket, models.PROTECT, primary_key=True, related_name="case")
    caller = models.ForeignKey(Caller, models.PROTECT, related_name="cases")
    #: The door: building, entrance, flat. Exact home addresses live only here.
    address = SealedField(_("门牌户号"), blank=True)
    #: The caller asked that the unit not learn who they are; always so for a 举报 (DOMAIN §4.7).
    hide_identity = models.BooleanField(_("对承办单位保密"), default=False)

    def __str__(self) -> str:
        return f"case of {self.ticket_id}"


class Call(models.Model):
    """A call at an agent's desk; while it lasts the agent may read this caller's tickets."""

    agent = models.ForeignKey(User, models.PROTECT, related_name="calls")
    caller = models.ForeignKey(Caller, models.PROTECT, related_name="calls")
    #: The last ticket written of it.
    ticket = models.ForeignKey(Ticket, models.PROTECT, null=True, related_name="calls")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["agent"], name="call_running", condition=models.Q(ended_at=None)),
            models.Index(fields=["agent", "-started_at"], name="call_of_agent"),
        ]

    def __str__(self) -> str:
        return f"call {self.pk}"


class Look(models.Model):
    """Someone saw a caller's full contact data: who, when and why. Shown on the case, never deleted."""

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="looks")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    reason = models.CharField(_("事由"), max_length=200)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"look {self.pk}"


#: Characters of what a caller says later.
WORD_LENGTH = 1000


class Word(models.Model):
    """What the caller said later (补充、催办、撤回); scrubbed of numbers like every text."""

    class Kind(models.TextChoices):
        ADD = "add", _("补充")
        URGE = "urge", _("催办")
        WITHDRAW = "withdraw", _("撤回")

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="words")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    text = models.TextField(_("内容"), max_length=WORD_LENGTH, blank=True)
    #: The agent who took it down; None: the caller wrote it online.
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class Guidance(models.Model):
    """The caller was told another way, and no unit is to have the request: the team leader's word is needed.

    DOMAIN R7: beyond what units answer for, for the law's own ways, or to dissuade.
    """

    class Way(models.TextChoices):
        MARKET = "market", _("市场或社会途径")
        LEGAL = "legal", _("法定途径")
        DISSUADE = "dissuade", _("劝导教育")

    class Verdict(models.TextChoices):
        WAITING = "waiting", _("待确认")
        CONFIRMED = "confirmed", _("已确认")
        ACCEPTED = "accepted", _("转为受理")
        #: Nobody said a word in time.
        SILENT = "silent", _("逾期未确认，自动受理")

    ticket = models.OneToOneField(Ticket, models.PROTECT, related_name="guidance")
    way = models.CharField(_("途径类别"), max_length=10, choices=Way.choices)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    due = models.DateTimeField()
    #: What the agent said; it becomes the ticket's answer when it is confirmed.
    told = models.TextField(_("告知内容"), max_length=5000)
    verdict = models.CharField(max_length=10, choices=Verdict.choices, default=Verdict.WAITING)
    verdict_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    verdict_at = models.DateTimeField(null=True)
    #: Why the request is accepted after all.
    opinion = models.CharField(_("意见"), max_length=300, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["due", "id"], name="guidance_open", condition=models.Q(verdict="waiting"))
        ]

    def __str__(self) -> str:
        return f"guidance {self.pk}"
