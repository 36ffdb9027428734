"""``timing digest``: what a published result is compared by."""

from __future__ import annotations

from pathlib import Path

import click

from timing.cli.questions import MOMENT, stage_with_result
from timing.cli.results import computed
from timing.cli.sources import read_document, takes_race
from timing.core.publication import digests_of
from timing.core.times import Instant


@click.command()
@takes_race
@click.option("--after", type=int, metavar="N", help="The result as after stage N.")
@click.option("--at", type=MOMENT, metavar="INSTANT", help="As of 2026-08-28T18:00:00Z.")
def digest(*, file: Path | None, slug: str | None, after: int | None, at: Instant | None) -> None:
    """Tell the digests of a race's input and of its result."""
    book = computed(read_document(file, slug), at)
    if after:
        stage_with_result(book.race, after)
    found = digests_of(book, after)
    click.echo(f"input   {found.input}")
    click.echo(f"result  {found.result}  after stage {found.after}")
