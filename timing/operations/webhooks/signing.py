"""Signatures in the form of Standard Webhooks: HMAC-SHA256 over id, moment and body.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

_PREFIX = "whsec_"
_SECRET_BYTES = 32


def new_secret() -> str:
    """A secret that nobody can guess, as it is shown: ``whsec_`` and base64."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def signature(secret: str, event_id: str, seconds: int, body: str) -> str:
    """One signature, ``v1,`` and base64; ``seconds`` since 1970 is when it is sent."""
    key = base64.b64decode(secret.removeprefix(_PREFIX))
    content = f"{event_id}.{seconds}.{body}".encode()
    return f"v1,{base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()}"


def headers(keys: tuple[str, ...], event_id: str, seconds: int, body: str) -> dict[str, str]:
    """What a receiver checks; with two valid secrets a signature by each, with a blank between."""
    return {
        "webhook-id": event_id,
        "webhook-timestamp": str(seconds),
        "webhook-signature": " ".join(signature(key, event_id, seconds, body) for key in keys),
    }
