"""Times so unsure that a rank could be another within what they may be off (Rules 4.10, 5.7).

A device that could not measure its clock says how far off it may be. What counts of that is
listed where it matters: anywhere when it is more than a minute, at the finish when a neighbour in
the result is nearer than both records may be off. A limit missed by less is a matter of its own
(``cutoff-unsure``). Times from paper are good to a minute and known to be: they are listed only
where a neighbour was timed by a device.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from timing.core.problems import Problem, ProblemCode
from timing.core.records import Passing
from timing.core.splits import ELSEWHERE_TOLERANCE, FINISH_TOLERANCE, Facts
from timing.core.stage_book import StageBook
from timing.core.stage_rows import Row


def unsure_times(book: StageBook) -> Iterator[Problem]:
    """The records of a settled stage whose uncertainty could change a rank, each once."""
    at_stake = _at_stake(book)
    for entry_id, facts in book.facts.items():
        own = at_stake.get(entry_id, ())
        first = 0 if facts.start_uncertainty else 1
        for index in range(first, len(facts.taken)):
            passing = facts.taken[index]
            if passing is None or passing.uncertainty_ms <= FINISH_TOLERANCE:
                continue
            is_far_off = passing.uncertainty_ms > ELSEWHERE_TOLERANCE and _is_by_device(passing)
            if (is_far_off or passing.id in own) and not _is_decided(book, entry_id, passing):
                entry = book.roster.entries[entry_id]
                yield Problem(
                    code=ProblemCode.TIME_UNSURE,
                    stage=book.number,
                    control=book.courses.of(entry).points[index].code,
                    bib=entry.bib,
                    records=(passing.id,),
                    params=(
                        ("device", passing.device or passing.source.value),
                        ("unsure_ms", passing.uncertainty_ms),
                    ),
                )


def _at_stake(book: StageBook) -> dict[str, set[str]]:
    """By entry, the records on which its time rests that leave its place to a neighbour open."""
    found: dict[str, set[str]] = {}
    if book.state is None:
        return found
    for ranked in book.state.ranked.values():
        timed = [(row, facts) for row in ranked if (facts := _measured(book, row)) is not None]
        for (ahead, facts_ahead), (behind, facts_behind) in pairwise(timed):
            unsure = _unsure(facts_ahead) + _unsure(facts_behind)
            if unsure <= FINISH_TOLERANCE or (behind.time or 0) - (ahead.time or 0) >= unsure:
                continue
            both = [(ahead, p) for p in _rests_on(facts_ahead)]
            both += [(behind, p) for p in _rests_on(facts_behind)]
            if any(_is_by_device(passing) for _, passing in both):
                for row, passing in both:
                    found.setdefault(row.entry.id, set()).add(passing.id)
    return found


def _measured(book: StageBook, row: Row) -> Facts | None:
    """What an entry's time on the stage was measured by; None where it is not measured."""
    facts = book.facts.get(row.entry.id)
    if facts is None or row.time is None or row.raw is None or row.place is not None:
        return None
    return facts if facts.finish is not None and row.raw == facts.raw else None


def _rests_on(facts: Facts) -> Iterator[Passing]:
    """The record of the finish, and that of the start where the clock started by it."""
    for passing in (facts.taken[-1], facts.taken[0] if facts.start_uncertainty else None):
        if passing is not None:
            yield passing


def _unsure(facts: Facts) -> int:
    return sum(passing.uncertainty_ms for passing in _rests_on(facts))


def _is_by_device(passing: Passing) -> bool:
    """Whether a device's clock gave the time, its offset being known or not."""
    return passing.device_time is not None or passing.offset_age_ms is not None


def _is_decided(book: StageBook, entry_id: str, passing: Passing) -> bool:
    """Whether a person said that it is right, or put the clock right (Rules 4.5)."""
    if passing.id in book.confirmed:
        return True
    if not book.offsets.get(passing.device):
        return False
    # A ruling that holds for it makes another value of it; one that does not leaves it be.
    return all(passing is not one for one in book.bucket[entry_id])
