"""Files of a ticket, for those who may read the ticket."""

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest
from django.views.decorators.http import require_safe

from tickets.models import Attachment, Ticket


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
