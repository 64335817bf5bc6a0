"""Who is asking, with the unit they stand in and what lies below it: every permission check needs them."""

from django.contrib.auth.backends import ModelBackend
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from rest_framework.authentication import TokenAuthentication
from rest_framework.exceptions import AuthenticationFailed

from units.models import Unit, User


def _people() -> QuerySet[User]:
    below = Unit.objects.filter(path__startswith=OuterRef("unit__path")).order_by()
    return User.objects.select_related("unit").annotate(reach=ArraySubquery(below.values("pk")))


class WithUnit(ModelBackend):
    """Django's own backend, reading the person, their unit and `User.reach` in one query."""

    def get_user(self, user_id: int) -> User | None:
        user = _people().filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None


class TokenWithUnit(TokenAuthentication):
    """DRF's own token, reading the person, their unit and `User.reach` in one query."""

    def authenticate_credentials(self, key: str) -> tuple[User, str]:
        """The person and their key. Raises AuthenticationFailed for a key of nobody's, or of one who left."""
        user = _people().filter(auth_token__key=key, is_active=True).first()
        if user is None:
            raise AuthenticationFailed
        return user, key
