"""What a ruling would change, shown at the desk before it is recorded (Rules 5.5, 10.3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from timing.core.book import RaceBook
from timing.core.clocks import corrected, offsets_by_device
from timing.core.difference_reasons import causes
from timing.core.differences import (
    Change,
    ChangeKind,
    Differences,
    Figures,
    ResultDifferences,
    differences,
    undecided,
)
from timing.core.entries import Entry
from timing.core.preview import supposing
from timing.core.publications import Publication
from timing.core.records import ClockOffset, Ruling
from timing.pages import addresses, figures, words
from timing.pages.clock_words import moved_words
from timing.pages.consequences import Consequences, consequences
from timing.pages.desk_words import NAMED, bibs_of, clock_words, done_words
from timing.pages.difference_words import (
    causes_words,
    change_words,
    result_name,
    status_word,
    summary,
)
from timing.pages.frame import Frame, name_and_edition
from timing.pages.marks import name_of
from timing.pages.problem_words import problem_remedy, problem_seen

MOST_SHOWN = 12
"""Lines of one result; how many there are is said."""

MOST_PROBLEMS = 6


class MadeOn(StrEnum):
    """The page of the desk that a ruling was proposed on, by the key of its tab."""

    RECORDS = "records"
    WATCH = "watch"
    RULINGS = "rulings"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRow:
    """One line that would differ: what it is, and what it would be."""

    bib: str
    name: str
    what: str
    rank_before: str
    rank_after: str
    places: int
    before: str
    after: str
    by: str
    is_weighty: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedResult:
    """One result with its first changes, and how many there are."""

    name: str
    rows: tuple[ChangeRow, ...]
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewProblem:
    """What would then be to review, and what to do about it."""

    seen: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewPage:
    """What would change, and the form that records it; ``fields`` go along unseen.

    ``who`` are all that it names where ``what`` does not say them, ``would`` what follows in
    short, ``act`` what its button says.
    """

    template: ClassVar[str] = "desk_preview.html"

    frame: Frame
    slug: str
    race: str
    heading: str
    what: str
    who: str
    reason: str
    moved: str
    would: Consequences
    act: str
    summary: str
    is_nothing: bool
    decisions: tuple[str, ...]
    results: tuple[ChangedResult, ...]
    problems: tuple[NewProblem, ...]
    problems_total: int
    problems_gone: int
    fields: tuple[tuple[str, str], ...]
    action: str
    tab: str
    back_url: str
    signed_in_as: str
    form_token: str


def preview_page(
    book: RaceBook,
    ruling: Ruling,
    *,
    fields: Mapping[str, str] | Sequence[tuple[str, str]],
    form_token: str,
    signed_in_as: str,
    made_on: MadeOn = MadeOn.RULINGS,
    also: Sequence[Ruling] = (),
    issued: Sequence[Publication] = (),
    act: str = "",
) -> PreviewPage:
    """What this ruling would change, and those ``also`` made with it; the book stays as it is.

    ``made_on`` is the page that it was proposed on, and is then recorded from. ``issued`` is what
    was published, ``act`` what the button says, if not that it records.
    """
    slug = book.race.slug
    action, back_url = _ways(slug, made_on)
    supposed = supposing(book, rulings=(ruling, *also))
    found = differences(book, supposed)
    bibs = bibs_of(book, ruling)
    problems = found.new_problems
    return PreviewPage(
        frame=Frame(
            title=f"What would change · {book.race.name}", styles=("board", "desk", "rulings")
        ),
        slug=slug,
        race=name_and_edition(book.race)[0],
        heading=_heading(ruling),
        what=f"{len(also) + 1} at once: {done_words(supposed, ruling)} …"
        if also
        else done_words(supposed, ruling),
        who=named_words(supposed, bibs) if len(bibs) > NAMED else "",
        reason=ruling.reason,
        moved=_moved(book, supposed, ruling) if isinstance(ruling, ClockOffset) else "",
        would=consequences(book, supposed, found, named=bibs, issued=issued),
        act=act or "Record it",
        summary=summary(found),
        is_nothing=found.is_empty,
        decisions=tuple(_decisions(supposed, found)),
        results=changed_results(book, supposed, found),
        problems=tuple(
            NewProblem(seen=problem_seen(p), remedy=problem_remedy(p))
            for p in problems[:MOST_PROBLEMS]
        ),
        problems_total=len(problems),
        problems_gone=len(found.gone_problems),
        fields=tuple(fields.items() if isinstance(fields, Mapping) else fields),
        action=action,
        tab=made_on,
        back_url=back_url,
        signed_in_as=signed_in_as,
        form_token=form_token,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class WouldPiece:
    """What would change in short, for a form that is being filled in; ``fault`` says what lacks.

    ``what`` is the ruling in words, ``who`` all that it names where they are many.
    """

    template: ClassVar[str] = "ruling_would_piece.html"

    fault: str
    what: str = ""
    who: str = ""
    would: Consequences | None = None
    decisions: tuple[str, ...] = ()
    to_review: int = 0


def would_piece(
    book: RaceBook, ruling: Ruling, *, issued: Sequence[Publication] = ()
) -> WouldPiece:
    """What this ruling would change, in short; the book stays as it is."""
    supposed = supposing(book, rulings=(ruling,))
    found = differences(book, supposed)
    bibs = bibs_of(book, ruling)
    return WouldPiece(
        fault="",
        what=done_words(supposed, ruling),
        who=named_words(supposed, bibs) if len(bibs) > NAMED else "",
        would=consequences(book, supposed, found, named=bibs, issued=issued),
        decisions=tuple(_decisions(supposed, found)),
        to_review=len(found.new_problems),
    )


MOST_NAMED = 40


def named_words(book: RaceBook, bibs: Sequence[str]) -> str:
    """All that a ruling names, bib and name, so that a slip of the hand is seen."""
    named = [(bib, book.entry_wearing(bib)) for bib in bibs[:MOST_NAMED]]
    said = ", ".join(bib if one is None else f"{bib} {name_of(one)}" for bib, one in named)
    rest = len(bibs) - len(named)
    return f"{said} and {words.counted('runner', rest)} more" if rest else said


def _ways(slug: str, made_on: MadeOn) -> tuple[str, str]:
    """Where the ruling is recorded, and where one goes who leaves it."""
    match made_on:
        case MadeOn.WATCH:
            return addresses.desk_watch_clock(slug), addresses.desk_watch(slug)
        case MadeOn.RECORDS:
            return addresses.desk_records(slug), addresses.desk_records(slug)
        case MadeOn.RULINGS:
            return addresses.desk_rulings_new(slug), addresses.desk_rulings(slug)


def _heading(ruling: Ruling) -> str:
    if isinstance(ruling, ClockOffset):
        return f"What would change: {ruling.device} by {moved_words(ruling.offset)}"
    return "What would change"


def _moved(book: RaceBook, supposed: RaceBook, ruling: ClockOffset) -> str:
    """How many passings of a device would have another time, and what becomes of the first."""
    before = offsets_by_device(book.rulings).get(ruling.device, [])
    after = offsets_by_device(supposed.rulings).get(ruling.device, [])
    own = [passing for passing in book.document.passings if passing.device == ruling.device]
    pairs = ((corrected(passing, before), corrected(passing, after)) for passing in own)
    moved = [(one, other) for one, other in pairs if one.time != other.time]
    total = words.counted("passing", len(own))
    if not moved:
        return f"No passing moves, of {total} that {ruling.device} recorded."
    was, becomes = moved[0]
    times = " becomes ".join(clock_words(book, p.time, p.stage) for p in (was, becomes))
    who = f"bib {book.bib_of(was)}" if book.bib_of(was) else "no bib"
    return (
        f"{figures.count(len(moved))} of {total} that {ruling.device} recorded"
        f" {'moves' if len(moved) == 1 else 'move'}: {who} at {was.control}, {times}"
        f"{', and so on' if len(moved) > 1 else ''}."
    )


def _decisions(supposed: RaceBook, found: Differences) -> Iterator[str]:
    """Who comes back without a start on a stage that was run since: the director decides."""
    for entry, stage in undecided(supposed, found):
        yield (
            f"{entry.bib} {name_of(entry)} comes back, and was not on stage {stage} since."
            " Decide by a ruling: a declared time there, or not ranked."
        )


def changed_results(
    book: RaceBook, supposed: RaceBook, found: Differences
) -> tuple[ChangedResult, ...]:
    """Each result that would differ, with its first changes."""
    return tuple(_result(book, supposed, result) for result in found.results)


def _result(book: RaceBook, supposed: RaceBook, result: ResultDifferences) -> ChangedResult:
    shown = result.changes[:MOST_SHOWN]
    return ChangedResult(
        name=result_name(supposed, result),
        rows=tuple(_row(book, supposed, result, change) for change in shown),
        total=len(result.changes),
    )


_WEIGHTY = (ChangeKind.FALLS_OUT, ChangeKind.COMES_BACK, ChangeKind.JOINS, ChangeKind.LEAVES)


def _row(
    book: RaceBook, supposed: RaceBook, result: ResultDifferences, change: Change
) -> ChangeRow:
    who = change.competitor
    precision = supposed.race.rules.precision
    is_weighty = change.kind in _WEIGHTY
    return ChangeRow(
        bib=who.bib if isinstance(who, Entry) else who.code,
        name=name_of(who),
        what=change_words(change),
        rank_before=_rank(change.before),
        rank_after=_rank(change.after),
        places=change.places,
        before=_measured(change.before, precision),
        after=_measured(change.after, precision),
        by=causes_words(causes(book, supposed, result, change)),
        is_weighty=is_weighty,
    )


def _rank(shown: Figures | None) -> str:
    return "" if shown is None or shown.rank is None else str(shown.rank)


def _measured(shown: Figures | None, precision: int) -> str:
    """The time or the points, or the status where there is no rank."""
    if shown is None:
        return ""
    if shown.rank is None:
        return status_word(shown)
    if shown.points is not None:
        return figures.count(shown.points)
    return "" if shown.time is None else figures.time(shown.time, precision)
