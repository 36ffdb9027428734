"""From a document to the racefile that reads back as the same document."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any

from timing.core.document import Document
from timing.racefile.classifications import ClassificationSchema, JerseySchema
from timing.racefile.competitors import (
    CategorySchema,
    DivisionSchema,
    EntrySchema,
    TeamKindSchema,
    TeamSchema,
)
from timing.racefile.document import FORMAT
from timing.racefile.expecting import Expecting
from timing.racefile.passing_lines import passing_line
from timing.racefile.rules import RaceSchema
from timing.racefile.rulings import AnyRuling
from timing.racefile.stages import StageSchema
from timing.racefile.writing import block, block_item, flow, scalar, text_block

MOST_ITEMS = 20
"""Entries, teams or rulings that are still written one mapping each; more become columns."""

LISTS = {
    "divisions": DivisionSchema(many=True),
    "categories": CategorySchema(many=True),
    "team_kinds": TeamKindSchema(many=True),
    "stages": StageSchema(many=True),
}
CLASSIFICATIONS = ClassificationSchema(many=True)
JERSEYS = JerseySchema(many=True)
RACE = RaceSchema()
ENTRIES = EntrySchema(many=True)
TEAMS = TeamSchema(many=True)
RULING: Expecting = AnyRuling()
"""The parts of a document as they are written; ``LISTS`` are the definition's, by their key."""


def dump(document: Document) -> str:
    """The racefile of a document.

    Loading it gives an equal document, and the same document always gives the same text. What
    has its default is left out; classifications and ids of records are always written.
    """
    return "\n".join(_lines(document)) + "\n"


def _lines(document: Document) -> Iterator[str]:
    race = document.race
    yield from block({"format": FORMAT, "race": RACE.dump(race)})
    for key, schema in LISTS.items():
        if items := getattr(race, key):
            yield ""
            yield f"{key}:"
            for item in schema.dump(items):
                yield from block_item(item)
    yield ""
    yield "classifications:" if race.classifications else "classifications: []"
    for item in CLASSIFICATIONS.dump(race.classifications):
        yield from block_item(item)
    if race.jerseys:
        yield ""
        yield "jerseys:"
        for item in JERSEYS.dump(race.jerseys):
            yield from block_item(item)
    yield from _people_or_rulings("entries", ENTRIES.dump(document.entries))
    yield from _people_or_rulings("teams", TEAMS.dump(document.teams))
    if document.passings:
        yield ""
        yield from text_block("passings", _passing_lines(document))
    yield from _people_or_rulings("rulings", [RULING.given(r) for r in document.rulings])


def _people_or_rulings(key: str, items: list[Any]) -> Iterator[str]:
    """One a line if they are few, else as columns."""
    if not items:
        return
    yield ""
    if len(items) > MOST_ITEMS:
        yield from _columns(key, items)
        return
    yield f"{key}:"
    for item in items:
        yield f"  - {flow(item)}"


def _passing_lines(document: Document) -> Iterator[str]:
    yield "# stage control bib time [key=value …]"
    yield from map(passing_line, document.passings)


def _columns(key: str, items: list[Mapping[str, object]]) -> Iterator[str]:
    """A list as CSV in a text block, with the columns that anything stands in."""
    names = list(dict.fromkeys(name for item in items for name in item))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([_cell(item.get(name, "")) for name in names] for item in items)
    return text_block(key, iter(text.getvalue().split("\n")[:-1]))


def _cell(value: object) -> str:
    match value:
        case str():
            return value
        case list():
            return " ".join(str(item) for item in value)
        case Mapping():
            return flow(value)
        case _:
            return scalar(value)
