"""A unit's side: what it may ask to leave out, what it asked, and what became of it."""

from collections.abc import Callable
from datetime import datetime

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from scoring.actions import exclusions as actions
from scoring.forms.exclusions import AskForm, ReviewForm
from scoring.queries import asked_until, desk
from scoring.queries import mine as queries
from tickets import pages
from tickets.errors import Refused, Stale
from tickets.models import Ticket
from tickets.queries import in_hand, readable
from units.doors import only
from units.models import User
from units.roles import Role

#: Applications on a page.
ROWS = 30
units = only({Role.CLERK, Role.LEADER}, in_a_unit=True)

Do = Callable[[Ticket, forms.Form, User, datetime], object]


@require_safe
@units
def mine(request: HttpRequest) -> HttpResponse:
    """What may still be asked, and what was asked."""
    at, whole = timezone.now(), request.GET.get("all") == "1"
    rows = queries.askable(request.user, at, whole=whole)
    page = pages.page(queries.applied(request.user), "-pk", ROWS, request.GET.get("after", ""))
    context = {
        "rows": rows[: queries.SHOWN],
        "more": len(rows) > queries.SHOWN,
        "whole": whole,
        "asked": page.rows,
        "after": page.after,
        "seen": readable(request.user, [row.ticket_id for row in page.rows]),
    }
    return render(request, "scoring/mine.html", context)


@require_safe
@units
def case(request: HttpRequest, number: str) -> HttpResponse:
    """One ticket: the answers, the application or its form."""
    return _page(request, in_hand(request.user, number))


@require_POST
@units
def ask(request: HttpRequest, number: str) -> HttpResponse:
    """申请剔除"""
    ticket = in_hand(request.user, number)
    answer = queries.answer_to_ask(request.user, ticket, timezone.now())
    if answer is None:
        refused = _("这件工单现在不能申请剔除：已申请过，或已过申请时限。")
        return _page(request, ticket, status=422, refused=refused)
    form = AskForm(request.POST, request.FILES, grounds=queries.grounds_at(answer.at))

    def do(held: Ticket, form: forms.Form, by: User, at: datetime) -> None:
        answer.ticket = held
        actions.ask(answer, **form.cleaned_data, by=by, at=at)

    return _act(request, number, form, do, _("已提交剔除申请。"))


@require_POST
@units
def review(request: HttpRequest, number: str) -> HttpResponse:
    """申请复核"""

    def do(held: Ticket, form: forms.Form, by: User, at: datetime) -> None:
        row = queries.application(by, held)
        if row is None:
            raise Http404(number)
        row.ticket = held
        actions.ask_review(row, text=form.cleaned_data["text"], by=by, at=at)

    return _act(request, number, ReviewForm(request.POST), do, _("已提交复核申请。"))


def _act(request: HttpRequest, number: str, form: forms.Form, do: Do, done: str) -> HttpResponse:
    """Check the form and do the one thing; on 422 and 409 what was typed stays."""
    ticket = in_hand(request.user, number)
    try:
        if form.is_valid():
            held = in_hand(request.user, number, request.POST.get("version"))
            do(held, form, request.user, timezone.now())
            messages.success(request, done)
            return redirect("ruler:mine")
    except Stale as stale:
        ticket = in_hand(request.user, number)
        return _page(request, ticket, status=409, form=form, conflict=str(stale))
    except Refused as refusal:
        form.add_error(None, str(refusal))
    return _page(request, ticket, status=422, form=form)


def _page(
    request: HttpRequest,
    ticket: Ticket,
    *,
    status: int = 200,
    form: forms.Form | None = None,
    conflict: str = "",
    refused: str = "",
) -> HttpResponse:
    at = timezone.now()
    row = queries.application(request.user, ticket)
    answer = queries.answer_to_ask(request.user, ticket, at) if row is None else None
    context = {
        "ticket": ticket,
        "row": row,
        "said": [one for one in desk.said(ticket) if request.user.unit.covers(one.answer.unit)],
        "until": asked_until(answer) if answer else queries.review_until(row) if row else None,
        "form": None,
        "conflict": conflict,
        "refused": refused,
    }
    if not row and not context["said"]:
        raise Http404(ticket.number)
    if answer is not None:
        asking = form if isinstance(form, AskForm) else AskForm(grounds=queries.grounds_at(answer.at))
        context["form"] = asking
    elif context["until"] and at <= context["until"]:
        context["form"] = form if isinstance(form, ReviewForm) else ReviewForm()
    if form is not None and context["form"] is not form:
        # Too late, or somebody else asked meanwhile: the form is gone, why must still be said.
        context["refused"] = " ".join(form.non_field_errors()) if form.is_bound else ""
    return render(request, "scoring/application.html", context, status=status)
