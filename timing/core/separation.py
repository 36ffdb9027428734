"""How far apart the members of a team crossed each point of a stage (Rules 8.4)."""

from __future__ import annotations

from dataclasses import dataclass

from timing.core.courses import Point
from timing.core.definition import TeamTimeKind
from timing.core.entries import Entry
from timing.core.stage_book import StageBook
from timing.core.teams import allowed_at, apart_at
from timing.core.times import Duration, Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Apart:
    """The members of a team at a point, in the order of bibs, ``times`` None who did not pass.

    ``apart`` is as the rule counts it, None while somebody may still come or fewer than two
    passed; ``allowed`` None where the team's kind has no rule.
    """

    point: Point
    members: tuple[Entry, ...]
    times: tuple[Instant | None, ...]
    apart: Duration | None
    allowed: Duration | None

    @property
    def is_exceeded(self) -> bool:
        """Whether they were further apart than allowed."""
        return self.apart is not None and self.allowed is not None and self.apart > self.allowed


def separation(book: StageBook, code: str) -> tuple[Apart, ...]:
    """A team at each point behind the start; empty for a relay, and where it does not run."""
    row = book.teams.rows.get(code)
    if row is None or book.settled_from is None or len(row.members) < 2:
        return ()
    _, stage = book.settled_from
    kind = stage.kinds[row.team.kind]
    if kind.time.kind is TeamTimeKind.RELAY:
        return ()
    found = []
    for point in stage.courses.of(row.members[0]).points[1:]:
        gap = apart_at(stage, row, point)
        found.append(
            Apart(
                point=point,
                members=row.members,
                times=tuple(_time(book, member, point) for member in row.members),
                apart=None if gap is None else gap[0],
                allowed=None if kind.separation is None else allowed_at(kind.separation, point),
            )
        )
    return tuple(found)


def _time(book: StageBook, member: Entry, point: Point) -> Instant | None:
    facts = book.facts.get(member.id)
    nth = book.courses.of(member).index.get(point.code)
    return None if facts is None or nth is None else facts.times[nth]
