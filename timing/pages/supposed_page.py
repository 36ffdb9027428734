"""What several rulings of the desk would change together, before they are recorded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from timing.core.book import RaceBook
from timing.core.differences import ChangeKind, Differences, Figures, differences, undecided
from timing.core.entries import Entry
from timing.core.preview import supposing
from timing.core.records import Ruling
from timing.pages import figures
from timing.pages.difference_words import change_words, result_name, status_word, summary
from timing.pages.frame import Frame, name_and_edition
from timing.pages.marks import name_of
from timing.pages.problem_words import problem_remedy, problem_seen

MOST_SHOWN = 12
MOST_PROBLEMS = 6
MOST_TOLD = 40
_WEIGHTY = (ChangeKind.FALLS_OUT, ChangeKind.COMES_BACK, ChangeKind.JOINS, ChangeKind.LEAVES)


@dataclass(frozen=True, slots=True, kw_only=True)
class SupposedLine:
    """One line of a result that would differ: from what to what."""

    bib: str
    name: str
    what: str
    before: str
    after: str
    is_weighty: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SupposedResult:
    """One result with its first changes, and how many there are."""

    name: str
    lines: tuple[SupposedLine, ...]
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SupposedPage:
    """What would change, and the form that records it; ``fields`` go along unseen."""

    template: ClassVar[str] = "desk_supposed.html"

    frame: Frame
    slug: str
    race: str
    heading: str
    told: tuple[str, ...]
    more_told: int
    reason: str
    summary: str
    decisions: tuple[str, ...]
    results: tuple[SupposedResult, ...]
    problems: tuple[tuple[str, str], ...]
    problems_total: int
    fields: tuple[tuple[str, str], ...]
    action: str
    record: str
    tab: str
    back_url: str
    signed_in_as: str
    form_token: str


def supposed_page(
    book: RaceBook,
    rulings: Sequence[Ruling],
    *,
    heading: str,
    told: Sequence[str],
    fields: Sequence[tuple[str, str]],
    action: str,
    tab: str,
    back_url: str,
    form_token: str,
    signed_in_as: str,
    record: str = "Record it",
) -> SupposedPage:
    """What these rulings would change together; the book stays as it is."""
    supposed = supposing(book, rulings=rulings)
    found = differences(book, supposed)
    return SupposedPage(
        frame=Frame(title=f"{heading} · {book.race.name}", styles=("board", "desk", "entries")),
        slug=book.race.slug,
        race=name_and_edition(book.race)[0],
        heading=heading,
        told=tuple(told[:MOST_TOLD]),
        more_told=max(0, len(told) - MOST_TOLD),
        reason=rulings[0].reason if rulings else "",
        summary=summary(found),
        decisions=tuple(_decisions(supposed, found)),
        results=tuple(
            SupposedResult(
                name=result_name(supposed, result),
                lines=tuple(
                    SupposedLine(
                        bib=who.bib if isinstance(who := change.competitor, Entry) else who.code,
                        name=name_of(who),
                        what=change_words(change),
                        before=_measured(change.before, supposed),
                        after=_measured(change.after, supposed),
                        is_weighty=change.kind in _WEIGHTY,
                    )
                    for change in result.changes[:MOST_SHOWN]
                ),
                total=len(result.changes),
            )
            for result in found.results
        ),
        problems=tuple(
            (problem_seen(p), problem_remedy(p)) for p in found.new_problems[:MOST_PROBLEMS]
        ),
        problems_total=len(found.new_problems),
        fields=tuple(fields),
        action=action,
        record=record,
        tab=tab,
        back_url=back_url,
        signed_in_as=signed_in_as,
        form_token=form_token,
    )


def _decisions(supposed: RaceBook, found: Differences) -> Iterator[str]:
    for entry, stage in undecided(supposed, found):
        yield f"{entry.bib} {name_of(entry)} comes back, and was not on stage {stage} since."


def _measured(shown: Figures | None, book: RaceBook) -> str:
    """The rank with the time or the points, or the status where there is no rank."""
    if shown is None:
        return ""
    if shown.rank is None:
        return status_word(shown)
    if shown.points is not None:
        return f"{shown.rank}, {figures.count(shown.points)}"
    if shown.time is None:
        return str(shown.rank)
    return f"{shown.rank}, {figures.time(shown.time, book.race.rules.precision)}"
