"""The desk's page for publishing: each stage, the numbers issued, protests (Rules 12.1)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, TypeAlias

from timing.core.book import RaceBook, UnknownEntry
from timing.core.public import held_back, is_course_clear
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
    """A stage that has begun; ``kinds`` are what may be issued of it now, each with a label.

    ``rules`` says when it becomes official by itself, ``hold`` is the number that may be held, 0
    where none waits. ``asks_reason``: one of the kinds may need a reason. ``is_within``: what
    counts for it is the number of a later stage, so that it is seldom published by itself.
    """

    number: int
    title: str
    mark: str
    facts: tuple[str, ...]
    warning: str
    rules: str
    hold: int
    is_held: bool
    asks_reason: bool
    is_within: bool
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
class AlteredItem:
    """An official number that this release computes otherwise, with what differs, by ids."""

    number: int
    differences: tuple[str, ...]


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
    altered: tuple[AlteredItem, ...]
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
    upcoming: Mapping[int, Instant | None],
    held: Collection[int],
    altered: Mapping[int, Sequence[str]],
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
    """The page, of a whole book and of the one that the public is ``told`` from.

    ``upcoming`` says when each provisional number that waits becomes official by the rules, None
    for one that waits for a person; ``held`` are those that somebody holds. ``altered`` are
    official numbers that this release computes otherwise, each with what differs.
    """
    race = book.race
    begun = [n for n in book.stages if book.has_begun(n)]
    rules = _Rules(upcoming=upcoming, held=held, protests=protests, now=now)
    return PublishPage(
        frame=Frame(title=f"Publish · {race.name}", styles=STYLES),
        race=name_and_edition(race)[0],
        slug=race.slug,
        signed_in_as=signed_in_as,
        form_token=form_token,
        message=message,
        is_error=is_error,
        altered=tuple(
            AlteredItem(number=number, differences=tuple(found))
            for number, found in sorted(altered.items())
        ),
        number=issued[-1].number + 1 if issued else 1,
        problems=len(book.problems()),
        stages=tuple(_stage(book, told, issued, n, rules) for n in reversed(begun)),
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


_SOON = 5 * MINUTE
"""By then whatever minds results has made official what is due."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rules:
    """What makes results official by themselves, and what keeps them."""

    upcoming: Mapping[int, Instant | None]
    held: Collection[int]
    protests: Sequence[LodgedProtest]
    now: Instant

    def words(self, book: RaceBook, one: Publication, obstacles: Sequence[str]) -> str:
        """When that number becomes official if nobody does anything, or why it does not."""
        at = self.upcoming.get(one.number)
        if one.number in self.held:
            return "Held: it becomes official when somebody makes it so."
        if at is None:
            return "It waits for an earlier stage that is held."
        clock = figures.clock_minutes(at, zone_named(book.race.timezone))
        if at > self.now:
            waits = f" Still in the way: {', '.join(obstacles)}." if obstacles else ""
            return f"Official by the rules at {clock}, if nothing is in the way then.{waits}"
        if obstacles:
            return f"By the rules since {clock}, but in the way: {', '.join(obstacles)}."
        if self.now - at > _SOON:
            return (
                f"Due by the rules since {clock}, and nothing has made it official: is timing tend"
                " running? You can make it official yourself."
            )
        return f"Due by the rules since {clock}: timing tend makes it official."

    def open_protests(self, issued: Sequence[Publication], after: int) -> list[str]:
        """The open protests that keep a stage, by number."""
        reaching = {p.number for p in issued if p.after <= after}
        return [f"protest {p[0]}" for p in self.protests if not p[7] and p[1] in reaching]


def _stage(
    book: RaceBook,
    told: RaceBook,
    issued: Sequence[Publication],
    number: int,
    rules: _Rules,
) -> StageToPublish:
    standing = publication_of(issued, number)
    stage = book.race.stage(number)
    out = _still_out(book, number)
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
    hold, by_rules = 0, ""
    if is_official:
        kinds = [("reopened", "Reopen")]
    elif standing is not None and standing.kind is PublicationKind.PROVISIONAL:
        kinds.append(("official", "Make official"))
        facts.append(_window(book, standing, rules.now))
        if standing.number in rules.upcoming:
            missing = sum(_still_out(book, n) for n in book.stages if n <= number)
            obstacles = [f"{figures.count(missing)} still out"] if missing else []
            obstacles += rules.open_protests(issued, number)
            obstacles += ["the result changed since"] if is_changed else []
            obstacles += ["a retirement held back"] if _is_untold(book, number) else []
            hold, by_rules = standing.number, rules.words(book, standing, obstacles)
    return StageToPublish(
        number=number,
        title="" if stage is None else stage_title(stage),
        mark="Live, not published" if standing is None else _mark(book, standing),
        facts=tuple(facts),
        warning=warning,
        rules=by_rules,
        hold=hold if standing is not None and standing.after == number else 0,
        is_held=hold in rules.held,
        asks_reason=standing is not None,
        is_within=standing is not None and standing.after > number,
        kinds=tuple(kinds),
    )


def _still_out(book: RaceBook, number: int) -> int:
    state = book.stage_book(number).state
    return 0 if state is None else sum(1 for r in state.rows.values() if r.status in _OUT)


def _is_untold(book: RaceBook, number: int) -> bool:
    return any(r.stage is None or r.stage <= number for r in held_back(book))


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
