"""A page of its own: one request, its matters side by side."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from dispatch.actions.splitting import FEWEST, MOST
from dispatch.actions.splitting import split as split_ticket
from dispatch.forms import splitting as forms
from tickets.errors import Refused, Stale
from tickets.models import Ticket
from tickets.queries import in_hand
from units.doors import only
from units.roles import Role


@require_http_methods(["GET", "POST"])
@only([Role.DISPATCHER])
def split(request: HttpRequest, number: str) -> HttpResponse:
    """拆单; `more` and `fewer` change the number of parts and keep what was typed."""
    ticket = in_hand(request.user, number)
    count = forms.count_of(request.POST, FEWEST, MOST)
    if request.method == "GET":
        return _page(request, ticket, forms.blank(ticket, count))
    change = ("more" in request.POST) - ("fewer" in request.POST)
    if change:
        count = min(max(count + change, FEWEST), MOST)
        return _page(request, ticket, forms.blank(ticket, count, request.POST))
    parts = forms.typed(request.POST, count)
    if not all([form.is_valid() for form in parts]):
        return _page(request, ticket, parts, status=422)
    try:
        fresh = in_hand(request.user, number, request.POST.get("version"))
        made = split_ticket(fresh, [form.part for form in parts], by=request.user, at=timezone.now())
    except Stale as stale:
        return _page(request, ticket, parts, status=409, conflict=str(stale))
    except Refused as refusal:
        return _page(request, ticket, parts, status=422, refused=str(refusal))
    numbers = "、".join(one.number for one in made)
    messages.success(
        request, _("已拆单：%(number)s，新工单 %(made)s。") % {"number": number, "made": numbers}
    )
    return redirect("dispatch:desk")


def _page(
    request: HttpRequest, ticket: Ticket, parts: list[forms.PartForm], *, status: int = 200, **told: str
) -> HttpResponse:
    page = {
        "ticket": ticket,
        "parts": parts,
        "wrong": next((form for form in parts if form.errors), None),
        "most": MOST,
        "fewest": FEWEST,
        "may": {move.name for move in ticket.moves_for(request.user)},
        **told,
    }
    return render(request, "dispatch/split.html", page, status=status)
