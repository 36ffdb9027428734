"""What a publication lists as changed since the number before, by ids (Rules 12.1)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from operator import itemgetter
from typing import Any, TypeAlias

from timing.core.classifications import key_of
from timing.core.differences import ChangeKind, Differences, Figures, kind_of
from timing.core.entries import Entry, bib_order
from timing.core.publications import PublishedChange, PublishedFigures
from timing.core.statuses import RaceStatus, StageStatus

MOST_CHANGES = 200
"""Changes listed of one publication, the weightiest of each result first."""


def published_changes(found: Differences, after: int) -> tuple[PublishedChange, ...]:
    """What of differences concerns a result as after a stage, by ids."""
    return tuple(_changes(found, after))[:MOST_CHANGES]


def changes_since(frozen: Any, now: Any, codes: Sequence[str]) -> tuple[PublishedChange, ...]:  # noqa: ANN401 - as JSON has it
    """What differs between a signed result and one as after the same stage (`frozen_of`).

    What was signed is compared, and not what an engine makes of the same records by now. ``codes``
    are those of the boards, in their order; stages come after them, the latest first.
    """
    after, found = now["after"], []
    for code in codes:
        if code in frozen["boards"] and code in now["boards"]:
            before, then = (_by_who(one["boards"][code], RaceStatus) for one in (frozen, now))
            found += _differing(code, after, before, then)
    for number in sorted(frozen["stages"].keys() & now["stages"].keys(), key=int, reverse=True):
        before, then = (_by_who(one["stages"][number], StageStatus) for one in (frozen, now))
        found += _differing("", int(number), before, then)
    return tuple(found[:MOST_CHANGES])


_Seen: TypeAlias = dict[tuple[bool, str], Figures]
"""Figures by whether they are a team's, and its code or the entry's id."""


def _by_who(lines: Any, status: type[RaceStatus | StageStatus]) -> _Seen:  # noqa: ANN401 - as JSON has it
    return {
        ("team" in line, line.get("entry") or line.get("team")): Figures(
            line["rank"], line["time"], line.get("points"), status(line["status"])
        )
        for line in lines
    }


def _differing(board: str, stage: int, before: _Seen, after: _Seen) -> list[PublishedChange]:
    """The changes of a result: who is out or back first, then by the best rank concerned."""
    found: list[tuple[tuple[object, ...], PublishedChange]] = []
    for of_team, who in before.keys() | after.keys():
        old, new = before.get((of_team, who)), after.get((of_team, who))
        if old == new:
            continue
        kind = kind_of(old, new)
        ranks = [f.rank for f in (old, new) if f is not None and f.rank is not None]
        weight = (
            _WEIGHT.get(kind, len(_WEIGHT)),
            of_team,
            min(ranks, default=_NO_RANK),
            min(ranks, default=0) - max(ranks, default=0),
            bib_order(who),
            who,
        )
        change = PublishedChange(
            board=board,
            stage=stage,
            who=who,
            of_team=of_team,
            kind=kind.value,
            before=_figures(old),
            after=_figures(new),
        )
        found.append((weight, change))
    return [change for _, change in sorted(found, key=itemgetter(0))]


_NO_RANK = 1_000_000
_WEIGHT = {
    kind: weight
    for weight, kind in enumerate(
        (ChangeKind.FALLS_OUT, ChangeKind.COMES_BACK, ChangeKind.LEAVES, ChangeKind.JOINS)
    )
}
"""The weighty kinds of changes, the weightiest first; all others come after them."""


def _changes(found: Differences, after: int) -> Iterator[PublishedChange]:
    for result in found.results:
        if result.number > after or (result.board and result.number != after):
            continue
        for change in result.changes:
            yield PublishedChange(
                board=result.board,
                stage=result.number,
                who=key_of(change.competitor),
                of_team=not isinstance(change.competitor, Entry),
                kind=change.kind.value,
                before=_figures(change.before),
                after=_figures(change.after),
            )


def _figures(figures: Figures | None) -> PublishedFigures | None:
    if figures is None:
        return None
    return PublishedFigures(
        rank=figures.rank,
        time=figures.time,
        points=figures.points,
        status=figures.status.value,
    )
