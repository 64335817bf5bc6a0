"""Who and where: the tree of units, the tree of places, and the people."""

from collections.abc import Iterable

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from units.roles import Role


class Place(models.Model):
    """A division of the city: city, district, street or town, community (official statistical codes)."""

    class Level(models.TextChoices):
        CITY = "city", _("市")
        DISTRICT = "district", _("区")
        STREET = "street", _("街道乡镇")
        COMMUNITY = "community", _("社区村")

    code = models.CharField(_("代码"), max_length=20, unique=True)
    name = models.CharField(_("名称"), max_length=80)
    level = models.CharField(_("层级"), max_length=10, choices=Level.choices)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    #: The district this place lies in (itself for a district, empty for the city).
    district = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")
    #: The street or town this place lies in (itself for a street, empty above).
    street = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")
    population = models.PositiveIntegerField(_("常住人口"), null=True, blank=True)
    initials = models.CharField(_("拼音首字母"), max_length=80, blank=True, db_index=True)
    active = models.BooleanField(_("启用"), default=True)

    class Meta:
        ordering = ["code"]
        verbose_name = _("地点")
        verbose_name_plural = _("地点")

    def __str__(self) -> str:
        return self.name

    @property
    def full_name(self) -> str:
        """District · street · community, without the city; reads the cached parents only."""
        parts = [self.district, self.street, self]
        names = [p.name for p in parts if p is not None]
        return " · ".join(dict.fromkeys(names))


class UnitQuerySet(models.QuerySet["Unit"]):
    def active(self) -> "UnitQuerySet":
        return self.filter(active=True)

    def under(self, unit: "Unit") -> "UnitQuerySet":
        """The unit itself and every unit below it."""
        return self.filter(path__startswith=unit.path)

    def ranked(self, group: str) -> "UnitQuerySet":
        return self.filter(rank_group=group, active=True)


class Unit(models.Model):
    """A body that receives orders or runs the line (DOMAIN §4.1)."""

    class Type(models.TextChoices):
        CITY_CENTRE = "city_centre", _("市热线中心")
        DISTRICT = "district", _("区政府")
        STREET = "street", _("街道")
        TOWN = "town", _("乡镇")
        COMMUNITY = "community", _("社区村")
        CITY_DEPT = "city_dept", _("市级部门")
        DISTRICT_DEPT = "district_dept", _("区级部门")
        ENTERPRISE = "enterprise", _("公共服务企业")
        EMERGENCY = "emergency", _("紧急救助")
        EXTERNAL = "external_liaison", _("央属军队联络")

    class RankGroup(models.TextChoices):
        DISTRICTS = "districts", _("各区")
        STREETS = "streets", _("街道乡镇")
        DEPARTMENTS = "departments", _("市级部门")
        ENTERPRISES = "enterprises", _("公共服务企业")

    class Stratum(models.TextChoices):
        """What a unit is fairly compared with (DOMAIN §2.5: 分档分类)."""

        CORE = "core", _("中心城区")
        SUBURB = "suburb", _("近远郊区")
        TOWN = "town", _("乡镇")

    code = models.CharField(_("代码"), max_length=40, unique=True)
    name = models.CharField(_("名称"), max_length=80)
    short_name = models.CharField(_("简称"), max_length=40, blank=True)
    type = models.CharField(_("类型"), max_length=20, choices=Type.choices)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    place = models.ForeignKey(Place, models.PROTECT, null=True, blank=True, related_name="units")
    #: The district government above this unit (itself for one); empty for city bodies.
    district = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")
    rank_group = models.CharField(_("排名组"), max_length=12, choices=RankGroup.choices, blank=True)
    stratum = models.CharField(_("类别"), max_length=8, choices=Stratum.choices, blank=True)
    #: A department's line of work, by which `district_dept:<function>` finds it.
    function = models.CharField(_("职能"), max_length=30, blank=True)
    duty_phone = models.CharField(_("值班电话"), max_length=30, blank=True)
    initials = models.CharField(_("拼音首字母"), max_length=80, blank=True, db_index=True)
    #: "/" + codes from the root down + "/": a prefix is a subtree.
    path = models.CharField(max_length=200, unique=True, editable=False)
    active = models.BooleanField(_("启用"), default=True)

    history = HistoricalRecords()
    objects = UnitQuerySet.as_manager()

    class Meta:
        ordering = ["code"]
        verbose_name = _("单位")
        verbose_name_plural = _("单位")
        indexes = [
            models.Index(fields=["path"], name="unit_path_prefix", opclasses=["varchar_pattern_ops"]),
            models.Index(fields=["rank_group"], name="unit_rank_group", condition=~Q(rank_group="")),
        ]

    def __str__(self) -> str:
        return self.short_name or self.name

    def covers(self, other: "Unit | None") -> bool:
        """Whether `other` is this unit or lies below it."""
        return other is not None and other.path.startswith(self.path)


class User(AbstractUser):
    """A person with an account; outsourced agents never hold a handling role (DOMAIN §1)."""

    display_name = models.CharField(_("姓名"), max_length=40, blank=True)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="people")
    roles = ArrayField(
        models.CharField(max_length=20, choices=Role.choices),
        default=list,
        blank=True,
        verbose_name=_("角色"),
    )
    #: Whether single-key shortcuts are on (WCAG 2.1.4).
    single_keys = models.BooleanField(_("单键快捷键"), default=True)

    history = HistoricalRecords(excluded_fields=["password", "last_login"])

    class Meta:
        verbose_name = _("用户")
        verbose_name_plural = _("用户")

    def __str__(self) -> str:
        return self.display_name or self.username

    def has_role(self, *roles: str) -> bool:
        """Whether the person holds any of the roles."""
        return not set(roles).isdisjoint(self.roles)

    @cached_property
    def reach(self) -> list[int]:
        """Keys of the person's unit and of every unit below it; empty without a unit.

        Lists are filtered by these keys and not by the path: PostgreSQL knows how much lies with a unit it
        is told by key, and then enters the right index. `units/auth.py` reads them with the person.
        """
        return list(Unit.objects.under(self.unit).values_list("pk", flat=True)) if self.unit else []

    @property
    def role_names(self) -> Iterable[str]:
        return [Role(role).label for role in self.roles]
