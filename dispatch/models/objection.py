"""A unit says the order is not its matter (派单异议), and what was ruled (DOMAIN R12, §3.4)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from dispatch.models.catalogue import Assignment
from tickets.models import Attachment, Ticket
from units.models import Unit, User


class Objection(models.Model):
    """Ground, clause, proposed unit and evidence; a ruling in time, else the rule for silence: refused."""

    class Ground(models.TextChoices):
        REMIT = "remit", _("不属本单位职责")
        AREA = "area", _("不在本单位辖区")
        CATEGORY = "category", _("事项分类有误")
        OWNER = "owner", _("产权或管理单位另有其人")

    class Verdict(models.TextChoices):
        WAITING = "waiting", _("待审核")
        UPHELD = "upheld", _("异议成立")
        REFUSED = "refused", _("异议不成立")
        #: Nobody ruled in time: it counts as refused.
        SILENT = "silent", _("逾期未审，视为不成立")
        #: The last one allowed is answered with a binding ruling.
        RULED = "ruled", _("裁定")
        #: The ticket left the unit by another way: its limit ended, or the caller withdrew.
        LAPSED = "lapsed", _("自动终止")

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="objections")
    #: 1 or 2 over the ticket's life, whichever units raised them; one that lapsed leaves its number to the
    #: next.
    number = models.PositiveSmallIntegerField()
    assignment = models.ForeignKey(Assignment, models.PROTECT, related_name="objections")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    ground = models.CharField(_("异议理由"), max_length=10, choices=Ground.choices)
    clause = models.CharField(_("依据条款"), max_length=200)
    proposed = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("建议承办单位"))
    text = models.TextField(_("情况说明"), max_length=1000)
    evidence = models.ManyToManyField(Attachment, blank=True, related_name="objections")
    due = models.DateTimeField()

    verdict = models.CharField(max_length=10, choices=Verdict.choices, default=Verdict.WAITING)
    #: Whose matter it is, by the ruling.
    awarded = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    opinion = models.CharField(_("审核意见"), max_length=500, blank=True)
    ruled_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    ruled_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["ticket", "number"], name="objection_once", condition=~models.Q(verdict="lapsed")
            ),
            models.UniqueConstraint(
                fields=["ticket"], name="objection_open_once", condition=models.Q(verdict="waiting")
            ),
        ]
        indexes = [models.Index(fields=["due"], name="objection_open", condition=models.Q(verdict="waiting"))]

    def __str__(self) -> str:
        return f"objection {self.pk}"
