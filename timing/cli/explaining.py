"""``timing explain``: every record, rule and sum behind an entry's figures, in words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from timing.cli.questions import MOMENT, stage_with_result
from timing.cli.refusals import unknown
from timing.cli.results import computed
from timing.cli.sources import at_revision, read_document, takes_race
from timing.core.explain import explain as explain_entry
from timing.core.times import Instant
from timing.pages.explanations import Passage, passages


@click.command()
@takes_race
@at_revision
@click.option("--bib", required=True, metavar="B", help="Who: the bib as worn on that stage.")
@click.option("--stage", type=int, metavar="N", help="Only this stage.")
@click.option("--at", type=MOMENT, metavar="INSTANT", help="As of 2026-08-28T18:00:00Z.")
def explain(
    *,
    file: Path | None,
    slug: str | None,
    revision: int | None,
    bib: str,
    stage: int | None,
    at: Instant | None,
) -> None:
    """Tell every record, rule and sum behind a runner's figures."""
    book = computed(read_document(file, slug, revision), at)
    if stage is not None:
        stage_with_result(book.race, stage)
    entry = book.entry_wearing(bib, stage)
    if entry is None:
        raise unknown("bib", bib, (e.bib for e in book.entries(stage)), listed=False)
    click.secho(" ".join(part for part in (bib, entry.name) if part), bold=True)
    for passage in passages(explain_entry(book, entry.id, stage), book.race):
        click.secho(f"\n{passage.title}", bold=True)
        for line in _lines(passage):
            click.echo(line)


def _lines(passage: Passage) -> Iterator[str]:
    """What each sentence adds, the sentence, its rule and its records."""
    width = max((len(said.adds) for said in passage.sentences), default=0)
    for said in passage.sentences:
        behind = "; ".join(part for part in (f"Rules {said.rule}", *said.records) if part)
        yield f"  {said.adds:>{width}}  {said.text}  [{behind}]"
