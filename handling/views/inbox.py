"""The unit's pages: the inbox with its pane, and one address for each verb."""

from datetime import datetime
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from handling import actions
from handling.forms.work import AssignForm, ContactForm, NoteForm
from handling.queries import inbox as queries
from handling.views.verbs import act, show, staff, view_of
from tickets.many import ticked
from tickets.pages import fragment
from tickets.queries import in_hand
from units.roles import Role

#: What htmx may ask of the list: all of it, or the next rows for a wide or a narrow screen.
PARTS = frozenset({"rows", "lines", "cards"})


@require_GET
@staff
def inbox(request: HttpRequest) -> HttpResponse:
    """A view of the inbox; htmx gets the rows alone, with `after` the next ones."""
    at = timezone.now()
    context = _list(request, request.GET, at)
    if fragment(request):
        part = request.GET.get("part")
        return render(request, f"handling/inbox.html#{part if part in PARTS else 'rows'}", context)
    context["rail"] = queries.rail(request.user, at)
    return render(request, "handling/inbox.html", context)


@require_GET
@staff
def counts(request: HttpRequest) -> HttpResponse:
    """The rail's figures, fresh."""
    rail = queries.rail(request.user, timezone.now())
    return render(request, "handling/_views.html", {"rail": rail, "view": view_of(request, request.GET)})


@require_GET
@staff
def pane(request: HttpRequest, number: str) -> HttpResponse:
    """One order: beside the list for htmx, a page of its own otherwise."""
    return show(request, in_hand(request.user, number))


@require_POST
@staff
def sign(request: HttpRequest, number: str) -> HttpResponse:
    """签收"""
    return act(
        request,
        number,
        forms.Form(request.POST),
        lambda ticket, form, by, at: actions.sign(ticket, by=by, at=at),
    )


@require_POST
@staff
def contact(request: HttpRequest, number: str) -> HttpResponse:
    """联系并留痕"""
    form = ContactForm(request.POST, request.FILES, prefix="contact")
    return act(
        request,
        number,
        form,
        lambda ticket, form, by, at: actions.contact(ticket, **form.cleaned_data, by=by, at=at),
    )


@require_POST
@staff
def assign(request: HttpRequest, number: str) -> HttpResponse:
    """内部分派"""
    form = AssignForm(request.POST, prefix="assign", by=request.user)
    return act(
        request,
        number,
        form,
        lambda ticket, form, by, at: actions.assign(ticket, **form.chosen, by=by, at=at),
    )


@require_POST
@staff
def note(request: HttpRequest, number: str) -> HttpResponse:
    """备注"""
    form = NoteForm(request.POST, prefix="note")
    return act(
        request,
        number,
        form,
        lambda ticket, form, by, at: actions.note(ticket, text=form.cleaned_data["text"], by=by, at=at),
    )


@require_POST
@staff
def sign_many(request: HttpRequest) -> HttpResponse:
    """批量签收: what was ticked, each as "number:version"."""
    at = timezone.now()
    versions = ticked(request.POST.getlist("pick"))
    tickets = queries.picked(request.user, versions)
    left = actions.sign_many(tickets, versions=versions, by=request.user, at=at)
    done = len(tickets) - len(left)
    if done:
        messages.success(request, ngettext("已签收 %d 件。", "已签收 %d 件。", done) % done)
    for ticket, why in left:
        messages.warning(request, f"{ticket.number} {why}")
    if request.htmx:
        context = _list(request, request.POST, at) | {"rail": queries.rail(request.user, at), "told": True}
        return render(request, "handling/inbox.html#rows", context)
    return redirect(f"{reverse('handling:inbox')}?v={view_of(request, request.POST).key}")


def _list(request: HttpRequest, data: dict[str, str], at: datetime) -> dict[str, object]:
    """What the list shows."""
    view, text = view_of(request, data), data.get("q", "").strip()[:60]
    page = queries.page(request.user, view, at, text=text, after=data.get("after", ""))
    return {
        "view": view,
        "text": text,
        "lines": [queries.Line(ticket, request.user) for ticket in page.rows],
        "next_url": _next_url(view, text, page.after),
        "acts": view.key != "co" and request.user.has_role(Role.CLERK, Role.LEADER),
        "at": at,
    }


def _next_url(view: queries.View, text: str, after: str) -> str:
    """The address of the next rows; empty at the end."""
    said = {"v": view.key, "q": text, "after": after}
    return f"{reverse('handling:inbox')}?{urlencode(said)}" if after else ""
