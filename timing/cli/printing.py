"""Tables and messages on a terminal, and the same as plain text where it is none."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Timer

import click
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from timing.core.problems import Problem
from timing.exports.table import Kind, Table, text
from timing.pages.problem_words import problem_seen

_LEFT_TO_FILES = frozenset({"division", "gender", "nationality", "start", "finish"})
"""Columns that a reader at a terminal can do without."""

_ALWAYS = frozenset({"rank", "name"})

_USUALLY_NOTHING = frozenset({"penalty", "credit", "bonus"})
"""Columns that are shown where there is anything in them."""

_UNBOUNDED = 10_000
_MOST_PROBLEMS_ON_A_TERMINAL = 20
_PATIENCE_SECONDS = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """Rows of text to print under a title; ``numeric`` are the columns set to the right."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: frozenset[int] = frozenset()


def sheet(title: str, table: Table) -> Sheet:
    """What of a table is worth reading at a terminal."""
    shown = [i for i in range(len(table.columns)) if _is_shown(table, i)]
    kinds = [table.columns[i].kind for i in shown]
    return Sheet(
        title=title,
        header=tuple(table.columns[i].name for i in shown),
        rows=tuple(
            tuple(text(row[i], table.columns[i], table) for i in shown) for row in table.rows
        ),
        numeric=frozenset(
            n for n, kind in enumerate(kinds) if kind in (Kind.NUMBER, Kind.DURATION)
        ),
    )


def _is_shown(table: Table, index: int) -> bool:
    column = table.columns[index]
    if column.exact or column.name in _LEFT_TO_FILES:
        return False
    if column.name in _USUALLY_NOTHING:
        return any(row[index] for row in table.rows)
    if column.name in _ALWAYS or not table.rows:
        return True
    return any(row[index] not in (None, "") for row in table.rows)


def print_sheets(sheets: Iterable[Sheet]) -> None:
    """Write tables to standard output, as text in columns where it is no terminal.

    There a title stands only where several tables follow each other.
    """
    sheets = list(sheets)
    # As wide as they are: a terminal may break a line, but nobody may cut a time.
    console = Console(highlight=False, width=_UNBOUNDED)
    for number, one in enumerate(sheets):
        if console.is_terminal:
            if number:
                console.print()
            console.print(_rich(one))
            continue
        if len(sheets) > 1:
            click.echo(("\n" if number else "") + one.title)
        click.echo("\n".join(_aligned(one)))


def _rich(one: Sheet) -> RichTable:
    table = RichTable(
        title=Text(one.title), title_justify="left", title_style="bold", box=None, pad_edge=False
    )
    for index, name in enumerate(one.header):
        table.add_column(
            Text(name), justify="right" if index in one.numeric else "left", no_wrap=True
        )
    for row in one.rows:
        # As Text: a name may hold what rich would take for markup.
        table.add_row(*(Text(cell) for cell in row))
    return table


def _aligned(one: Sheet) -> Iterator[str]:
    rows = (one.header, *one.rows)
    widths = [max(cell_len(row[i]) for row in rows) for i in range(len(one.header))]
    for row in rows:
        yield "  ".join(
            _padded(cell, width, to_the_right=i in one.numeric)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()


def _padded(cell: str, width: int, *, to_the_right: bool) -> str:
    blanks = " " * (width - cell_len(cell))
    return blanks + cell if to_the_right else cell + blanks


def problem_lines(problems: Sequence[Problem]) -> list[str]:
    """A line for each problem: its code, where it is, and what is seen."""
    return [
        ": ".join(
            part for part in (problem.code.value, _place(problem), problem_seen(problem)) if part
        )
        for problem in problems
    ]


def _place(problem: Problem) -> str:
    stage = "" if problem.stage is None else f"stage {problem.stage}"
    return ", ".join(part for part in (stage, problem.control) if part)


def warn_of(problems: Sequence[Problem]) -> None:
    """Tell problems on standard error; how many, where they would fill somebody's terminal."""
    if sys.stderr.isatty() and len(problems) > _MOST_PROBLEMS_ON_A_TERMINAL:
        click.echo(f"{len(problems)} problems; timing check lists them", err=True)
        return
    for line in problem_lines(problems):
        click.echo(line, err=True)


def write_bytes(content: bytes) -> None:
    """Write a file's content to standard output as it is."""
    sys.stdout.flush()
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


@contextmanager
def patiently(what: str) -> Iterator[None]:
    """Show on a terminal that something goes on, once it has lasted for a second."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield
        return
    status = console.status(f"{what} …")
    late = Timer(_PATIENCE_SECONDS, status.start)
    late.daemon = True
    late.start()
    try:
        yield
    finally:
        late.cancel()
        late.join()
        status.stop()


def is_interactive() -> bool:
    """Whether somebody sits at the keyboard."""
    return sys.stdin.isatty()
