"""Many made-up races to both, engine and oracle; what differs is shrunk and written down."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.oracle.comparing import differences, made_up
from tests.oracle.made_up import as_text
from tests.oracle.race import read
from tests.oracle.shrinking import shrunk
from timing.racefile import RacefileErrors


def differing(seeds: Iterable[int]) -> Iterator[tuple[int, str]]:
    """Each seed about whose race engine and oracle differ, and the difference in words."""
    for seed in seeds:
        found = differences(made_up(seed))
        if found:
            yield seed, found[0]


def smallest(seed: int) -> str:
    """The racefile of a seed without all that its first difference does not need."""
    document = read(made_up(seed))
    kinds = {_kind(line) for line in differences(as_text(document))}

    def still_differs(smaller: dict[str, object]) -> bool:
        try:
            found = differences(as_text(smaller))
        except (RacefileErrors, KeyError, StopIteration):
            return False
        return bool(found) and {_kind(line) for line in found} <= kinds

    smaller = shrunk(document, still_differs)
    words = "".join(f"# {line}\n" for line in differences(as_text(smaller)))
    return words + as_text(smaller)


def write_down(seed: int, folder: Path) -> Path:
    """Write the smallest racefile that reproduces a difference."""
    path = folder / f"differs-{seed}.yaml"
    path.write_text(smallest(seed), encoding="utf-8")
    return path


def _kind(line: str) -> str:
    """The figure that differs, whoever's it is."""
    return line.partition(": ")[0].rpartition(", ")[2]
