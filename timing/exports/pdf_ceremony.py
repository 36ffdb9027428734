"""The ceremony's sheet and the prize list: who is called, from the standings (Rules 9.10).

The first is for whoever speaks, last place first; the second for whoever hands out the prizes, with
room to sign. Who is among the first of another classification is not called twice where the
definition says so, and both say whom they leave out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from timing.core.book import RaceBook
from timing.core.ceremony import PODIUM, Podium, ceremony_of
from timing.core.definition import Classification
from timing.core.entries import Entry
from timing.core.results import Line
from timing.core.times import format_duration, zone_named
from timing.exports.mark import Mark
from timing.exports.pdf import Imprint, Sheets
from timing.exports.pdf_letters import Legible
from timing.pages import words
from timing.pages.marks import called, name_of
from timing.pages.stages import stage_title


def ceremony_sheet(
    book: RaceBook, number: int, *, imprint: Imprint, mark: Mark, top: int = PODIUM
) -> Sheets:
    """Who is called after a stage, and who wears what next; UnknownStage."""
    return _Prizes(book, number, imprint, mark, top).sheets("ceremony.typ")


def prize_list(
    book: RaceBook, number: int, *, imprint: Imprint, mark: Mark, top: int = PODIUM
) -> Sheets:
    """Who gets a prize after a stage, with a line each to sign; UnknownStage."""
    return _Prizes(book, number, imprint, mark, top).sheets("prizes.typ")


class _Prizes:
    def __init__(self, book: RaceBook, number: int, imprint: Imprint, mark: Mark, top: int) -> None:
        self._book = book
        self._stage = book.stage_book(number).stage
        self._ceremony = ceremony_of(book, number, top)
        self._top = top
        self._imprint = imprint
        self._mark = mark
        self._legible = Legible()

    def sheets(self, template: str) -> Sheets:
        zone = zone_named(self._book.race.timezone)
        data: dict[str, Any] = {
            "race": self._legible(self._book.race.name),
            "stage": self._legible(stage_title(self._stage)),
            "day": words.long_day(self._stage.date),
            "mark": self._mark.words(zone),
            "imprint": self._legible(self._imprint.words(zone)),
            "podiums": [self._podium(one) for one in self._ceremony.podiums],
            "jerseys": list(self._jerseys()),
            "absent": [],
            "lost": [],
        }
        return Sheets(template=template, data=data, unprintable=tuple(self._legible.lost.values()))

    def _podium(self, podium: Podium) -> dict[str, Any]:
        return {
            "title": self._legible(called(podium.classification)),
            "left_out": self._legible(self._left_out(podium.classification)),
            "rows": [self._row(line) for line in podium.lines],
        }

    def _row(self, line: Line) -> dict[str, str]:
        who = line.competitor
        team = self._book.team(who.team) if isinstance(who, Entry) and who.team else None
        about = (
            (who.nationality, who.club, "" if team is None else name_of(team))
            if isinstance(who, Entry)
            else self._members(who.code)
        )
        precision = self._book.race.rules.precision
        return {
            "rank": str(line.rank),
            "bib": self._legible(who.bib if isinstance(who, Entry) else who.code),
            "name": self._legible(name_of(who)),
            "about": self._legible(" · ".join(part for part in about if part)),
            "figure": f"{line.points} points"
            if line.points is not None
            else ""
            if line.time is None
            else format_duration(line.time, precision),
        }

    def _members(self, code: str) -> tuple[str, ...]:
        return tuple(name_of(e) for e in self._book.entries(self._stage.number) if e.team == code)

    def _left_out(self, classification: Classification) -> str:
        """Who would be called here if they were not among the first of another classification."""
        exclude = classification.exclude
        other = None if exclude is None else self._book.race.classification(exclude.board)
        if exclude is None or other is None:
            return ""
        names = [
            name_of(line.competitor)
            for line in self._book.board(other.code, self._stage.number).lines
            if line.rank is not None
            and line.rank <= exclude.top
            and classification.category in ("", *line.categories)
        ]
        first = "the first" if exclude.top == 1 else f"the first {exclude.top}"
        whom = f": {', '.join(names)}" if names else ""
        return f"Without {first} of {called(other)}{whom}"

    def _jerseys(self) -> Iterator[dict[str, str]]:
        for worn in self._ceremony.jerseys:
            board = self._book.race.classification(worn.jersey.board)
            leaders = [who for who in worn.leaders if who not in worn.wearers]
            instead = ", ".join(name_of(who) for who in leaders) if worn.wearers else ""
            yield {
                "name": self._legible(worn.jersey.name or worn.jersey.code),
                "board": self._legible("" if board is None else called(board)),
                "who": self._legible(", ".join(name_of(who) for who in worn.wearers) or "nobody"),
                "instead": self._legible(f"for {instead}" if instead else ""),
            }
