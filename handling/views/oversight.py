"""督办 and cards on the unit's side: reply to an order, account for a card."""

from datetime import datetime

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from dispatch.actions import cards as card_actions
from dispatch.actions import oversight as actions
from dispatch.models import Card
from handling.forms.oversight import AccountForm, ReplyForm
from handling.queries import oversight as queries
from handling.views.verbs import act, staff
from tickets.errors import Refused
from tickets.models import Ticket
from tickets.queries import readable
from units.doors import only
from units.models import User
from units.roles import OF_THE_UNIT

of_the_unit = only(OF_THE_UNIT, in_a_unit=True)


@require_POST
@staff
def reply(request: HttpRequest, number: str) -> HttpResponse:
    """督办回复"""
    key = request.POST.get("oversight", "")

    def do(ticket: Ticket, form: forms.Form, by: User, at: datetime) -> None:
        row = ticket.oversights.select_related("by").filter(pk=key).first() if key.isdecimal() else None
        if row is None:
            raise Http404(key)
        actions.reply(row, text=form.cleaned_data["text"], by=by, at=at)

    return act(request, number, ReplyForm(request.POST, prefix=queries.key_of(key)), do)


@require_GET
@of_the_unit
def cards(request: HttpRequest) -> HttpResponse:
    """The unit's yellow and red cards."""
    return _cards(request)


@require_POST
@of_the_unit
def account(request: HttpRequest, key: int) -> HttpResponse:
    """情况说明: a card changes by this alone, so the page needs no version of the ticket."""
    mine = Card.objects.filter(unit__path__startswith=request.user.unit.path)
    card = get_object_or_404(mine.select_related("unit", "ticket"), pk=key)
    form = AccountForm(request.POST, prefix=f"card-{key}")
    if not form.is_valid():
        return _cards(request, status=422, bound=(key, form))
    try:
        said = form.cleaned_data["account"]
        card_actions.acknowledge(card, account=said, by=request.user, at=timezone.now())
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _cards(request, status=422, bound=(key, form))
    messages.success(request, _("情况说明已提交。"))
    return redirect("handling:cards")


def _cards(
    request: HttpRequest, *, status: int = 200, bound: tuple[int, forms.Form] | None = None
) -> HttpResponse:
    """The list, each card with its form where this person accounts for it."""
    page = queries.cards(request.user, request.GET.get("after", ""))
    seen = readable(request.user, [card.ticket_id for card in page.rows])
    rows = []
    for card in page.rows:
        form = None
        if bound is not None and bound[0] == card.pk:
            form = bound[1]
        elif card.acknowledged_at is None and card_actions.may_acknowledge(card, request.user):
            form = AccountForm(prefix=f"card-{card.pk}")
        rows.append((card, card.ticket_id in seen, form))
    next_url = f"{reverse('handling:cards')}?after={page.after}" if page.after else ""
    return render(request, "handling/cards.html", {"rows": rows, "next_url": next_url}, status=status)
