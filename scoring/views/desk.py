"""The desk of those who decide what is left out of the scores; auditors read it."""

from datetime import datetime

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from scoring.actions import exclusions as actions
from scoring.forms.exclusions import DecideForm, RevokeForm
from scoring.models import Exclusion, Period
from scoring.queries import desk as queries
from tickets import pages
from tickets.errors import Refused, Stale
from tickets.queries import in_hand
from units.doors import only
from units.models import User
from units.roles import Role

readers = only({Role.SUPERVISOR, Role.AUDITOR})
deciders = only({Role.SUPERVISOR})
#: Decided ones on a page; months to choose from.
ROWS = 50
MONTHS = 12


@require_safe
@readers
def desk(request: HttpRequest) -> HttpResponse:
    """What waits, the most pressing opened; or what was decided, the newest first."""
    return _page(request)


@require_safe
@readers
def case(request: HttpRequest, key: int) -> HttpResponse:
    """One application in the pane; htmx gets the pane alone."""
    row = queries.one(request.user, key)
    if not request.htmx:
        return _page(request, row)
    return render(request, "scoring/_pane.html", _pane(request.user, row))


@require_POST
@deciders
def decide(request: HttpRequest, key: int) -> HttpResponse:
    """同意或不予剔除"""
    form = DecideForm(request.POST, prefix="decide")
    return _act(request, key, form)


@require_POST
@deciders
def revoke(request: HttpRequest, key: int) -> HttpResponse:
    """撤销剔除"""
    form = RevokeForm(request.POST, prefix="revoke")
    return _act(request, key, form)


def _do(row: Exclusion, form: forms.Form, by: User, at: datetime) -> None:
    data = form.cleaned_data
    if form.prefix == "revoke":
        verb = actions.revoke
    else:
        verb = actions.agree if data["verdict"] == "agree" else actions.refuse
    verb(row, opinion=data["opinion"], by=by, at=at)


def _act(request: HttpRequest, key: int, form: forms.Form) -> HttpResponse:
    """Check the form, do the one thing and go to what waits next; on 422 and 409 what was typed stays."""
    row = queries.one(request.user, key)
    bound = {form.prefix: form}
    try:
        row.ticket = in_hand(request.user, row.ticket.number, request.POST.get("version"))
        if form.is_valid():
            _do(row, form, request.user, timezone.now())
            said = {"number": row.ticket.number, "state": row.get_state_display()}
            messages.success(request, _("%(number)s：%(state)s") % said)
            return redirect("ruler:exclusions")
    except Stale as stale:
        row = queries.one(request.user, key)
        return _page(request, row, status=409, bound=bound, conflict=str(stale))
    except Refused as refusal:
        form.add_error(None, str(refusal))
    return _page(request, queries.one(request.user, key), status=422, bound=bound)


def _page(
    request: HttpRequest,
    row: Exclusion | None = None,
    *,
    status: int = 200,
    bound: dict[str, forms.Form] | None = None,
    conflict: str = "",
) -> HttpResponse:
    """The desk with one application in its pane, the first one unless told otherwise."""
    done = request.GET.get("v") == "decided" or (row is not None and row.decided_at and row.state != "review")
    if done:
        page = pages.page(queries.decided(request.user), "-decided_at", ROWS, request.GET.get("after", ""))
        rows, more, after = page.rows, False, page.after
    else:
        rows, after = list(queries.waiting(request.user)[: queries.SHOWN + 1]), ""
        more = len(rows) > queries.SHOWN
    first = queries.one(request.user, rows[0].pk) if row is None and rows else row
    context = {
        "rows": rows[: queries.SHOWN],
        "more": more,
        "after": after,
        "done": bool(done),
        "opened": row is not None,
        "conflict": conflict,
        "here": "exclusions",
    }
    pane = _pane(request.user, first, bound) if first is not None else {"row": None}
    return render(request, "scoring/exclusions.html", context | pane, status=status)


def _pane(user: User, row: Exclusion, bound: dict[str, forms.Form] | None = None) -> dict[str, object]:
    """The application, the answers it is about, and the forms of whoever may answer."""
    obstacle = queries.obstacle(user, row)
    open_forms: dict[str, forms.Form] = {} if obstacle else {"decide": DecideForm(prefix="decide")}
    if queries.may_revoke(user, row):
        open_forms["revoke"] = RevokeForm(prefix="revoke")
    return {
        "row": row,
        "ticket": row.ticket,
        "said": queries.said(row.ticket),
        "obstacle": obstacle,
        "forms": {"decide": None, "revoke": None} | open_forms | (bound or {}),
    }


@require_safe
@readers
def rates(request: HttpRequest) -> HttpResponse:
    """剔除率 of every unit in a month; those above the others are marked."""
    known = list(Period.objects.select_related("scheme").order_by("-begins")[:MONTHS])
    code = request.GET.get("month", "")
    period = get_object_or_404(Period.objects.select_related("scheme"), code=code) if code else None
    shown = period or next(iter(known), None)
    context = {
        "period": shown,
        "known": known,
        "groups": queries.shares(shown) if shown else [],
        "here": "rates",
    }
    return render(request, "scoring/rates.html", context)
