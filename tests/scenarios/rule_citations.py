"""Which rules of docs/rules.md are shown, and where: what the check of their coverage asks."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]

_NUMBER = r"\d+(?:\.\d+)*"
_NAMED = re.compile(rf"Rules\s+({_NUMBER}(?:(?:,\s+|-|\s+and\s+){_NUMBER})*)")
_GIVEN = re.compile(r"\brule=\"([^\"]+)\"")


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What is wrong: rules that nothing shows, and names of rules that there are none of.

    ``unknown`` maps such a name to where it stands.
    """

    unshown: tuple[str, ...] = ()
    unknown: Mapping[str, tuple[str, ...]]


def coverage(rules: Iterable[str], cited: Mapping[str, Iterable[str]]) -> Coverage:
    """Compare the rules there are with those named; ``cited`` has the rules by where they are."""
    known = list(rules)
    places: dict[str, list[str]] = {}
    for place, names in cited.items():
        for name in names:
            places.setdefault(name, []).append(place)
    return Coverage(
        unshown=tuple(rule for rule in known if rule not in places),
        unknown={name: tuple(those) for name, those in places.items() if name not in known},
    )


def named_in(text: str) -> set[str]:
    """The rules that a text names: as ``Rules 1.2, 1.3``, or in code as ``rule="1.2"``."""
    numbers = [number for found in _NAMED.findall(text) for number in re.findall(_NUMBER, found)]
    return {*numbers, *_GIVEN.findall(text)}


def docstrings_of(test: str) -> str:
    """What ``folder/file.py::test_name`` says of itself, and its file of all its tests.

    LookupError where there is no such test.
    """
    path, _, name = test.partition("::")
    if not (ROOT / path).is_file():
        raise LookupError(test)
    module = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    for node in module.body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            return f"{ast.get_docstring(module) or ''}\n{ast.get_docstring(node) or ''}"
    raise LookupError(test)
