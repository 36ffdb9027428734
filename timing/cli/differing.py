"""``timing diff``: whose rank, time or status differs, and by which rule."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from timing.cli.printing import Sheet, patiently, print_sheets, problem_lines, write_bytes
from timing.cli.questions import MOMENT
from timing.cli.refusals import Refused, refusing
from timing.cli.results import FOUND_SOMETHING, computed
from timing.cli.sources import at_revision, held_document, read_racefile
from timing.core.book import RaceBook
from timing.core.difference_reasons import causes
from timing.core.differences import Change, Differences, Figures, ResultDifferences, differences
from timing.core.document import Document
from timing.core.entries import Entry
from timing.core.preview import supposing
from timing.core.records import Ruling
from timing.core.times import (
    SECOND,
    Duration,
    Instant,
    format_duration,
    format_instant,
    parse_instant,
)
from timing.exports.csv import to_csv
from timing.exports.differences import difference_table
from timing.exports.json import lines, problem_line
from timing.pages.difference_words import (
    causes_words,
    change_words,
    result_name,
    status_word,
    summary,
)
from timing.racefile import BadRecord, RacefileErrors, load_written_ruling
from timing.racefile.comparing import DocumentDifferences, document_differences, ruling_line

_MOST_SHOWN = 40
"""Lines of one result at a terminal or in a pipe; the files have all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Compared:
    """Two books, what was different between their documents, and what comes of it."""

    before: RaceBook
    after: RaceBook
    given: DocumentDifferences
    found: Differences


@click.command()
@click.argument("files", metavar="[A] [B]", nargs=-1, type=click.Path(path_type=Path))
@click.option("--race", "slug", metavar="SLUG", help="A race of the database in the place of A.")
@at_revision
@click.option("--ruling", "rulings", multiple=True, metavar="YAML", help="A with this ruling.")
@click.option(
    "--definition",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="A with the definition of this racefile.",
)
@click.option("--at", type=MOMENT, metavar="INSTANT", help="Both as of 2026-08-28T18:00:00Z.")
@click.option("--every-stage", is_flag=True, help="Boards as after every stage, not the last.")
@click.option("--format", "form", type=click.Choice(["table", "csv", "json"]))
@click.pass_context
def diff(
    ctx: click.Context,
    *,
    files: tuple[Path, ...],
    slug: str | None,
    revision: int | None,
    rulings: tuple[str, ...],
    definition: Path | None,
    at: Instant | None,
    every_stage: bool,
    form: str | None,
) -> None:
    """Tell whose rank, time or status differs between two races, and by which rule.

    Exit status 0: nobody's; 1: somebody's; 2: a file or the call is wrong.
    """
    is_supposed = bool(rulings) or definition is not None
    before, after = _documents(files, slug, revision, is_supposed=is_supposed)
    old = computed(before, at)
    if is_supposed:
        race = None if definition is None else read_racefile(definition).race
        new = supposing(old, rulings=[_ruling(text, before) for text in rulings], race=race)
    else:
        new = computed(after, at)
    with patiently("Comparing"):
        compared = _Compared(
            before=old,
            after=new,
            given=document_differences(old.document, new.document),
            found=differences(old, new, every_stage=every_stage),
        )
        _print(compared, form or "table")
    if not compared.found.is_empty:
        ctx.exit(FOUND_SOMETHING)


def _documents(
    files: tuple[Path, ...], slug: str | None, revision: int | None, *, is_supposed: bool
) -> tuple[Document, Document]:
    """The two to compare; the same one twice where rulings make the difference."""
    if revision is not None and slug is None:
        raise click.UsageError("--revision goes with --race.")
    if slug is None:
        if len(files) != (1 if is_supposed else 2):
            asked = "one racefile to change" if is_supposed else "two racefiles"
            raise click.UsageError(f"Give {asked}, or --race with the slug of a race.")
        documents = [read_racefile(file) for file in files]
        return documents[0], documents[-1]
    held = held_document(slug, revision)
    if is_supposed and not files:
        return held, held
    if len(files) == 1 and not is_supposed:
        return held, read_racefile(files[0])
    if not files and revision is not None:
        return held, held_document(slug)
    raise click.UsageError("With --race give a racefile, --ruling, --definition, or --revision.")


def _ruling(text: str, document: Document) -> Ruling:
    """The ruling in one mapping of YAML; who made it may be left out, and when: after all others.

    It is about no moment but the race's own, so that the same call always gives the same.
    """
    last = max((ruling.at for ruling in document.rulings), default=None)
    made = parse_instant(f"{document.race.starts_on}T12:00:00Z") if last is None else last + SECOND
    usual = {"by": "what-if", "at": format_instant(made), "reason": "What if"}
    try:
        with refusing(RacefileErrors):
            return load_written_ruling(text, "--ruling", usual)
    except BadRecord as error:
        said = "\n".join(
            f"--ruling: {': '.join(part for part in (key, '; '.join(told)) if part)}"
            for key, told in error.errors.items()
        )
        raise Refused(said) from error


def _print(compared: _Compared, form: str) -> None:
    found = compared.found
    if form == "table":
        _print_table(compared)
        return
    table = difference_table(compared.before, compared.after, found)
    if form == "csv":
        write_bytes(to_csv(table))
        return
    given = compared.given
    whole = {
        "changes": lines(table),
        "keys": [
            {"path": key.path, "before": key.before, "after": key.after} for key in given.keys
        ],
        "rulings_before": [ruling_line(r) for r in given.rulings_before],
        "rulings_after": [ruling_line(r) for r in given.rulings_after],
        "passings_before": [p.id for p in given.passings_before],
        "passings_after": [p.id for p in given.passings_after],
        "new_problems": [problem_line(p) for p in found.new_problems],
        "gone_problems": [problem_line(p) for p in found.gone_problems],
    }
    write_bytes(json.dumps(whole, ensure_ascii=False).encode() + b"\n")


def _print_table(compared: _Compared) -> None:
    found = compared.found
    for line in _given_lines(compared.given):
        click.echo(line)
    click.echo(summary(found))
    for result in found.results:
        click.echo()
        shown = result.changes[:_MOST_SHOWN]
        name = result_name(compared.after, result)
        if len(shown) < len(result.changes):
            name = f"{name}: the first {len(shown)} of {len(result.changes)}"
        click.secho(name, bold=True)
        rows = tuple(_row(compared, result, change) for change in shown)
        print_sheets([Sheet(title="", header=_HEADER, rows=rows)])
    for told, problems in (
        ("New problems", found.new_problems),
        ("Problems gone", found.gone_problems),
    ):
        if problems:
            click.echo(f"\n{told}: {len(problems)}")
            for line in problem_lines(problems[:_MOST_SHOWN]):
                click.echo(f"  {line}")


def _given_lines(given: DocumentDifferences) -> Iterator[str]:
    """What was different to begin with, old behind ``-`` and new behind ``+``."""
    for key in given.keys:
        if key.before and key.after:
            yield f"{key.path}: {key.before} → {key.after}"
        else:
            yield f"{'-' if key.before else '+'} {key.path}: {key.before or key.after}"
    for sign, rulings in (("-", given.rulings_before), ("+", given.rulings_after)):
        yield from (f"{sign} ruling {ruling_line(r)}" for r in rulings)
    for sign, passings in (("-", given.passings_before), ("+", given.passings_after)):
        if passings:
            yield f"{sign} {len(passings)} passing{'' if len(passings) == 1 else 's'}"


_HEADER = ("bib", "name", "change", "rank", "time", "status", "by")


def _row(compared: _Compared, result: ResultDifferences, change: Change) -> tuple[str, ...]:
    who, old, new = change.competitor, change.before, change.after
    precision = compared.after.race.rules.precision
    told = causes_words(causes(compared.before, compared.after, result, change))
    return (
        who.bib if isinstance(who, Entry) else who.code,
        who.name,
        change_words(change),
        _both(_rank(old), _rank(new)),
        _both(_measured(old, precision), _measured(new, precision)),
        _both("" if old is None else status_word(old), "" if new is None else status_word(new)),
        told,
    )


def _rank(figures: Figures | None) -> str:
    return "" if figures is None or figures.rank is None else str(figures.rank)


def _measured(figures: Figures | None, precision: Duration) -> str:
    if figures is None:
        return ""
    if figures.points is not None:
        return str(figures.points)
    return "" if figures.time is None else format_duration(figures.time, precision)


def _both(before: str, after: str) -> str:
    return before if before == after else f"{before or '–'} → {after or '–'}"
