"""The supervisors' desk: five lists, a case in its pane, and the verbs of 督办."""

from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from dispatch.actions import oversight
from dispatch.forms import supervision as forms
from dispatch.forms.desk import VersionForm
from dispatch.models import Oversight
from dispatch.queries import supervision as queries
from tickets.errors import Refused, Stale
from tickets.models import Ticket
from tickets.pages import fragment
from tickets.queries import in_hand
from units.doors import only
from units.models import User
from units.roles import Role

Act = Callable[[Ticket, datetime], object]

watchers = only(queries.READERS)
orderers = only({Role.SUPERVISOR, Role.DISTRICT})


@require_safe
@watchers
def desk(request: HttpRequest) -> HttpResponse:
    """A list of the desk; htmx gets the rows alone, with `after` the next ones."""
    if fragment(request):
        return render(request, "dispatch/supervision/desk.html#rows", _list(request, request.GET))
    return _page(request)


@require_safe
@watchers
def case(request: HttpRequest, number: str) -> HttpResponse:
    """One case in the pane; htmx gets the pane alone."""
    if not fragment(request):
        return _page(request, number)
    ticket = in_hand(request.user, number)
    context = _pane(request.user, ticket, {}) | {"view": _view(request.GET)}
    return render(request, "dispatch/supervision/_pane.html", context)


@require_POST
@orderers
def order(request: HttpRequest, number: str) -> HttpResponse:
    """督办"""
    form = forms.OrderForm(request.POST)

    def act(ticket: Ticket, at: datetime) -> None:
        oversight.order(ticket, demand=form.cleaned_data["demand"], by=request.user, at=at)

    return _act(request, number, "order", form, act)


@require_POST
@orderers
def again(request: HttpRequest, number: str) -> HttpResponse:
    """追问"""
    form = forms.AgainForm(request.POST)

    def act(ticket: Ticket, at: datetime) -> None:
        told = form.cleaned_data
        oversight.ask_again(_of(ticket, told["oversight"]), demand=told["demand"], by=request.user, at=at)

    return _act(request, number, "again", form, act)


@require_POST
@orderers
def end(request: HttpRequest, number: str) -> HttpResponse:
    """办结"""
    form = forms.EndForm(request.POST)

    def act(ticket: Ticket, at: datetime) -> None:
        told = form.cleaned_data
        oversight.end(_of(ticket, told["oversight"]), conclusion=told["conclusion"], by=request.user, at=at)

    return _act(request, number, "end", form, act)


def _of(ticket: Ticket, row: Oversight) -> Oversight:
    """The order, if it is this ticket's; read after the ticket, so that its version guards both."""
    if row.ticket_id != ticket.pk:
        raise Http404(row.pk)
    row.ticket = ticket
    return row


def _act(request: HttpRequest, number: str, name: str, form: VersionForm, act: Act) -> HttpResponse:
    """Do it and show the case afresh; or the same page again, with what was typed or with what is new."""
    try:
        ticket = in_hand(request.user, number, request.POST.get("version"))
        if form.is_valid():
            act(ticket, timezone.now())
            messages.success(request, _("已保存。"))
            said = urlencode({"v": _view(request.GET).key})
            return redirect(f"{reverse('supervision:case', args=[number])}?{said}")
    except Stale as stale:
        return _page(request, number, status=409, conflict=str(stale), bound={name: form})
    except Refused as refusal:
        form.add_error(None, str(refusal))
    return _page(request, number, status=422, bound={name: form})


def _page(
    request: HttpRequest,
    number: str = "",
    *,
    status: int = 200,
    conflict: str = "",
    bound: dict[str, VersionForm] | None = None,
) -> HttpResponse:
    """The desk, with a case in its pane when one is opened."""
    context = _list(request, request.GET) | {
        "rail": queries.rail(request.user, timezone.now()),
        "conflict": conflict,
        "opened": bool(number),
    }
    if number:
        context |= _pane(request.user, in_hand(request.user, number), bound or {})
    return render(request, "dispatch/supervision/desk.html", context, status=status)


def _list(request: HttpRequest, data: QueryDict) -> dict[str, object]:
    """What the list shows."""
    at, view = timezone.now(), _view(data)
    # As long as nobody chose: what waits for an account, as the rail counts it.
    form = forms.CardFilter(vars(queries.WAITING) | data.dict())
    chosen = form.chosen()
    listing = queries.listing(request.user, view, at, chosen, data.get("after", ""))
    said = {"v": view.key, **(vars(chosen) if view.key == "cards" else {})}
    return {
        "view": view,
        "filter": form,
        "filtered": view.key == "cards" and chosen != queries.WAITING,
        "listing": listing,
        "next_url": f"{reverse('supervision:desk')}?{urlencode(said | {'after': listing.after})}"
        if listing.after
        else "",
        "at": at,
    }


def _pane(user: User, ticket: Ticket, bound: dict[str, VersionForm]) -> dict[str, object]:
    """The case, what was ordered and answered, and the forms this person may use now."""
    orders = queries.orders_of(ticket)
    facts = ticket.facts_for(user)
    running = [row for row in orders if row.state != Oversight.State.ENDED]
    pane: dict[str, object] = {
        "ticket": ticket,
        "cards": queries.cards_of(ticket),
        "orders": orders,
        "judged": [],
        "order": None,
        "bound": bound,
    }
    if "oversee_end" in facts:
        pane["judged"] = [_forms(row, bound) for row in running if oversight.may_judge(row, user)]
    if "oversee" in facts and ticket.lead_id is not None and not running:
        pane["order"] = bound.get("order") or forms.OrderForm()
    return pane


def _forms(row: Oversight, bound: dict[str, VersionForm]) -> dict[str, object]:
    """An order that runs with its two forms; the one that was sent keeps what was typed."""
    found: dict[str, object] = {"row": row}
    for name, form in (("again", forms.AgainForm), ("end", forms.EndForm)):
        sent = bound.get(name)
        mine = sent is not None and sent.data.get("oversight") == str(row.pk)
        found[name] = sent if mine else form()
        found[f"{name}_sent"] = mine
    return found


def _view(data: QueryDict) -> queries.View:
    """The view asked for; an unknown one is the first."""
    return queries.VIEWS.get(data.get("v", ""), queries.VIEWS["orders"])
