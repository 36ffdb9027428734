"""Keys: whose they are, and what they may write."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import g, request

from timing.operations.tokens import Token, TokenScope
from timing.web.errors import Refusal
from timing.web.key_limits import key_shown

_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="Bivouac"'}


def key_needed(view: Callable[..., Any]) -> Callable[..., Any]:
    """Let the view be reached with a key of its race only; it is in ``g.token``."""

    @wraps(view)
    def guarded(*args: Any, slug: str, **kwargs: Any) -> Any:  # noqa: ANN401 - whatever the view has
        g.token = bearer_of(slug)
        return view(*args, slug=slug, **kwargs)

    return guarded


def director_only() -> None:
    """Refusal where the key that came with the request is not a director's."""
    if g.token.scope is not TokenScope.DIRECTOR:
        raise Refusal(403, "This takes a key of the director.")


def bearer_shown() -> Token:
    """The token that came with the request, a revoked one too; Refusal if there is none."""
    scheme, _, plain = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not plain.strip():
        raise Refusal(
            401, "This needs a key: send it as “Authorization: Bearer …”.", headers=_CHALLENGE
        )
    return _known(plain)


def bearer_of(slug: str) -> Token:
    """The token that came with the request; Refusal if it counts no more, or is of another race."""
    return _counting(bearer_shown(), slug)


def token_of(slug: str, plain: str) -> Token:
    """The token of this race that a key is; Refusal if it is none, or of another race."""
    return _counting(_known(plain), slug)


def _known(plain: str) -> Token:
    token = key_shown(plain.strip())
    if token is None:
        raise Refusal(401, "This key is not known here.", headers=_CHALLENGE)
    return token


def _counting(token: Token, slug: str) -> Token:
    if token.revoked is not None:
        raise Refusal(401, "This key is not known here, or was revoked.", headers=_CHALLENGE)
    if token.slug != slug:
        raise Refusal(403, f"This key is for the race “{token.slug}”, not for “{slug}”.")
    return token
