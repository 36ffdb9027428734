"""The desk's page for publishing: each stage, the numbers issued, protests (Rules 12.1)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, TypeAlias

from timing.core.book import RaceBook, UnknownEntry
from timing.core.public import is_course_clear
from timing.core.publication import result_of
from timing.core.publications import (
    Publication,
    PublicationKind,
    PublishedChange,
    PublishedFigures,
    publication_of,
)
from timing.core.statuses import StageStatus
from timing.core.times import MINUTE, Instant, zone_named
from timing.pages import figures
from timing.pages.frame import Frame, name_and_edition
from timing.pages.marks import name_of
from timing.pages.stages import stage_title

STYLES = ("desk", "publish")

_OUT = frozenset({StageStatus.ON_COURSE, StageStatus.NOT_STARTED})

LodgedProtest: TypeAlias = tuple[int, int, str, str, str, Instant, str, str, str, str, str]
"""Number, publication, who, bib, text, when and by whom lodged; outcome, answer, by, ruling."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtestDraft:
    """What was typed of a protest that was refused."""

    who: str = ""
    bib: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StageToPublish:
    """A stage that has begun; ``kinds`` are what may be issued of it now, each with a label."""

    number: int
    title: str
    mark: str
    facts: tuple[str, ...]
    warning: str
    kinds: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedItem:
    """A number that was issued, or would be."""

    number: int
    kind: str
    stage: int
    told: str
    when: str
    by: str
    reason: str
    short: str
    input: str
    result: str
    changes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtestItem:
    """A protest; ``outcome`` is empty while it is open."""

    number: int
    publication: int
    who: str
    bib: str
    text: str
    lodged: str
    outcome: str
    answer: str
    ruling: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishPage:
    """The page; with a ``prospect`` it asks whether that is to be issued."""

    template: ClassVar[str] = "desk_publish.html"

    frame: Frame
    race: str
    slug: str
    signed_in_as: str
    form_token: str
    message: str
    is_error: bool
    number: int
    problems: int
    stages: tuple[StageToPublish, ...]
    prospect: IssuedItem | None
    issued: tuple[IssuedItem, ...]
    protests: tuple[ProtestItem, ...]
    against: int
    draft: ProtestDraft
    form: str


def publish_page(
    book: RaceBook,
    told: RaceBook,
    *,
    issued: Sequence[Publication],
    protests: Sequence[LodgedProtest],
    prospect: Publication | None,
    draft: ProtestDraft,
    form: str,
    now: Instant,
    form_token: str,
    signed_in_as: str,
    message: str,
    is_error: bool,
) -> PublishPage:
    """The page, of a whole book and of the one that the public is ``told`` from."""
    race = book.race
    begun = [n for n in book.stages if book.has_begun(n)]
    return PublishPage(
        frame=Frame(title=f"Publish · {race.name}", styles=STYLES),
        race=name_and_edition(race)[0],
        slug=race.slug,
        signed_in_as=signed_in_as,
        form_token=form_token,
        message=message,
        is_error=is_error,
        number=issued[-1].number + 1 if issued else 1,
        problems=len(book.problems()),
        stages=tuple(_stage(book, told, issued, n, now) for n in reversed(begun)),
        prospect=None if prospect is None else _item(book, prospect),
        issued=tuple(_item(book, one) for one in reversed(issued)),
        protests=tuple(_protest(book, one) for one in reversed(protests)),
        against=_protestable(issued, now),
        draft=draft,
        form=form,
    )


def _protestable(issued: Sequence[Publication], now: Instant) -> int:
    """The last number that may be protested against, 0 for none."""
    open_ones = [p.number for p in issued if p.window_ends is not None and now < p.window_ends]
    return open_ones[-1] if open_ones else 0


def _stage(
    book: RaceBook, told: RaceBook, issued: Sequence[Publication], number: int, now: Instant
) -> StageToPublish:
    standing = publication_of(issued, number)
    stage = book.race.stage(number)
    state = book.stage_book(number).state
    out = 0 if state is None else sum(1 for r in state.rows.values() if r.status in _OUT)
    facts = [
        f"{figures.count(out)} still out" if out else "Nobody is out any more",
        "course clear" if is_course_clear(book, number) else "course not clear",
    ]
    is_changed = standing is not None and (result_of(told, standing.after) != standing.result)
    is_official = standing is not None and standing.kind is PublicationKind.OFFICIAL
    warning = ""
    if is_changed and standing is not None:
        warning = (
            f"Changed since number {standing.number}, which is official: reopen it, with a reason."
            if is_official
            else f"Changed since number {standing.number}: publish it as provisional again."
        )
    kinds = [("provisional", "Publish as provisional")]
    if is_official:
        kinds = [("reopened", "Reopen")]
    elif standing is not None and standing.kind is PublicationKind.PROVISIONAL:
        kinds.append(("official", "Make official"))
        facts.append(_window(book, standing, now))
    return StageToPublish(
        number=number,
        title="" if stage is None else stage_title(stage),
        mark="Live, not published" if standing is None else _mark(book, standing),
        facts=tuple(facts),
        warning=warning,
        kinds=tuple(kinds),
    )


def _mark(book: RaceBook, one: Publication) -> str:
    """``Provisional 2, 20:00``."""
    clock = figures.clock_minutes(one.at, zone_named(book.race.timezone))
    return f"{one.kind.value.capitalize()} {one.number}, {clock}"


def _window(book: RaceBook, one: Publication, now: Instant) -> str:
    ends = one.window_ends or one.at
    clock = figures.clock_minutes(ends, zone_named(book.race.timezone))
    if now >= ends:
        return f"protest window over since {clock}: may be made official"
    return f"protests until {clock}, {-(-(ends - now) // MINUTE)} min left"


def _item(book: RaceBook, one: Publication) -> IssuedItem:
    zone = zone_named(book.race.timezone)
    told = f"{one.kind.value.capitalize()} {one.number}"
    if one.still_out:
        told += f", {figures.count(one.still_out)} still out"
    return IssuedItem(
        number=one.number,
        kind=one.kind.value,
        stage=one.after,
        told=told,
        when=figures.clock_minutes(one.at, zone),
        by=one.by,
        reason=one.reason,
        short=one.result[:12],
        input=one.input,
        result=one.result,
        changes=tuple(_changes(book, one)),
    )


def _changes(book: RaceBook, one: Publication) -> Iterator[str]:
    for change in one.changes:
        where = f"{change.board} after stage {change.stage}" if change.board else ""
        yield (
            f"{where or f'Stage {change.stage}'}: {_who(book, change)},"
            f" {_told(book, change.before)} → {_told(book, change.after)}"
        )


def _who(book: RaceBook, change: PublishedChange) -> str:
    if change.of_team:
        team = book.team(change.who)
        return change.who if team is None else name_of(team)
    try:
        entry = book.entry(change.who)
    except UnknownEntry:
        return change.who
    return f"{entry.bib} {name_of(entry)}"


def _told(book: RaceBook, found: PublishedFigures | None) -> str:
    if found is None:
        return "not there"
    parts = [f"rank {found.rank}" if found.rank is not None else found.status.replace("_", " ")]
    if found.points is not None:
        parts.append(f"{found.points} points")
    elif found.time is not None:
        parts.append(figures.time(found.time, book.race.rules.precision))
    return " ".join(parts)


def _protest(book: RaceBook, one: LodgedProtest) -> ProtestItem:
    number, publication, who, bib, text, at, by, outcome, answer, answered_by, ruling = one
    clock = figures.clock_minutes(at, zone_named(book.race.timezone))
    return ProtestItem(
        number=number,
        publication=publication,
        who=who,
        bib=bib,
        text=text,
        lodged=f"{clock}, {by}",
        outcome=outcome,
        answer=f"{answer} ({answered_by})" if outcome else "",
        ruling=ruling,
    )
