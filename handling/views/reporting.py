"""The result's pages: reported on a telephone, judged in the pane, returned by those above."""

from collections.abc import Mapping
from datetime import datetime

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from handling import actions
from handling.forms.report import ReportForm, ReturnForm
from handling.forms.work import SendBackForm
from handling.models import Report
from handling.queries import inbox as queries
from handling.queries.quality import lacks
from handling.views.verbs import Shown, act, attempt, sent, staff
from intake.rules import scrub
from tickets.flow import DECIDERS
from tickets.models import Ticket
from tickets.queries import in_hand
from tickets.states import State
from units.doors import only
from units.models import User


@require_http_methods(["GET", "POST"])
@staff
def report(request: HttpRequest, number: str) -> HttpResponse:
    """反馈结果: a page made for a telephone in one hand; after the limit, 补报."""
    ticket = in_hand(request.user, number)
    form = ReportForm(sent(request), request.FILES or None, ticket=ticket, by=request.user)
    shown = attempt(request, ticket, form, _report)
    if shown is not None:
        return _page(request, shown, form)
    messages.success(request, _("%(number)s 已反馈，等待本单位领导审核。") % {"number": number})
    return redirect("handling:inbox")


def _report(ticket: Ticket, form: ReportForm, by: User, at: datetime) -> None:
    verb = actions.report_late if ticket.state == State.FOLLOWUP else actions.report
    verb(ticket, form.result, by=by, at=at, files=form.cleaned_data["files"])


@require_POST
@staff
def preview(request: HttpRequest, number: str) -> HttpResponse:
    """What the caller would read, numbers hidden as they will be, and what the result lacks."""
    ticket = in_hand(request.user, number)
    return render(request, "handling/_preview.html", _preview(request, ticket, request.POST))


@require_POST
@staff
def template(request: HttpRequest, number: str) -> HttpResponse:
    """The reply with the chosen template behind what was typed."""
    ticket = in_hand(request.user, number)
    chosen = ReportForm(request.POST, ticket=ticket, by=request.user).fields["template"].queryset
    key = request.POST.get("template", "")
    ready = chosen.filter(pk=key).first() if key.isdecimal() else None
    typed = request.POST.get("reply", "").strip()
    reply = "\n".join(part for part in (typed, ready.text if ready else "") if part)
    form = ReportForm(initial={"reply": reply}, ticket=ticket, by=request.user)
    context = {"form": form} | _preview(request, ticket, {**request.POST.dict(), "reply": reply})
    return render(request, "handling/report.html#answer", context)


@require_POST
@staff
def approve(request: HttpRequest, number: str) -> HttpResponse:
    """审核通过; after the limit, of what was reported late."""

    def do(ticket: Ticket, form: forms.Form, by: object, at: datetime) -> None:
        verb = actions.approve_late if ticket.state == State.FOLLOWUP else actions.approve
        verb(ticket, by=by, at=at)

    return act(request, number, forms.Form(request.POST), do)


@require_POST
@staff
def send_back(request: HttpRequest, number: str) -> HttpResponse:
    """退回补充"""
    form = SendBackForm(request.POST, prefix="send_back")
    return act(
        request,
        number,
        form,
        lambda ticket, form, by, at: actions.send_back(ticket, note=form.cleaned_data["note"], by=by, at=at),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@only(DECIDERS, in_a_unit=True)
def return_report(request: HttpRequest, number: str) -> HttpResponse:
    """退回补正: a page of its own, for districts and the city."""
    form = ReturnForm(sent(request))
    shown = attempt(
        request,
        in_hand(request.user, number),
        form,
        lambda ticket, form, by, at: actions.return_report(ticket, **form.cleaned_data, by=by, at=at),
    )
    if shown is None:
        messages.success(request, _("已退回承办单位补正。"))
        return redirect("reports:case", number)
    last = shown.ticket.reports.select_related("by").prefetch_related("evidence").last()
    context = {"ticket": shown.ticket, "form": form, "conflict": shown.conflict, "report": last}
    return render(request, "handling/return.html", context, status=shown.status)


def _preview(request: HttpRequest, ticket: Ticket, said: Mapping[str, str]) -> dict[str, object]:
    """What the partial shows: the reply as the caller reads it, and what the quality check misses."""
    reply, text = said.get("reply", "").strip(), said.get("text", "")
    evidence = bool(said.get("held") or said.get("files"))
    found = lacks(ticket, request.user.unit, text=text, reply=reply, evidence=evidence, at=timezone.now())
    return {
        "ticket": ticket,
        "reply": scrub(reply),
        "missing": [Report.Missing(code).label for code in found] if reply else [],
    }


def _page(request: HttpRequest, shown: Shown, form: ReportForm) -> HttpResponse:
    ticket = shown.ticket
    said = {"reply": form["reply"].value() or "", "text": form["text"].value() or ""}
    held = form["held"].value() or request.FILES
    context = {
        "form": form,
        "conflict": shown.conflict,
        "desk": queries.desk(ticket, request.user),
        "line": queries.Line(ticket, request.user),
        **_preview(request, ticket, said | {"held": "1" if held else ""}),
    }
    return render(request, "handling/report.html", context, status=shown.status)
