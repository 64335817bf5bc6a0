"""The numbers a city sets: limits, calendars, settings. Dated rows; a new row never changes the past."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords


class WorkCalendar(models.Model):
    """Which time counts: all of it (natural), or working hours on working days."""

    code = models.CharField(_("代码"), max_length=30, unique=True)
    name = models.CharField(_("名称"), max_length=60)
    working = models.BooleanField(_("只计工作时间"), default=False)
    opens = models.TimeField(_("上班"), default="09:00")
    closes = models.TimeField(_("下班"), default="17:00")

    class Meta:
        verbose_name = _("日历")
        verbose_name_plural = _("日历")

    def __str__(self) -> str:
        return self.name


class WorkDay(models.Model):
    """A day that differs from Monday–Friday: a holiday, or a make-up working day (调休)."""

    calendar = models.ForeignKey(WorkCalendar, models.CASCADE, related_name="days")
    day = models.DateField(_("日期"))
    works = models.BooleanField(_("上班"))
    name = models.CharField(_("名称"), max_length=40, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["calendar", "day"], name="workday_once")]
        ordering = ["day"]

    def __str__(self) -> str:
        return f"{self.day} {self.name}"


class Limit(models.Model):
    """An SLA class from a date on (DOMAIN §3.1); minutes of the calendar's time."""

    code = models.CharField(_("等级"), max_length=10)
    name = models.CharField(_("名称"), max_length=40)
    dispatch_minutes = models.PositiveIntegerField(_("派单时限（分）"))
    sign_minutes = models.PositiveIntegerField(_("签收时限（分）"))
    contact_minutes = models.PositiveIntegerField(_("联系时限（分）"))
    handle_minutes = models.PositiveIntegerField(_("办理时限（分）"))
    calendar = models.ForeignKey(WorkCalendar, models.PROTECT, verbose_name=_("日历"))
    effective_from = models.DateField(_("生效"))
    urgent = models.BooleanField(_("紧急"), default=False)
    #: Objections: how long a unit may raise one, and how long its ruling may take (DOMAIN §3.4).
    object_minutes = models.PositiveIntegerField(_("异议时限（分）"))
    rule_minutes = models.PositiveIntegerField(_("异议审核时限（分）"))
    #: Whether the limit stands still for an objection that is upheld; what is urgent is done first.
    object_pauses = models.BooleanField(_("异议成立则审核期间不计时"), default=False)
    #: The n-th extension may be at most so long; there are no more than these (DOMAIN §3.3).
    extensions = ArrayField(
        models.PositiveIntegerField(), default=list, blank=True, verbose_name=_("各次延期上限（分）")
    )
    #: The calendar of objections and of decisions about extensions; None: natural time.
    side_calendar = models.ForeignKey(
        WorkCalendar,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("异议与审批日历"),
    )
    basis = models.CharField(_("依据"), max_length=200, blank=True)

    history = HistoricalRecords()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "effective_from"], name="limit_once")]
        ordering = ["code", "effective_from"]
        verbose_name = _("时限等级")
        verbose_name_plural = _("时限等级")

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class LadderStep(models.Model):
    """A rung of the ladder from a date on: at which part of the limit who is told (DOMAIN §3.7)."""

    class Code(models.TextChoices):
        REMIND = "remind", _("提醒")
        WARN = "warn", _("黄色预警")
        OVERDUE = "overdue", _("逾期黄牌")
        RED = "red", _("红牌")
        SPECIAL = "special", _("专项督办")

    class Who(models.TextChoices):
        CLERK = "clerk", _("经办人")
        LEADER = "leader", _("承办单位领导")
        ABOVE = "above", _("上级单位领导")
        DISTRICT = "district", _("区分中心")
        SUPERVISOR = "supervisor", _("市督办")

    class Card(models.TextChoices):
        NONE = "", _("不发牌")
        YELLOW = "yellow", _("黄牌")
        RED = "red", _("红牌")

    code = models.CharField(_("级"), max_length=10, choices=Code.choices)
    name = models.CharField(_("名称"), max_length=40)
    #: Of the handling limit, counted like the limit itself; `overdue` is always 100.
    percent = models.PositiveIntegerField(_("办理时限的百分比"))
    tells = ArrayField(models.CharField(max_length=12, choices=Who.choices), verbose_name=_("告知"))
    card = models.CharField(_("发牌"), max_length=8, choices=Card.choices, blank=True)
    effective_from = models.DateField(_("生效"))

    history = HistoricalRecords()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "effective_from"], name="ladder_once")]
        ordering = ["percent", "effective_from"]
        verbose_name = _("督办阶梯")
        verbose_name_plural = _("督办阶梯")

    def __str__(self) -> str:
        return f"{self.percent} % {self.name}"


class Setting(models.Model):
    """A number or word a city sets, from a date on; the keys are those of its pack's settings.csv."""

    key = models.CharField(_("名称"), max_length=60)
    value = models.CharField(_("值"), max_length=200)
    effective_from = models.DateField(_("生效"))
    unit = models.CharField(_("单位"), max_length=20, blank=True)
    source = models.CharField(_("来源"), max_length=200, blank=True)

    history = HistoricalRecords()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "effective_from"], name="setting_once")]
        ordering = ["key", "effective_from"]
        verbose_name = _("参数")
        verbose_name_plural = _("参数")

    def __str__(self) -> str:
        return f"{self.key} = {self.value}"
