"""Addresses of whistles (吹哨报到): the page of an order's whistles, each step, and everybody's list."""

from collections.abc import Callable
from datetime import date, datetime

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from handling.actions import whistle as actions
from handling.forms.whistle import ActForm, ArriveForm, BlowForm, RateForm, of_calls
from handling.models import Call
from handling.queries import whistle as queries
from handling.rules import months_after
from handling.views.verbs import attempt, sent, staff
from tickets.book import local_day
from tickets.errors import Refused, Stale
from tickets.models import Ticket
from tickets.queries import in_hand
from units.doors import only
from units.models import User
from units.roles import HANDLING, Role

Do = Callable[[Call, forms.Form, User, datetime], object]

#: Those who handle, and those who watch them.
readers = only(HANDLING | {Role.SUPERVISOR, Role.AUDITOR}, in_a_unit=True)


@require_safe
@readers
def whistles(request: HttpRequest) -> HttpResponse:
    """What calls this person's unit, what it called itself, and how the units turn out."""
    at = timezone.now()
    month = _month(request.GET.get("m", ""), local_day(at))
    context = {
        "calls": list(queries.calls_of(request.user)[: queries.SHOWN]),
        "whistles": list(queries.whistles_of(request.user)[: queries.SHOWN]),
        "rows": queries.turnout(request.user, month, at=at),
        "month": month,
        "before": months_after(month, -1),
        "next": months_after(month, 1) if months_after(month, 1) <= local_day(at) else None,
        "at": at,
    }
    return render(request, "handling/whistles.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff
def whistle(request: HttpRequest, number: str) -> HttpResponse:
    """An order's whistles, made for a telephone in one hand; POST blows another one."""
    ticket = in_hand(request.user, number)
    form = BlowForm(sent(request), ticket=ticket)
    shown = attempt(
        request,
        ticket,
        form,
        lambda ticket, form, by, at: actions.blow(ticket, form.blast, by=by, at=at),
    )
    if shown is None:
        messages.success(request, _("已吹哨，被呼叫单位已收到通知。"))
        return redirect("handling:whistle", number)
    blow = form if form.is_bound else None
    return _page(request, shown.ticket, status=shown.status, blow=blow, conflict=shown.conflict)


@require_POST
@staff
def ack(request: HttpRequest, number: str, key: int) -> HttpResponse:
    """应哨"""
    form = forms.Form(request.POST)
    return _step(request, number, key, form, lambda call, form, by, at: actions.ack(call, by=by, at=at))


@require_POST
@staff
def arrive(request: HttpRequest, number: str, key: int) -> HttpResponse:
    """报到"""
    form = ArriveForm(request.POST, request.FILES, prefix=f"arrive-{key}")
    return _step(
        request,
        number,
        key,
        form,
        lambda call, form, by, at: actions.arrive(call, form.arrival, by=by, at=at),
    )


@require_POST
@staff
def act(request: HttpRequest, number: str, key: int) -> HttpResponse:
    """现场处置"""
    form = ActForm(request.POST, prefix=f"act-{key}")
    return _step(
        request,
        number,
        key,
        form,
        lambda call, form, by, at: actions.act(call, text=form.cleaned_data["text"], by=by, at=at),
    )


@require_POST
@staff
def leave(request: HttpRequest, number: str, key: int) -> HttpResponse:
    """处置完毕离场"""
    form = forms.Form(request.POST)
    return _step(request, number, key, form, lambda call, form, by, at: actions.leave(call, by=by, at=at))


@require_POST
@staff
def rate(request: HttpRequest, number: str, key: int) -> HttpResponse:
    """评价报到单位"""
    form = RateForm(request.POST, prefix=f"rate-{key}")
    return _step(
        request,
        number,
        key,
        form,
        lambda call, form, by, at: actions.rate(call, **form.cleaned_data, by=by, at=at),
    )


@require_POST
@staff
def end(request: HttpRequest, number: str, key: int) -> HttpResponse:
    """结束吹哨"""
    ticket = in_hand(request.user, number)
    row = get_object_or_404(ticket.whistles, pk=key)
    try:
        in_hand(request.user, number, request.POST.get("version"))
        actions.end(row, by=request.user, at=timezone.now())
    except Refused as refusal:
        status = 409 if isinstance(refusal, Stale) else 422
        return _page(request, in_hand(request.user, number), status=status, conflict=str(refusal))
    messages.success(request, _("已结束吹哨，请评价各单位。"))
    return redirect("handling:whistle", number)


def _step(request: HttpRequest, number: str, key: int, form: forms.Form, do: Do) -> HttpResponse:
    """Check the form, take the one step; on 422 and 409 what was typed stays."""
    ticket = in_hand(request.user, number)
    call, moved = queries.call_in_hand(ticket, key, request.POST.get("version", ""))
    bound = {key: form} if form.prefix else {}
    if moved:
        conflict = _("这个单位的情况刚刚有变化。请查看最新情况后再操作。")
        return _page(request, ticket, status=409, bound=bound, conflict=conflict)
    if not form.is_valid():
        return _page(request, ticket, status=422, bound=bound)
    try:
        do(call, form, request.user, timezone.now())
    except Refused as refusal:
        form.add_error(None, str(refusal))
        fresh = in_hand(request.user, number)
        return _page(request, fresh, status=422, bound=bound, conflict="" if bound else str(refusal))
    messages.success(request, _("已保存。"))
    return redirect("handling:whistle", number)


def _page(
    request: HttpRequest,
    ticket: Ticket,
    *,
    status: int = 200,
    blow: BlowForm | None = None,
    bound: dict[int, forms.Form] | None = None,
    conflict: str = "",
) -> HttpResponse:
    """The order's whistles with the next steps of this person's unit."""
    at = timezone.now()
    aside, may = queries.aside(ticket, request.user, at), ticket.facts_for(request.user)
    context = {
        "ticket": ticket,
        "aside": aside,
        "may": may,
        "blow": blow or (BlowForm(ticket=ticket) if queries.may_blow(ticket, request.user) else None),
        "forms": of_calls(aside, may) | (bound or {}),
        "conflict": conflict,
        "at": at,
    }
    return render(request, "handling/whistle.html", context, status=status)


def _month(typed: str, today: date) -> date:
    """The first of the month that was asked for as 2026-03; of this one for anything else."""
    try:
        return min(date.fromisoformat(f"{typed}-01"), today).replace(day=1)
    except ValueError:
        return today.replace(day=1)
