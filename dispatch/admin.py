"""Configuration of the dispatch catalogue; what a version has routed stays as it was."""

from django.contrib import admin
from simple_history.admin import SimpleHistoryAdmin

from dispatch.models import Catalogue, Rule


@admin.register(Catalogue)
class CatalogueConfig(admin.ModelAdmin):
    list_display = ["version", "effective_from", "note"]


@admin.register(Rule)
class RuleConfig(SimpleHistoryAdmin):
    list_display = ["category", "scope", "kind", "lead", "co", "basis", "catalogue"]
    list_filter = ["catalogue"]
    list_select_related = ["category", "scope", "catalogue"]
    search_fields = ["category__code", "category__name", "lead"]
    raw_id_fields = ["category", "scope"]
