"""The racefiles to begin with: those that show one rule each, and those of the library."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tests.scenarios.scenario import read
from timing.racefile import library

TESTS = Path(__file__).parent.parent

MOST = 8_000
"""Characters of a seed: longer ones take long to read, and show no more."""


@cache
def texts() -> tuple[str, ...]:
    """Every seed, always in the same order."""
    found = (
        *(read(path).racefile for path in sorted(TESTS.glob("scenarios/*/*.yaml"))),
        (TESTS / "racefile" / "three-valleys.yaml").read_text(encoding="utf-8"),
        *map(library.text_of, library.slugs()),
    )
    return tuple(text for text in found if len(text) <= MOST)


@cache
def trees() -> tuple[dict[str, Any], ...]:
    """The seeds as mappings, lists and texts, to be copied rather than changed."""
    return tuple(tree for text in texts() if (tree := tree_of(text)) is not None)


def tree_of(text: str) -> dict[str, Any] | None:
    """A document as mappings, lists and texts; None for what is none."""
    try:
        tree = yaml.load(text, Loader=yaml.CBaseLoader)  # noqa: S506 - it makes texts only
    except (yaml.YAMLError, ValueError, RecursionError):
        return None
    return tree if isinstance(tree, dict) else None
