"""Every ticket on one page, the list of all, and the palette."""

from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from reports.forms import CaseFilter, PhoneForm
from reports.queries import cases as queries
from reports.queries.case import Dossier, dossier
from reports.queries.clocks import Clock, clocks
from reports.queries.side_clocks import side_clocks
from tickets.models import Ticket
from tickets.states import OPEN
from units.models import User

#: A move → the page where it is made, and the key that goes there. Several moves may share a page.
PAGES = {
    "dispatch": ("dispatch:case", gettext_lazy("派单"), "d"),
    "redispatch": ("dispatch:case", gettext_lazy("区内转派"), "d"),
    "sign": ("handling:pane", gettext_lazy("签收"), "a"),
    "report": ("handling:report", gettext_lazy("反馈结果"), "r"),
    "approve": ("handling:pane", gettext_lazy("审核反馈"), "p"),
    "close": ("followup:case", gettext_lazy("回访"), "v"),
    "contact": ("handling:pane", gettext_lazy("联系、分派、备注"), "c"),
    "first_call": ("followup:first", gettext_lazy("一级回访"), "y"),
    "correct": ("dispatch:case", gettext_lazy("更正"), "e"),
    "unmerge": ("dispatch:case", gettext_lazy("撤销并单"), "d"),
    "rule": ("dispatch:objection", gettext_lazy("审核异议"), "o"),
    "uphold": ("dispatch:objection", gettext_lazy("审核异议"), "o"),
    "oversee": ("supervision:case", gettext_lazy("督办"), "u"),
    "return_report": ("handling:return_report", gettext_lazy("退回补正"), "b"),
    "co_add": ("handling:co_add", gettext_lazy("增加协办"), "h"),
    "on_site": ("handling:on_site", gettext_lazy("现场办理令"), "s"),
    "co_done": ("handling:pane", gettext_lazy("协办、报到"), "c"),
}
#: What the table allows at any time, and nobody goes to do once the matter is over.
WHILE_OPEN = frozenset({"oversee", "co_done"})

Button = dict[str, object]


def _buttons(ticket: Ticket, user: User) -> list[Button]:
    """Where this person may go on with the ticket, each page once; the first is what is to be done next."""
    may = {*(move.name for move in ticket.moves_for(user)), *ticket.facts_for(user)}
    if ticket.state not in OPEN:
        may -= WHILE_OPEN
    found: dict[str, Button] = {}
    for name, (page, label, key) in PAGES.items():
        if name in may:
            try:
                url = reverse(page, args=[ticket.number])
            except NoReverseMatch:  # a city may run without that room
                continue
            found.setdefault(url, {"url": url, "label": label, "key": key})
    return list(found.values())


def _clocks(found: Dossier, at: datetime) -> list[Clock]:
    """Those of the main line, then those of what went on beside it."""
    handed = max((row.at for row in found.assignments), default=None)
    main = clocks(found.ticket, at, extensions=found.beside.rows["extension"], assigned_at=handed)
    return [*main, *side_clocks(found.ticket, at)]


@require_safe
@login_required
def case(request: HttpRequest, number: str) -> HttpResponse:
    """The one full page of a ticket, for every role that may see it."""
    at = timezone.now()
    found = dossier(request.user, number)
    context = {
        "ticket": found.ticket,
        "dossier": found,
        "clocks": _clocks(found, at),
        "buttons": _buttons(found.ticket, request.user),
        "now": at,
    }
    return render(request, "reports/case.html", context)


@require_safe
@login_required
def cases(request: HttpRequest) -> HttpResponse:
    """What this person may read, newest first; the next rows come as a fragment."""
    at = timezone.now()
    visible = Ticket.objects.visible_to(request.user)
    chosen = CaseFilter(request.GET, queryset=visible, user=request.user, at=at)
    after = request.GET.get("after", "")
    page = queries.page(chosen.qs, after)
    parameters = request.GET.copy()
    parameters.pop("after", None)
    context = {"page": page, "filter": chosen, "saved": parameters.urlencode(), "now": at}
    if request.htmx and after:
        return render(request, "reports/_cases_rows.html", context)
    context["count"] = queries.counted(chosen.qs)
    context["counted"] = queries.COUNTED
    context["may_find"] = request.user.has_role(*queries.FINDERS)
    whole = not request.htmx or request.htmx.boosted
    return render(request, "reports/cases.html" if whole else "reports/cases.html#found", context)


@require_POST
@login_required
def find_caller(request: HttpRequest) -> HttpResponse:
    """A telephone number becomes the key of its caller: the number itself stays out of the address."""
    form = PhoneForm(request.POST)
    try:
        key = queries.caller_with(request.user, form.cleaned_data["phone"]) if form.is_valid() else None
    except ValueError:
        key = None
    if key is None:
        messages.warning(request, _("没有查到这个号码的工单。请核对号码后再试。"))
        return redirect("reports:cases")
    return redirect(f"{reverse('reports:cases')}?caller={key}")


@require_safe
@login_required
def palette(request: HttpRequest) -> HttpResponse:
    """What Ctrl K finds."""
    typed = request.GET.get("q", "").strip()[:60]
    tickets, units = queries.palette(request.user, typed)
    return render(request, "reports/_palette.html", {"tickets": tickets, "units": units, "typed": typed})
