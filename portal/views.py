"""The public pages: no account, no JavaScript; one cookie holds the door of one's own case open."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe
from redis.exceptions import RedisError

from followup import links
from followup.actions import Then
from followup.queries import online_until
from intake import actions as intake
from intake.queries import urge_from
from portal import access, queries, story
from portal.actions import TooMany, evaluate, may_say, unlock
from portal.forms import AddForm, AnswerForm, QueryForm, UrgeForm, WithdrawForm
from portal.moments import left, moment, span
from portal.record import record
from portal.rules import home_of
from scoring.queries.grades import grades_at
from tickets.book import book
from tickets.errors import Refused, Stale
from tickets.models import Ticket
from tickets.queries import moved_since

View = Callable[..., HttpResponse]


def private(view: View) -> View:
    """Kept by no cache and found by no search engine. (The referrer stays within the site by the settings:
    `no-referrer` would make browsers send `Origin: null`, and every form be refused.)
    """

    @never_cache
    @wraps(view)
    def closed(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return closed


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The public's first page; staff go on to where their work begins."""
    page = home_of(request.user.roles) if request.user.is_authenticated else ""
    if page:
        return redirect(page)
    return render(request, "portal/home.html", {"form": QueryForm(at=timezone.now())})


@private
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("number", "code")
def query(request: HttpRequest) -> HttpResponse:
    """Number and code open a case; a wrong number and a wrong code look the same."""
    at = timezone.now()
    if request.method != "POST":
        form = QueryForm(initial={"number": request.GET.get("n", "")[:60]}, at=at)
        return render(request, "portal/query.html", {"form": form})
    form = QueryForm(request.POST, at=at)
    try:
        if form.is_valid() and unlock(**form.cleaned_data, address=request.META["REMOTE_ADDR"], at=at):
            access.grant(request.session, form.cleaned_data["number"], at)
            return redirect("portal:status", number=form.cleaned_data["number"])
    except TooMany as error:
        return _too_many(request, error, at)
    except RedisError:
        return render(request, "portal/unavailable.html", status=503)
    if form.is_valid():
        form.add_error(None, _("没有找到与工单号和查询码都相符的诉求。请对照记下的内容再核对一遍。"))
    return render(request, "portal/query.html", {"form": form}, status=422)


def _too_many(request: HttpRequest, error: TooMany, at: datetime) -> HttpResponse:
    said = {"until": error.until, "moment": moment(error.until, at)}
    response = render(request, "portal/too_many.html", said, status=429)
    response["Retry-After"] = str(int((error.until - at).total_seconds()) + 1)
    return response


def opened(view: View) -> View:
    """Only after the code was right in this browser, and not after half an hour of silence."""

    @private
    @wraps(view)
    def guarded(request: HttpRequest, number: str, **kwargs: object) -> HttpResponse:
        at = timezone.now()
        if not access.held(request.session, number):
            return redirect(reverse("portal:query", query={"n": number}))
        idle = book().minutes("portal_idle_minutes", at)
        if not access.still_open(request.session, number, at, idle):
            form = QueryForm(initial={"number": number}, at=at)
            return render(request, "portal/expired.html", {"form": form, "idle": span(idle)}, status=403)
        return view(request, number, at=at, **kwargs)

    return guarded


@opened
def status(request: HttpRequest, number: str, *, at: datetime) -> HttpResponse:
    """One's own case."""
    return _page(request, number, at)


@opened
def answers(request: HttpRequest, number: str, *, at: datetime, then: Then | None = None) -> HttpResponse:
    """The caller's answers to the three questions; they are the follow-up."""
    if request.method != "POST":
        return redirect("portal:status", number=number)
    form = AnswerForm(request.POST, grades=grades_at(at))
    if not form.is_valid():
        return _page(request, number, at, form=form, status=422)
    try:
        given = form.cleaned_data["round"]
        evaluate(queries.ticket_of(number), form.said(), round_=given, at=at, then=then)
    except Stale as error:
        return _page(request, number, at, notice=str(error), status=409)
    except Refused as error:
        form.add_error(None, str(error))
        return _page(request, number, at, form=form, status=422)
    messages.success(request, _("已收到您的评价，谢谢。"))
    return redirect("portal:status", number=number)


@private
@require_http_methods(["GET", "HEAD", "POST"])
def evaluation(request: HttpRequest, token: str, then: Then | None = None) -> HttpResponse:
    """The link that was sent to the caller's telephone: their answers, once, without number and code."""
    at, signed = timezone.now(), links.read(token)
    if signed is None:
        raise Http404(_("链接不完整，请从短信里重新打开。"))
    ticket = queries.ticket_linked(*signed)
    until = online_until(ticket, at) if ticket else None
    if until is None:
        return render(request, "portal/evaluate.html", status=410)
    shown: dict[str, object] = {
        "ticket": ticket,
        "what": ticket.category.name if ticket.category else ticket.title,
        "until": moment(until, at),
        "asked_at": request.path,
    }
    form = AnswerForm(request.POST or None, initial={"round": ticket.round}, grades=grades_at(at))
    if request.method != "POST" or not form.is_valid():
        status = 422 if form.is_bound else 200
        return render(request, "portal/evaluate.html", {**shown, "form": form}, status=status)
    try:
        evaluate(ticket, form.said(), round_=signed[1], at=at, then=then)
    except Refused:
        return render(request, "portal/evaluate.html", status=410)
    return render(request, "portal/evaluate.html", {"done": True})


@opened
def add(request: HttpRequest, number: str, *, at: datetime) -> HttpResponse:
    """补充"""
    form = AddForm(request.POST, request.FILES, prefix="add")
    return _say(request, number, at, form, lambda t: intake.add_more(t, **form.cleaned_data, by=None, at=at))


@opened
def urge(request: HttpRequest, number: str, *, at: datetime) -> HttpResponse:
    """催办"""
    form = UrgeForm(request.POST, prefix="urge")
    return _say(request, number, at, form, lambda t: intake.urge(t, by=None, at=at))


@opened
def withdraw(request: HttpRequest, number: str, *, at: datetime) -> HttpResponse:
    """撤回; only of what the caller has seen."""
    form = WithdrawForm(request.POST, prefix="withdraw")

    def do(ticket: Ticket) -> None:
        if moved_since(ticket, str(form.cleaned_data["version"])):
            raise Stale(_("办理情况有了变化，请看过最新情况再决定是否撤回。"))
        intake.withdraw(ticket, reason=form.cleaned_data["reason"], by=None, at=at)

    return _say(request, number, at, form, do)


def _say(
    request: HttpRequest, number: str, at: datetime, form: Form, do: Callable[[Ticket], object]
) -> HttpResponse:
    """Do what the caller asks and show the case afresh; what was typed stays when it cannot be done."""
    if request.method != "POST":
        return redirect("portal:status", number=number)
    if not form.is_valid():
        return _page(request, number, at, said=form, status=422)
    try:
        do(queries.ticket_of(number))
    except Stale as error:
        return _page(request, number, at, said=form, notice=str(error), status=409)
    except Refused as error:
        form.add_error(None, str(error))
        return _page(request, number, at, said=form, status=422)
    messages.success(request, _("已收到，办理记录里可以看到。"))
    return redirect("portal:status", number=number)


def _words(case: queries.Case, said: Form | None, at: datetime) -> dict[str, object]:
    """The forms of what the caller may still say; one that came back holds what was typed."""
    forms = {
        "add": AddForm(prefix="add"),
        "urge": UrgeForm(prefix="urge"),
        "withdraw": WithdrawForm(prefix="withdraw", initial={"version": case.ticket.version}),
    }
    if said is not None:
        forms[said.prefix] = said
    may = may_say(case.ticket)
    again = urge_from(case.ticket, at) if "urge" in may else None
    return {
        "words": {name: form for name, form in forms.items() if name in may},
        "said": said,
        "urge_again": again and moment(again, at),
    }


def _page(
    request: HttpRequest,
    number: str,
    at: datetime,
    *,
    form: AnswerForm | None = None,
    said: Form | None = None,
    notice: str = "",
    status: int = 200,
) -> HttpResponse:
    case = queries.case_of(number)
    due, until = story.deadline(case), online_until(case.ticket, at)
    if form is None and until is not None:
        form = AnswerForm(initial={"round": case.ticket.round}, grades=grades_at(at))
    shown = {
        "case": case,
        "ticket": case.ticket,
        "now": story.now(case, at),
        "steps": story.steps(case, at),
        "record": record(case, at),
        "due": due and {"at": due, "moment": moment(due, at), "left": left(due, at), "late": due < at},
        "until": until and moment(until, at),
        "form": form,
        "asked_at": reverse("portal:answers", args=[number]),
        "notice": notice,
        "parts": queries.parts_of(case),
        **_words(case, said, at),
    }
    return render(request, "portal/status.html", shown, status=status)


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """How the line works, with the city's own limits."""
    at = timezone.now()
    limits = [
        {"limit": row, "contact": _minutes(row.contact_minutes), "handle": _minutes(row.handle_minutes)}
        for row in queries.limits_at(at)
    ]
    hours = span(timedelta(hours=book().number("online_answer_hours", at)))
    return render(request, "portal/help.html", {"limits": limits, "hours": hours})


def _minutes(minutes: int) -> str:
    return span(timedelta(minutes=minutes))


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """What was done so that everybody can use the public pages, and what was not."""
    return render(request, "portal/accessibility.html")


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """What is kept about whom, for what and how long; the whole of it is docs/privacy.md."""
    idle = span(book().minutes("portal_idle_minutes", timezone.now()))
    return render(request, "portal/privacy.html", {"idle": idle})
