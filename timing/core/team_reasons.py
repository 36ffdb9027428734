"""Why a team's stage is what it is: its members' times, and what was given to the team."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from timing.core.book import RaceBook
from timing.core.definition import TeamKind, TeamTimeKind
from timing.core.one_higher import team_one_higher_on
from timing.core.reasons import Because, Reason, adjustment, penalty_by_rule
from timing.core.stage_book import StageBook
from timing.core.stage_rows import Row
from timing.core.statuses import StageStatus
from timing.core.teams import TeamRow


def team_reasons(book: RaceBook, stage: StageBook, row: TeamRow) -> Iterator[Reason]:
    """Every reason; what they add sums up to the team's time, where there is one (8.3, 8.4)."""
    rows = stage.state.rows if stage.state is not None else {}
    for member in row.founders:
        if member not in row.members:
            yield Reason(
                because=Because.MEMBER_LEFT,
                rule="8.5",
                params=(("bib", member.bib), ("name", member.name)),
            )
    kind = next((k for k in book.race.team_kinds if k.code == row.team.kind), None)
    counting = _counting(row, rows, kind)
    for member in row.members:
        own = rows.get(member.id)
        if own is not None and own.done and own.time is not None:
            yield Reason(
                because=Because.MEMBER_COUNTS if member.id in counting else Because.MEMBER_TIME,
                rule="8.3",
                params=(("bib", member.bib), ("name", member.name), ("time_ms", own.time)),
            )
        else:
            status = StageStatus.NOT_IN_DIVISION if own is None else own.status
            yield Reason(
                because=Because.MEMBER_OUT,
                rule="8.5",
                params=(("bib", member.bib), ("name", member.name), ("status", status.value)),
            )
    if row.time is not None:
        given = row.adjustment.on_stage + row.automatic_penalty
        yield Reason(
            because=Because.TEAM_TIME,
            rule="8.3",
            params=(
                ("measure", "" if kind is None else kind.time.kind.value),
                ("time_ms", row.time - given),
            ),
            adds=row.time - given,
        )
        for record in row.adjustment.rulings:
            ruling = book.ruling(record)
            if ruling is not None:
                yield adjustment(
                    ruling, lambda r: book.penalties.of_team(r, row.team.code), is_total=False
                )
        if row.automatic_penalty:
            yield penalty_by_rule(Because.SEPARATION_PENALTY, "8.4", row.automatic_penalty)
        yield Reason(because=Because.STAGE_TIME, rule="6.2", params=(("time_ms", row.time),))
    if row.rank is None:
        yield Reason(
            because=Because.STAGE_UNRANKED, rule="10.1", params=(("status", row.status.value),)
        )
    else:
        params = (("rank", row.rank), ("gap_ms", row.gap or 0))
        yield Reason(because=Because.STAGE_RANK, rule="9.5", params=params)
    yield from team_one_higher_on(book, stage, row)


def _counting(row: TeamRow, rows: Mapping[str, Row], kind: TeamKind | None) -> frozenset[str]:
    """Whose times make the team's, by entry id; with equal times all who have that one."""
    if kind is None or row.time is None:
        return frozenset()
    done = {m.id: r.time for m in row.members if (r := rows.get(m.id)) is not None and r.done}
    times = {key: time for key, time in done.items() if time is not None}
    ordered = sorted(times.values())
    match kind.time.kind:
        case TeamTimeKind.LAST | TeamTimeKind.TOGETHER | TeamTimeKind.RELAY:
            counted = ordered[-1:]
        case TeamTimeKind.NTH:
            counted = ordered[kind.time.n - 1 : kind.time.n]
        case TeamTimeKind.SUM:
            counted = ordered
        case TeamTimeKind.BEST:
            counted = ordered[: kind.time.n]
    return frozenset(key for key, time in times.items() if time in counted)
