"""The team leader's page: callers who were told another way, to be confirmed or accepted after all."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from intake import queries
from intake.actions import Then, guiding
from intake.forms import GuideForm
from intake.models import Guidance
from tickets.errors import Refused, Stale
from tickets.queries import in_hand
from units.doors import only
from units.models import User
from units.roles import Role

#: The most pressing are worked off first, so nobody pages through them.
SHOWN = 50
leaders = only({Role.TEAM_LEADER})


@require_safe
@leaders
def desk(request: HttpRequest) -> HttpResponse:
    """All that waits, the most pressing opened."""
    return _page(request)


@require_safe
@leaders
def case(request: HttpRequest, number: str) -> HttpResponse:
    """One of them in the pane; htmx gets the pane alone."""
    row = get_object_or_404(queries.guides(request.user), ticket__number=number)
    if not request.htmx:
        return _page(request, row)
    return render(request, "intake/guides/_pane.html", _pane(request.user, row, GuideForm()))


@require_POST
@leaders
def decide(request: HttpRequest, number: str, then: Then | None = None) -> HttpResponse:
    """Confirm, or accept and dispatch; on 422 and 409 what was typed stays."""
    row = get_object_or_404(Guidance, ticket=in_hand(request.user, number))
    form = GuideForm(request.POST)
    if row.verdict != Guidance.Verdict.WAITING:
        return _page(request, status=409, conflict=_("这一项已有结果。请看其他待确认的诉求。"))
    try:
        row.ticket = in_hand(request.user, number, request.POST.get("version"))
        if form.is_valid():
            _do(row, form, by=request.user, at=timezone.now(), then=then)
            messages.success(request, _("已办理：%s") % number)
            return redirect("intake:guides")
    except Stale as stale:
        return _page(request, row, status=409, form=form, conflict=str(stale))
    except Refused as refusal:
        form.add_error(None, str(refusal))
    return _page(request, row, status=422, form=form)


def _do(row: Guidance, form: GuideForm, *, by: User, at: datetime, then: Then | None) -> None:
    told = form.cleaned_data
    if told["verdict"] == "confirm":
        guiding.confirm(row, by=by, at=at)
    else:
        guiding.accept(row, opinion=told["opinion"], by=by, at=at, then=then)


def _page(
    request: HttpRequest,
    row: Guidance | None = None,
    *,
    status: int = 200,
    conflict: str = "",
    form: GuideForm | None = None,
) -> HttpResponse:
    """The list with one of them in its pane, the first one unless told otherwise."""
    rows = list(queries.guides(request.user)[: SHOWN + 1])
    context = {
        "rows": rows[:SHOWN],
        "more": len(rows) > SHOWN,
        "conflict": conflict,
        "opened": row is not None,
    }
    row = row or next(iter(rows), None)
    pane = _pane(request.user, row, form or GuideForm()) if row is not None else {"item": None}
    return render(request, "intake/guides.html", context | pane, status=status)


def _pane(user: User, row: Guidance, form: GuideForm) -> dict[str, object]:
    """The request, what was told, and the form unless the reader proposed it themselves."""
    return {"item": row, "ticket": row.ticket, "form": None if row.by_id == user.pk else form}
