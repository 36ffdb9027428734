"""The library of definitions to start from, and new races made from them.

The library is the folder ``config/races`` beside the program: a definition each, named by its
slug. A new race is the same text with another slug, name and first day, so that the comments that
explain its values come along.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import yaml

from timing.core.definition import Race
from timing.racefile.faults import nearest
from timing.racefile.loading import loads
from timing.racefile.writing import scalar
from timing.settings import TREE

LIBRARY = TREE / "config" / "races"


class UnknownDefinition(ValueError):
    """A slug that the library does not have; the message says which one was probably meant."""

    def __init__(self, slug: str) -> None:
        known = slugs()
        like = nearest(slug, known)
        meant = f'; did you mean "{like}"?' if like else "."
        super().__init__(f'The library has no race "{slug}"{meant} There are: {", ".join(known)}.')
        self.slug = slug


def slugs() -> tuple[str, ...]:
    """The slugs of the library, in the order of the alphabet."""
    return tuple(sorted(path.stem for path in LIBRARY.glob("*.yaml")))


def text_of(slug: str) -> str:
    """The racefile of a definition, with its comments; else UnknownDefinition."""
    if slug not in slugs():
        raise UnknownDefinition(slug)
    return path_of(slug).read_text(encoding="utf-8")


def path_of(slug: str) -> Path:
    """Where the definition of that slug is, or would be."""
    return LIBRARY / f"{slug}.yaml"


def definition(slug: str) -> Race:
    """The definition of that slug; else UnknownDefinition."""
    return loads(text_of(slug), name=path_of(slug).name).race


def new_race(like: str, *, slug: str = "", name: str = "", starts_on: date | None = None) -> str:
    """The racefile of a new race like one of the library, with whatever is given changed.

    All dates move by as many days as the first. Raises UnknownDefinition, and RacefileErrors
    where the new slug or name is none.
    """
    text = text_of(like)
    race = definition(like)
    moved = timedelta() if starts_on is None else starts_on - race.starts_on
    changes: dict[int, tuple[int, str]] = {}
    for path, start, end in _scalars(yaml.compose(text, Loader=yaml.SafeLoader), ()):
        written = text[start:end]
        match path:
            case ("race", "slug") if slug:
                changes[start] = (end, scalar(slug))
            case ("race", "name") if name:
                changes[start] = (end, scalar(name))
            case ("race", "starts_on") | ("stages", _, "date"):
                changes[start] = (end, (date.fromisoformat(written) + moved).isoformat())
            case _:
                pass
    for start in sorted(changes, reverse=True):
        end, new = changes[start]
        text = text[:start] + new + text[end:]
    loads(text, name=f"{slug or like}.yaml")
    return text


def _scalars(
    node: yaml.Node | None, path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], int, int]]:
    """Where each scalar stands: its path, and where its text begins and ends."""
    match node:
        case yaml.MappingNode():
            for key, value in node.value:
                yield from _scalars(value, (*path, key.value))
        case yaml.SequenceNode():
            for n, item in enumerate(node.value):
                yield from _scalars(item, (*path, str(n)))
        case yaml.ScalarNode():
            yield path, node.start_mark.index, node.end_mark.index
        case _:
            pass
