"""The ruler's pages: the board, a unit's month, the lines behind a number, and their files."""

from dataclasses import replace
from datetime import timedelta

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from reports.exports import WRITERS
from reports.queries import boards, lines
from reports.queries.board_choices import groups, in_bands
from reports.queries.board_history import history, until
from reports.queries.board_page import board_page, unit_page
from reports.queries.board_units import Within
from reports.queries.charts import charts
from reports.rules import Asked
from reports.tables import board_table
from scoring.models import Period
from scoring.queries.publishing import adjustments
from tickets.book import local_day
from units.doors import only
from units.models import Unit
from units.roles import Role

#: Days of the calendar.
CALENDAR = timedelta(days=182)


#: Boards are published inside the city; whoever only takes calls or walks a grid has no use for them.
reader = only(frozenset(Role) - {Role.AGENT, Role.GRID})


def _asked(request: HttpRequest) -> Asked:
    """What the address asks for; the group is, unasked, the one that the person's own unit is ranked in."""
    group = request.GET.get("group", "")
    if group not in Unit.RankGroup.values:
        unit = request.user.unit
        group = unit.rank_group if unit is not None and unit.rank_group else Unit.RankGroup.DISTRICTS
    stratum, volume, view = (request.GET.get(name, "") for name in ("stratum", "volume", "view"))
    return Asked(
        group=str(group),
        period=request.GET.get("period", ""),
        stratum=stratum if stratum in Unit.Stratum.values else "",
        volume=volume if volume in {"0", "1", "2", "3", "4"} else "",
        view=view if view in ("league", "bands") else "",
    )


def _period(asked: Asked, known: list[Period]) -> Period | None:
    """The period asked for, else the newest. Raises Http404 for one there is not."""
    if not asked.period:
        return known[0] if known else None
    for period in known:
        if period.code == asked.period:
            return period
    raise Http404(asked.period)


def _chosen(asked: Asked) -> tuple[Period, list[Period]]:
    """The period asked for, else the newest, and all there are. Raises Http404 where there is none."""
    known = boards.periods()
    period = _period(asked, known)
    if period is None:
        raise Http404("no period yet")
    return period, known


def _within(asked: Asked) -> Within:
    return Within(asked.stratum, int(asked.volume) if asked.volume else None)


@require_safe
@reader
def board(request: HttpRequest) -> HttpResponse:
    """The board of a group in a period."""
    at, asked = timezone.now(), _asked(request)
    known = boards.periods()
    period = _period(asked, known)
    context = {"group": asked.group, "groups": groups(asked), "periods": known, "period": period}
    if period is not None:
        asked = replace(asked, period=period.code)
        shown = boards.board(asked.group, period, known, at, _within(asked))
        context |= board_page(shown, asked, known, at, whole="all" in request.GET)
    return render(request, "reports/board.html", context | {"at": at, "asked": asked})


@require_safe
@reader
def board_data(request: HttpRequest) -> JsonResponse:
    """What the charts of a board draw."""
    at, asked = timezone.now(), _asked(request)
    period, known = _chosen(asked)
    drawn = charts(asked.group, period, local_day(at - CALENDAR))
    today = local_day(at)
    since = drawn.days[0][0] if drawn.days else today
    past = history(asked.group, until(period, known))
    told = [{"code": code, **whole.rates} for code, whole in past.whole]
    return JsonResponse({"history": told, "since": since, "until": today, **drawn.as_json})


@require_safe
@reader
def board_tables(request: HttpRequest) -> HttpResponse:
    """The charts' data as tables, fetched when somebody opens them."""
    at = timezone.now()
    asked = _asked(request)
    period, _known = _chosen(asked)
    drawn = charts(asked.group, period, local_day(at - CALENDAR))
    return render(request, "reports/_board_tables.html", {"charts": drawn})


@require_safe
@reader
def board_file(request: HttpRequest, ending: str) -> HttpResponse:
    """The board as CSV or XLSX."""
    if ending not in WRITERS:
        raise Http404(ending)
    asked = _asked(request)
    period, known = _chosen(asked)
    shown = boards.board(asked.group, period, known, timezone.now(), _within(asked))
    media, write = WRITERS[ending]
    cells = board_table(shown, bands=in_bands(shown, asked))
    name = f"board-{shown.group}-{shown.period.code}.{ending}"
    return HttpResponse(
        write(cells, shown.period.code),
        content_type=media,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@require_safe
@reader
def adjusted(request: HttpRequest, period: str) -> HttpResponse:
    """What was put right of a published month since, in later ones."""
    month = get_object_or_404(Period, code=period)
    shown = lines.page(adjustments(month), request.user, request.GET.get("after", ""))
    context = {"period": month, "page": shown, "group": _asked(request).group}
    template = "reports/board_adjusted.html"
    return render(request, f"{template}#rows" if request.htmx else template, context)


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
