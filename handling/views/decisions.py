"""The decisions desk (审批台): what waits for a word from above, whatever process asks."""

from collections.abc import Callable
from datetime import datetime

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from handling.forms.decisions import blank
from handling.queries import decisions as queries
from handling.queries.asides import beside
from tickets.errors import Refused, Stale
from tickets.flow import DECIDERS
from tickets.queries import in_hand
from units.doors import only
from units.models import User
from units.roles import Role

#: Leaders of departments are asked for coordination.
deciders = only(DECIDERS | {Role.LEADER}, in_a_unit=True)

Do = Callable[[queries.Row, forms.Form, User, datetime], object]


@require_safe
@deciders
def desk(request: HttpRequest) -> HttpResponse:
    """All that waits, the most pressing opened."""
    return _page(request)


@require_safe
@deciders
def case(request: HttpRequest, kind: str, key: int) -> HttpResponse:
    """One question in the pane; htmx gets the pane alone."""
    item = queries.item(request.user, kind, key)
    if not request.htmx:
        return _page(request, item)
    return render(request, "handling/decisions/_pane.html", _pane(request.user, item, timezone.now()))


def decide(request: HttpRequest, kind: str, key: int, form: forms.Form, do: Do) -> HttpResponse:
    """Check the form, do the one thing and go to what waits next; on 422 and 409 what was typed stays."""
    try:
        item = queries.item(request.user, kind, key)
    except Http404:
        if not queries.over(request.user, kind, key):
            raise
        # Answered meanwhile, by another or by the clock.
        return _page(request, status=409, conflict=_("这一项已有结果，或不由您审批。请看其他待审批事项。"))
    bound = {form.prefix: form}
    try:
        item.row.ticket = in_hand(request.user, item.ticket.number, request.POST.get("version"))
        if form.is_valid():
            do(item.row, form, request.user, timezone.now())
            messages.success(request, _("已办理：%s") % item.ticket.number)
            return redirect("handling:decisions")
    except Stale as stale:
        return _page(
            request, queries.item(request.user, kind, key), status=409, bound=bound, conflict=str(stale)
        )
    except Refused as refusal:
        form.add_error(None, str(refusal))
    return _page(request, queries.item(request.user, kind, key), status=422, bound=bound)


def _page(
    request: HttpRequest,
    item: queries.Item | None = None,
    *,
    status: int = 200,
    conflict: str = "",
    bound: dict[str, forms.Form] | None = None,
) -> HttpResponse:
    """The desk with one question in its pane, the first one unless told otherwise."""
    rows = queries.waiting(request.user)
    context = {
        "rows": rows[: queries.SHOWN],
        "more": len(rows) > queries.SHOWN,
        "conflict": conflict,
        "opened": item is not None,
    }
    item = item or next(iter(rows), None)
    pane = _pane(request.user, item, timezone.now(), bound) if item is not None else {"item": None}
    return render(request, "handling/decisions.html", context | pane, status=status)


def _pane(
    user: User, item: queries.Item, at: datetime, bound: dict[str, forms.Form] | None = None
) -> dict[str, object]:
    """The question, what else goes on beside the order, and the forms that answer."""
    return {
        "item": item,
        "ticket": item.ticket,
        "asides": beside(item.ticket, user, at),
        "forms": blank(item, user, at) | (bound or {}),
        "at": at,
    }
