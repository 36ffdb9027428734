"""How long a form may be that is sent as a browser sends one without files.

Such a form is read into memory whole, and Werkzeug's own limit of forms counts parts of those with
files only. Forms with files are bound by that, and all requests by BIVOUAC_MAX_BODY_BYTES.
"""

from __future__ import annotations

from typing import Final

from flask import request

from timing.web.errors import Refusal

URLENCODED: Final = "application/x-www-form-urlencoded"

MOST_BYTES: Final = 256 * 1024
"""The longest has some two thousand bibs, or a ruling's eight thousand characters."""

MOST_BYTES_OF_LONG_TEXTS: Final = 2_500_000
"""A definition of 250,000 characters of which each takes nine bytes, as those of Asia do."""

LONG_TEXTS: Final = ("desk_setup", "desk_carriage")
"""Beginnings of names of blueprints whose forms take a text of many pages."""


def bound_forms() -> None:
    """Refuse a form that is longer than any of ours, before anything reads it."""
    if request.mimetype != URLENCODED:
        return
    if request.content_length is None:
        # Werkzeug would read so much and no more, and give what it has for the whole form.
        raise Refusal(411, "Say how long the form is: it was sent without a length.")
    most = MOST_BYTES_OF_LONG_TEXTS if _takes_long_texts() else MOST_BYTES
    if request.content_length > most:
        kilobytes = f"{most // 1000:,}"
        raise Refusal(
            413,
            f"This form is too long: it may hold {kilobytes} kB. Shorten what was typed and send it"
            " again, or send it as a file where there is a place for one.",
        )


def _takes_long_texts() -> bool:
    return (request.blueprint or "").startswith(LONG_TEXTS)
