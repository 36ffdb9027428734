"""Which races are rehearsals: invented fields on a real definition, for the desk alone."""

from __future__ import annotations

REHEARSAL = "rehearsal-"
"""What the slug of every rehearsal begins with, and that of no other race."""


def is_rehearsal(slug: str) -> bool:
    """Whether the race of that slug is a rehearsal."""
    return slug.startswith(REHEARSAL)
