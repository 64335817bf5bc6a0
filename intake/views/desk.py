"""The agent's desk, in HTML."""

from datetime import datetime

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from intake import actions, queries
from intake.forms import CallForm, DeskForm, LookForm, WordForm
from intake.models import Call, Case, Word
from intake.rules import EMERGENCY_LINES
from tickets.book import book, local_day
from tickets.errors import Refused, Stale
from tickets.flow import INTAKE
from tickets.models import Ticket
from tickets.queries import in_hand, readable
from units.doors import only
from units.models import User
from units.queries import places_typed, units_typed

#: Only for those who take requests.
at_the_desk = only(INTAKE)


@require_GET
@never_cache
@at_the_desk
def desk(request: HttpRequest) -> HttpResponse:
    """The form while a call runs; the number field while none does."""
    at = timezone.now()
    running = queries.running_call(request.user)
    if running is None:
        return render(request, "intake/idle.html", idle(request.user, CallForm(), at))
    caller = running.caller
    known = {"call": running.pk, "name": caller.name, "caller_type": caller.type}
    form = DeskForm(at=at, initial=known)
    return render(request, "intake/desk.html", busy(request.user, running, form, at))


def idle(user: User, form: CallForm, at: datetime) -> dict[str, object]:
    """What the desk shows between two calls."""
    return {"form": form, "today": queries.today(user, at), "recent": queries.recent(user)}


def busy(user: User, call: Call, form: DeskForm, at: datetime) -> dict[str, object]:
    """What the desk shows while the caller speaks."""
    tickets = list(queries.earlier_tickets(user, call.caller, at)[: queries.READ])
    return {
        "call": call,
        "caller": call.caller,
        "form": form,
        "today": queries.today(user, at),
        "lines": EMERGENCY_LINES,
        "earlier": tickets[: queries.SHOWN],
        "earlier_count": len(tickets),
        "earlier_more": len(tickets) == queries.READ,
        "unsettled": queries.unsettled(tickets),
        "months": book().number("history_months", at),
        "open_forms": [WordForm(ticket=row) for row in queries.still_open(tickets)],
    }


@require_POST
@at_the_desk
def call(request: HttpRequest) -> HttpResponse:
    """A call begins, with its number or without."""
    at = timezone.now()
    form = CallForm(request.POST)
    if not form.is_valid():
        return render(request, "intake/idle.html", idle(request.user, form, at), status=422)
    actions.take_call(form.cleaned_data["phone"], by=request.user, at=at)
    return redirect("intake:desk")


@require_POST
@at_the_desk
def hang_up(request: HttpRequest) -> HttpResponse:
    """The caller is gone. On the form's own page only the bar changes: the agent may finish the form."""
    running = queries.running_call(request.user)
    if running is not None:
        actions.end_call(running, at=timezone.now())
    return render(request, "intake/_over.html") if request.htmx else redirect("intake:desk")


@require_POST
@at_the_desk
def file_request(request: HttpRequest, then: actions.Then | None = None) -> HttpResponse:
    """Submit: file and dispatch, answer, guide or transfer, by the button that was pressed."""
    at = timezone.now()
    its_call = queries.call_of(request.user, request.POST.get("call", ""))
    if its_call is None:
        raise Http404
    move = request.POST.get("move", "file")
    form = DeskForm(request.POST, at=at, move=move)
    if form.is_valid():
        try:
            ticket = _written(form, move, its_call, by=request.user, at=at, then=then)
            return _onward(request, reverse("intake:filed", args=[ticket.number]))
        except Refused as refusal:
            form.add_error(None, str(refusal))
    page = "intake/desk.html#registration" if request.htmx else "intake/desk.html"
    return render(request, page, busy(request.user, its_call, form, at), status=422)


@require_POST
@never_cache
@at_the_desk
def word(request: HttpRequest, number: str) -> HttpResponse:
    """The caller on the line adds to an earlier request of theirs, urges it, or takes it back."""
    at = timezone.now()
    its_call = queries.call_of(request.user, request.POST.get("call", ""))
    ticket = in_hand(request.user, number)
    if its_call is None or not Case.objects.filter(ticket=ticket, caller=its_call.caller).exists():
        raise Http404
    form = WordForm(request.POST, ticket=ticket)
    try:
        if form.is_valid():
            _said(form, by=request.user, at=at)
            return _open(request, its_call, at, told=ticket)
    except Stale as stale:
        return _open(request, its_call, at, bound=form, conflict=str(stale), status=409)
    except Refused as refusal:
        form.add_error(None, str(refusal))
    return _open(request, its_call, at, bound=form, status=422)


def _said(form: WordForm, *, by: User, at: datetime) -> None:
    text, ticket = form.cleaned_data["text"], form.ticket
    match form.cleaned_data["say"]:
        case Word.Kind.ADD:
            actions.add_more(ticket, text=text, by=by, at=at)
        case Word.Kind.URGE:
            actions.urge(ticket, text=text, by=by, at=at)
        case _:
            # Nobody takes back what has changed since they were told of it.
            actions.withdraw(
                in_hand(by, ticket.number, form.cleaned_data["version"]), reason=text, by=by, at=at
            )


def _open(
    request: HttpRequest,
    call: Call,
    at: datetime,
    *,
    bound: WordForm | None = None,
    status: int = 200,
    **told: object,
) -> HttpResponse:
    """The caller's open requests afresh: alone for htmx, beside the empty form otherwise."""
    earlier = list(queries.earlier_tickets(request.user, call.caller, at)[: queries.READ])
    forms = [WordForm(ticket=row) for row in queries.still_open(earlier)]
    if bound is not None:
        forms = [bound if form.ticket == bound.ticket else form for form in forms]
    page = {"call": call, "open_forms": forms, **told}
    if request.htmx:
        return render(request, "intake/_open.html", page, status=status)
    if bound is None:
        return redirect("intake:desk")
    blank = DeskForm(
        at=at, initial={"call": call.pk, "name": call.caller.name, "caller_type": call.caller.type}
    )
    return render(request, "intake/desk.html", busy(request.user, call, blank, at) | page, status=status)


def _written(
    form: DeskForm, move: str, its_call: Call, *, by: User, at: datetime, then: actions.Then | None
) -> Ticket:
    said = form.to_request(by, its_call)
    if move == "guide" and not form.line:
        return actions.propose(said, way=form.cleaned_data["way"], answer=form.told, by=by, at=at)
    if form.line or move == "answer":
        return actions.end_at_desk(said, "transfer" if form.line else move, answer=form.told, by=by, at=at)
    return actions.file(said, by=by, at=at, then=then)


def _onward(request: HttpRequest, url: str) -> HttpResponse:
    """To the next page; htmx is told in a header, since it would swap a redirect's page into the form."""
    if request.htmx:
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return redirect(url)


@require_GET
@never_cache
@at_the_desk
def filed(request: HttpRequest, number: str) -> HttpResponse:
    """What to read to the caller: number, query code, who handles it and until when."""
    found = Ticket.objects.visible_to(request.user).select_related("lead", "category")
    ticket = found.filter(number=number, taken_by=request.user).first()
    if ticket is None:
        raise Http404(number)
    limit = book().limit_of(ticket.limit_id)
    page = {"ticket": ticket, "limit": limit, "call": queries.running_call(request.user)}
    return render(request, "intake/filed.html", page)


@require_GET
@login_required
def places(request: HttpRequest) -> JsonResponse:
    rows = places_typed(request.GET.get("q", ""))
    return JsonResponse([{"v": row.code, "t": row.full_name} for row in rows], safe=False)


@require_GET
@login_required
def categories(request: HttpRequest) -> JsonResponse:
    rows = queries.categories_typed(request.GET.get("q", ""), timezone.now(), "upper" in request.GET)
    return JsonResponse([{"v": row.code, "t": row.path_name} for row in rows], safe=False)


@require_GET
@login_required
def units(request: HttpRequest) -> JsonResponse:
    rows = units_typed(request.GET.get("q", ""))
    return JsonResponse([{"v": row.code, "t": row.name} for row in rows], safe=False)


@require_GET
@at_the_desk
def alike(request: HttpRequest) -> HttpResponse:
    """Others' tickets on the same leaf at the same place; the agent's own open ones are links."""
    at = timezone.now()
    category = queries.category_of(request.GET.get("category", ""), local_day(at))
    place = queries.place_of(request.GET.get("place", ""))
    tickets = list(queries.alike(category, place, at))
    page = {
        "asked": category is not None and place is not None,
        "tickets": tickets,
        "readable": readable(request.user, [ticket.pk for ticket in tickets]),
        "days": book().number("duplicate_days", at),
    }
    return render(request, "intake/_alike.html", page)


@require_POST
@never_cache
@login_required
def look(request: HttpRequest, number: str) -> HttpResponse:
    """The caller's full contact data, against a reason that is kept."""
    ticket = in_hand(request.user, number)
    form = LookForm(request.POST)
    case = None
    if form.is_valid():
        try:
            case = actions.look(
                ticket, reason=form.cleaned_data["reason"], by=request.user, at=timezone.now()
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
    page = "intake/look.html#contact" if request.htmx else "intake/look.html"
    return render(request, page, {"ticket": ticket, "form": form, "case": case}, status=200 if case else 422)
