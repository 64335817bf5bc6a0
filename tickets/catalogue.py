"""What requests are about: the tree of categories (DOMAIN §4.4, §10)."""

from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords


class CategoryQuerySet(models.QuerySet["Category"]):
    def leaves(self) -> "CategoryQuerySet":
        return self.filter(leaf=True)

    def in_force(self, day: date) -> "CategoryQuerySet":
        current = models.Q(active_to=None) | models.Q(active_to__gt=day)
        return self.filter(current, active_from__lte=day)


class Category(models.Model):
    """A node of the catalogue; requests are filed under leaves."""

    code = models.CharField(_("代码"), max_length=60, unique=True)
    name = models.CharField(_("名称"), max_length=80)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    #: "住房 › 物业管理 › 电梯困人"
    path_name = models.CharField(max_length=255)
    leaf = models.BooleanField(default=False)
    #: The SLA class of a leaf (`Limit.code`).
    limit_code = models.CharField(_("时限等级"), max_length=10, blank=True)
    #: Empty: any kind of request.
    kinds = ArrayField(models.CharField(max_length=12), default=list, blank=True)
    #: Words callers use, for search.
    synonyms = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    initials = models.CharField(max_length=80, blank=True)
    #: Relative frequency, for simulations only.
    weight = models.FloatField(default=1)
    active_from = models.DateField(_("生效"))
    active_to = models.DateField(_("失效"), null=True, blank=True)

    history = HistoricalRecords()
    objects = CategoryQuerySet.as_manager()

    class Meta:
        ordering = ["code"]
        verbose_name = _("事项分类")
        verbose_name_plural = _("事项分类")

    def __str__(self) -> str:
        return self.name
