"""Configuration: beginnings of answers; cases are never handled here."""

from django.contrib import admin

from handling.models import ReplyTemplate


@admin.register(ReplyTemplate)
class ReplyTemplateConfig(admin.ModelAdmin):
    list_display = ["name", "unit", "category", "text"]
    search_fields = ["name", "text"]
    autocomplete_fields = ["unit", "category"]
