"""Why did I lose this point? A unit's month explained, the lines behind a number, and their files."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from reports.exports import WRITERS, lines_table
from reports.queries import lines, why
from reports.views.boards import reader
from scoring.models import Period
from scoring.rules import RATE_NAMES
from tickets.models import Category
from units.models import Place, Unit

#: Lines a file holds at most.
EXPORTED = 50_000


@require_safe
@reader
def explained(request: HttpRequest, period: str, code: str) -> HttpResponse:
    """Where a unit's points of a period went, and what each exclusion changed."""
    month, unit = _asked(period, code)
    context = why.why(unit, month, request.user) | {"running": timezone.now() < month.ends}
    return render(request, "reports/why.html", context)


@require_safe
@reader
def tickets_behind(request: HttpRequest, period: str, code: str, column: str) -> HttpResponse:
    """The lines that make a number, with the tickets this person may open and the points each cost."""
    month, unit = _asked(period, code)
    narrow = _narrow(request, column)
    found = lines.behind(month, unit, column, narrow)
    whole, part = lines.weighed(month, unit, found, narrow)
    context = {
        "period": month,
        "unit": unit,
        "column": column,
        "name": lines.COLUMNS[column][0],
        "narrow": narrow,
        "asked": _address(request),
        "clocks": why.CLOCKS,
        "page": lines.page(found, request.user, request.GET.get("after", ""), whole),
        "total": whole.told(column, part),
    }
    template = "reports/why_lines.html"
    return render(request, f"{template}#rows" if request.htmx else template, context)


@require_safe
@reader
def lines_file(request: HttpRequest, period: str, code: str, column: str, ending: str) -> HttpResponse:
    """The same lines as CSV or XLSX, with the same filters and the same masked numbers."""
    if ending not in WRITERS:
        raise Http404(ending)
    month, unit = _asked(period, code)
    narrow = _narrow(request, column)
    found = lines.behind(month, unit, column, narrow)
    whole, _part = lines.weighed(month, unit, found, lines.Narrow())
    shown = lines.told(lines.full(found).order_by("-pk")[:EXPORTED], request.user, whole)
    media, write = WRITERS[ending]
    return HttpResponse(
        write(lines_table(shown), month.code),
        content_type=media,
        headers={
            "Content-Disposition": f'attachment; filename="lines-{unit.code}-{month.code}-{column}.{ending}"'
        },
    )


def _asked(period: str, code: str) -> tuple[Period, Unit]:
    month = get_object_or_404(Period.objects.select_related("scheme"), code=period)
    return month, get_object_or_404(Unit, code=code)


def _narrow(request: HttpRequest, column: str) -> lines.Narrow:
    """What the address asks for. Raises Http404 for what does not exist."""
    asked = request.GET
    question, clock = asked.get("question", ""), asked.get("clock", "")
    if column not in lines.COLUMNS or question not in ("", *RATE_NAMES) or clock not in ("", *lines.ON_CLOCK):
        raise Http404(column)
    category, place = asked.get("category", ""), asked.get("place", "")
    return lines.Narrow(
        category=get_object_or_404(Category, code=category) if category else None,
        place=get_object_or_404(Place, code=place) if place else None,
        question=question,
        clock=clock,
    )


def _address(request: HttpRequest) -> str:
    """The filters as they stand in the address, without the cursor; empty or ending in "&"."""
    asked = request.GET.copy()
    asked.pop("after", None)
    return f"{text}&" if (text := asked.urlencode()) else ""
