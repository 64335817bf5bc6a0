"""Addresses of extensions: ask for one, decide about one."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from handling.actions import extension as actions
from handling.forms.extension import DecisionForm, ExtendForm
from handling.models import Extension
from handling.views.decisions import decide, deciders
from handling.views.verbs import act, staff
from units.models import User


@require_POST
@staff
def ask(request: HttpRequest, number: str) -> HttpResponse:
    """申请延期"""
    form = ExtendForm(request.POST, prefix="extend")
    return act(
        request,
        number,
        form,
        lambda ticket, form, by, at: actions.ask(ticket, form.wish, by=by, at=at),
    )


@require_POST
@deciders
def answer(request: HttpRequest, key: int) -> HttpResponse:
    """准予或不予延期"""
    form = DecisionForm(request.POST, prefix="decide")
    return decide(request, "extension", key, form, _answer)


def _answer(row: Extension, form: DecisionForm, by: User, at: datetime) -> None:
    data = form.cleaned_data
    verb = actions.grant if data["verdict"] == "grant" else actions.refuse
    verb(row, opinion=data["opinion"], by=by, at=at)
