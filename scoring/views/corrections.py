"""An answer was written down wrongly: the right one counts from now on."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from followup.models import Answer
from scoring.actions.adjusting import right_answer
from scoring.forms.corrections import RightForm
from scoring.queries import desk as queries
from scoring.views.desk import deciders, readers
from tickets.errors import Refused, Stale
from tickets.models import Ticket
from tickets.queries import in_hand
from units.roles import Role


@require_safe
@readers
def answers(request: HttpRequest, number: str) -> HttpResponse:
    """The ticket's answers with their corrections; `round` opens the form of another than the last."""
    return _page(request, in_hand(request.user, number))


@require_POST
@deciders
def right(request: HttpRequest, number: str, key: int) -> HttpResponse:
    """更正回访结果"""
    ticket = in_hand(request.user, number)
    answer = ticket.answers.filter(pk=key).first()
    if answer is None or not answer.valid:
        raise Http404(key)
    form = RightForm(request.POST, answer=answer)
    try:
        if form.is_valid():
            answer.ticket = in_hand(request.user, number, request.POST.get("version"))
            why = form.cleaned_data["why"]
            right_answer(answer, form.right, why=why, by=request.user, at=timezone.now())
            messages.success(request, _("已更正第 %d 轮回访结果。") % answer.round)
            return redirect("ruler:answers", number)
    except Stale as stale:
        ticket = in_hand(request.user, number)
        return _page(request, ticket, answer, status=409, form=form, conflict=str(stale))
    except Refused as refusal:
        form.add_error(None, str(refusal))
    return _page(request, ticket, answer, status=422, form=form)


def _chosen(ticket: Ticket, number: str) -> Answer | None:
    """The valid answer of that round, the last one unless told otherwise."""
    valid = [answer for answer in ticket.answers.order_by("-round") if answer.valid]
    wanted = [answer for answer in valid if str(answer.round) == number]
    return next(iter(wanted or valid), None)


def _page(
    request: HttpRequest,
    ticket: Ticket,
    answer: Answer | None = None,
    *,
    status: int = 200,
    form: RightForm | None = None,
    conflict: str = "",
) -> HttpResponse:
    answer = answer or _chosen(ticket, request.GET.get("round", ""))
    if answer is not None and form is None and request.user.has_role(Role.SUPERVISOR):
        form = RightForm(answer=answer)
    context = {
        "ticket": ticket,
        "said": queries.said(ticket),
        "answer": answer,
        "form": form,
        "conflict": conflict,
    }
    return render(request, "scoring/answers.html", context, status=status)
