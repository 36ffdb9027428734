"""All that a book answers, as one value to compare."""

from __future__ import annotations

from dataclasses import dataclass

from timing.core.book import RaceBook
from timing.core.problems import Problem
from timing.core.results import Answer, ControlBoard, Split, Unused


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """Everything: boards, stages and problems, and by stage what they rest on."""

    answer: Answer
    controls: dict[tuple[int, str], tuple[ControlBoard, ...]]
    splits: dict[tuple[int, str], tuple[Split, ...]]
    unused: dict[tuple[int, str], tuple[Unused, ...]]
    stages: tuple[int, int, int | None]


def picture(book: RaceBook) -> Picture:
    """All that the book answers now."""
    points = {
        (number, point.code)
        for number in book.stages
        for division in [d.code for d in book.race.divisions] or [""]
        if division in book.stage_book(number).courses
        for point in book.course(number, division)
    }
    runners = [(number, entry.id) for number in book.stages for entry in book.entries(number)]
    return Picture(
        answer=book.answer(),
        controls={key: book.control_boards(*key) for key in sorted(points)},
        splits={key: book.splits(*key) for key in runners},
        unused={key: tuple(sorted(book.unused(*key), key=str)) for key in runners},
        stages=(book.last_stage, book.closed_stage, book.running_stage),
    )


def problems_without(problems: tuple[Problem, ...], records: set[str]) -> list[Problem]:
    """Those that name none of these records, neither as their own nor as what they are about."""
    return [
        p
        for p in problems
        if records.isdisjoint(p.records) and records.isdisjoint(str(v) for _, v in p.params)
    ]
