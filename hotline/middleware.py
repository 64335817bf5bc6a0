"""What stands between the server and every view."""

from collections.abc import Callable

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import resolve


class ClientAddress:
    """Puts the caller's address into REMOTE_ADDR where a proxy of ours stands in front.

    Our Caddy overwrites X-Forwarded-For with what it saw, so its last entry is true; with no
    proxy (HOTLINE_BEHIND_PROXY unset) the header is anybody's claim and is ignored.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
        if settings.HOTLINE_BEHIND_PROXY and forwarded:
            request.META["REMOTE_ADDR"] = forwarded.rsplit(",", 1)[-1].strip()
        return self.get_response(request)


class BackToPage:
    """Leads a browser that reloads an address for verbs alone (`…/sign/`) to the page it belongs to.

    After 409 or 422 a plain form leaves such an address in the browser; by GET it answers 405, which
    nobody can use. The page is the address one step up; scripts, which do not ask for HTML, keep the 405.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        browsing = request.method == "GET" and "text/html" in request.headers.get("Accept", "")
        if response.status_code != 405 or not browsing:
            return response
        above = f"{request.path.rstrip('/').rpartition('/')[0]}/"
        try:
            resolve(above)
        except Http404:
            return response
        return redirect(above)
