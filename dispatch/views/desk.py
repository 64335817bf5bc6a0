"""The dispatch desk, and the suggestion on the agent's."""

from collections.abc import Callable, Collection
from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from dispatch import actions, queries
from dispatch.actions import correcting
from dispatch.forms import desk as forms
from dispatch.forms.bulk import OneUnitForm
from dispatch.forms.merging import MergeForm
from dispatch.queries.merging import masters_for
from intake.queries import category_of, others_asking, place_of, said_later, unit_with
from tickets.book import book, local_day
from tickets.errors import Refused, Stale
from tickets.flow import INTAKE
from tickets.models import Ticket
from tickets.queries import in_hand
from units.doors import only
from units.models import User
from units.roles import Role

#: Rows of the desk: the most pressing are worked off first, so nobody pages through them.
SHOWN = 50
#: Who reads the city's desk; a dispatcher alone works on it.
READERS = frozenset({Role.DISPATCHER, Role.TEAM_LEADER, Role.SUPERVISOR, Role.AUDITOR})

#: Events after which there may be words of callers to read: this one's, or a duplicate's.
SAID = frozenset({"add", "urge", "withdraw", "adopt"})

Act = Callable[[Ticket, datetime], object]


def _waiting(user: User) -> list[Ticket]:
    """The rows of the desk, and one more if there is one. Raises PermissionDenied for whoever has no desk."""
    tickets = Ticket.objects.visible_to(user)
    if user.has_role(*READERS):
        return list(queries.desk(tickets)[: SHOWN + 1])
    if user.has_role(Role.DISTRICT):
        return list(queries.district_desk(tickets, user)[: SHOWN + 1])
    raise PermissionDenied


def _merged(user: User) -> list[Ticket]:
    """What was merged lately."""
    return list(queries.merged_desk(Ticket.objects.visible_to(user))[: SHOWN + 1])


def _pane(user: User, ticket: Ticket, at: datetime, bound: dict[str, forms.VersionForm]) -> dict[str, object]:
    """The case, the suggestion, and the forms this person may use now; what was typed stays in its own."""
    may = {move.name for move in ticket.moves_for(user)}
    pane: dict[str, object] = {"ticket": ticket, "may": may, "now": at}
    if "dispatch" in may:
        proposal = queries.proposal_for(ticket, at)
        pane |= {"proposal": proposal, "hand": forms.HandForm.proposed(proposal)}
    if "redispatch" in may:
        pane["pass_on"] = forms.RedispatchForm(user=user)
    if "merge" in may:
        masters = list(masters_for(ticket, user, at))
        pane |= {"into": MergeForm(user=user, masters=masters), "masters": len(masters)}
    if "unmerge" in may:
        pane["apart"] = forms.VersionForm()
    if "correct" in ticket.facts_for(user):
        pane["right"] = forms.CorrectForm.of(ticket)
    told = set(ticket.events.order_by().values_list("kind", flat=True))
    pane["callers"] = list(others_asking(ticket)) if "adopt" in told else []
    pane["words"] = list(said_later(ticket)) if told & SAID else []
    kept = {name: form for name, form in bound.items() if name in pane}
    return pane | kept | {"bound": kept}


def page(
    request: HttpRequest,
    number: str = "",
    *,
    status: int = 200,
    conflict: str = "",
    bound: dict[str, forms.VersionForm] | None = None,
    picked: Collection[str] = (),
) -> HttpResponse:
    """The desk with one case in its pane, the first one unless told otherwise; `picked` are ticked."""
    at, bound = timezone.now(), bound or {}
    merged = request.GET.get("v") == "merged" and request.user.has_role(*READERS)
    rows = _merged(request.user) if merged else _waiting(request.user)
    ticket = in_hand(request.user, number) if number else next(iter(rows), None)
    shown = rows[:SHOWN]
    context = {
        "rows": list(zip(shown, queries.hints(shown, at), strict=True)),
        "more": len(rows) > SHOWN,
        "of_the_city": request.user.has_role(*READERS),
        "merged": merged,
        "picks": request.user.has_role(Role.DISPATCHER) and not merged,
        "picked": picked,
        "one": bound.get("one", OneUnitForm()),
        "conflict": conflict,
        "opened": bool(number),
        "now": at,
    }
    pane = _pane(request.user, ticket, at, bound) if ticket is not None else {}
    return render(request, "dispatch/desk.html", context | pane, status=status)


def act(request: HttpRequest, number: str, name: str, form: forms.VersionForm, do: Act) -> HttpResponse:
    """Do it and go to the next row; or the same page again, with what was typed or with what is new."""
    try:
        ticket = in_hand(request.user, number, request.POST.get("version"))
        if form.is_valid():
            do(ticket, timezone.now())
            messages.success(request, _("已办理：%s") % ticket.number)
            return _next(request, ticket)
    except Stale as stale:
        form.offer_typed()
        return page(request, number, status=409, conflict=str(stale), bound={name: form})
    except Refused as refusal:
        form.add_error(None, str(refusal))
    form.offer_typed()
    return page(request, number, status=422, bound={name: form})


def _next(request: HttpRequest, done: Ticket) -> HttpResponse:
    """To the row after the one that was done, else to the first."""
    key = "dispatch_due" if request.user.has_role(*READERS) else "sign_due"
    # What was reopened beside its master was never handed to be signed, and stands last.
    after = [
        row
        for row in _waiting(request.user)
        if row.pk != done.pk and (getattr(row, key) is None or getattr(row, key) >= getattr(done, key))
    ]
    return redirect("dispatch:case", after[0].number) if after else redirect("dispatch:desk")


@require_safe
@login_required
def desk(request: HttpRequest) -> HttpResponse:
    """What waits, the most pressing first."""
    return page(request)


@require_safe
@login_required
def case(request: HttpRequest, number: str) -> HttpResponse:
    """One case in the pane; htmx gets the pane alone."""
    if not request.htmx:
        return page(request, number)
    ticket = in_hand(request.user, number)
    return render(request, "dispatch/_pane.html", _pane(request.user, ticket, timezone.now(), {}))


@require_POST
@login_required
def by_hand(request: HttpRequest, number: str) -> HttpResponse:
    """A dispatcher decides."""
    form = forms.HandForm(request.POST)

    def do(ticket: Ticket, at: datetime) -> None:
        told = form.cleaned_data
        actions.dispatch_by_hand(
            ticket, lead=told["lead"], co=told["co"], reason=told["reason"], by=request.user, at=at
        )

    return act(request, number, "hand", form, do)


@require_POST
@login_required
def redispatch(request: HttpRequest, number: str) -> HttpResponse:
    """A district passes an unsigned ticket on to one of its own units."""
    form = forms.RedispatchForm(request.POST, user=request.user)

    def do(ticket: Ticket, at: datetime) -> None:
        told = form.cleaned_data
        actions.redispatch(ticket, lead=told["lead"], reason=told["reason"], by=request.user, at=at)

    return act(request, number, "pass_on", form, do)


@require_POST
@login_required
def correct(request: HttpRequest, number: str) -> HttpResponse:
    """A dispatcher sets right what was written down; the case stays open, its suggestion made anew."""
    form = forms.CorrectForm(request.POST)

    def do(ticket: Ticket, at: datetime) -> None:
        correcting.correct(ticket, form.to_correction(), by=request.user, at=at)

    answer = act(request, number, "right", form, do)
    return redirect("dispatch:case", number) if answer.status_code == 302 else answer


@require_POST
@only(INTAKE | {Role.DISPATCHER})
def suggest(request: HttpRequest) -> HttpResponse:
    """Where the agent's unfinished request would go, in words; nothing is kept."""
    at = timezone.now()
    form = forms.SuggestForm(request.POST)
    form.is_valid()  # what is wrong is left out, the agent is still typing
    told = form.cleaned_data
    accused = unit_with(told.get("accused", ""))
    category = category_of(told.get("category", ""), local_day(at))
    urgent = book().limit(book().text("urgent_limit", at), at) if told.get("urgent") else None
    proposal = queries.propose(
        category,
        place_of(told.get("place", "")),
        form.to_asked(category),
        at,
        accused=accused.pk if accused else None,
        limit=urgent,
    )
    return render(
        request, "dispatch/_suggestion.html", {"proposal": proposal, "started": category is not None}
    )
