"""Ranks and ties: one place where order becomes a number (Rules 9.5)."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Generic, TypeVar

from timing.core.definition import EqualRank
from timing.core.results import TieBreak

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class TieRule(Generic[Item]):
    """One link of a tie chain.

    ``key`` gives, lower first, what parts a group of equals; ``None`` where the link has nothing
    to say about that group.
    """

    name: TieBreak
    key: Callable[[Sequence[Item]], Sequence[int] | Sequence[tuple[int, ...]] | None]


@dataclass(slots=True)
class Ranked(Generic[Item]):
    """An item with its rank, and what parted it from a neighbour of equal measure, if any."""

    item: Item
    rank: int
    tie: TieBreak | None


def rank_by(
    items: Sequence[Item],
    measure: Callable[[Item], int | tuple[int, ...]],
    ties: Sequence[TieRule[Item]],
    equal_rank: EqualRank,
    first: int = 1,
) -> list[Ranked[Item]]:
    """Rank ``items``, lower measure first; ``items`` come in the order of display among equals.

    A rank is ``first`` plus the number of better ones, shared by what no link parts; or simply
    consecutive where the race insists (Rules 9.5).
    """
    ranked: list[Ranked[Item]] = []
    comparable: Callable[[Item], Any] = measure
    for _, group in groupby(sorted(items, key=comparable), key=comparable):
        tied = list(group)
        if len(tied) == 1:
            ranked.append(Ranked(tied[0], first + len(ranked), None))
        else:
            _rank_group(tied, ties, equal_rank, first, ranked, None)
    return ranked


@dataclass(frozen=True, slots=True)
class Parting:
    """What parts two equals, and whether the first of them is the better one."""

    by: TieBreak
    is_first_better: bool


def first_parting(pair: Sequence[Item], ties: Sequence[TieRule[Item]]) -> Parting | None:
    """The first link that parts two items of equal measure, or None."""
    for rule in ties:
        keys: Sequence[Any] | None = rule.key(pair)
        if keys is not None and keys[0] != keys[1]:
            return Parting(rule.name, keys[0] < keys[1])
    return None


def ranks_of(measures: Mapping[str, int]) -> dict[str, int]:
    """Shared ranks by a measure, lower first: one plus the number better."""
    ordered = sorted(measures.values())
    return {key: bisect_left(ordered, measure) + 1 for key, measure in measures.items()}


def _rank_group(  # noqa: PLR0917 - one recursion's state
    tied: Sequence[Item],
    ties: Sequence[TieRule[Item]],
    equal_rank: EqualRank,
    first: int,
    ranked: list[Ranked[Item]],
    parted_by: TieBreak | None,
) -> None:
    for position, rule in enumerate(ties):
        keys: Sequence[Any] | None = rule.key(tied) if len(tied) > 1 else None
        if keys is None or len(set(keys)) == 1:
            continue
        order = sorted(range(len(tied)), key=keys.__getitem__)
        rest = ties[position + 1 :]
        for _, indices in groupby(order, key=keys.__getitem__):
            group = [tied[i] for i in indices]
            _rank_group(group, rest, equal_rank, first, ranked, rule.name)
        return
    shared = first + len(ranked)
    for offset, item in enumerate(tied):
        consecutive = shared + offset
        rank = shared if equal_rank is EqualRank.SHARED else consecutive
        ranked.append(Ranked(item, rank, parted_by))
