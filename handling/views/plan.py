"""Addresses of long-term plans (挂账): ask, decide, tick off, review, renew, end; the running ones."""

from collections.abc import Callable
from datetime import datetime

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from handling.actions import on_plan
from handling.actions import plan as actions
from handling.forms.plan import DecisionForm, PlanForm, ReachForm, RenewForm, ReviewForm
from handling.models import Milestone, Plan
from handling.queries import plan as queries
from handling.views.decisions import decide, deciders
from handling.views.verbs import act, attempt, sent, staff
from tickets.errors import Refused, Stale
from tickets.models import Ticket
from tickets.queries import in_hand
from units.doors import only
from units.models import User
from units.roles import HANDLING, Role

Do = Callable[[Ticket, Plan, forms.Form, User, datetime], object]

#: Those who handle, and those who watch them.
readers = only(HANDLING | {Role.SUPERVISOR, Role.AUDITOR}, in_a_unit=True)
supervisors = only([Role.SUPERVISOR])


@require_http_methods(["GET", "HEAD", "POST"])
@staff
def ask(request: HttpRequest, number: str) -> HttpResponse:
    """申请挂账: a page of its own."""
    ticket = in_hand(request.user, number)
    form = PlanForm(sent(request), ticket=ticket)
    shown = attempt(
        request,
        ticket,
        form,
        lambda ticket, form, by, at: actions.ask(ticket, form.wanted, by=by, at=at),
    )
    if shown is None:
        messages.success(request, _("已提交挂账申请，审批期间办理时限照常计算。"))
        return redirect("handling:pane", number)
    context = {
        "ticket": shown.ticket,
        "form": form,
        "conflict": shown.conflict,
        "may": queries.may_ask(shown.ticket, request.user),
        "told": queries.told(shown.ticket).exists(),
    }
    return render(request, "handling/plan.html", context, status=shown.status)


@require_POST
@staff
def reach(request: HttpRequest, number: str, key: int) -> HttpResponse:
    """计划节点完成"""
    form = ReachForm(request.POST, prefix=f"reach-{key}")
    return act(
        request,
        number,
        form,
        lambda ticket, form, by, at: on_plan.reach(
            ticket,
            get_object_or_404(Milestone, pk=key, plan__ticket=ticket),
            note=form.cleaned_data["note"],
            by=by,
            at=at,
        ),
    )


@require_POST
@staff
def finish(request: HttpRequest, number: str) -> HttpResponse:
    """恢复办理, by the unit's leader"""
    return act(
        request,
        number,
        forms.Form(request.POST),
        lambda ticket, form, by, at: on_plan.finish(ticket, _running(ticket), by=by, at=at),
    )


def _running(ticket: Ticket) -> Plan:
    return get_object_or_404(ticket.plans, state=Plan.State.ACTIVE)


@require_POST
@deciders
def answer(request: HttpRequest, key: int) -> HttpResponse:
    """签批、批准或不予挂账"""
    return decide(request, "plan", key, DecisionForm(request.POST, prefix="sign"), _answer)


def _answer(row: Plan, form: DecisionForm, by: User, at: datetime) -> None:
    opinion = form.cleaned_data["opinion"]
    if form.cleaned_data["verdict"] == "refuse":
        actions.refuse(row.ticket, row, opinion=opinion, by=by, at=at)
    elif row.state == Plan.State.ASKED:
        actions.sign(row.ticket, row, opinion=opinion, by=by, at=at)
    else:
        actions.approve(row.ticket, row, opinion=opinion, by=by, at=at)


@require_safe
@readers
def plans(request: HttpRequest) -> HttpResponse:
    """The running plans of one's orders, the next milestone of each."""
    rows = list(queries.running(request.user)[: queries.SHOWN + 1])
    context = {"rows": rows[: queries.SHOWN], "more": len(rows) > queries.SHOWN}
    return render(request, "handling/plans.html", context)


@require_safe
@supervisors
def running(request: HttpRequest, key: int) -> HttpResponse:
    """One running plan: review it, renew it, end it."""
    return _running_page(request, get_object_or_404(queries.running(request.user), pk=key))


@require_POST
@supervisors
def review(request: HttpRequest, key: int) -> HttpResponse:
    """挂账复核"""
    form = ReviewForm(request.POST, prefix="review")
    return _do(
        request,
        key,
        form,
        lambda ticket, plan, form, by, at: on_plan.review(ticket, plan, **form.cleaned_data, by=by, at=at),
    )


@require_POST
@supervisors
def renew(request: HttpRequest, key: int) -> HttpResponse:
    """挂账展期"""
    form = RenewForm(request.POST, prefix="renew")
    return _do(
        request,
        key,
        form,
        lambda ticket, plan, form, by, at: on_plan.renew(ticket, plan, form.renewal, by=by, at=at),
    )


@require_POST
@supervisors
def revoke(request: HttpRequest, key: int) -> HttpResponse:
    """恢复办理, by the city"""
    return _do(
        request,
        key,
        forms.Form(request.POST),
        lambda ticket, plan, form, by, at: on_plan.finish(ticket, plan, by=by, at=at),
    )


def _do(request: HttpRequest, key: int, form: forms.Form, do: Do) -> HttpResponse:
    """Check the form, do the one thing; on 422 and 409 what was typed stays."""
    plan = get_object_or_404(queries.running(request.user), pk=key)
    if not form.is_valid():
        return _running_page(request, plan, form, status=422)
    try:
        ticket = in_hand(request.user, plan.ticket.number, request.POST.get("version"))
        do(ticket, plan, form, request.user, timezone.now())
    except Stale as stale:
        return _running_page(request, plan, form, status=409, conflict=str(stale))
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _running_page(request, plan, form, status=422, conflict="" if form.prefix else str(refusal))
    messages.success(request, _("已保存。"))
    return redirect("handling:plans")


def _running_page(
    request: HttpRequest,
    plan: Plan,
    form: forms.Form | None = None,
    *,
    status: int = 200,
    conflict: str = "",
) -> HttpResponse:
    bound = {form.prefix: form} if form is not None and form.prefix else {}
    context = {
        "plan": plan,
        "ticket": plan.ticket,
        "steps": list(plan.milestones.select_related("done_by")),
        "forms": {"review": ReviewForm(prefix="review"), "renew": RenewForm(prefix="renew"), **bound},
        "opened": next(iter(bound), ""),
        "conflict": conflict,
    }
    return render(request, "handling/running_plan.html", context, status=status)
