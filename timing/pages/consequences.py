"""What would follow from a ruling, in short: the lines that move, and sentences (look, the desk).

Who leads then and by how much, who wears which jersey on the next stage, which podiums differ,
and what stays as it was issued: start lists (Rules 3.6) and publications (Rules 12.1).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from timing.core.book import RaceBook
from timing.core.ceremony import Podium, ceremony_of
from timing.core.definition import Measure
from timing.core.differences import Change, Differences, ResultDifferences
from timing.core.entries import Competitor, Entry
from timing.core.jerseys import jerseys_after
from timing.core.publications import Publication, official_until
from timing.core.records import StartList
from timing.core.results import Line
from timing.pages import figures, words
from timing.pages.board_page import board_name
from timing.pages.difference_words import NOTHING, result_name, status_word
from timing.pages.marks import Bib, name_of

MOST_LINES = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedLine:
    """A line as it would be: ``moved`` counts the places gained, None where there was no rank.

    ``is_named`` says that the ruling is about them.
    """

    rank: str
    moved: int | None
    bib: Bib
    name: str
    result: str
    gap: str
    is_named: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequences:
    """The weightiest result with its lines that move, of which ``more`` are not shown; sentences.

    Nothing differs where ``title`` is empty.
    """

    title: str
    lines: tuple[MovedLine, ...]
    more: int
    said: tuple[str, ...]


def consequences(
    book: RaceBook,
    supposed: RaceBook,
    found: Differences,
    *,
    named: Collection[str] = (),
    issued: Sequence[Publication] = (),
) -> Consequences:
    """What follows where ``supposed`` holds instead of ``book``; ``named`` are bibs and teams."""
    if found.is_empty:
        return Consequences(title="", lines=(), more=0, said=(NOTHING,))
    main = found.results[0]
    told = _Told(book, supposed, found)
    lines = tuple(told.lines(main, named))
    return Consequences(
        title=result_name(supposed, main),
        lines=lines,
        more=len(main.changes) - len(lines),
        said=(
            *told.leads(),
            *told.jerseys(),
            *told.podiums(),
            told.counts(main),
            *told.start_lists(),
            *told.publications(issued),
        ),
    )


def _label(competitor: Competitor) -> str:
    return competitor.bib if isinstance(competitor, Entry) else competitor.code


def _key(competitor: Competitor) -> tuple[bool, str]:
    is_entry = isinstance(competitor, Entry)
    return is_entry, competitor.id if isinstance(competitor, Entry) else competitor.code


class _Told:
    def __init__(self, book: RaceBook, supposed: RaceBook, found: Differences) -> None:
        self._book = book
        self._supposed = supposed
        self._found = found
        self._precision = supposed.race.rules.precision

    def lines(self, result: ResultDifferences, named: Collection[str]) -> Iterator[MovedLine]:
        """Those that the ruling names first, then the best of the others; in the board's order."""
        order = {_key(line.competitor): at for at, line in enumerate(self._board(result))}
        changes = sorted(result.changes, key=lambda one: self._place(one, order))
        is_named = {id(one): _label(one.competitor) in named for one in changes}
        first = sorted(changes, key=lambda one: not is_named[id(one)])[:MOST_LINES]
        gaps = {_key(line.competitor): line for line in self._board(result)}
        for change in sorted(first, key=lambda one: self._place(one, order)):
            who = change.competitor
            line = gaps.get(_key(who))
            yield MovedLine(
                rank=_rank(change),
                moved=None if _was_unranked(change) else change.places,
                bib=Bib(text=_label(who)),
                name=name_of(who),
                result=self._result(change),
                gap=self._gap(line) if line is not None else "",
                is_named=is_named[id(change)],
            )

    def _board(self, result: ResultDifferences) -> Sequence[Line]:
        return self._supposed.board(result.board, result.number).lines if result.board else ()

    def _place(
        self, change: Change, order: dict[tuple[bool, str], int]
    ) -> tuple[bool, int, int, str]:
        rank = change.after.rank if change.after is not None else None
        at = order.get(_key(change.competitor), len(order))
        return rank is None, rank or 0, at, _label(change.competitor)

    def _result(self, change: Change) -> str:
        after = change.after
        if after is None:
            return ""
        if after.rank is None:
            return status_word(after)
        if after.points is not None:
            return figures.count(after.points)
        return "" if after.time is None else figures.time(after.time, self._precision)

    def _gap(self, line: Line) -> str:
        if line.rank is None or not line.gap or line.points is not None:
            return ""
        return figures.behind(line.gap, self._precision)

    def leads(self) -> Iterator[str]:
        """Who takes the lead of which classification, and by how much; of the first, the margin."""
        for nth, result in enumerate(r for r in self._found.results if r.board):
            old = self._leaders(self._book, result)
            new = self._leaders(self._supposed, result)
            before = "" if nth == 0 else f"{board_name(self._supposed, result.board)}: "
            if not new:
                if old:
                    yield f"{before}nobody leads any more."
            elif {_key(one) for one in old} != {_key(one) for one in new}:
                lost = [one for one in old if _key(one) not in {_key(n) for n in new}]
                fall = f"{_names(lost)} {_verb(lost, 'loses', 'lose')} the lead; " if lost else ""
                margin = self._margin(self._supposed, result, new)
                yield f"{before}{fall}{_names(new)} {_verb(new, 'leads', 'lead')}{margin}."
            elif nth == 0:
                was = self._margin(self._book, result, old)
                then = self._margin(self._supposed, result, new)
                if then and was != then:
                    yield f"{_names(new)} still leads, then{then}."

    def _leaders(self, book: RaceBook, result: ResultDifferences) -> list[Competitor]:
        lines = book.board(result.board, result.number).lines
        return [line.competitor for line in lines if line.rank == 1]

    def _margin(
        self, book: RaceBook, result: ResultDifferences, leaders: Sequence[Competitor]
    ) -> str:
        """`` by 1:38``: to the next behind; empty where there is none."""
        if len(leaders) > 1:
            return ""
        board = book.board(result.board, result.number)
        gap = next((line.gap for line in board.lines if line.rank not in (None, 1)), None)
        if gap is None:
            return ""
        if board.measure in (Measure.POINTS, Measure.PLACES):
            return f" by {words.counted('point', gap)}"
        return f" by {figures.short(gap, self._precision)}"

    def jerseys(self) -> Iterator[str]:
        """Who wears another jersey on the next stage (Rules 9.9)."""
        after = self._supposed.closed_stage
        coming = next((n for n in self._supposed.stages if n > after), None)
        if not after or coming is None or self._supposed.has_begun(coming):
            return
        before = {worn.jersey.code: worn for worn in jerseys_after(self._book, after)}
        for worn in jerseys_after(self._supposed, after):
            old = before.get(worn.jersey.code)
            if old is not None and {_key(w) for w in old.wearers} == {
                _key(w) for w in worn.wearers
            }:
                continue
            name = worn.jersey.name or board_name(self._supposed, worn.jersey.board)
            to = ", ".join(f"{_label(w)} {name_of(w)}" for w in worn.wearers) or "nobody"
            yield f"The leader’s bib of {name} on stage {coming} goes to {to}."

    def podiums(self) -> Iterator[str]:
        """Which podiums would be others (Rules 9.10)."""
        after = self._supposed.last_stage
        if not after:
            return
        old = {
            podium.classification.code: _called(podium)
            for podium in ceremony_of(self._book, after).podiums
        }
        changed = [
            board_name(self._supposed, podium.classification.code)
            for podium in ceremony_of(self._supposed, after).podiums
            if old.get(podium.classification.code) != _called(podium)
        ]
        if changed:
            yield f"Another podium: {', '.join(changed)}."

    def counts(self, main: ResultDifferences) -> str:
        """How many places change, and which other results."""
        moved = sum(1 for change in main.changes if change.places)
        places = {0: "No place changes", 1: "One place changes"}.get(
            moved, f"{figures.count(moved)} places change"
        )
        others = [
            board_name(self._supposed, r.board) if r.board else f"stage {r.number}"
            for r in self._found.results
            if r is not main
        ]
        if not others:
            return f"{places}. No category, team or stage result changes."
        return f"{places}. Lines change too in {', '.join(others)}."

    def start_lists(self) -> Iterator[str]:
        """Issued lists of stages to come, which are never computed anew (Rules 3.6)."""
        issued = {one.stage for one in self._supposed.rulings if isinstance(one, StartList)}
        for stage in sorted(issued):
            if stage in self._supposed.stages and not self._supposed.has_begun(stage):
                yield f"The start list of stage {stage} is issued and stands."

    def publications(self, issued: Sequence[Publication]) -> Iterator[str]:
        """What was published stands; where official results differ it must be reopened."""
        if not issued:
            return
        numbers = "Number 1" if len(issued) == 1 else f"Numbers 1–{issued[-1].number}"
        stand = "stands" if len(issued) == 1 else "stand"
        until = official_until(issued)
        touched = sorted({r.number for r in self._found.results if 0 < r.number <= until})
        if not touched:
            yield f"{numbers} {stand} as published."
            return
        stages = ", ".join(map(str, touched))
        yield (
            f"{numbers} {stand} as published, and said otherwise of stage {stages}, which"
            " is official: reopen it to publish what then holds."
        )


def _rank(change: Change) -> str:
    after = change.after
    return "" if after is None or after.rank is None else str(after.rank)


def _was_unranked(change: Change) -> bool:
    before, after = change.before, change.after
    return before is None or before.rank is None or after is None or after.rank is None


def _names(competitors: Sequence[Competitor]) -> str:
    return " and ".join(name_of(one) for one in competitors)


def _verb(competitors: Sequence[Competitor], one: str, many: str) -> str:
    return one if len(competitors) == 1 else many


def _called(podium: Podium) -> list[tuple[int | None, bool, str]]:
    return [(line.rank, *_key(line.competitor)) for line in podium.lines]
