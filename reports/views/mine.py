"""A unit's own page: this month so far, where points are being lost, what is still to save."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from reports.queries import boards
from reports.queries import mine as queries
from units.doors import only
from units.roles import OF_THE_UNIT


@require_safe
@only(OF_THE_UNIT, in_a_unit=True)
def mine(request: HttpRequest) -> HttpResponse:
    """The unit of whoever asks, in the newest period that has begun or the one asked for."""
    at = timezone.now()
    known = boards.periods()
    code, key = request.GET.get("period", ""), request.GET.get("save", "")
    if key and key not in {row.key for row in queries.RESCUES}:
        raise Http404(key)
    begun = [row for row in known if row.begins <= at]
    period = next((row for row in begun if code in ("", row.code)), None)
    if code and period is None:
        raise Http404(code)
    context = {"unit": request.user.unit, "periods": begun, "period": period}
    if period is not None:
        context |= queries.mine(request.user, period, known, at, key) | {"running": at < period.ends}
    return render(request, "reports/mine.html", context)
