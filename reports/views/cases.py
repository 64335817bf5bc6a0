"""Every ticket on one page, the list of all, and the palette."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tickets.models import Ticket
from tickets.queries import in_hand


@require_safe
@login_required
def cases(request: HttpRequest) -> HttpResponse:
    """What this person may read, newest first."""
    return render(request, "reports/cases.html", {"tickets": Ticket.objects.visible_to(request.user)[:25]})


@require_safe
@login_required
def case(request: HttpRequest, number: str) -> HttpResponse:
    """The one full page of a ticket."""
    return render(request, "reports/case.html", {"ticket": in_hand(request.user, number)})


@require_safe
@login_required
def palette(request: HttpRequest) -> HttpResponse:
    """What Ctrl K finds."""
    return render(request, "reports/_palette.html", {})
