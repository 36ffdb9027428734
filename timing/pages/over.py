"""Whether a race is over: every stage was run, or cancelled, and is closed (Rules 9.4)."""

from __future__ import annotations

from timing.core.book import RaceBook


def is_over(book: RaceBook) -> bool:
    """No stage is under way, and none is to come."""
    return bool(book.stages) and book.running_stage is None and book.closed_stage == book.stages[-1]
