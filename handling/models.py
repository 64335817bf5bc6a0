"""What the unit did: contacts with the caller, notes, and the results it reports."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from tickets.models import Attachment, Ticket
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


class Report(models.Model):
    """A result reported by the lead unit, and what its leader said to it."""

    class Verdict(models.TextChoices):
        WAITING = "waiting", _("待审核")
        APPROVED = "approved", _("已通过")
        SENT_BACK = "sent_back", _("已退回")

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="reports")
    round = models.PositiveSmallIntegerField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    outcome = models.CharField(_("办理结果"), max_length=12, choices=Outcome.choices)
    text = models.TextField(_("办理情况"))
    #: What the caller reads on the public page.
    reply = models.TextField(_("给诉求人的答复"))
    evidence = models.ManyToManyField(Attachment, blank=True, related_name="reports")
    at = models.DateTimeField()
    verdict = models.CharField(max_length=10, choices=Verdict.choices, default=Verdict.WAITING)
    verdict_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    verdict_at = models.DateTimeField(null=True)
    verdict_note = models.CharField(_("审核意见"), max_length=300, blank=True)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"report {self.pk}"
