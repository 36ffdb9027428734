"""Headers that every answer has."""

from __future__ import annotations

from flask import Flask, Response

from timing.pages.policy import POLICY
from timing.settings import Settings

_SECURITY = (
    ("Content-Security-Policy", POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
)
_HTTPS_ONLY = ("Strict-Transport-Security", "max-age=31536000")


def security_headers(settings: Settings) -> list[tuple[str, str]]:
    """What browsers are told to refuse."""
    return [*_SECURITY, _HTTPS_ONLY] if settings.https else [*_SECURITY]


def framed_headers(settings: Settings) -> list[tuple[str, str]]:
    """The same for what is made to be framed, by whatever site wants to."""
    return [
        (name, value.replace("frame-ancestors 'none'", "frame-ancestors *"))
        for name, value in security_headers(settings)
    ]


def add_headers(app: Flask, settings: Settings) -> None:
    """Send the security headers with every answer of ``app``."""
    headers = security_headers(settings)

    @app.after_request
    def secured(response: Response) -> Response:
        for name, value in headers:
            response.headers.setdefault(name, value)
        # What does not say that it may be kept may not: pages of people who signed in.
        response.headers.setdefault("Cache-Control", "no-store")
        return response
