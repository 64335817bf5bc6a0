"""The rule lab: what a draft would do, and its way into force and back."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from dispatch.actions import lab as actions
from dispatch.forms import lab as forms
from dispatch.models import Catalogue
from dispatch.queries import lab as queries
from dispatch.views.lab import EDITORS, PUBLISHERS, READERS, attempt, back_to, show, version_of
from tickets.book import local_day
from units.doors import only

#: Changed requests listed; the table of units counts them all.
SHIFTS = 100


def _page(
    request: HttpRequest,
    draft: Catalogue,
    *,
    status: int = 200,
    conflict: str = "",
    form: forms.PublishForm | None = None,
) -> HttpResponse:
    """The replay, computed now; whoever may publish finds the form under it."""
    at = timezone.now()
    result = queries.replayed(draft, request.user, at)
    may_publish = request.user.has_role(*PUBLISHERS)
    if form is None and may_publish:
        form = forms.PublishForm(initial={"revision": draft.revision, "effective_from": local_day(at)})
    context = {
        "catalogue": draft,
        "base": queries.base_of(draft),
        "behind": queries.is_behind(draft),
        "changes": queries.changes_of(draft),
        "replay": result,
        "shifts": result.shifts[:SHIFTS],
        "more": len(result.shifts) > SHIFTS,
        "form": form,
        "own": request.user == draft.author,
        "conflict": conflict,
    }
    return render(request, "dispatch/lab_replay.html", context, status=status)


@require_safe
@only(READERS)
def replay(request: HttpRequest, key: int) -> HttpResponse:
    """The last requests through the draft."""
    draft = version_of(key)
    if draft.state != Catalogue.State.DRAFT:
        return redirect("dispatch:lab_catalogue", key)
    return _page(request, draft)


@require_POST
@only(PUBLISHERS)
def publish(request: HttpRequest, key: int) -> HttpResponse:
    """The draft comes into force on a day; what its replay says now is kept with it."""
    draft = version_of(key)
    form = forms.PublishForm(request.POST)

    def act(at: datetime) -> None:
        told = form.cleaned_data
        effects = queries.replayed(draft, request.user, at).as_record()
        actions.publish(draft, **told, effects=effects, by=request.user, at=at)

    def again(status: int, conflict: str) -> HttpResponse:
        fresh = version_of(key)
        if fresh.state != Catalogue.State.DRAFT:
            return show(request, fresh, status=409, conflict=_("该版本已被发布或回退。请查看最新情况。"))
        return _page(request, fresh, status=status, conflict=conflict, form=form if status == 422 else None)

    failed = attempt(form, act, again)
    if failed is None:
        messages.success(request, _("已发布，自 %s 起按新版本派单。") % draft.effective_from.isoformat())
    return failed or redirect("dispatch:lab")


@require_POST
@only(PUBLISHERS)
def roll_back(request: HttpRequest, key: int) -> HttpResponse:
    """The version before routes again."""
    version = version_of(key)
    form = forms.WhyForm(request.POST)

    def act(at: datetime) -> None:
        actions.roll_back(version, why=form.cleaned_data["why"], by=request.user, at=at)

    def again(status: int, conflict: str) -> HttpResponse:
        return show(request, version_of(key), status=status, conflict=conflict, back=form)

    failed = attempt(form, act, again)
    if failed is None:
        messages.success(request, _("已回退「%s」，前一版本恢复派单。") % version.version)
    return failed or redirect("dispatch:lab")


@require_POST
@only(EDITORS)
def catch_up(request: HttpRequest, key: int) -> HttpResponse:
    """The draft's own changes are made again on the version published since."""
    draft = version_of(key)
    form = forms.LabForm(request.POST)

    def act(at: datetime) -> None:
        actions.catch_up(draft, revision=form.cleaned_data["revision"], by=request.user, at=at)

    def again(status: int, conflict: str) -> HttpResponse:
        return show(request, version_of(key), status=status, conflict=conflict)

    failed = attempt(form, act, again)
    if failed is None:
        messages.success(request, _("已并入最新版本，请重新查看影响。"))
    return failed or back_to(draft)


@require_POST
@only(EDITORS)
def discard(request: HttpRequest, key: int) -> HttpResponse:
    """The draft is thrown away."""
    draft = version_of(key)
    form = forms.LabForm(request.POST)

    def act(at: datetime) -> None:
        actions.discard(draft, revision=form.cleaned_data["revision"], by=request.user, at=at)

    def again(status: int, conflict: str) -> HttpResponse:
        return show(request, version_of(key), status=status, conflict=conflict)

    failed = attempt(form, act, again)
    if failed is None:
        messages.success(request, _("草案「%s」已删除。") % draft.version)
    return failed or redirect("dispatch:lab")
