"""The rule lab: what upheld objections teach the catalogue."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from dispatch.actions import lessons as actions
from dispatch.forms import lab as forms
from dispatch.models import Backlog
from dispatch.queries import lab as queries
from dispatch.queries import resolvers
from dispatch.views.lab import EDITORS, READERS, attempt, back_to
from tickets.pages import page
from units.doors import only

#: Lessons on a page.
SHOWN = 20


def _page(
    request: HttpRequest,
    *,
    status: int = 200,
    conflict: str = "",
    failed: tuple[int, forms.LessonForm] | None = None,
) -> HttpResponse:
    """Open lessons, or those settled; each open one with its form for whoever may settle it."""
    settled = "settled" in request.GET
    found = queries.lessons().exclude(state=Backlog.State.OPEN) if settled else queries.open_lessons()
    rows = page(found, "-at", SHOWN, request.GET.get("after", ""))
    may_settle = request.user.has_role(*EDITORS) and not settled
    typed = dict([failed]) if failed else {}
    context = {
        "rows": [(row, _rule(row), typed.get(row.pk)) for row in rows.rows],
        "after": rows.after,
        "settled": settled,
        "drafts": list(queries.drafts()) if may_settle else [],
        "may_settle": may_settle,
        "conflict": conflict,
    }
    return render(request, "dispatch/lab_lessons.html", context, status=status)


def _rule(lesson: Backlog) -> resolvers.Line | None:
    """The rule that sent it wrong, in words."""
    return resolvers.line(lesson.rule) if lesson.rule is not None else None


@require_safe
@only(READERS)
def lessons(request: HttpRequest) -> HttpResponse:
    """What waits to be learnt, or what was."""
    return _page(request)


@require_POST
@only(EDITORS)
def settle(request: HttpRequest, key: int) -> HttpResponse:
    """Into a draft, and on to its leaf there; or dismissed with a note."""
    lesson = get_object_or_404(queries.lessons(), pk=key)
    form = forms.LessonForm(request.POST)

    def act(at: datetime) -> None:
        told = form.cleaned_data
        if told["verdict"] == form.TAKE:
            actions.take(lesson, told["draft"], note=told["note"], by=request.user, at=at)
        else:
            actions.dismiss(lesson, note=told["note"], by=request.user, at=at)

    def again(status: int, conflict: str) -> HttpResponse:
        return _page(request, status=status, conflict=conflict, failed=(key, form))

    failed = attempt(form, act, again)
    if failed is not None:
        return failed
    if lesson.state == Backlog.State.TAKEN and lesson.catalogue is not None:
        category = lesson.objection.ticket.category
        return back_to(lesson.catalogue, category.code if category else "")
    messages.success(request, _("已记录：不采纳。"))
    return redirect("dispatch:lessons")
