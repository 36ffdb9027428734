"""A stage's result, laid out: who is ranked, then everybody else."""

from __future__ import annotations

from timing.core.definition import Race
from timing.core.entries import bib_order
from timing.core.results import StageBoard
from timing.core.stage_book import StageBook
from timing.core.stage_rows import Row
from timing.core.statuses import StageStatus
from timing.core.teams import TeamRow

_BELOW = {
    StageStatus.FINISHED: 0,
    StageStatus.NEUTRALISED: 0,
    StageStatus.ON_COURSE: 1,
    StageStatus.NOT_STARTED: 2,
    StageStatus.OTL: 3,
    StageStatus.DNF: 3,
    StageStatus.DNS: 4,
    StageStatus.DSQ: 5,
    StageStatus.NOT_IN_DIVISION: 6,
}


def _stage_order(row: Row | TeamRow) -> tuple[object, ...]:
    """Ranked first, then finishers without a rank, those on course by distance, and the rest."""
    label = row.entry.bib if isinstance(row, Row) else row.team.code
    if row.rank is not None:
        return (0, row.rank, bib_order(label))
    return (
        1,
        _BELOW[row.status],
        -row.distance_m,
        0 if row.time is None else row.time,
        bib_order(label),
    )


def stage_boards(book: StageBook, race: Race) -> tuple[StageBoard, ...]:
    """A settled stage in each division that has entries, then in each team kind.

    Members who stand in their team's boards alone are left out (Rules 8.6).
    """
    rows = book.state.rows.values() if book.state is not None else ()
    boards = []
    for division in book.courses:
        solos = [r for r in rows if r.entry.division == division]
        solos = [r for r in solos if r.entry.id not in book.teams.apart]
        if solos:
            lines = tuple(r.line() for r in sorted(solos, key=_stage_order))
            boards.append(StageBoard(stage=book.number, division=division, lines=lines))
    teams = book.teams.rows.values()
    groups = {(r.team.kind, r.division) for r in teams}
    kinds = [kind.code for kind in race.team_kinds]
    for kind, division in sorted(
        groups, key=lambda group: (kinds.index(group[0]), list(book.courses).index(group[1]))
    ):
        those = [r for r in teams if r.team.kind == kind and r.division == division]
        lines = tuple(r.line() for r in sorted(those, key=_stage_order))
        boards.append(StageBoard(stage=book.number, division=division, lines=lines, team_kind=kind))
    return tuple(boards)
