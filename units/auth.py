"""Who is asking, with the unit they stand in: every permission check needs both."""

from django.contrib.auth.backends import ModelBackend

from units.models import User


class WithUnit(ModelBackend):
    """Django's own backend, reading the person and their unit in one query."""

    def get_user(self, user_id: int) -> User | None:
        user = User.objects.select_related("unit").filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None
