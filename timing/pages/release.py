"""What is running: part of every ETag, so that nobody keeps a page of an earlier release."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

import timing

_TREE = Path(__file__).parents[2]
_MAKES_PAGES = (("timing", "*.py"), ("templates", "*.html"), ("static", "*.*s"))


@cache
def release(notice: str) -> str:
    """The version, with a digest of all that makes pages: code, templates, styles, a ``notice``."""
    digest = hashlib.sha256(notice.encode())
    for folder, pattern in _MAKES_PAGES:
        for path in sorted((_TREE / folder).rglob(pattern)):
            digest.update(path.read_bytes())
    return f"{timing.__version__}-{digest.hexdigest()[:8]}"
