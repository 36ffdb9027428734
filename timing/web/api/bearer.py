"""Keys: whose they are, and what they may write."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import g, request

from timing.operations.tokens import Token
from timing.web.errors import Refusal
from timing.web.key_limits import key_shown

_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="Bivouac"'}


def key_needed(view: Callable[..., Any]) -> Callable[..., Any]:
    """Let the view be reached with a key of its race only; it is in ``g.token``."""

    @wraps(view)
    def guarded(*args: Any, slug: str, **kwargs: Any) -> Any:  # noqa: ANN401 - whatever the view has
        g.token = _bearer_of(slug)
        return view(*args, slug=slug, **kwargs)

    return guarded


def bearer_shown() -> Token:
    """The token that came with the request, a revoked one too; Refusal if there is none."""
    scheme, _, plain = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not plain.strip():
        raise Refusal(
            401, "This needs a key: send it as “Authorization: Bearer …”.", headers=_CHALLENGE
        )
    token = key_shown(plain.strip())
    if token is None:
        raise Refusal(401, "This key is not known here.", headers=_CHALLENGE)
    return token


def _bearer_of(slug: str) -> Token:
    """The token that came with the request; Refusal if it counts no more, or is of another race."""
    token = bearer_shown()
    if token.revoked is not None:
        raise Refusal(401, "This key is not known here, or was revoked.", headers=_CHALLENGE)
    if token.slug != slug:
        raise Refusal(403, f"This key is for the race “{token.slug}”, not for “{slug}”.")
    return token
