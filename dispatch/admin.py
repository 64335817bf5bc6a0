"""The dispatch catalogue, to read: it is changed in the rule lab, where a second person publishes."""

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from simple_history.admin import SimpleHistoryAdmin

from dispatch.models import Catalogue, Rule


class ReadOnly(SimpleHistoryAdmin):
    """Rows and their versions; nobody edits past the lab."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(Catalogue)
class CatalogueConfig(ReadOnly):
    list_display = ["version", "state", "effective_from", "author", "published_by", "note"]
    list_select_related = ["author", "published_by"]


@admin.register(Rule)
class RuleConfig(ReadOnly):
    list_display = ["category", "scope", "kind", "condition", "lead", "co", "basis", "catalogue"]
    list_filter = ["catalogue"]
    list_select_related = ["category", "scope", "catalogue"]
    search_fields = ["category__code", "category__name", "lead"]
