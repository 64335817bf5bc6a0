"""The caller-back's pages: the queue, and one case with the script on screen."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from followup import actions, held, links, queries
from followup.forms import AnswersForm, AttemptForm, WithdrawalForm
from followup.rules import PLAIN, Grades, GradesAt
from tickets.errors import Refused, Stale
from tickets.models import Ticket
from tickets.pages import fragment
from tickets.queries import in_hand
from units.doors import only
from units.roles import Role

Do = Callable[..., object]


@dataclass(frozen=True)
class Ruler:
    """What the ruler hands in: what follows an answer in its transaction, and the grades it knows."""

    then: actions.Then | None = None
    grades: GradesAt | None = None

    def grades_at(self, at: datetime) -> Grades:
        return self.grades(at) if self.grades else PLAIN


Asked = AnswersForm | AttemptForm | WithdrawalForm


#: Only for those who ask the callers.
callers_back = only([Role.CALLER_BACK])


@require_GET
@callers_back
def desk(request: HttpRequest) -> HttpResponse:
    """The queue; htmx gets the rows alone, with `after` the next ones."""
    at = timezone.now()
    queue = queries.QUEUES.get(request.GET.get("v", ""), queries.QUEUES["now"])
    page = queries.page(request.user, queue.key, at, after=request.GET.get("after", ""))
    context = {
        "queue": queue,
        "rows": page.rows,
        "next_url": f"{reverse('followup:desk')}?{urlencode({'v': queue.key, 'after': page.after})}"
        if page.after
        else "",
        "at": at,
        "policy": queries.policy_at(at),
    }
    if fragment(request):
        return render(request, "followup/desk.html#rows", context)
    context |= {"rail": queries.rail(request.user, at), "quiet": queries.quiet(at, context["policy"])}
    return render(request, "followup/desk.html", context)


@require_GET
@callers_back
def following(request: HttpRequest) -> HttpResponse:
    """On to the next case that nobody else has before them; the desk when there is none."""
    ticket = held.first_free(queries.candidates(request.user, timezone.now()), request.user)
    if ticket is None:
        messages.info(request, _("现在没有可回访的工单。"))
        return redirect("followup:desk")
    return redirect("followup:case", ticket.number)


@require_GET
@callers_back
def case(request: HttpRequest, number: str, ruler: Ruler) -> HttpResponse:
    """One case with the script."""
    return _case(request, ruler, in_hand(request.user, number))


@require_POST
@callers_back
def answers(request: HttpRequest, number: str, ruler: Ruler) -> HttpResponse:
    """The caller answered."""
    form = AnswersForm(request.POST, grades=ruler.grades_at(timezone.now()))
    do = partial(actions.take_answers, then=ruler.then)
    return _act(request, ruler, number, form, lambda t, **by: do(t, form.said, channel=_channel(form), **by))


@require_POST
@callers_back
def withdrawal(request: HttpRequest, number: str, ruler: Ruler) -> HttpResponse:
    """The caller took the request back: they end it, or it goes on."""
    form = WithdrawalForm(request.POST, prefix="back")
    do = partial(actions.confirm_withdrawal, then=ruler.then)
    return _act(request, ruler, number, form, lambda t, **by: do(t, **form.confirmed, **by))


@require_POST
@callers_back
def attempt(request: HttpRequest, number: str, ruler: Ruler) -> HttpResponse:
    """Nobody could be asked this time."""
    form = AttemptForm(request.POST, prefix="try")
    return _act(request, ruler, number, form, lambda t, **by: actions.attempt(t, **form.cleaned_data, **by))


@require_POST
@callers_back
def end(request: HttpRequest, number: str, ruler: Ruler) -> HttpResponse:
    """The attempts are enough: close without an answer."""
    ticket = in_hand(request.user, number)
    try:
        fresh = in_hand(request.user, number, request.POST.get("version"))
        finish = actions.end_unasked if fresh.withdrawn_at is None else actions.end_unreached
        finish(fresh, by=request.user, at=timezone.now(), then=ruler.then)
    except Stale as stale:
        return _case(request, ruler, in_hand(request.user, number), status=409, conflict=str(stale))
    except Refused as refusal:
        return _case(request, ruler, in_hand(request.user, number), status=422, refused=str(refusal))
    return _onwards(request, ticket, _("%(number)s 已结束回访（未接通）。") % {"number": number})


def _channel(form: AnswersForm) -> str:
    return form.cleaned_data["channel"]


def _act(request: HttpRequest, ruler: Ruler, number: str, form: Asked, do: Do) -> HttpResponse:
    """Check the form, do the one thing, go on to the next case; on 422 and 409 what was ticked stays."""
    ticket = in_hand(request.user, number)
    if not form.is_valid():
        return _case(request, ruler, ticket, form, status=422)
    try:
        do(in_hand(request.user, number, request.POST.get("version")), by=request.user, at=timezone.now())
    except Stale as stale:
        return _case(request, ruler, in_hand(request.user, number), form, status=409, conflict=str(stale))
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _case(request, ruler, in_hand(request.user, number), form, status=422)
    return _onwards(request, ticket, _("%(number)s 已保存。") % {"number": number})


def _onwards(request: HttpRequest, ticket: Ticket, said: str) -> HttpResponse:
    """On to the next case, unless this one may now be ended."""
    messages.success(request, said)
    fresh = in_hand(request.user, ticket.number)
    if "attempt" in fresh.facts_for(request.user) and queries.may_end(fresh, timezone.now()):
        return redirect("followup:case", ticket.number)
    held.release(ticket)
    return redirect("followup:next")


def _case(
    request: HttpRequest,
    ruler: Ruler,
    ticket: Ticket,
    form: Asked | None = None,
    *,
    status: int = 200,
    **told: str,
) -> HttpResponse:
    at = timezone.now()
    holder = held.hold(ticket, request.user) if "attempt" in ticket.facts_for(request.user) else ""
    context = {
        "ticket": ticket,
        "story": queries.story(ticket, request.user, at),
        "policy": queries.policy_at(at),
        "gap_hours": queries.policy_at(at).gap // timedelta(hours=1),
        "facts": ticket.facts_for(request.user),
        "answers_form": form if isinstance(form, AnswersForm) else AnswersForm(grades=ruler.grades_at(at)),
        "withdrawal_form": form if isinstance(form, WithdrawalForm) else WithdrawalForm(prefix="back"),
        "attempt_form": form if isinstance(form, AttemptForm) else AttemptForm(prefix="try"),
        "holder": holder,
        "link": _link(request, ticket, at),
        "at": at,
        **told,
    }
    return render(request, "followup/case.html", context, status=status)


def _link(request: HttpRequest, ticket: Ticket, at: datetime) -> dict[str, object] | None:
    """What may be sent to the caller, who then answers by themselves; None once the time for it is over."""
    until = queries.online_until(ticket, at)
    if until is None:
        return None
    path = reverse("portal:evaluation", args=[links.token_of(ticket)])
    return {"url": request.build_absolute_uri(path), "until": until}
