"""Differences between results as rows: each line that differs, with what it was and is."""

from __future__ import annotations

from timing.core.book import RaceBook
from timing.core.difference_reasons import causes
from timing.core.differences import Change, Differences, ResultDifferences
from timing.core.entries import Entry
from timing.core.times import zone_named
from timing.exports.table import Cell, Column, Kind, Table

DIFFERENCE_COLUMNS = (
    Column(name="board"),
    Column(name="stage", kind=Kind.NUMBER),
    Column(name="bib"),
    Column(name="name"),
    Column(name="team"),
    Column(name="division"),
    Column(name="change"),
    Column(name="rank_before", kind=Kind.NUMBER),
    Column(name="rank_after", kind=Kind.NUMBER),
    Column(name="time_before", kind=Kind.DURATION),
    Column(name="time_after", kind=Kind.DURATION),
    Column(name="points_before", kind=Kind.NUMBER),
    Column(name="points_after", kind=Kind.NUMBER),
    Column(name="status_before"),
    Column(name="status_after"),
    Column(name="rules"),
)


def difference_table(before: RaceBook, after: RaceBook, found: Differences) -> Table:
    """A row for each line that differs.

    ``board`` is empty for a stage's result; ``stage`` is the stage, or the one after which the
    board is; ``rules`` are the sections of the rules by which it differs, with blanks between,
    empty where only others moved.
    """
    return Table(
        columns=DIFFERENCE_COLUMNS,
        rows=tuple(
            _row(before, after, result, change)
            for result in found.results
            for change in result.changes
        ),
        precision=min(before.race.rules.precision, after.race.rules.precision),
        zone=zone_named(after.race.timezone),
    )


def _row(
    before: RaceBook, after: RaceBook, result: ResultDifferences, change: Change
) -> tuple[Cell, ...]:
    who, old, new = change.competitor, change.before, change.after
    rules = causes(before, after, result, change).rules
    return (
        result.board,
        result.number,
        who.bib if isinstance(who, Entry) else "",
        who.name,
        who.team if isinstance(who, Entry) else who.code,
        change.division,
        change.kind.value,
        None if old is None else old.rank,
        None if new is None else new.rank,
        None if old is None else old.time,
        None if new is None else new.time,
        None if old is None else old.points,
        None if new is None else new.points,
        None if old is None else old.status.value,
        None if new is None else new.status.value,
        " ".join(rules),
    )
