"""Addresses of static files, and icons to put into pages."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from pathlib import Path

from markupsafe import Markup

PROJECT = Path(__file__).resolve().parents[2]
STATIC = PROJECT / "static"
TEMPLATES = PROJECT / "templates"

_SVG = re.compile(r"<svg[^>]*>(?P<shapes>.*)</svg>", re.DOTALL)
_BLANKS = re.compile(r"\s+")


@cache
def static_address(path: str, *, versioned: bool = True) -> str:
    """``/static/css/site.css?v=3f9a…``: the digest changes with the file, so it may be kept.

    Not ``versioned`` is what another static file calls it by.
    """
    if not versioned:
        return f"/static/{path}"
    digest = hashlib.sha256((STATIC / path).read_bytes()).hexdigest()
    return f"/static/{path}?v={digest[:12]}"


INLINE_STYLES = ("tokens", "site", "board", "stage")
"""Those that stand in the pages of a race themselves: a page can be seen without a second request.

Each costs its digest in every answer's policy.
"""

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_AROUND_MARKS = re.compile(r"\s*([{};,])\s*")


@cache
def inline_style(name: str) -> Markup:
    """A style sheet of ours as an element of a page."""
    return Markup("<style>{}</style>").format(Markup(_inline_text(name)))  # noqa: S704 - our own


@cache
def inline_digest(name: str) -> str:
    """What a policy calls such an element: ``sha256-…`` of its text."""
    digest = hashlib.sha256(_inline_text(name).encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


@cache
def _inline_text(name: str) -> str:
    """The style sheet without what only its writers need, its addresses made whole."""
    text = _COMMENT.sub("", (STATIC / "css" / f"{name}.css").read_text(encoding="utf-8"))
    packed = _AROUND_MARKS.sub(r"\1", _BLANKS.sub(" ", text)).replace(";}", "}").strip()
    return packed.replace("url(../", "url(/static/")


@cache
def icon(name: str) -> Markup:
    """A Lucide icon, inline and silent: the words beside it say what it means."""
    return Markup('<svg class="ico" viewBox="0 0 24 24" aria-hidden="true">{}</svg>').format(
        shapes(name)
    )


@cache
def shapes(name: str) -> Markup:
    """What a Lucide icon consists of, to be drawn in a square of 24."""
    text = (STATIC / "vendor" / "lucide" / f"{name}.svg").read_text(encoding="utf-8")
    found = _SVG.search(text)
    if found is None:
        raise ValueError(f"{name}.svg holds no drawing")
    # They are vendored files of our own tree, pinned by digest.
    return Markup(_BLANKS.sub(" ", found["shapes"]).strip())  # noqa: S704
