"""Who is asking, with the unit they stand in: every permission check needs both."""

from django.contrib.auth.backends import ModelBackend
from rest_framework.authentication import TokenAuthentication
from rest_framework.exceptions import AuthenticationFailed

from units.models import User


class WithUnit(ModelBackend):
    """Django's own backend, reading the person and their unit in one query."""

    def get_user(self, user_id: int) -> User | None:
        user = User.objects.select_related("unit").filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None


class TokenWithUnit(TokenAuthentication):
    """DRF's own token, reading the person and their unit in one query."""

    def authenticate_credentials(self, key: str) -> tuple[User, str]:
        """The person and their key. Raises AuthenticationFailed for a key of nobody's, or of one who left."""
        user = User.objects.select_related("unit").filter(auth_token__key=key, is_active=True).first()
        if user is None:
            raise AuthenticationFailed
        return user, key
