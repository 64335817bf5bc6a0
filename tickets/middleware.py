"""Where a page does not answer a refusal itself, this does: 409 for a stale page, 422 for anything else."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tickets.errors import Refused, Stale


class Refusals:
    """Turns an uncaught `Stale` into 409 with a way to the fresh ticket, and an uncaught `Refused` into 422.

    A request of htmx gets the panel alone, anything else a whole page.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, Refused):
            return None
        stale = isinstance(exception, Stale)
        template = "tickets/stale.html" if stale else "tickets/refused.html"
        part = "#panel" if request.htmx else ""
        context = {
            "message": str(exception),
            "number": request.resolver_match.kwargs.get("number", "") if request.resolver_match else "",
            "base": "staff.html" if request.user.is_authenticated else "public.html",
        }
        return render(request, f"{template}{part}", context, status=409 if stale else 422)
