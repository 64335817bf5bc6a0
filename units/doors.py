"""Doors of pages: who may come in at all. What they see inside is `visible_to`'s to say."""

from collections.abc import Callable, Iterable
from functools import wraps

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

View = Callable[..., HttpResponse]


def only(roles: Iterable[str], *, in_a_unit: bool = False) -> Callable[[View], View]:
    """Open a view to holders of one of the roles: others get 403, strangers the login page.

    `in_a_unit`: the person must also stand in a unit.
    """
    allowed = tuple(roles)

    def door(view: View) -> View:
        @wraps(view)
        @login_required
        def checked(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            user = request.user
            if not user.has_role(*allowed) or (in_a_unit and user.unit is None):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return checked

    return door
