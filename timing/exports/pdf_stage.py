"""What the sheets of a stage have in common: whose they are, who may still come."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from timing.core.book import RaceBook
from timing.core.entries import Entry, Team, bib_order
from timing.core.results import StageLine
from timing.core.stage_book import StageBook
from timing.core.statuses import StageStatus
from timing.core.times import Instant, zone_named
from timing.exports.pdf import Imprint, Sheets
from timing.exports.pdf_letters import Legible
from timing.pages import figures, words
from timing.pages.arrivals import entry_lines, runner_detail
from timing.pages.marks import name_of
from timing.pages.stages import stage_title

_NEVER_COMES = frozenset({StageStatus.DNS, StageStatus.NEUTRALISED})


@dataclass(frozen=True, kw_only=True)
class PrintedStage:
    """A stage of a book, about to be printed; UnknownStage where there is no such stage."""

    book: RaceBook
    number: int
    imprint: Imprint
    legible: Legible = field(default_factory=Legible)
    _rows: dict[str, dict[str, str]] = field(default_factory=dict)

    @cached_property
    def settled(self) -> StageBook:
        """All that is known of it."""
        return self.book.stage_book(self.number)

    @cached_property
    def zone(self) -> ZoneInfo:
        """The race's."""
        return zone_named(self.book.race.timezone)

    @cached_property
    def _lines(self) -> dict[str, StageLine]:
        return {
            line.competitor.id: line
            for line in entry_lines(self.book, self.number)
            if isinstance(line.competitor, Entry) and line.status is not StageStatus.NOT_IN_DIVISION
        }

    @cached_property
    def _out(self) -> frozenset[str]:
        """Whose race ended before the stage, or who does not start in it."""
        position = self.book.stages.index(self.number)
        before = self.book.stage_book(self.book.stages[position - 1]).state if position else None
        ended = set() if before is None else {i for i, s in before.carried.items() if s.ended}
        return frozenset(
            i for i, line in self._lines.items() if i in ended or line.status in _NEVER_COMES
        )

    @cached_property
    def runners(self) -> tuple[Entry, ...]:
        """Who runs the stage, in the order of bibs."""
        return self._in_order(entry_id not in self._out for entry_id in self._lines)

    @cached_property
    def absent(self) -> tuple[Entry, ...]:
        """Who would run it, but is out of the race or does not start."""
        return self._in_order(entry_id in self._out for entry_id in self._lines)

    def _in_order(self, chosen: Iterable[bool]) -> tuple[Entry, ...]:
        picked = zip(self._lines, chosen, strict=True)
        entries = [self.settled.roster.entries[entry_id] for entry_id, is_in in picked if is_in]
        return tuple(sorted(entries, key=lambda entry: bib_order(entry.bib)))

    def line(self, entry: Entry) -> StageLine:
        """A runner's line."""
        return self._lines[entry.id]

    def gun_of(self, entry: Entry) -> Instant | None:
        """The gun that a runner's limits go by."""
        frame = self.settled.frame
        return None if frame is None else frame.clock_of(entry.id).gun

    def start_of(self, entry: Entry) -> Instant | None:
        """When a runner's clock starts, as far as that is known beforehand."""
        frame = self.settled.frame
        return None if frame is None else frame.clock_of(entry.id).start

    def wave_of(self, entry: Entry) -> str:
        """The code of a runner's wave, if there are any."""
        frame = self.settled.frame
        return "" if frame is None else frame.clock_of(entry.id).wave

    @cached_property
    def _teams(self) -> dict[str, Team]:
        return {team.code: team for team in self.book.teams()}

    def row(self, entry: Entry) -> dict[str, str]:
        """A runner as every list has it, for the caller to add to."""
        if entry.id not in self._rows:
            self._rows[entry.id] = self._row(entry)
        return dict(self._rows[entry.id])

    def _row(self, entry: Entry) -> dict[str, str]:
        team = self._teams.get(entry.team)
        return {
            "bib": self.legible(entry.bib),
            "name": self.legible(name_of(entry)),
            "detail": self.legible(self._detail(entry, team)),
        }

    def _detail(self, entry: Entry, team: Team | None) -> str:
        known = runner_detail(entry, self.line(entry).categories)
        division = self.division_names[entry.division] if len(self.division_names) > 1 else ""
        parts = (division, known, "" if team is None else team.name or team.code)
        return " · ".join(part for part in parts if part)

    @cached_property
    def division_names(self) -> dict[str, str]:
        """What the divisions are called that run the stage."""
        names = {d.code: d.name or d.code for d in self.book.race.divisions}
        return {code: names.get(code, code) for code in self.settled.courses}

    def clock(self, instant: Instant) -> str:
        """``HH:MM``, with seconds where there are any; with the day's offset."""
        text = figures.clock(instant, self.zone, self.settled.stage.date)
        return text.removesuffix(":00")

    def sheets(self, template: str, content: dict[str, Any]) -> Sheets:
        """The content with what stands at head and foot."""
        race, stage = self.book.race, self.settled.stage
        data = {
            "race": self.legible(race.name),
            "stage": self.legible(stage_title(stage)),
            "day": words.long_day(stage.date),
            "imprint": self.legible(self.imprint.words(self.zone)),
            "absent": [self.legible(entry.bib) for entry in self.absent],
            **content,
        }
        data["lost"] = list(self._bibs_of_lost())
        lost = tuple(self.legible.lost.values())
        return Sheets(template=template, data=data, unprintable=lost)

    def _bibs_of_lost(self) -> Iterator[str]:
        for entry in self.runners:
            if name_of(entry) in self.legible.lost:
                yield self.legible(entry.bib)
