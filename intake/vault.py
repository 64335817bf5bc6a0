"""The vault's lock: encryption of what names a caller, and the blind index that finds a phone number.

Keys come from the environment (`HOTLINE_VAULT_KEYS`, newest first; `HOTLINE_INDEX_KEY`), never from the
database. A rotation adds a key in front; `manage.py rotate_vault` re-encrypts what older keys wrote.
"""

import hashlib
import hmac
from functools import cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper


@cache
def _ring() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.HOTLINE_VAULT_KEYS])


@cache
def _newest() -> Fernet:
    return Fernet(settings.HOTLINE_VAULT_KEYS[0])


def forget_keys() -> None:
    """Read the ring anew from the settings."""
    _ring.cache_clear()
    _newest.cache_clear()


def seal(text: str) -> str:
    """The text encrypted and authenticated under the newest key; an empty text stays empty."""
    return _ring().encrypt(text.encode()).decode() if text else ""


def unseal(token: str) -> str:
    """What `seal` was given. Raises InvalidToken when no key of the ring wrote it."""
    return _ring().decrypt(token.encode()).decode() if token else ""


def is_newest(token: str) -> bool:
    """Whether the newest key wrote this; an empty token needs none."""
    try:
        return not token or bool(_newest().decrypt(token.encode()))
    except InvalidToken:
        return False


def blind_index(phone: str) -> str:
    """A keyed hash that finds the same number again and tells nothing without the key."""
    return hmac.new(settings.HOTLINE_INDEX_KEY.encode(), phone.encode(), hashlib.sha256).hexdigest()


class SealedField(models.TextField):
    """A text column that is encrypted at rest; it can be neither filtered nor sorted by."""

    def from_db_value(
        self, value: str | None, _expression: object, _connection: BaseDatabaseWrapper
    ) -> str | None:
        return value if value is None else unseal(value)

    def get_prep_value(self, value: object) -> str | None:
        return value if value is None else seal(str(value))
