"""Event periods (X8): one person declares, another confirms, the platform leaves out."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from scoring.actions import declaring as actions
from scoring.forms.declarations import DeclareForm, UndeclareForm
from scoring.models import Declaration
from scoring.queries import declarations as queries
from scoring.views.desk import deciders, readers
from tickets import pages
from tickets.errors import Refused
from units.roles import Role

ROWS = 30


@require_safe
@readers
def declarations(request: HttpRequest) -> HttpResponse:
    """What was ever declared, newest first."""
    page = pages.page(queries.listed(), "-pk", ROWS, request.GET.get("after", ""))
    context = {"rows": page.rows, "after": page.after, "here": "declarations"}
    return render(request, "scoring/declarations.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@deciders
def declare(request: HttpRequest) -> HttpResponse:
    """申报事件"""
    form = DeclareForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            row = actions.declare(form.event, by=request.user, at=timezone.now())
            messages.success(request, _("已申报，待另一人确认后生效。"))
            return redirect("ruler:declaration", row.pk)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    status = 422 if request.method == "POST" else 200
    return render(request, "scoring/declare.html", {"form": form, "here": "declarations"}, status=status)


@require_safe
@readers
def declaration(request: HttpRequest, key: int) -> HttpResponse:
    """One declaration: what it covers, who confirmed it, what is left out so far."""
    return _page(request, get_object_or_404(queries.listed(), pk=key))


@require_POST
@deciders
def confirm(request: HttpRequest, key: int) -> HttpResponse:
    """确认申报"""
    row = get_object_or_404(Declaration, pk=key)
    stale = row.confirmed_at is not None
    try:
        actions.confirm(row, by=request.user, at=timezone.now())
    except Refused as refusal:
        row = get_object_or_404(queries.listed(), pk=key)
        return _page(request, row, status=409 if stale else 422, refused=str(refusal))
    messages.success(request, _("已确认，相关回访结果将陆续剔除。"))
    return redirect("ruler:declaration", key)


@require_POST
@deciders
def undeclare(request: HttpRequest, key: int) -> HttpResponse:
    """撤销申报"""
    row = get_object_or_404(queries.listed(), pk=key)
    form = UndeclareForm(request.POST)
    if row.revoked_at is not None:
        return _page(request, row, status=409, refused=_("这项申报已经撤销。"))
    try:
        if form.is_valid():
            actions.revoke(row, why=form.cleaned_data["why"], by=request.user, at=timezone.now())
            messages.success(request, _("申报已撤销。"))
            return redirect("ruler:declaration", key)
    except Refused as refusal:
        form.add_error(None, str(refusal))
    return _page(request, get_object_or_404(queries.listed(), pk=key), status=422, form=form)


def _page(
    request: HttpRequest,
    row: Declaration,
    *,
    status: int = 200,
    refused: str = "",
    form: UndeclareForm | None = None,
) -> HttpResponse:
    supervises = row.revoked_at is None and request.user.has_role(Role.SUPERVISOR)
    may = supervises and row.confirmed_at is None
    others = supervises and (may or row.by_id != request.user.pk)
    context = {
        "row": row,
        "names": queries.names_of(row),
        "left": queries.left_count(row),
        "may_confirm": may and row.by_id != request.user.pk,
        "own": may and row.by_id == request.user.pk,
        "refused": refused,
        "undeclare": form or (UndeclareForm() if others else None),
        "here": "declarations",
    }
    return render(request, "scoring/declaration.html", context, status=status)
