"""Configuration: categories, limits, calendars, settings; cases are never handled here."""

from django.contrib import admin
from simple_history.admin import SimpleHistoryAdmin

from tickets.models import Category, Limit, Setting, WorkCalendar, WorkDay


@admin.register(Category)
class CategoryConfig(SimpleHistoryAdmin):
    list_display = ["code", "path_name", "limit_code", "active_from", "active_to"]
    list_filter = ["leaf", "limit_code"]
    search_fields = ["code", "name", "initials"]
    readonly_fields = ["code", "parent", "path_name", "leaf"]


@admin.register(Limit)
class LimitConfig(SimpleHistoryAdmin):
    list_display = [
        "code",
        "name",
        "dispatch_minutes",
        "sign_minutes",
        "contact_minutes",
        "handle_minutes",
        "calendar",
        "effective_from",
    ]
    list_filter = ["code"]


@admin.register(Setting)
class SettingConfig(SimpleHistoryAdmin):
    list_display = ["key", "value", "unit", "effective_from", "source"]
    search_fields = ["key"]


class WorkDayRows(admin.TabularInline):
    model = WorkDay
    extra = 0


@admin.register(WorkCalendar)
class WorkCalendarConfig(admin.ModelAdmin):
    list_display = ["code", "name", "working", "opens", "closes"]
    inlines = [WorkDayRows]
