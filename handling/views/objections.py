"""A unit's objections: raise one, and read what became of all of them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from dispatch.actions import objections as actions
from dispatch.queries import objections as queries
from handling.forms.objections import ObjectForm
from handling.views.verbs import act, staff
from tickets import pages
from tickets.queries import readable
from units.doors import only
from units.roles import OF_THE_UNIT

ROWS = 30


@require_POST
@staff
def raise_one(request: HttpRequest, number: str) -> HttpResponse:
    """提出异议"""
    form = ObjectForm(request.POST, request.FILES, prefix="object")
    return act(
        request,
        number,
        form,
        lambda ticket, form, by, at: actions.raise_objection(ticket, form.grounds, by=by, at=at),
    )


@require_safe
@only(OF_THE_UNIT, in_a_unit=True)
def raised(request: HttpRequest) -> HttpResponse:
    """What the unit ever objected to and what was ruled, also where the order is no longer its own."""
    page = pages.page(queries.raised_by(request.user.unit), "-pk", ROWS, request.GET.get("after", ""))
    context = {
        "rows": page.rows,
        "after": page.after,
        "seen": readable(request.user, [row.ticket_id for row in page.rows]),
        "now": timezone.now(),
    }
    return render(request, "handling/objections.html", context)
