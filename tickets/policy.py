"""The numbers a city sets: limits, calendars, settings. Dated rows; a new row never changes the past."""

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
    basis = models.CharField(_("依据"), max_length=200, blank=True)

    history = HistoricalRecords()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "effective_from"], name="limit_once")]
        ordering = ["code", "effective_from"]
        verbose_name = _("时限等级")
        verbose_name_plural = _("时限等级")

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


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
