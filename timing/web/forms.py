"""Forms: reading their fields, and what goes back."""

from __future__ import annotations

import uuid
from urllib.parse import unquote, urlsplit

from flask import Response, redirect, request
from flask_wtf.csrf import generate_csrf
from werkzeug.wrappers import Response as AnyResponse

from timing.core.times import format_instant
from timing.racefile import BadRecord
from timing.web.present import present

SEE_OTHER = 303
_DIGITS = 9


def field(name: str) -> str:
    """What was written in a field, blanks around it dropped; empty where it is missing."""
    return request.form.get(name, "").strip()


def whole(text: str) -> int | str:
    """The whole number in a field; whatever else stands there is left for the reader to refuse."""
    return int(text) if text.isascii() and text.isdigit() else text


def number_in(name: str) -> int:
    """The number in a field that something here has; 0, which nothing has, where it is none."""
    text = field(name)
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _DIGITS else 0


def given(*names: str) -> dict[str, str]:
    """The fields that something was written in."""
    return {name: text for name in names if (text := field(name))}


def time_or_now() -> str:
    """The field ``time``, or the instant of this moment at the desk where it is empty."""
    return field("time") or format_instant(present())


def new_id() -> str:
    """An id for a record that a form will send: sent twice, it is still one record."""
    return str(uuid.uuid4())


def form_token() -> str:
    """What a form must send along, so that it comes from a page of ours."""
    token: str = generate_csrf()
    return token


def in_words(error: BadRecord) -> str:
    """What is wrong with a record, as a sentence or two."""
    said = (
        f"{key.replace('_', ' ').capitalize()}: {'; '.join(faults)}." if key else "; ".join(faults)
        for key, faults in error.errors.items()
    )
    return " ".join(said)


def to(address: str) -> AnyResponse:
    """Go on to another page of ours."""
    return redirect(address, SEE_OTHER)


def within(prefix: str, address: str) -> str:
    """``address`` if it leads to our own pages below ``prefix``, else ``prefix``."""
    parts = urlsplit(address)
    is_ours = not parts.scheme and not parts.netloc and "\\" not in address
    is_below = parts.path == prefix or parts.path.startswith(f"{prefix}/")
    is_below = is_below and ".." not in unquote(parts.path)
    return address if is_ours and is_below and address.isprintable() else prefix


def private(html: str, status: int = 200) -> Response:
    """A page that is for who is signed in, and kept by nobody."""
    return Response(html, status, content_type="text/html; charset=utf-8")
