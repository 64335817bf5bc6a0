"""Files of a ticket, for those who may read the ticket; and what a person was told."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from tickets import queries
from tickets.models import Attachment, Notice, Ticket
from tickets.notices import acknowledge as acknowledge_notice
from tickets.notices import acknowledge_all as acknowledge_notices


@require_safe
@login_required
def attachment(request: HttpRequest, pk: int) -> FileResponse:
    """Images show in the page, anything else is saved; a stranger gets 404."""
    visible = Ticket.objects.visible_to(request.user)
    row = Attachment.objects.filter(pk=pk, ticket__in=visible).first()
    if row is None:
        raise Http404(pk)
    download = not row.content_type.startswith("image/")
    response = FileResponse(
        row.file.open("rb"), as_attachment=download, filename=row.name, content_type=row.content_type
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, max-age=3600"
    return response


@require_safe
@login_required
def notices(request: HttpRequest) -> HttpResponse:
    """What this person was told: what waits for them, or (`v=seen`) what they acknowledged."""
    seen = request.GET.get("v") == "seen"
    context = queries.told(request.user, seen=seen, after=request.GET.get("after", ""))
    return render(request, "tickets/notices.html", context | {"seen": seen})


@require_safe
@login_required
def notice_count(request: HttpRequest) -> HttpResponse:
    """How many wait, for the bell."""
    return HttpResponse(queries.waiting_notices(request.user), headers={"Cache-Control": "no-store"})


@require_POST
@login_required
def acknowledge(request: HttpRequest, pk: int) -> HttpResponse:
    """Seen; 404 for what was told to somebody else."""
    row = get_object_or_404(Notice.objects.to(request.user).select_related("ticket"), pk=pk)
    acknowledge_notice(row, by=request.user, at=timezone.now())
    return redirect("notices:list")


@require_POST
@login_required
def acknowledge_all(request: HttpRequest) -> HttpResponse:
    """All that waited when the page was made."""
    upto = request.POST.get("upto", "")
    if upto.isdecimal():
        done = acknowledge_notices(request.user, upto=int(upto), at=timezone.now())
        messages.success(request, ngettext("已确认 %d 条提醒。", "已确认 %d 条提醒。", done) % done)
    return redirect("notices:list")
