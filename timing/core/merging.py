"""Categories too small to stand alone merge into others (Rules 8.1)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Protocol

from timing.core.definition import Category, Of, Race
from timing.core.problems import Problem, ProblemCode
from timing.core.statuses import StageStatus


class Ran(Protocol):
    """What is asked of a stage's row, an entry's or a team's."""

    categories: tuple[str, ...]
    status: StageStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """``starters`` of a category on its first stage were too few; ``into`` holds them now.

    Those who merged into it before are counted in. ``of`` says of what: a category may be too
    small for teams alone.
    """

    category: str
    into: str
    of: Of
    stage: int
    starters: int
    minimum: int

    def problem(self) -> Problem:
        """For the director to know of."""
        return Problem(
            code=ProblemCode.CATEGORY_MERGED,
            stage=self.stage,
            params=(
                ("category", self.category),
                ("into", self.into),
                ("of", self.of.value),
                ("starters", self.starters),
                ("minimum", self.minimum),
            ),
        )


def has_merging(race: Race) -> bool:
    """Whether any category may merge at all."""
    return any(c.minimum and c.merges_into for c in race.categories)


def merges(race: Race, of: Of, stages: Sequence[tuple[int, Mapping[str, Ran]]]) -> dict[str, Merge]:
    """The categories that merge, by code, from the rows of stages in their order.

    Counted are the starters of the first stage that anybody of the category runs: whoever is
    not DNS there, once it has begun. Before that nothing merges, after it nothing changes.
    """
    found: dict[str, Merge] = {}
    counted: dict[str, tuple[int, frozenset[str]]] = {}
    joined: dict[str, frozenset[str]] = {}
    for category in _sources_first(race.categories):
        first = counted[category.code] = _starters(category.code, stages)
        starters = first[1] | joined.get(category.code, frozenset())
        if first[0] and category.merges_into and len(starters) < category.minimum:
            found[category.code] = Merge(
                category=category.code,
                into=category.merges_into,
                of=of,
                stage=first[0],
                starters=len(starters),
                minimum=category.minimum,
            )
            into = category.merges_into
            joined[into] = joined.get(into, frozenset()) | starters
    return found


def _sources_first(categories: Sequence[Category]) -> Iterator[Category]:
    """Each after all that may merge into it; nothing leads in a circle."""
    left = list(categories)
    while left:
        targets = {c.merges_into for c in left}
        ready = [c for c in left if c.code not in targets]
        yield from ready
        left = [c for c in left if c.code in targets]


def _starters(
    code: str, stages: Sequence[tuple[int, Mapping[str, Ran]]]
) -> tuple[int, frozenset[str]]:
    """The first stage that has begun with anybody of the category on it, and who started; or 0."""
    for number, rows in stages:
        those = {key: row.status for key, row in rows.items() if code in row.categories}
        if those and any(row.status not in _NOT_BEGUN for row in rows.values()):
            return number, frozenset(k for k, s in those.items() if s is not StageStatus.DNS)
    return 0, frozenset()


_NOT_BEGUN = (StageStatus.NOT_STARTED, StageStatus.DNS, StageStatus.NOT_IN_DIVISION)


def merged(codes: tuple[str, ...], found: Mapping[str, Merge], race: Race) -> tuple[str, ...]:
    """The codes of categories as they are once some have merged, in the race's order."""
    if not found or not any(code in found for code in codes):
        return codes
    ends = {end_of(code, found) for code in codes}
    return tuple(c.code for c in race.categories if c.code in ends)


def end_of(code: str, found: Mapping[str, Merge]) -> str:
    """The category that holds those of another in the end."""
    while code in found:
        code = found[code].into
    return code


def overlapping(categories: Iterable[Category]) -> list[Problem]:
    """Bands of age that cut into each other, of otherwise equal categories (Rules 8.1).

    One that lies within another is meant.
    """
    return [
        Problem(
            code=ProblemCode.OVERLAPPING_CATEGORIES,
            params=(("category", one.code), ("other", other.code)),
        )
        for one, other in combinations(categories, 2)
        if _filter(one) == _filter(other)
        and (_cut(one.age, other.age) or _cut(one.combined_age, other.combined_age))
    ]


def _filter(category: Category) -> tuple[object, ...]:
    return (
        category.gender,
        category.nationality,
        category.residence,
        category.club,
        category.tags,
        category.team_gender,
        category.age is None,
        category.combined_age is None,
    )


_Band = tuple[int | None, int | None]


def _cut(one: _Band | None, other: _Band | None) -> bool:
    if one is None or other is None:
        return False
    (a, b), (c, d) = _closed(one), _closed(other)
    is_apart = b < c or d < a
    is_within = (a, b) != (c, d) and ((a <= c and d <= b) or (c <= a and b <= d))
    return not is_apart and not is_within


def _closed(band: _Band) -> tuple[int, int]:
    """With ends that nobody's age is beyond."""
    least, most = band
    return (0 if least is None else least), (1_000_000 if most is None else most)
