"""The unit's own question to its caller (一级回访)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from followup import actions
from followup.forms import FirstCallForm
from tickets.errors import Refused, Stale
from tickets.models import Ticket
from tickets.queries import in_hand
from units.doors import only
from units.roles import HANDLING


@require_http_methods(["GET", "HEAD", "POST"])
@only(HANDLING, in_a_unit=True)
def first(request: HttpRequest, number: str) -> HttpResponse:
    """一级回访: what the caller told the unit; never counted."""
    ticket = in_hand(request.user, number)
    if request.method != "POST":
        return _page(request, ticket, FirstCallForm())
    form = FirstCallForm(request.POST)
    if not form.is_valid():
        return _page(request, ticket, form, status=422)
    try:
        ticket = in_hand(request.user, number, request.POST.get("version"))
        actions.first_call(ticket, **form.cleaned_data, by=request.user, at=timezone.now())
    except Stale as stale:
        return _page(request, in_hand(request.user, number), form, status=409, conflict=str(stale))
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _page(request, in_hand(request.user, number), form, status=422)
    messages.success(request, _("%(number)s 已保存一级回访。") % {"number": number})
    return redirect("handling:pane", number)


def _page(
    request: HttpRequest, ticket: Ticket, form: FirstCallForm, *, status: int = 200, conflict: str = ""
) -> HttpResponse:
    context = {
        "ticket": ticket,
        "form": form,
        "conflict": conflict,
        "may": "first_call" in ticket.facts_for(request.user),
        "calls": ticket.first_calls.select_related("unit", "by"),
    }
    return render(request, "followup/first.html", context, status=status)
