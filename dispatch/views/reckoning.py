"""The effect of another calendar day or another limit on open orders, seen first, then written."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from dispatch.actions import reckoning as actions
from dispatch.forms.reckoning import ApplyForm, DayForm, LimitForm
from dispatch.models import Adjustment
from dispatch.queries import reckoning as queries
from tickets.book import book, local_day
from tickets.errors import Refused
from tickets.models import Limit
from units.doors import only
from units.models import User
from units.roles import Role

WHO = frozenset({Role.ADMIN, Role.SUPERVISOR})


@dataclass
class Asked:
    """One of the two forms as it was sent; `what` names it."""

    what: str
    form: DayForm | LimitForm

    def change(self, at: datetime) -> queries.Change | None:
        """None, with the reason in the form, when it cannot be."""
        if not self.form.is_valid():
            return None
        told = self.form.cleaned_data
        try:
            if isinstance(self.form, DayForm):
                return actions.day_change(told["calendar"], told["day"], told["works"], at)
            return actions.limit_change(told["code"], self.form.numbers(), told["effective_from"], at)
        except Refused as refusal:
            self.form.add_error(None, str(refusal))
            return None

    def write(self, *, open_too: bool, by: User, at: datetime) -> Adjustment:
        told = self.form.cleaned_data
        if isinstance(self.form, DayForm):
            return actions.change_day(**told, open_too=open_too, by=by, at=at)
        given = told["code"], self.form.numbers(), told["effective_from"]
        return actions.change_limit(*given, open_too=open_too, by=by, at=at)


def _asked(data: QueryDict) -> Asked | None:
    forms = {"day": DayForm, "limit": LimitForm}
    what = data.get("what", "")
    return Asked(what, forms[what](data)) if what in forms else None


@require_safe
@only(WHO)
def preview(request: HttpRequest) -> HttpResponse:
    """What would move, before anything is written."""
    return _page(request, _asked(request.GET))


def _page(
    request: HttpRequest, asked: Asked | None, apply: Form | None = None, status: int = 200
) -> HttpResponse:
    at = timezone.now()
    change = asked.change(at) if asked is not None else None
    day = asked.form if asked is not None and asked.what == "day" else DayForm()
    limit = asked.form if asked is not None and asked.what == "limit" else _limit_form(request, at)
    context = {
        "day": day,
        "limit": limit,
        "asked": asked,
        "effects": queries.effects(change, at) if change is not None else None,
        "apply": apply or ApplyForm(),
        "classes": _classes(at),
        "adjustments": queries.adjustments(),
        "counted": queries.COUNTED,
    }
    wrong = asked is not None and change is None and status == 200
    return render(request, "dispatch/reckoning/page.html", context, status=422 if wrong else status)


def _classes(at: datetime) -> list[Limit]:
    """The classes in force, and the rows that wait for their day."""
    rows = Limit.objects.select_related("calendar").order_by("code", "effective_from")
    today = local_day(at)
    current = {row.code: row.pk for row in rows if row.effective_from <= today}
    return [row for row in rows if row.effective_from > today or current[row.code] == row.pk]


def _limit_form(request: HttpRequest, at: datetime) -> LimitForm:
    """Filled with the numbers in force of the class that was picked from the table."""
    try:
        row = book().limit(request.GET.get("class", ""), at)
    except LookupError:
        return LimitForm()
    numbers = {name: getattr(row, name) for name in actions.Numbers.__dataclass_fields__}
    return LimitForm(initial={"code": row.code, **numbers})


@require_POST
@only(WHO)
def write(request: HttpRequest) -> HttpResponse:
    """The dated row is written; open orders follow in the background if that was chosen."""
    asked, apply = _asked(request.POST), ApplyForm(request.POST)
    if asked is None:
        return redirect("policy:preview")
    if not asked.form.is_valid() or not apply.is_valid():
        return _page(request, asked, apply, status=422)
    try:
        row = asked.write(open_too=apply.cleaned_data["open_too"], by=request.user, at=timezone.now())
    except Refused as refusal:
        apply.add_error(None, str(refusal))
        return _page(request, asked, apply, status=422)
    words = _("已写入。在办工单的时限正在分批调整。") if row.open_too else _("已写入，只对新工单生效。")
    messages.success(request, words)
    return redirect("policy:preview")
