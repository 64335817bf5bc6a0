"""What the unit did: contacts with the caller, notes, and the results it reports."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tickets.models import Attachment, Category, Ticket
from tickets.states import Outcome
from units.models import Unit, User


class Contact(models.Model):
    """The unit turned to the caller (联系): who, when, how, and whether they were reached."""

    class Channel(models.TextChoices):
        PHONE = "phone", _("电话")
        VISIT = "visit", _("上门")
        MESSAGE = "message", _("短信或网络")

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="contacts")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    channel = models.CharField(_("方式"), max_length=10, choices=Channel.choices)
    reached = models.BooleanField(_("已联系上"))
    note = models.CharField(_("联系情况"), max_length=300, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"contact {self.pk}"


class Note(models.Model):
    """A remark on a ticket for colleagues of every unit concerned; a co-unit says here what it did."""

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="notes")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    text = models.TextField(_("备注"), max_length=1000)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"note {self.pk}"


class ReplyTemplate(models.Model):
    """A beginning of an answer that a unit may take and fill in; sent as it is, the quality check says so."""

    #: None: every unit's.
    unit = models.ForeignKey(Unit, models.CASCADE, null=True, blank=True, related_name="reply_templates")
    #: None: for every matter.
    category = models.ForeignKey(Category, models.CASCADE, null=True, blank=True, related_name="+")
    name = models.CharField(_("名称"), max_length=40)
    text = models.TextField(_("答复内容"), max_length=1000)

    class Meta:
        ordering = ["name", "pk"]
        verbose_name = _("答复模板")
        verbose_name_plural = _("答复模板")

    def __str__(self) -> str:
        return self.name


class Report(models.Model):
    """A result reported by the lead unit, and what its leader and its superiors said to it."""

    class Reason(models.TextChoices):
        """Why it is not solved wholly (DOMAIN §4.3)."""

        UNDER_WAY = "under_way", _("正在推进")
        POLICY = "policy", _("政策不允许")
        FUNDING = "funding", _("资金未落实")
        RIGHTS = "rights", _("权属或责任不清")
        THIRD_PARTY = "third_party", _("相关方不配合")
        NO_REMIT = "no_remit", _("超出政府职责")
        NOT_FOUND = "not_found", _("经核实情况不存在")

    class Missing(models.TextChoices):
        """What the quality check names (`rules.missing`)."""

        NO_CONTACT = "no_contact", _("没有联系上诉求人的记录")
        NO_EVIDENCE = "no_evidence", _("没有佐证")
        CANNED = "canned", _("答复是套话：过短、照抄模板或与其他答复雷同")
        WRONG_MATTER = "wrong_matter", _("答复与诉求内容对不上，请核对是否张冠李戴")

    class Verdict(models.TextChoices):
        WAITING = "waiting", _("待审核")
        APPROVED = "approved", _("已通过")
        SENT_BACK = "sent_back", _("已退回")
        #: Approved by the unit, returned as incomplete by the district or the city, once (DOMAIN §4.6).
        RETURNED = "returned", _("上级退回补正")

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="reports")
    round = models.PositiveSmallIntegerField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    outcome = models.CharField(_("办理结果"), max_length=12, choices=Outcome.choices)
    #: Why not wholly solved; empty where it is.
    reason = models.CharField(_("原因"), max_length=12, choices=Reason.choices, blank=True)
    #: What the quality check missed when it was reported (`rules.missing`), as codes.
    missing = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    text = models.TextField(_("办理情况"))
    #: What the caller reads on the public page.
    reply = models.TextField(_("给诉求人的答复"))
    evidence = models.ManyToManyField(Attachment, blank=True, related_name="reports")
    at = models.DateTimeField()
    verdict = models.CharField(max_length=10, choices=Verdict.choices, default=Verdict.WAITING)
    verdict_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    verdict_at = models.DateTimeField(null=True)
    verdict_note = models.CharField(_("审核意见"), max_length=300, blank=True)
    #: Reported after the limit had ended.
    late = models.BooleanField(default=False)

    class Meta:
        ordering = ["at", "pk"]
        # The unit's replies of the last weeks, to see which read the same.
        indexes = [models.Index(fields=["unit", "-at"], name="report_of_unit")]

    def __str__(self) -> str:
        return f"report {self.pk}"

    @property
    def missing_words(self) -> list[Promise]:
        """What the quality check missed, in words."""
        return [self.Missing(code).label for code in self.missing]
