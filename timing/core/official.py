"""Whether a result is official, or may still change (Rules 12.1)."""

from __future__ import annotations


def is_official(after: int, *, published_until: int = 0) -> bool:
    """Whether the result as after stage ``after`` is official.

    ``published_until`` is the last stage whose result was published as official, 0 for none
    (timing.core.publications).
    """
    return 0 < after <= published_until
