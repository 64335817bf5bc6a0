"""One verb on one order: check the form, do it, show the order's pane afresh. Every process uses this."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from handling.forms.asides import blank
from handling.queries import inbox as queries
from handling.queries.asides import beside
from tickets.errors import Refused, Stale
from tickets.models import Ticket
from tickets.pages import fragment
from tickets.queries import in_hand
from units.doors import only
from units.models import User
from units.roles import HANDLING

Do = Callable[[Ticket, forms.Form, User, datetime], object]


@dataclass(frozen=True)
class Shown:
    """The order as a page shows it: at first, or again because nothing was done (`status` 422, 409)."""

    ticket: Ticket
    status: int = 200
    #: Somebody was quicker, in words.
    conflict: str = ""
    #: Why it may not be done; the form says so too.
    refused: str = ""


#: Only for people who handle, standing in a unit.
staff = only(HANDLING, in_a_unit=True)


def attempt(request: HttpRequest, ticket: Ticket, form: forms.Form, do: Do) -> Shown | None:
    """Check what was sent and do the one thing (None); else what the page shows, with what was typed."""
    if request.method != "POST":
        return Shown(ticket)
    if not form.is_valid():
        return Shown(ticket, 422)
    number = ticket.number
    try:
        do(in_hand(request.user, number, request.POST.get("version")), form, request.user, timezone.now())
    except Stale as stale:
        return Shown(in_hand(request.user, number), 409, conflict=str(stale))
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return Shown(in_hand(request.user, number), 422, refused=str(refusal))
    return None


def sent(request: HttpRequest) -> QueryDict | None:
    """What a form of a page of its own is bound to."""
    return request.POST if request.method == "POST" else None


def act(request: HttpRequest, number: str, form: forms.Form, do: Do) -> HttpResponse:
    """Check the form, do the one thing, show the order afresh; on 422 and 409 what was typed stays."""
    shown = attempt(request, in_hand(request.user, number), form, do)
    if shown is not None:
        bound = {form.prefix: form} if form.prefix else {}
        told = {"conflict": shown.conflict, "refused": shown.refused}
        return show(request, shown.ticket, status=shown.status, bound=bound, **told)
    if not fragment(request):
        messages.success(request, _("已保存。"))
        return redirect("handling:pane", number)
    return show(request, in_hand(request.user, number), done=True)


def show(
    request: HttpRequest,
    ticket: Ticket,
    *,
    status: int = 200,
    bound: dict[str, forms.Form] | None = None,
    done: bool = False,
    **told: str,
) -> HttpResponse:
    """The order with its forms: those of `bound`, by name, keep what was typed and stand open."""
    at = timezone.now()
    desk = queries.desk(ticket, request.user)
    asides = beside(ticket, request.user, at)
    context = {
        "ticket": ticket,
        "line": queries.Line(ticket, request.user),
        "desk": desk,
        "asides": asides,
        "at": at,
        "opened": next(iter(bound or {}), request.GET.get("do", "")),
        "forms": blank(ticket, request.user, desk.moves | desk.facts, at, asides) | (bound or {}),
        **told,
    }
    if not fragment(request):
        return render(request, "handling/case.html", context, status=status)
    if done and request.htmx.target == "pane":
        # The list beside it stays in its view, which only the page's own address knows.
        view = view_of(request, QueryDict(urlsplit(request.htmx.current_url or "").query))
        context |= {
            "done": True,
            "rail": queries.rail(request.user, at),
            "view": view,
            "row": queries.line(ticket, request.user, view, at),
        }
    return render(request, "handling/_pane.html", context, status=status)


def view_of(request: HttpRequest, data: dict[str, str]) -> queries.View:
    """The view asked for; an unknown one, or another role's, is the default."""
    mine = {view.key: view for view in queries.views_for(request.user)}
    return mine.get(data.get("v", ""), mine["open"])
