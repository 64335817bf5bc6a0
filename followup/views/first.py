"""The unit's own question to its caller (一级回访)."""

from datetime import datetime

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from followup import actions
from followup.forms import FirstCallForm
from followup.models import FirstCall
from handling.views.verbs import attempt, sent, staff
from tickets.models import Ticket
from tickets.queries import in_hand
from units.models import User


@require_http_methods(["GET", "HEAD", "POST"])
@staff
def first(request: HttpRequest, number: str) -> HttpResponse:
    """一级回访: what the caller told the unit; never counted."""
    form = FirstCallForm(sent(request))
    shown = attempt(request, in_hand(request.user, number), form, _first)
    if shown is None:
        messages.success(request, _("%(number)s 已保存一级回访。") % {"number": number})
        return redirect("handling:pane", number)
    ticket = shown.ticket
    context = {
        "ticket": ticket,
        "form": form,
        "conflict": shown.conflict,
        "may": "first_call" in ticket.facts_for(request.user),
        "calls": ticket.first_calls.select_related("unit", "by"),
    }
    return render(request, "followup/first.html", context, status=shown.status)


def _first(ticket: Ticket, form: forms.Form, by: User, at: datetime) -> FirstCall:
    return actions.first_call(ticket, **form.cleaned_data, by=by, at=at)
