"""Texts that the database keeps but can't tell: sealed with a key derived from the installation's.

Whoever has the database or a backup alone has none of them. A sealed text says so by its first
letters; what has none of these was kept before texts were sealed, and is taken as it is.
"""

from __future__ import annotations

import base64
from functools import lru_cache
from typing import Final

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SEALED: Final = "sealed:1:"
"""How a sealed text begins; the number is that of the way it is sealed."""

_PURPOSE: Final = b"Bivouac, second factors, 1"


class CannotUnseal(ValueError):
    """The text was sealed with another key, or is none that was sealed here."""

    def __init__(self) -> None:
        super().__init__("it was sealed with another secret key than this installation's")


def is_sealed(kept: str) -> bool:
    """Whether a text is sealed."""
    return kept.startswith(SEALED)


def seal(text: str, key: str) -> str:
    """The text sealed with the installation's secret ``key``: AES-128-CBC and HMAC, as Fernet."""
    return SEALED + _fernet(key).encrypt(text.encode()).decode()


def unseal(kept: str, key: str) -> str:
    """What was sealed with this ``key``, or was never sealed. CannotUnseal."""
    if not is_sealed(kept):
        return kept
    try:
        return _fernet(key).decrypt(kept.removeprefix(SEALED).encode()).decode()
    except InvalidToken:
        raise CannotUnseal from None


@lru_cache(maxsize=4)
def _fernet(key: str) -> Fernet:
    # The key signs sessions too: what is derived for another purpose tells neither of the other.
    if not key:
        raise CannotUnseal
    derived = HKDF(hashes.SHA256(), length=32, salt=None, info=_PURPOSE).derive(key.encode())
    return Fernet(base64.urlsafe_b64encode(derived))
