"""What a publication lists as changed since the number before, by ids (Rules 12.1)."""

from __future__ import annotations

from collections.abc import Iterator

from timing.core.classifications import key_of
from timing.core.differences import Differences, Figures
from timing.core.entries import Entry
from timing.core.publications import PublishedChange, PublishedFigures

MOST_CHANGES = 200
"""Changes listed of one publication, the weightiest of each result first."""


def published_changes(found: Differences, after: int) -> tuple[PublishedChange, ...]:
    """What of differences concerns a result as after a stage, by ids."""
    return tuple(_changes(found, after))[:MOST_CHANGES]


def _changes(found: Differences, after: int) -> Iterator[PublishedChange]:
    for result in found.results:
        if result.number > after or (result.board and result.number != after):
            continue
        for change in result.changes:
            yield PublishedChange(
                board=result.board,
                stage=result.number,
                who=key_of(change.competitor),
                of_team=not isinstance(change.competitor, Entry),
                kind=change.kind.value,
                before=_figures(change.before),
                after=_figures(change.after),
            )


def _figures(figures: Figures | None) -> PublishedFigures | None:
    if figures is None:
        return None
    return PublishedFigures(
        rank=figures.rank,
        time=figures.time,
        points=figures.points,
        status=figures.status.value,
    )
