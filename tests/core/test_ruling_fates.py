"""What became of rulings: told from them and from which of them count."""

from collections.abc import Iterable

import pytest

from timing.core.records import Penalty, Ruling, Void
from timing.core.ruling_fates import RulingState, ruling_fates


def penalty(record: str, at: int = 0, supersedes: tuple[str, ...] = ()) -> Penalty:
    return Penalty(
        id=record, by="Dora", at=at, stage=1, time=60_000, bibs=("1",), supersedes=supersedes
    )


def void(record: str, of: str, at: int) -> Void:
    return Void(id=record, by="Dora", at=at, reason="In error", record=of)


def fate(rulings: Iterable[Ruling], standing: set[str]) -> tuple[RulingState, str, str]:
    """What became of ``p``: its state, what did it, and what to void to turn it around."""
    found = ruling_fates(rulings, standing)["p"]
    return found.state, found.by.id if found.by else "", found.to_void


@pytest.mark.parametrize(
    ("others", "standing", "expected"),
    [
        ([], {"p"}, (RulingState.STANDS, "", "p")),
        ([void("v", "p", 1)], {"v"}, (RulingState.REVERSED, "v", "v")),
        (
            [void("v", "p", 1), void("w", "v", 2)],
            {"p", "w"},
            (RulingState.STANDS, "w", "w"),
        ),
        (
            [void("v", "p", 1), void("w", "v", 2), void("x", "w", 3)],
            {"v", "x"},
            (RulingState.REVERSED, "x", "x"),
        ),
        ([penalty("q", 1, ("p",))], {"q"}, (RulingState.SUPERSEDED, "q", "")),
        # The correction was reversed too, and then the ruling by itself.
        (
            [penalty("q", 1, ("p",)), void("v", "q", 2), void("w", "p", 3)],
            {"v", "w"},
            (RulingState.REVERSED, "w", "w"),
        ),
        # Of two that contradict each other the later one counts.
        ([penalty("r", 1)], {"r"}, (RulingState.SUPERSEDED, "", "")),
        # Reversed by two at once, of which one was taken back: it is the other that counts.
        (
            [void("v", "p", 1), void("w", "p", 2), void("x", "w", 3)],
            {"v", "x"},
            (RulingState.REVERSED, "v", "v"),
        ),
    ],
)
def test_the_fate_of_a_ruling(
    others: list[Ruling], standing: set[str], expected: tuple[RulingState, str, str]
) -> None:
    assert fate([penalty("p"), *others], standing) == expected


def test_voids_that_name_each_other_in_a_circle_are_told_of_once() -> None:
    circle = [void("v", "w", 1), void("w", "v", 2)]
    found = ruling_fates(circle, set())
    assert {one.state for one in found.values()} == {RulingState.REVERSED}
