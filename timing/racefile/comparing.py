"""What differs between two documents themselves: definition, entries, teams and records.

The names are a racefile's own, so that a difference reads like the key that was changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from timing.core.definition import Race
from timing.core.document import Document
from timing.core.records import Passing, Ruling
from timing.racefile.dumping import CLASSIFICATIONS, ENTRIES, LISTS, RACE, RULING, TEAMS
from timing.racefile.writing import flow


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyChange:
    """A key whose value differs; ``before`` or ``after`` is empty where it was not given.

    ``path`` names the items of a list by what tells them apart: ``stages[2].controls[CP2].cutoff``.
    Values are YAML on one line.
    """

    path: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentDifferences:
    """All that differs between two documents, whatever comes of it.

    ``keys`` are of definition, entries and teams, in the order of a racefile; records are those
    that only one of the two holds.
    """

    keys: tuple[KeyChange, ...]
    rulings_before: tuple[Ruling, ...]
    rulings_after: tuple[Ruling, ...]
    passings_before: tuple[Passing, ...]
    passings_after: tuple[Passing, ...]

    @property
    def is_empty(self) -> bool:
        """Whether the documents say the same."""
        return not (
            self.keys
            or self.rulings_before
            or self.rulings_after
            or self.passings_before
            or self.passings_after
        )


_IDENTITY = ("number", "code", "id", "bib")
"""What tells the items of a list apart, the first that they all have."""


def document_differences(before: Document, after: Document) -> DocumentDifferences:
    """What differs between two documents; the order of records means nothing."""
    old_rulings, new_rulings = set(before.rulings), set(after.rulings)
    old_passings, new_passings = set(before.passings), set(after.passings)
    return DocumentDifferences(
        keys=(
            *definition_differences(before.race, after.race),
            *_items("entries", _entries(before), _entries(after)),
            *_items("teams", TEAMS.dump(before.teams), TEAMS.dump(after.teams)),
        ),
        rulings_before=tuple(r for r in before.rulings if r not in new_rulings),
        rulings_after=tuple(r for r in after.rulings if r not in old_rulings),
        passings_before=tuple(p for p in before.passings if p not in new_passings),
        passings_after=tuple(p for p in after.passings if p not in old_passings),
    )


def definition_differences(before: Race, after: Race) -> tuple[KeyChange, ...]:
    """The keys of the definition whose values differ."""
    return tuple(_definition(before, after))


def ruling_line(ruling: Ruling) -> str:
    """A ruling as a racefile writes it, on one line."""
    return flow(RULING.given(ruling))


def _definition(before: Race, after: Race) -> Iterator[KeyChange]:
    yield from _values("race", RACE.dump(before), RACE.dump(after))
    for key, schema in (*LISTS.items(), ("classifications", CLASSIFICATIONS)):
        yield from _items(key, schema.dump(getattr(before, key)), schema.dump(getattr(after, key)))


def _entries(document: Document) -> list[Mapping[str, Any]]:
    """With their identity in any case: a racefile leaves it out where it is the bib."""
    dumped: Sequence[Mapping[str, Any]] = ENTRIES.dump(document.entries)
    return [{**item, "id": entry.id} for item, entry in zip(dumped, document.entries, strict=True)]


def _values(path: str, before: object, after: object) -> Iterator[KeyChange]:
    if before == after:
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in dict.fromkeys((*before, *after)):
            yield from _values(f"{path}.{key}", before.get(key), after.get(key))
    elif _is_of_mappings(before) and _is_of_mappings(after):
        yield from _items(path, before, after)
    else:
        yield KeyChange(path=path, before=_text(before), after=_text(after))


def _is_of_mappings(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, Mapping) for item in value)


def _items(path: str, before: Any, after: Any) -> Iterator[KeyChange]:  # noqa: ANN401 - as dumped
    key = _identity_of(before, after)
    if key is None:
        if before != after:
            yield KeyChange(path=path, before=_text(before), after=_text(after))
        return
    old = {item[key]: item for item in before}
    new = {item[key]: item for item in after}
    for name in dict.fromkeys((*old, *new)):
        yield from _values(f"{path}[{name}]", old.get(name), new.get(name))


def _identity_of(
    before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]
) -> str | None:
    for key in _IDENTITY:
        if all(
            len({item[key] for item in items if key in item}) == len(items)
            for items in (before, after)
        ):
            return key
    return None


def _text(value: object) -> str:
    return "" if value is None else flow(value)
