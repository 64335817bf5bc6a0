"""The ruler's pages: the board, a unit's month, the lines behind a number, and their files."""

from datetime import datetime, timedelta

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe
from scoring.models import Period
from tickets.book import local_day
from units.doors import only
from units.models import Unit
from units.roles import Role

from reports.exports import FORMATS
from reports.queries import boards
from reports.queries.board_page import board_page, unit_page
from reports.queries.boards import Board
from reports.queries.charts import charts

#: Days of the calendar.
CALENDAR = timedelta(days=182)


#: Boards are published inside the city; whoever only takes calls or walks a grid has no use for them.
reader = only(frozenset(Role) - {Role.AGENT, Role.GRID})


def _group(request: HttpRequest) -> str:
    """The group asked for, else the one the person's own unit is ranked in."""
    asked = request.GET.get("group", "")
    if asked in Unit.RankGroup.values:
        return asked
    unit = request.user.unit
    return unit.rank_group if unit is not None and unit.rank_group else Unit.RankGroup.DISTRICTS


def _period(request: HttpRequest, known: list[Period]) -> Period | None:
    """The period asked for, else the newest. Raises Http404 for one there is not."""
    code = request.GET.get("period", "")
    if not code:
        return known[0] if known else None
    for period in known:
        if period.code == code:
            return period
    raise Http404(code)


def _asked(request: HttpRequest, at: datetime) -> Board:
    known = boards.periods()
    period = _period(request, known)
    if period is None:
        raise Http404("no period yet")
    return boards.board(_group(request), period, known, at)


@require_safe
@reader
def board(request: HttpRequest) -> HttpResponse:
    """The board of a group in a period."""
    at = timezone.now()
    known = boards.periods()
    period = _period(request, known)
    group = _group(request)
    context = {"group": group, "groups": Unit.RankGroup.choices, "periods": known, "period": None, "at": at}
    if period is not None:
        context |= board_page(boards.board(group, period, known, at), at, whole="all" in request.GET)
    return render(request, "reports/board.html", context)


@require_safe
@reader
def board_data(request: HttpRequest) -> JsonResponse:
    """What the charts of a board draw."""
    at = timezone.now()
    shown = _asked(request, at)
    drawn = charts(shown.group, shown.period, local_day(at - CALENDAR))
    until = local_day(at)
    since = drawn.days[0][0] if drawn.days else until
    history = [
        {"code": code, **{name: rate for name, rate in whole.rates.items()}} for code, whole in shown.history
    ]
    return JsonResponse({"history": history, "since": since, "until": until, **drawn.as_json})


@require_safe
@reader
def board_tables(request: HttpRequest) -> HttpResponse:
    """The charts' data as tables, fetched when somebody opens them."""
    at = timezone.now()
    known = boards.periods()
    period = _period(request, known)
    if period is None:
        raise Http404("no period yet")
    drawn = charts(_group(request), period, local_day(at - CALENDAR))
    return render(request, "reports/_board_tables.html", {"charts": drawn})


@require_safe
@reader
def board_file(request: HttpRequest, ending: str) -> HttpResponse:
    """The board as CSV or XLSX."""
    if ending not in FORMATS:
        raise Http404(ending)
    shown = _asked(request, timezone.now())
    media, write = FORMATS[ending]
    name = f"board-{shown.group}-{shown.period.code}.{ending}"
    return HttpResponse(
        write(shown),
        content_type=media,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@require_safe
@reader
def unit(request: HttpRequest, period: str, code: str) -> HttpResponse:
    """A unit in a period: counts, rates, its own history and its categories."""
    known = boards.periods()
    month = next((row for row in known if row.code == period), None)
    if month is None:
        raise Http404(period)
    found = get_object_or_404(Unit.objects.select_related("district"), code=code)
    return render(request, "reports/board_unit.html", unit_page(found, month, known, timezone.now()))
