"""Who wears which chip: a table ``BIB,CHIP``, a chip a row; a bib may have several."""

from __future__ import annotations

from dataclasses import dataclass

from timing.importers.columns import Meaning, guess_columns, read_table
from timing.importers.reads import BadFile, BadRow, LineKind, LineProblem, word


@dataclass(frozen=True, slots=True, kw_only=True)
class Worn:
    """A row of the map."""

    line: int
    bib: str
    chip: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChipMap:
    """The rows that can be taken, each pair once, and what is wrong with the others."""

    worn: tuple[Worn, ...]
    problems: tuple[LineProblem, ...]


def read_chip_map(content: bytes) -> ChipMap:
    """The map in a CSV file or a spreadsheet; a chip with two bibs is refused. BadFile."""
    table = read_table(content)
    columns = guess_columns(table)
    if Meaning.BIB not in columns or Meaning.CHIP not in columns:
        raise BadFile("the first line is to name two columns, BIB and CHIP")
    worn: dict[str, Worn] = {}
    problems: list[LineProblem] = []
    for line, row in zip(table.lines, table.rows, strict=True):
        try:
            bib, chip = (
                _cell(row, columns[meaning], meaning.value)
                for meaning in (Meaning.BIB, Meaning.CHIP)
            )
        except BadRow as error:
            problems.append(LineProblem(line=line, kind=LineKind.REJECTED, told=str(error)))
            continue
        before = worn.setdefault(chip, Worn(line=line, bib=bib, chip=chip))
        if before.bib != bib:
            told = f"chip {chip} is bib {before.bib}'s already, line {before.line}"
            problems.append(LineProblem(line=line, kind=LineKind.REJECTED, told=told))
    return ChipMap(worn=tuple(worn.values()), problems=tuple(problems))


def _cell(row: tuple[object, ...], index: int, what: str) -> str:
    value = row[index] if index < len(row) else ""
    is_whole = isinstance(value, float) and value.is_integer()
    return word(str(int(value)) if isinstance(value, float) and is_whole else str(value), what)
