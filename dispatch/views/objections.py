"""The reviewers' desk: objections that wait for a ruling, and how accurate dispatching was."""

from dataclasses import replace
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from dispatch import queries as catalogue
from dispatch.actions import objections as actions
from dispatch.forms.objections import RulingForm
from dispatch.models import Objection
from dispatch.queries import accuracy
from dispatch.queries import objections as queries
from dispatch.queries.resolvers import in_words
from tickets.errors import Refused, Stale
from tickets.models import Ticket
from tickets.queries import in_hand
from units.doors import only
from units.models import User
from units.roles import Role

#: Rows of the desk: the most pressing are worked off first.
SHOWN = 50
#: Rules and units with the poorest accuracy.
LISTED = 60
readers = only({Role.REVIEWER, Role.DISTRICT, Role.DISPATCHER, Role.SUPERVISOR, Role.AUDITOR})
city_readers = only({Role.REVIEWER, Role.DISPATCHER, Role.SUPERVISOR, Role.AUDITOR})


def _pane(user: User, ticket: Ticket, at: datetime, form: RulingForm | None = None) -> dict[str, object]:
    """Both sides of the newest objection, those before it, and the form of whoever may rule."""
    rows = queries.history(ticket)
    row = rows[0] if rows else None
    pane: dict[str, object] = {"ticket": ticket, "row": row, "earlier": rows[1:], "at": at}
    if row is not None:
        pane |= {
            "last": queries.is_last(row),
            "now_says": catalogue.proposal_for(ticket, at),
            "form": (form or RulingForm.of(row)) if queries.may_rule(user, row) else None,
        }
    return pane


def _page(
    request: HttpRequest,
    ticket: Ticket | None = None,
    *,
    status: int = 200,
    conflict: str = "",
    form: RulingForm | None = None,
) -> HttpResponse:
    """The desk with one case in its pane, the first one unless told otherwise."""
    at = timezone.now()
    rows = list(queries.waiting(request.user)[: SHOWN + 1])
    shown = ticket or (rows[0].ticket if rows else None)
    context = {
        "rows": rows[:SHOWN],
        "more": len(rows) > SHOWN,
        "of_the_city": request.user.has_role(Role.REVIEWER, Role.DISPATCHER, Role.SUPERVISOR, Role.AUDITOR),
        "conflict": conflict,
        "opened": ticket is not None,
    }
    pane = _pane(request.user, shown, at, form) if shown is not None else {"ticket": None}
    return render(request, "dispatch/objections.html", context | pane, status=status)


@require_safe
@readers
def desk(request: HttpRequest) -> HttpResponse:
    """What waits for a ruling, the most pressing first."""
    return _page(request)


@require_safe
@readers
def case(request: HttpRequest, number: str) -> HttpResponse:
    """One case in the pane; htmx gets the pane alone."""
    ticket = in_hand(request.user, number)
    if not request.htmx:
        return _page(request, ticket)
    return render(request, "dispatch/objections/_pane.html", _pane(request.user, ticket, timezone.now()))


@require_POST
@readers
def rule_on(request: HttpRequest, number: str) -> HttpResponse:
    """异议成立 / 不成立 / 裁定"""
    form = RulingForm(request.POST)
    try:
        ticket = in_hand(request.user, number, request.POST.get("version"))
        if form.is_valid():
            row = actions.rule_on(ticket, form.ruling, by=request.user, at=timezone.now())
            messages.success(request, _("%(number)s：%(verdict)s") % _told(row))
            return _next(request, row)
    except Stale as stale:
        ticket = in_hand(request.user, number)
        form.offer_typed()
        return _page(request, ticket, status=409, conflict=str(stale), form=form)
    except Refused as refusal:
        form.add_error(None, str(refusal))
    form.offer_typed()
    return _page(request, in_hand(request.user, number), status=422, form=form)


def _told(row: Objection) -> dict[str, object]:
    return {"number": row.ticket.number, "verdict": row.get_verdict_display()}


def _next(request: HttpRequest, done: Objection) -> HttpResponse:
    """To what is due after the one that was ruled, else to the first."""
    after = queries.waiting(request.user).filter(due__gte=done.due).first()
    if after is None:
        return redirect("dispatch:objections")
    return redirect("dispatch:objection", after.ticket.number)


@require_safe
@city_readers
def accurate(request: HttpRequest) -> HttpResponse:
    """派单准确率 of a month: the city's, every rule's, every unit's."""
    month = accuracy.month_of(request.GET.get("month", ""), timezone.now())
    context = {
        "month": month,
        "whole": accuracy.overall(month.begin, month.end),
        "rules": [
            replace(row, lead=in_words(row.lead)) for row in accuracy.by_rule(month.begin, month.end)[:LISTED]
        ],
        "units": accuracy.by_unit(month.begin, month.end)[:LISTED],
        "listed": LISTED,
    }
    return render(request, "dispatch/accuracy.html", context)
