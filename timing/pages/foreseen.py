"""Forecasts of a stage, learnt once for all pages for as long as a book stands where it does."""

from __future__ import annotations

from collections.abc import Mapping

from timing.core.book import RaceBook
from timing.core.forecasts import Forecasts
from timing.core.projection import ProjectedFinish, projected_finishes
from timing.core.times import Instant
from timing.pages.remembering import remembered


@remembered
def forecasts(book: RaceBook, stage: int, at: Instant) -> Forecasts:
    """The forecasts of everyone on a stage as known at ``at``. Raises UnknownStage."""
    return Forecasts(book, stage, at)


@remembered
def finishes(book: RaceBook, stage: int, at: Instant) -> Mapping[str, ProjectedFinish]:
    """The `projected_finishes` of a stage at ``at``. Raises UnknownStage."""
    return projected_finishes(book, stage, at)
