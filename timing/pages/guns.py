"""Guns that may be a slip: given while others still run, or not on the stage's day (Rules 3.4)."""

from __future__ import annotations

from timing.core.book import RaceBook
from timing.core.times import Instant, Reading, TimeOfDay, local_clock, zone_named
from timing.pages import figures, words
from timing.pages.arrivals import tally
from timing.pages.words import sentence


def on_course(book: RaceBook, number: int) -> int:
    """How many of a stage's field are under way; 0 before it has begun."""
    return tally(book, number).on_course if book.has_begun(number) else 0


def doubts_about_gun(book: RaceBook, number: int, to: Reading, *, now: Instant) -> tuple[str, ...]:
    """What speaks against a gun at ``to``, in clauses: ``stage 5 still has 238 on course``.

    Nothing speaks against correcting, within the stage's own day, the gun of one that has begun.
    """
    stage = book.race.stage(number)
    if stage is None or number not in book.stages:
        return ()
    moment = now if isinstance(to, TimeOfDay) else to
    day = local_clock(moment, zone_named(book.race.timezone)).date()
    if book.has_begun(number) and (isinstance(to, TimeOfDay) or day == stage.date):
        return ()
    doubts = []
    running = [(n, count) for n in book.stages if n < number and (count := on_course(book, n))]
    if running:
        earlier, count = running[-1]
        doubts.append(sentence("gun-while-running", stage=earlier, runners=figures.count(count)))
    if day != stage.date:
        doubts.append(sentence("gun-of-another-day", day=words.long_day(stage.date)))
    return tuple(doubts)
