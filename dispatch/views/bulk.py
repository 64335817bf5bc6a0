"""What was ticked on the dispatch desk, all at once."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from dispatch.actions.bulk import dispatch_many
from dispatch.forms.bulk import OneUnitForm
from dispatch.views.desk import page
from tickets.many import ticked
from tickets.models import Ticket
from units.doors import only
from units.roles import Role

#: More ticks than the desk has rows are not one person's.
MOST = 100


@require_POST
@only([Role.DISPATCHER])
def bulk(request: HttpRequest) -> HttpResponse:
    """Each ticked as "number:version": by the catalogue's suggestion, or all to one unit with a reason."""
    versions = ticked(request.POST.getlist("pick")[:MOST])
    if not versions:
        messages.warning(request, _("请先勾选要派的工单。"))
        return redirect("dispatch:desk")
    said = {}
    if request.POST.get("how") == "one":
        form = OneUnitForm(request.POST)
        if not form.is_valid():
            form.offer_typed()
            return page(request, status=422, bound={"one": form}, picked=set(versions))
        said = {"lead": form.cleaned_data["lead"], "reason": form.cleaned_data["reason"]}
    found = Ticket.objects.visible_to(request.user).filter(number__in=versions)
    tickets = list(found.select_related("category", "place__district", "place__street", "limit"))
    left = dispatch_many(tickets, versions=versions, by=request.user, at=timezone.now(), **said)
    done = len(tickets) - len(left)
    if done:
        messages.success(request, ngettext("已派单 %d 件。", "已派单 %d 件。", done) % done)
    for ticket, why in left:
        messages.warning(request, f"{ticket.number} {why}")
    return redirect("dispatch:desk")
