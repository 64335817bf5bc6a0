"""Configuration of units, places and people; cases are never handled here."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.utils.translation import gettext_lazy as _
from simple_history.admin import SimpleHistoryAdmin

from units.forms import AccountForm
from units.models import Place, Unit, User


@admin.register(Unit)
class UnitConfig(SimpleHistoryAdmin):
    list_display = ["code", "name", "type", "rank_group", "stratum", "active"]
    list_filter = ["type", "rank_group", "stratum", "active"]
    search_fields = ["code", "name", "initials"]
    #: The tree is the pack's; moving a unit would move its past.
    readonly_fields = ["code", "path", "parent", "district", "place"]


@admin.register(Place)
class PlaceConfig(admin.ModelAdmin):
    list_display = ["code", "name", "level", "population", "active"]
    list_filter = ["level", "active"]
    search_fields = ["code", "name", "initials"]
    readonly_fields = ["code", "parent", "district", "street"]


@admin.register(User)
class UserConfig(SimpleHistoryAdmin, UserAdmin):
    form = AccountForm
    list_display = ["username", "display_name", "unit", "told_roles", "is_active"]
    list_filter = ["is_active"]
    search_fields = ["username", "display_name"]
    raw_id_fields = ["unit"]
    fieldsets = [
        (None, {"fields": ["username", "password"]}),
        (_("岗位"), {"fields": ["display_name", "unit", "roles"]}),
        (_("账号"), {"fields": ["is_active", "is_staff", "is_superuser", "last_login"]}),
    ]
    readonly_fields = ["last_login"]

    @admin.display(description=_("角色"))
    def told_roles(self, person: User) -> str:
        """The roles in words."""
        return "、".join(str(name) for name in person.role_names)
