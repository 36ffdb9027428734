"""Jerseys, the ceremony's sheet and the history of a classification as rows (Rules 9.9-9.11)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from timing.core.ceremony import Ceremony
from timing.core.definition import Race
from timing.core.entries import Competitor, Entry, written_name
from timing.core.history import History
from timing.core.jerseys import Worn
from timing.core.times import zone_named
from timing.exports.table import Cell, Column, Kind, Table

_WHO = (Column(name="bib"), Column(name="name"), Column(name="team"))

JERSEY_COLUMNS = (
    Column(name="jersey"),
    Column(name="colour"),
    Column(name="board"),
    Column(name="after", kind=Kind.NUMBER),
    Column(name="rank", kind=Kind.NUMBER),
    *_WHO,
)

CEREMONY_COLUMNS = (
    Column(name="board"),
    Column(name="after", kind=Kind.NUMBER),
    Column(name="rank", kind=Kind.NUMBER),
    *_WHO,
    Column(name="nationality"),
    Column(name="time", kind=Kind.DURATION),
    Column(name="points", kind=Kind.NUMBER),
)

HISTORY_COLUMNS = (
    Column(name="rank", kind=Kind.NUMBER),
    *_WHO,
    Column(name="led", kind=Kind.NUMBER),
    Column(name="won", kind=Kind.NUMBER),
)


def jersey_table(race: Race, worn: Iterable[Worn]) -> Table:
    """A row for whoever wears a jersey: ``rank`` is theirs on its board as after ``after``."""
    return _table(
        race,
        JERSEY_COLUMNS,
        (
            (one.jersey.code, one.jersey.colour, one.jersey.board, one.after, one.rank, *_who(who))
            for one in worn
            for who in one.wearers or (None,)
        ),
    )


def ceremony_table(race: Race, ceremony: Ceremony) -> Table:
    """A row for everyone who is called, by classification and then best first."""
    return _table(
        race,
        CEREMONY_COLUMNS,
        (
            (
                podium.classification.code,
                ceremony.after,
                line.rank,
                *_who(line.competitor),
                line.competitor.nationality if isinstance(line.competitor, Entry) else "",
                line.time if line.points is None else None,
                line.points,
            )
            for podium in ceremony.podiums
            for line in podium.lines
        ),
    )


def history_table(race: Race, histories: Sequence[History]) -> Table:
    """A row for everyone on the board.

    ``led`` counts the stages after which they were first, ``won`` those they won; ``after_N`` is
    their rank after stage N.
    """
    stages = sorted({step.stage for history in histories for step in history.steps})
    columns = (*HISTORY_COLUMNS, *(Column(name=f"after_{n}", kind=Kind.NUMBER) for n in stages))
    rows = []
    for history in histories:
        ranks = {step.stage: step.line.rank for step in history.steps}
        last = history.steps[-1].line.rank if history.steps else None
        rows.append(
            (
                last,
                *_who(history.competitor),
                history.stages_in_lead,
                history.stage_wins,
                *(ranks.get(n) for n in stages),
            )
        )
    return _table(race, columns, rows)


def _who(competitor: Competitor | None) -> tuple[Cell, ...]:
    if competitor is None:
        return "", "", ""
    if isinstance(competitor, Entry):
        return competitor.bib, written_name(competitor), competitor.team
    return "", competitor.name, competitor.code


def _table(race: Race, columns: Sequence[Column], rows: Iterable[tuple[Cell, ...]]) -> Table:
    return Table(
        columns=tuple(columns),
        rows=tuple(rows),
        precision=race.rules.precision,
        zone=zone_named(race.timezone),
    )
