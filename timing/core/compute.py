"""The engine's front door: results are a pure function of definition, entries and journal."""

from __future__ import annotations

from dataclasses import replace

from timing.core.book import RaceBook
from timing.core.document import Document
from timing.core.times import Instant


def compute(document: Document, *, at: Instant | None = None) -> RaceBook:
    """Everything that follows from a document.

    With ``at``, as of that instant: from passings whose time is no later and rulings that were
    made no later, under the latest definition (Rules 9.4).
    """
    if at is None:
        return RaceBook(document)
    # Dated by what was known then: a passing that was voided later still had its time.
    rulings = tuple(r for r in document.rulings if r.at <= at)
    dated = RaceBook(replace(document, rulings=rulings)).dated_records()
    return RaceBook(
        replace(
            document,
            passings=tuple(p for p in document.passings if dated.get(p.id, at) <= at),
            rulings=rulings,
        )
    )
