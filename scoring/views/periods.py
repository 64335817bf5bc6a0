"""Months of the ruler: where each stands, points by hand, publishing, and what was adjusted since."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from scoring.actions import marks
from scoring.actions.freezing import LEASE, ask_to_freeze
from scoring.forms.periods import MarkForm, PublishForm
from scoring.models import Period
from scoring.queries import publishing as queries
from scoring.views.desk import deciders, readers
from tickets import pages
from tickets.errors import Refused, Stale
from units.roles import Role

PERIODS = Period.objects.select_related("scheme", "frozen_by", "asked_by")


@require_safe
@readers
def periods(request: HttpRequest) -> HttpResponse:
    """The months, newest first."""
    context = {"rows": queries.months(timezone.now()), "here": "periods"}
    return render(request, "scoring/periods.html", context)


@require_safe
@readers
def period(request: HttpRequest, code: str) -> HttpResponse:
    """One month."""
    return _page(request, get_object_or_404(PERIODS, code=code))


@require_POST
@deciders
def publish(request: HttpRequest, code: str) -> HttpResponse:
    """发布"""
    row = get_object_or_404(PERIODS, code=code)
    form = PublishForm(request.POST, period=row, prefix="publish")
    try:
        _refuse_stale(request, row)
        if form.is_valid():
            ask_to_freeze(row, by=request.user, at=timezone.now())
            messages.success(request, _("%s 已提交发布，正在核对账目。") % code)
            return redirect("ruler:period", code)
    except Stale as stale:
        return _page(request, get_object_or_404(PERIODS, code=code), form, status=409, conflict=str(stale))
    except Refused as refusal:
        form.add_error(None, str(refusal))
    return _page(request, get_object_or_404(PERIODS, code=code), form, status=422)


@require_safe
@readers
def publishing(request: HttpRequest, code: str) -> HttpResponse:
    """Asked every few seconds by the page of a month that is being published: once it is over, look again."""
    row = get_object_or_404(Period, code=code)
    if not request.htmx:
        return redirect("ruler:period", code)
    return HttpResponse(status=204) if row.publishing else HttpResponseClientRefresh()


@require_POST
@deciders
def add_mark(request: HttpRequest, code: str) -> HttpResponse:
    """加减分"""
    row = get_object_or_404(PERIODS, code=code)
    form = MarkForm(request.POST, prefix="mark")
    try:
        _refuse_stale(request, row)
        if form.is_valid():
            data = form.cleaned_data
            marks.add(
                row, data["unit"], tenths=form.tenths, why=data["why"], by=request.user, at=timezone.now()
            )
            messages.success(request, _("已记入加减分：%s") % data["unit"])
            return redirect("ruler:period", code)
    except Stale as stale:
        return _page(request, get_object_or_404(PERIODS, code=code), form, status=409, conflict=str(stale))
    except Refused as refusal:
        form.add_error(None, str(refusal))
    return _page(request, get_object_or_404(PERIODS, code=code), form, status=422)


def _version(period: Period) -> str:
    """What whoever publishes must have seen: whether it is, or is being, published, and every mark."""
    state = "published" if period.frozen_at else "asked" if period.publishing else "open"
    return f"{state}-{period.marks.count()}"


def _refuse_stale(request: HttpRequest, period: Period) -> None:
    """Raises Stale when the page was made before the last mark, or before somebody published."""
    if request.POST.get("version", "") != _version(period):
        raise Stale(_("这个月份已提交发布，或加减分有变动。请查看最新情况后再操作。"))


def _page(
    request: HttpRequest,
    row: Period,
    form: forms.Form | None = None,
    *,
    status: int = 200,
    conflict: str = "",
) -> HttpResponse:
    at = timezone.now()
    adjusted = queries.adjustments(row).select_related("ticket")
    page = pages.page(adjusted, "-pk", queries.ROWS, request.GET.get("after", ""))
    blank = {}
    if row.frozen_at is None and not row.publishing and request.user.has_role(Role.SUPERVISOR):
        blank["mark"] = MarkForm(prefix="mark")
        if at >= row.ends:
            blank["publish"] = PublishForm(period=row, prefix="publish")
    context = {
        "month": queries.month(row, at),
        "period": row,
        "lines": queries.lines(row),
        "marks": queries.marks(row),
        "adjustments": page.rows,
        "after": page.after,
        "version": _version(row),
        "slow": row.publishing and at - row.asked_at > LEASE,
        "forms": {"mark": None, "publish": None} | blank | ({form.prefix: form} if form else {}),
        "sent": form.prefix if form else "",
        "conflict": conflict,
        "here": "periods",
    }
    return render(request, "scoring/period.html", context, status=status)
