"""Merge and give back, in the pane of the dispatch desk."""

from datetime import datetime

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from dispatch.actions import merging as actions
from dispatch.forms.desk import VersionForm
from dispatch.forms.merging import MergeForm
from dispatch.queries.merging import masters_for
from dispatch.views.desk import act
from tickets.models import Ticket
from tickets.queries import in_hand


@require_POST
@login_required
def merge(request: HttpRequest, number: str) -> HttpResponse:
    """并单"""
    masters = list(masters_for(in_hand(request.user, number), request.user, timezone.now()))
    form = MergeForm(request.POST, user=request.user, masters=masters)

    def do(ticket: Ticket, at: datetime) -> None:
        actions.merge(ticket, into=form.cleaned_data["master"], by=request.user, at=at)

    return act(request, number, "into", form, do)


@require_POST
@login_required
def unmerge(request: HttpRequest, number: str) -> HttpResponse:
    """撤销并单"""
    form = VersionForm(request.POST)

    def do(ticket: Ticket, at: datetime) -> None:
        actions.unmerge(ticket, by=request.user, at=at)

    return act(request, number, "apart", form, do)
