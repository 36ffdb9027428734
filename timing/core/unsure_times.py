"""Times so unsure that a rank could be another within what they may be off (Rules 4.10, 5.7).

A device that could not measure its clock says how far off it may be. What counts of that is
listed where it matters: anywhere when it is more than a minute, at the finish when a neighbour in
the result is nearer than both records may be off. A limit missed by less is a matter of its own
(``cutoff-unsure``). Times from paper are good to a minute and known to be: they are listed only
where a neighbour was timed by a device.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from itertools import pairwise

from timing.core.problems import Problem, ProblemCode
from timing.core.records import Passing
from timing.core.splits import ELSEWHERE_TOLERANCE, FINISH_TOLERANCE, Facts
from timing.core.stage_book import StageBook
from timing.core.stage_rows import Row


def unsure_times(book: StageBook) -> Iterator[Problem]:
    """The records of a settled stage whose uncertainty could change a rank, each once."""
    unsure = {
        entry_id: those
        for entry_id, facts in book.facts.items()
        if (
            those := [
                (index, passing)
                for index, passing in enumerate(facts.taken)
                if passing is not None and passing.uncertainty_ms > FINISH_TOLERANCE
            ]
        )
    }
    at_stake = _at_stake(book, unsure)
    for entry_id, those in unsure.items():
        entry = book.roster.entries[entry_id]
        for index, passing in those:
            is_far_off = passing.uncertainty_ms > ELSEWHERE_TOLERANCE and _is_by_device(passing)
            if not (is_far_off or (entry_id, passing.id) in at_stake):
                continue
            if index == 0 and not book.facts[entry_id].start_uncertainty:
                # A start by the gun rests on no read.
                continue
            if not _is_decided(book, entry_id, passing):
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


def _at_stake(book: StageBook, unsure: Container[str]) -> set[tuple[str, str]]:
    """Entries and the records on which their time rests that leave a place to a neighbour open.

    One of two neighbours must be among the ``unsure``.
    """
    found: set[tuple[str, str]] = set()
    for ranked in () if book.state is None else book.state.ranked.values():
        for ahead, behind in pairwise(ranked):
            if ahead.entry.id not in unsure and behind.entry.id not in unsure:
                continue
            facts_ahead, facts_behind = _measured(book, ahead), _measured(book, behind)
            if facts_ahead is None or facts_behind is None:
                continue
            apart = (behind.time or 0) - (ahead.time or 0)
            if apart >= _unsure(facts_ahead) + _unsure(facts_behind):
                continue
            both = [(ahead.entry.id, p) for p in _rests_on(facts_ahead)]
            both += [(behind.entry.id, p) for p in _rests_on(facts_behind)]
            if any(_is_by_device(passing) for _, passing in both):
                found.update((entry_id, passing.id) for entry_id, passing in both)
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
