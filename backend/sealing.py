"""Secrets at rest: sealed with a key that is derived from ``SECRET_KEY``, so that a dump of the database does not tell them."""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


class Unreadable(Exception):
    """The secret was sealed with another ``SECRET_KEY`` or for another purpose, or is damaged."""


def seal(secret_key: str, purpose: str, text: str) -> str:
    """``text`` encrypted and authenticated. ``purpose`` separates keys: what is sealed for one is not read for another."""
    return _box(secret_key, purpose).encrypt(text.encode()).decode("ascii")


def unseal(secret_key: str, purpose: str, sealed: str) -> str:
    """What was sealed. Raises Unreadable."""
    try:
        return _box(secret_key, purpose).decrypt(sealed.encode()).decode()
    except (InvalidToken, ValueError) as error:
        raise Unreadable(purpose) from error


def _box(secret_key: str, purpose: str) -> Fernet:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"collabcanvas {purpose}".encode())
    return Fernet(base64.urlsafe_b64encode(derived.derive(secret_key.encode())))
