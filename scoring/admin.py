"""Configuration: schemes. One that a period is counted by is never edited; the next gets a later date."""

from django.contrib import admin
from django.http import HttpRequest
from simple_history.admin import SimpleHistoryAdmin

from scoring.forms.schemes import SchemeForm
from scoring.models import Period, Scheme


@admin.register(Scheme)
class SchemeConfig(SimpleHistoryAdmin):
    form = SchemeForm
    list_display = ["code", "name", "effective_from", "period_start_day", "min_sample"]

    def has_change_permission(self, request: HttpRequest, obj: Scheme | None = None) -> bool:
        return super().has_change_permission(request, obj) and not _counts(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Scheme | None = None) -> bool:
        return super().has_delete_permission(request, obj) and not _counts(obj)


def _counts(scheme: Scheme | None) -> bool:
    """Whether a period is counted by it: changing it would change what was published."""
    return scheme is not None and Period.objects.filter(scheme=scheme).exists()
