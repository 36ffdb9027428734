"""``timing verify``: whether a published result comes out again."""

from __future__ import annotations

from pathlib import Path

import click

from timing.cli.refusals import Refused
from timing.cli.sources import read_document, takes_race
from timing.core.book import RaceBook
from timing.core.public import public_book
from timing.core.publication import digests_of, frozen_of, result_digest
from timing.core.publications import Publication
from timing.core.signed_differences import signed_differences

MOST_TOLD = 5


@click.command()
@takes_race
@click.option("--number", type=int, metavar="N", help="With --race: that publication alone.")
@click.option("--after", type=int, metavar="N", help="With a file: the stage it goes up to.")
@click.option("--input", "input_", metavar="DIGEST", help="With a file: the published input.")
@click.option("--result", metavar="DIGEST", help="With a file: the published result.")
@click.pass_context
def verify(
    context: click.Context,
    *,
    file: Path | None,
    slug: str | None,
    number: int | None,
    after: int | None,
    input_: str | None,
    result: str | None,
) -> None:
    """Recompute what was published, and compare its digests."""
    if file is not None and slug is None:
        if result is None:
            raise click.UsageError("Give the published digest with --result.")
        document = read_document(file, slug)
        found = digests_of(public_book(document), after)
        pairs = (("input", input_, found.input), ("result", result, found.result))
        wrong = [name for name, told, is_now in pairs if told not in (None, is_now)]
        for name in wrong:
            click.echo(f"The {name} is not what was published.")
        if wrong:
            context.exit(1)
        click.echo(f"As published, after stage {found.after}.")
        return
    if file is not None or slug is None:
        raise click.UsageError("Give a racefile, or --race with the slug of a race.")
    wrong_numbers = [p.number for p in _asked(slug, number) if not _is_as_published(slug, p)]
    if wrong_numbers:
        context.exit(1)


def _asked(slug: str, number: int | None) -> tuple[Publication, ...]:
    from timing.cli.databases import opened  # noqa: PLC0415 - as in sources
    from timing.db.publications import publications_of  # noqa: PLC0415

    read_document(None, slug)  # refuses a race that is not here
    with opened() as database, database.reading() as session:
        found = publications_of(session, slug)
    asked = tuple(p for p in found if number in (None, p.number))
    if not asked:
        raise Refused("Nothing of that number was published.")
    return asked


def _is_as_published(slug: str, issued: Publication) -> bool:
    from timing.cli.databases import opened  # noqa: PLC0415 - as in sources
    from timing.db.publications import frozen_result  # noqa: PLC0415

    book: RaceBook = public_book(read_document(None, slug, issued.revision))
    found = digests_of(book, issued.after)
    with opened() as database, database.reading() as session:
        frozen = frozen_result(session, slug, issued.number)
    told: list[str] = []
    if result_digest(frozen) != issued.result:
        told.append("what was kept of the result is not what was signed")
    if found.input != issued.input:
        told.append("the input is not what was published")
    if found.result != issued.result:
        differences = signed_differences(frozen, frozen_of(book, issued.after))
        told += ["the result is not what was published", *differences[:MOST_TOLD]]
    name = f"{issued.number} ({issued.kind.value}, stage {issued.after})"
    click.echo(f"{name}: {'; '.join(told) or 'as published'}")
    return not told
