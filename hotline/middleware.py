"""What stands between the server and every view."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse


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
