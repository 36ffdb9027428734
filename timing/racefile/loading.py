"""From a racefile's text to a document, or to everything that is wrong with it."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from marshmallow import ValidationError

from timing.core.document import Document
from timing.core.plain import derived_id
from timing.core.records import Passing, Record
from timing.racefile.columns import rows
from timing.racefile.competitors import EntrySchema, TeamSchema
from timing.racefile.definition_checks import check_definition
from timing.racefile.document import DocumentSchema
from timing.racefile.entry_checks import check_entries, check_teams
from timing.racefile.faults import RacefileErrors
from timing.racefile.known import Typed, known_in
from timing.racefile.likely_mistakes import check_likely_mistakes
from timing.racefile.nodes import Block, PlainNode, read_yaml
from timing.racefile.passing_lines import KEY as PASSINGS
from timing.racefile.passing_lines import ReadPassing, read_passing_lines
from timing.racefile.passings import PassingSchema
from timing.racefile.record_checks import check_passings, check_rulings
from timing.racefile.references import References
from timing.racefile.report import Report
from timing.racefile.rulings import RULING_SCHEMAS
from timing.racefile.sources import is_unreadable, read_file, take_files

_SCHEMA = DocumentSchema()

_COLUMNS: dict[str, tuple[str, ...]] = {
    "entries": EntrySchema().key_names(),
    "teams": TeamSchema().key_names(),
    "passings": PassingSchema().key_names(),
    "rulings": tuple(dict.fromkeys(k for s in RULING_SCHEMAS.values() for k in s.key_names())),
}
"""The lists that may be a text block or a file, and their columns there."""

_STRUCTURED = frozenset({"legs", "starts", "releases", "set", "with"})
"""Columns whose cells hold a mapping."""


def load(path: str | os.PathLike[str]) -> Document:
    """The document in a file, with what it names beside itself; else RacefileErrors."""
    path = Path(path)
    report = Report(str(path))
    text = read_file(path, report)
    if text is None:
        raise RacefileErrors(report.errors)
    return loads(text, name=str(path), directory=path.parent)


def loads(text: str, *, name: str, directory: Path | None = None) -> Document:
    """The document that a text holds; else RacefileErrors, in which the file is called ``name``.

    Files that it names are looked for in ``directory``; without one it may name none.
    """
    report = Report(name)
    plain = _plain(text, report)
    if plain is None:
        raise RacefileErrors(report.errors)
    take_files(plain, report, directory)
    passings = list(_passings(plain.pop(PASSINGS, None), report))
    for key in ("entries", "teams", "rulings"):
        if key in plain:
            plain[key] = _items(plain[key], key, report)
    try:
        data: Typed = _SCHEMA.load(plain)
    except ValidationError as error:
        report.messages(error.messages)
        data = error.valid_data if isinstance(error.valid_data, dict) else {}
    _check(data, passings, report)
    if report.errors:
        raise RacefileErrors(report.errors)
    document: Document = _SCHEMA.build(data)
    return replace(
        document,
        passings=_with_ids(read.passing for read in passings),
        rulings=_with_ids(document.rulings),
    )


def _check(data: Typed, passings: Collection[ReadPassing], report: Report) -> None:
    def given(path: tuple[str | int, ...]) -> bool:
        return path in report.lines

    references = References(known_in(data, given), report)
    check_definition(data, references, given)
    check_likely_mistakes(data, references)
    check_entries(data, references, given)
    check_teams(data, references, given)
    check_rulings(data, references, given)
    check_passings(passings, references)


def _plain(text: str, report: Report) -> dict[str, PlainNode] | None:
    """The document's mapping; None, with the error reported, where it can't be told."""
    text = text.removeprefix("\ufeff")
    if is_unreadable(text, report.file, report):
        return None
    plain = read_yaml(text, report)
    if isinstance(plain, dict):
        return plain
    if not report.errors:
        what = "the file is empty" if plain is None else "this is no mapping"
        report.at_line(1, what, "begin with format: 1 and race:")
    return None


# Lists in any of their forms ------------------------------------------------------------


def _items(value: PlainNode, key: str, report: Report) -> PlainNode:
    """A list as it is, or the rows of a text block; nothing at all is an empty list."""
    if value is None:
        return []
    if not isinstance(value, str):
        return value
    text, line = _block(value, key, report)
    found: list[PlainNode] = []
    found += rows(
        text,
        key=key,
        first_line=line,
        known=_COLUMNS[key],
        report=report,
        structured=_STRUCTURED,
    )
    return found


def _block(value: str, key: str, report: Report) -> tuple[str, int]:
    """A text block's text and the line it begins on."""
    if isinstance(value, Block):
        return value, value.first_line
    if "\n" in value:
        report.at_path((key,), "a text that was folded", f"write {key}: | before its lines")
        return "", 1
    return value, report.line_of((key,))


def _passings(value: PlainNode, report: Report) -> Iterator[ReadPassing]:
    """Passings in any of their forms, those with faults left out and reported."""
    if isinstance(value, str):
        text, line = _block(value, PASSINGS, report)
        if not _has_columns(text):
            yield from read_passing_lines(text, line, report)
            return
        value = _items(value, PASSINGS, report)
    if value is None:
        return
    if not isinstance(value, list):
        report.at_path((PASSINGS,), "a mapping is no list", "write a list, or lines after |")
        return
    schema = PassingSchema()
    for index, item in enumerate(value):
        try:
            if not isinstance(item, Mapping):
                report.at_path((PASSINGS, index), "is no mapping", "write {stage: 1, …}")
                continue
            passing: Passing = schema.build(schema.load(item))
        except ValidationError as error:
            report.messages(error.messages, (PASSINGS, index))
        else:
            yield ReadPassing(report.line_of((PASSINGS, index)), index, passing)


def _has_columns(text: str) -> bool:
    """Whether a text of passings begins with the names of columns, so is CSV."""
    first = next((line for line in text.split("\n") if line.strip()), "")
    names = {name.strip() for name in first.split(",")}
    return {"stage", "control"} <= names


# Ids -----------------------------------------------------------------------------------

AnyRecord = TypeVar("AnyRecord", bound=Record)


def _with_ids(records: Iterable[AnyRecord]) -> tuple[AnyRecord, ...]:
    """With an id for those written without, from their content and the number of their like.

    Loading the same text again gives the same ids (racefile, Rulings).
    """
    records = tuple(records)
    if all(record.id for record in records):
        return records
    before: Counter[Record] = Counter()
    found = []
    for record in records:
        like = _without_id(record)
        found.append(record if record.id else replace(record, id=derived_id(like, before[like])))
        before[like] += 1
    return tuple(found)


def _without_id(record: Record) -> Record:
    """What the record says: not when a node received it, as in its digest."""
    if isinstance(record, Passing) and record.received is not None:
        return replace(record, id="", received=None)
    return replace(record, id="") if record.id else record
