"""CSV, in a text block or a file beside the document: rows as mappings of texts."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterator

from timing.racefile.faults import did_you_mean, quoted
from timing.racefile.nodes import PlainNode, Written, read_yaml
from timing.racefile.report import Report

Row = dict[str, PlainNode]


def rows(
    text: str,
    *,
    key: str,
    first_line: int,
    known: Collection[str],
    report: Report,
    structured: Collection[str] = (),
) -> list[Row]:
    """The rows below a first line that names the columns; a blank cell is left out.

    ``key`` is where the rows stand in the document, ``first_line`` the line the text begins on.
    A cell of a ``structured`` column holds a mapping, in braces. The line of each row goes to
    ``report``, with what is wrong.
    """
    found: list[Row] = []
    names: list[str] = []
    for line, cells in _records(text, key, first_line, report):
        if not names:
            names = _columns(cells, key, line, known, report)
            continue
        report.lines[key, len(found)] = line
        if len(cells) > len(names):
            report.at_line(
                line,
                f"{len(cells)} cells under {len(names)} columns",
                "put text that holds a comma in double quotes",
                path=(key, len(found)),
            )
        row: Row = {}
        for name, cell in zip(names, cells, strict=False):
            if name and (stripped := cell.strip()):
                is_structure = name in structured and stripped[0] in "{["
                row[name] = (
                    _structure(stripped, report, line) if is_structure else Written(stripped)
                )
        found.append(row)
    return found


def _records(
    text: str, key: str, first_line: int, report: Report
) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = first_line
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            report.at_line(
                line,
                f"this is not CSV: {error}",
                "double every quote inside of a quoted cell, and close it",
                path=(key,),
            )
            return
        if any(cell.strip() for cell in cells):
            yield line, cells
        line = first_line + reader.line_num


def _columns(
    cells: list[str], key: str, line: int, known: Collection[str], report: Report
) -> list[str]:
    """The names of the columns; empty for one that is not known or stood there before."""
    names: list[str] = []
    for cell in cells:
        name = cell.strip()
        if name not in known:
            separators = [sign for sign in ";\t" if sign in name]
            remedy = "part them by commas" if separators else did_you_mean(name, known)
            report.at_line(line, f"unknown column {quoted(name)}", remedy, path=(key,))
        elif name in names:
            report.at_line(line, f"column {quoted(name)} given twice", "keep one", path=(key,))
        names.append(name if name in known and name not in names else "")
    return names


def _structure(cell: str, report: Report, line: int) -> PlainNode:
    inner = Report("")
    value = read_yaml(cell, inner)
    for error in inner.errors:
        report.at_line(line, error.message, error.remedy)
    return value
