"""The cases of the review on the desk's first page, the weightiest first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from timing.core.book import RaceBook
from timing.core.cases import Case, cases
from timing.pages import addresses, figures
from timing.pages.desk_words import ruling_words
from timing.pages.now_moment import Moment
from timing.pages.problem_words import problem_seen
from timing.pages.remembering import remembered

CASES_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLine:
    """A case of the review."""

    bib: str
    seen: str
    evidence: str
    url: str
    is_heavy: bool


@remembered
def open_cases(book: RaceBook) -> tuple[Case, ...]:
    """The cases of the review."""
    return cases(book)


def case_line(moment: Moment, case: Case) -> CaseLine:
    """A case in a line."""
    said = [problem_seen(problem) for problem in case.problems]
    said += [ruling_words(moment.book, p.observation) for p in case.proposals]
    return CaseLine(
        bib=case.bib or "–",
        seen=said[0],
        evidence=", ".join(_evidence(moment, case)),
        url=addresses.desk_review(moment.slug, case=case.key),
        is_heavy=bool(case.is_podium),
    )


def _evidence(moment: Moment, case: Case) -> Iterator[str]:
    if case.stage is not None and case.stage != moment.number:
        yield f"stage {case.stage}"
    if case.control:
        yield case.control
    for record in case.records[:2]:
        passing = moment.book.passing(record)
        if passing is not None and isinstance(passing.time, int):
            yield figures.clock(passing.time, moment.zone)
