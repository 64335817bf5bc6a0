"""Addresses of the co-units' parts: done, urged, one more."""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from dispatch.models import CoTask
from handling.actions import co as actions
from handling.forms.co import AddForm, DoneForm
from handling.queries.co import aside
from handling.views.verbs import act, attempt, sent, staff
from tickets.errors import Refused
from tickets.models import Ticket
from tickets.queries import in_hand
from units.doors import only
from units.models import User
from units.roles import Role


@require_POST
@staff
def done(request: HttpRequest, number: str) -> HttpResponse:
    """协办完成"""
    form = DoneForm(request.POST, request.FILES, prefix="co_done")
    return act(
        request,
        number,
        form,
        lambda ticket, form, by, at: actions.done(_mine(ticket, by), **form.cleaned_data, by=by, at=at),
    )


def _mine(ticket: Ticket, by: User) -> CoTask:
    found = aside(ticket, by, timezone.now()).mine
    if found is None:
        raise Refused(_("本单位没有待完成的协办。请刷新后再看。"))
    return found


@require_POST
@staff
def urge(request: HttpRequest, number: str, key: int) -> HttpResponse:
    """催协办"""
    return act(
        request,
        number,
        forms.Form(request.POST),
        lambda ticket, form, by, at: actions.urge(_part(ticket, key), by=by, at=at),
    )


def _part(ticket: Ticket, key: int) -> CoTask:
    row = ticket.co_tasks.select_related("unit").filter(pk=key).first()
    if row is None:
        raise Http404(key)
    return row


@require_http_methods(["GET", "HEAD", "POST"])
@only([Role.DISPATCHER, Role.DISTRICT], in_a_unit=True)
def add(request: HttpRequest, number: str) -> HttpResponse:
    """增加协办: a page of its own, for dispatchers and districts."""
    form = AddForm(sent(request))
    shown = attempt(
        request,
        in_hand(request.user, number),
        form,
        lambda ticket, form, by, at: actions.add(ticket, **form.cleaned_data, by=by, at=at),
    )
    if shown is None:
        messages.success(request, _("已增加协办单位。"))
        return redirect("reports:case", number)
    context = {
        "ticket": shown.ticket,
        "form": form,
        "conflict": shown.conflict,
        "asides": {"co": aside(shown.ticket, request.user, timezone.now())},
    }
    return render(request, "handling/co.html", context, status=shown.status)
