"""GET /healthz: is every part of the platform alive?"""

import redis
from django.db import Error, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from hotline import pulse


def database_alive(connection: BaseDatabaseWrapper) -> bool:
    """Whether the database answers a question now."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return cursor.fetchone() == (1,)
    except Error:
        return False


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """200 when database, Redis, worker and beat all live, 503 otherwise; says which."""
    parts = {"database": database_alive(connections["default"]), "redis": True}
    try:
        parts["worker"], parts["beat"] = pulse.alive("worker", "beat")
    except redis.RedisError:
        parts |= {"redis": False, "worker": False, "beat": False}
    ok = all(parts.values())
    return JsonResponse(parts | {"ok": ok}, status=200 if ok else 503)
