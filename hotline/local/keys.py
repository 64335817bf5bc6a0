"""The secrets of a local installation, made on first use and kept in its state folder."""

import base64
import os
import secrets
import tempfile
from pathlib import Path

from hotline.local.state import private_folder


def _fresh() -> dict[str, str]:
    return {
        "HOTLINE_SECRET_KEY": secrets.token_urlsafe(48),
        # A Fernet key is 32 random bytes in URL-safe base64.
        "HOTLINE_VAULT_KEYS": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "HOTLINE_INDEX_KEY": secrets.token_urlsafe(48),
    }


def _read(path: Path) -> dict[str, str]:
    lines = path.read_text(encoding="ascii").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def load(state: Path) -> dict[str, str]:
    """The secrets kept in `state`/secrets.env, making them if there are none.

    Two processes that come first at once agree: link() is atomic and the loser reads the
    winner's file. Losing this file means losing what the vault encrypted.
    """
    path = state / "secrets.env"
    if not path.exists():
        private_folder(state)
        text = "".join(f"{name}={value}\n" for name, value in _fresh().items())
        with tempfile.NamedTemporaryFile("w", dir=state, encoding="ascii") as draft:
            draft.write("# Made once; back this up with the database.\n" + text)
            draft.flush()
            try:
                os.link(draft.name, path)
            except FileExistsError:
                pass
    return _read(path)
