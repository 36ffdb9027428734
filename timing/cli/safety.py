"""``timing safety``: who is still out on a stage, and whom to look for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from timing.cli.printing import print_sheets, sheet, write_bytes
from timing.cli.questions import MOMENT, stage_with_result
from timing.cli.refusals import Refused
from timing.cli.results import computed
from timing.cli.sources import read_document, takes_race
from timing.core.book import RaceBook
from timing.core.course_clear import register
from timing.core.definition import Stage
from timing.core.safety import Register, Whereabouts
from timing.core.times import Instant, zone_named
from timing.exports.csv import to_csv
from timing.exports.safety import controls_table, register_json, runners_table
from timing.exports.table import Column, Kind, Table
from timing.pages import figures


@click.command()
@takes_race
@click.option("--stage", type=int, metavar="N", help="By default the last that has begun.")
@click.option("--at", type=MOMENT, metavar="INSTANT", help="By default when last heard of.")
@click.option("--format", "form", type=click.Choice(["table", "csv", "json"]))
def safety(
    *,
    file: Path | None,
    slug: str | None,
    stage: int | None,
    at: Instant | None,
    form: str | None,
) -> None:
    """Tell who started a stage and is out, home or overdue; not for the public."""
    book = computed(read_document(file, slug), at)
    number = _asked(book, stage)
    asked = stage_with_result(book.race, number)
    found = register(book, number, _latest(book) if at is None else at)
    runners, controls = runners_table(book.race, found), controls_table(book.race, found)
    match form:
        case "csv":
            write_bytes(to_csv(runners))
        case "json":
            write_bytes(register_json(book.race, found))
        case _:
            print_sheets(
                (
                    sheet(_title(book, asked, found), _by_the_clock(asked, runners)),
                    sheet("Controls", _by_the_clock(asked, controls)),
                )
            )


def _asked(book: RaceBook, stage: int | None) -> int:
    if stage is not None:
        return stage
    begun = [n for n in book.stages if book.has_begun(n)]
    if not begun:
        raise Refused("No stage has begun yet: nobody is out.")
    return begun[-1]


def _latest(book: RaceBook) -> Instant:
    """The newest moment that any record tells of."""
    moments = (*book.dated_records().values(), *(ruling.at for ruling in book.rulings))
    return max(moments, default=0)


def _title(book: RaceBook, stage: Stage, found: Register) -> str:
    clock = figures.clock(found.at, zone_named(book.race.timezone), stage.date)
    counts = ", ".join(f"{found.count(w)} {w}" for w in Whereabouts if found.count(w))
    state = "course clear" if found.is_clear else "course not clear"
    counts = counts or "Nobody has started"
    return f"Stage {stage.number} at {clock}: {state}. {counts}"


def _by_the_clock(stage: Stage, table: Table) -> Table:
    """Instants as the stage's clock shows them: there is one stage, and not much room."""
    instants = {i for i, column in enumerate(table.columns) if column.kind is Kind.INSTANT}
    return replace(
        table,
        columns=tuple(
            Column(name=column.name) if i in instants else column
            for i, column in enumerate(table.columns)
        ),
        rows=tuple(
            tuple(
                figures.clock(int(cell), table.zone, stage.date)
                if i in instants and cell is not None
                else cell
                for i, cell in enumerate(row)
            )
            for row in table.rows
        ),
    )
