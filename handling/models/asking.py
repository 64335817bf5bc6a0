"""What a unit may ask for: more time, a long-term plan, the word of those above (DOMAIN §3.3, §3.5)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tickets.models import Attachment, Ticket
from units.models import Unit, User


class Extension(models.Model):
    """More time (延期), asked before the limit by the unit's leader; silence is a refusal."""

    class State(models.TextChoices):
        ASKED = "asked", _("待审批")
        GRANTED = "granted", _("准予延期")
        REFUSED = "refused", _("不予延期")
        SILENT = "silent", _("逾期未批，视为不予")

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="extensions")
    #: Which extension of the ticket this would be; each has its own longest length.
    number = models.PositiveSmallIntegerField()
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    minutes = models.PositiveIntegerField(_("延长（分）"))
    reason = models.CharField(_("理由"), max_length=500)
    basis = models.CharField(_("依据"), max_length=200)
    due = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    opinion = models.CharField(_("审批意见"), max_length=300, blank=True)
    #: The limit before and after.
    was_due = models.DateTimeField()
    now_due = models.DateTimeField(null=True)

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["ticket"], name="extension_open_once", condition=Q(state="asked"))
        ]

    def __str__(self) -> str:
        return f"extension {self.pk}"


class Plan(models.Model):
    """What cannot be solved now is put on a plan (挂账) with milestones and signatures."""

    class Why(models.TextChoices):
        POLICY = "policy", _("政策待完善")
        FUNDING = "funding", _("资金待落实")
        BUILDING = "building", _("工程建设周期长")
        HISTORY = "history", _("历史遗留问题")

    class State(models.TextChoices):
        ASKED = "asked", _("待区级签批")
        SIGNED = "signed", _("待市级批准")
        ACTIVE = "active", _("挂账中")
        REFUSED = "refused", _("不予挂账")
        ENDED = "ended", _("已恢复办理")
        #: The order left handling before anybody decided, and another plan was asked for.
        LAPSED = "lapsed", _("申请已失效")

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="plans")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    why = models.CharField(_("挂账原因"), max_length=10, choices=Why.choices)
    text = models.TextField(_("工作计划"), max_length=2000)
    #: What the caller was told, and the contact in which they were.
    told = models.ForeignKey("handling.Contact", models.PROTECT, related_name="+")
    until = models.DateField(_("挂账至"))
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    signed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    signed_at = models.DateTimeField(null=True)
    #: The district's words; the city's, or those of a refusal, are `opinion`.
    signed_opinion = models.CharField(_("区级签批意见"), max_length=300, blank=True)
    approved_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    refused_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    opinion = models.CharField(_("审批意见"), max_length=300, blank=True)
    renewals = models.PositiveSmallIntegerField(default=0)
    ended_at = models.DateTimeField(null=True)
    #: Why it ended: done, milestone, expired, revoked, left.
    ended_for = models.CharField(max_length=12, blank=True)

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["ticket"], name="plan_open_once", condition=Q(state__in=["asked", "signed", "active"])
            )
        ]

    def __str__(self) -> str:
        return f"plan {self.pk}"


class Milestone(models.Model):
    """A step of a plan by a day; one that is missed brings the ticket back to handling."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="milestones")
    name = models.CharField(_("节点"), max_length=100)
    due = models.DateField(_("完成日期"))
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    note = models.CharField(_("完成情况"), max_length=300, blank=True)
    missed = models.BooleanField(default=False)

    class Meta:
        ordering = ["due", "pk"]

    def __str__(self) -> str:
        return f"{self.due} {self.name}"


class Coordination(models.Model):
    """The handler cannot solve it alone: those above study it and give an opinion that binds (DOMAIN R14)."""

    class Level(models.TextChoices):
        DISTRICT = "district", _("区级")
        DEPARTMENT = "department", _("行业主管部门")
        CITY = "city", _("市级")

    class State(models.TextChoices):
        ASKED = "asked", _("待协调")
        ANSWERED = "answered", _("已有意见")
        PASSED_UP = "passed_up", _("已提级")
        LAPSED = "lapsed", _("自动终止")

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="coordinations")
    level = models.CharField(_("层级"), max_length=12, choices=Level.choices)
    #: Who must answer; None: the city.
    to = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    #: The request it was passed up from.
    below = models.OneToOneField("self", models.PROTECT, null=True, related_name="above")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    question = models.TextField(_("需协调的问题"), max_length=1000)
    due = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    opinion = models.TextField(_("协调意见"), max_length=1000, blank=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["ticket"], name="coordination_open_once", condition=Q(state="asked")
            )
        ]

    def __str__(self) -> str:
        return f"coordination {self.pk}"


class OnSiteOrder(models.Model):
    """Units must be at a place at a time, verify and divide responsibility (DOMAIN §3.1)."""

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="on_site_orders")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    #: When and where they meet.
    meet_at = models.DateTimeField(_("到场时间"))
    where = models.CharField(_("地点"), max_length=200)
    units = models.ManyToManyField(Unit, related_name="+", verbose_name=_("到场单位"))
    demand = models.CharField(_("要求"), max_length=500, blank=True)
    #: What was found and divided there.
    outcome = models.TextField(_("现场结论"), max_length=1000, blank=True)
    photo = models.ForeignKey(Attachment, models.PROTECT, null=True, related_name="+")
    done_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    done_at = models.DateTimeField(null=True)
    late = models.BooleanField(default=False)

    class Meta:
        ordering = ["meet_at", "pk"]

    def __str__(self) -> str:
        return f"on-site order {self.pk}"
