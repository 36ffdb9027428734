"""Addresses of static files, and icons to put into pages."""

from __future__ import annotations

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
