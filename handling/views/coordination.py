"""Addresses of coordination by levels, and of orders to be on site."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from handling.actions import coordination as actions
from handling.actions import on_site
from handling.forms.coordination import AnswerForm, AskForm, OrderForm, SettleForm
from handling.models import Coordination
from handling.queries.coordination import on_site as orders
from handling.views.decisions import decide, deciders
from handling.views.verbs import act, attempt, sent, staff
from tickets.flow import DECIDERS
from tickets.queries import in_hand
from units.doors import only
from units.models import User


@require_POST
@staff
def ask(request: HttpRequest, number: str) -> HttpResponse:
    """提请协调"""
    form = AskForm(request.POST, prefix="coordinate")
    return act(
        request,
        number,
        form,
        lambda ticket, form, by, at: actions.ask(ticket, **form.cleaned_data, by=by, at=at),
    )


@require_POST
@deciders
def answer(request: HttpRequest, key: int) -> HttpResponse:
    """协调意见，或提级"""
    # A row that is gone is `decide`'s to answer for.
    row = Coordination.objects.filter(pk=key).first() or Coordination(level=Coordination.Level.CITY)
    form = AnswerForm(request.POST, prefix="opinion", row=row)
    return decide(request, "coordination", key, form, _answer)


def _answer(row: Coordination, form: AnswerForm, by: User, at: datetime) -> None:
    data = form.cleaned_data
    if data["verdict"] == "answer":
        actions.answer(row.ticket, row, opinion=data["opinion"], by=by, at=at)
        return
    department = data.get("department")
    actions.pass_up(row.ticket, row, note=data["opinion"], department=department, by=by, at=at)


@require_http_methods(["GET", "HEAD", "POST"])
@only(DECIDERS, in_a_unit=True)
def order(request: HttpRequest, number: str) -> HttpResponse:
    """现场办理令: a page of its own, for districts and supervisors, with the orders that were given."""
    ticket = in_hand(request.user, number)
    form = OrderForm(sent(request), ticket=ticket)
    shown = attempt(
        request,
        ticket,
        form,
        lambda ticket, form, by, at: on_site.order(ticket, **form.cleaned_data, by=by, at=at),
    )
    if shown is None:
        messages.success(request, _("已下达现场办理令，到场单位已收到通知。"))
        return redirect("handling:on_site", number)
    context = {
        "ticket": shown.ticket,
        "aside": orders(shown.ticket, request.user, timezone.now()),
        "form": form,
        "conflict": shown.conflict,
        "may": shown.ticket.facts_for(request.user),
    }
    return render(request, "handling/on_site.html", context, status=shown.status)


@require_POST
@staff
def settle(request: HttpRequest, number: str, key: int) -> HttpResponse:
    """现场办理情况"""
    form = SettleForm(request.POST, request.FILES, prefix=f"settle-{key}")
    return act(
        request,
        number,
        form,
        lambda ticket, form, by, at: on_site.settle(
            ticket, get_object_or_404(ticket.on_site_orders, pk=key), **form.cleaned_data, by=by, at=at
        ),
    )
