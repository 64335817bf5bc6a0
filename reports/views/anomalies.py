"""回访异常: what the auditor may want to look into."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from reports.queries import anomalies as queries
from scoring.models import Period
from units.doors import only
from units.models import Unit
from units.roles import Role

#: Units of the list, and periods to choose from.
LISTED = 100
PERIODS = 13


@require_safe
@only({Role.SUPERVISOR, Role.AUDITOR})
def anomalies(request: HttpRequest) -> HttpResponse:
    """By unit; with `unit`, the tickets behind its numbers."""
    at = timezone.now()
    known = Period.objects.select_related("scheme")
    periods = list(known.filter(begins__lte=at).order_by("-begins")[:PERIODS])
    asked = request.GET.get("period", "")
    period = get_object_or_404(known, code=asked) if asked else next(iter(periods), None)
    context: dict[str, object] = {"period": period, "periods": periods, "kinds": queries.KINDS.values()}
    if period is None:
        return render(request, "reports/anomalies.html", context | {"lines": []})
    context["limits"] = queries.Limits.at(period.last_day)
    code = request.GET.get("unit", "")
    if code:
        unit = get_object_or_404(Unit, code=code)
        pieces = queries.evidence(period, unit, request.user)
        return render(request, "reports/anomalies_unit.html", context | {"unit": unit, "pieces": pieces})
    found = queries.lines(period)
    context |= {
        "lines": [line for line in found if line.evidence or line.refused][:LISTED],
        "ended": sum(line.ended for line in found),
        "refused": sum(line.refused for line in found),
    }
    return render(request, "reports/anomalies.html", context)
