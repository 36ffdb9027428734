"""Setting a race up: a new one, and the definition of one that there is, as text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from timing.core.book import RaceBook
from timing.core.definition import Race, StageKind
from timing.core.differences import differences
from timing.core.preview import altered_official, supposing
from timing.core.times import Instant, local_clock, zone_named
from timing.pages import figures, words
from timing.pages.definition_words import definition_sentence
from timing.pages.difference_words import summary
from timing.pages.frame import Frame, name_and_edition
from timing.pages.preview_page import ChangedResult, changed_results
from timing.pages.stages import stage_title


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A race of the library to begin from: its slug, name, and what it is like."""

    slug: str
    name: str
    facts: str
    is_chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRaceDraft:
    """What was typed of a new race; ``like`` is empty for one from nothing."""

    name: str = ""
    slug: str = ""
    timezone: str = ""
    starts_on: str = ""
    stages: str = "3"
    like: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRacePage:
    """The first form. ``faults`` say what is wrong, by field; the empty key is of the whole."""

    template: ClassVar[str] = "desk_new.html"

    frame: Frame
    models: tuple[Model, ...]
    zones: tuple[str, ...]
    draft: NewRaceDraft
    faults: tuple[tuple[str, str], ...]
    signed_in_as: str
    form_token: str

    def fault(self, field: str) -> str:
        """What is wrong with a field; empty where nothing is."""
        return dict(self.faults).get(field, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFault:
    """Something wrong at a line of the text, what stands there, and what would be right."""

    line: int
    path: str
    message: str
    remedy: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyShown:
    """A key of the definition that differs, and that as a sentence; empty where not given."""

    path: str
    before: str
    after: str
    sentence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequences:
    """What taking another definition would change: keys, and whose results."""

    keys: tuple[KeyShown, ...]
    summary: str
    results: tuple[ChangedResult, ...]
    official: tuple[int, ...]

    @property
    def may_be_taken(self) -> bool:
        """Whether it says something new, and alters no official stage."""
        return bool(self.keys) and not self.official


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionLine:
    """A version of the definition: its number, when and by whom."""

    number: int
    when: str
    by: str
    is_latest: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftLine:
    """Whose draft it is, when it was last typed, and whether a version was made since."""

    by: str
    when: str
    is_own: bool
    is_behind: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupPage:
    """The definition as text, what is wrong with it, what it would change, and its versions."""

    template: ClassVar[str] = "desk_setup.html"

    frame: Frame
    slug: str
    race: str
    text: str
    lines: int
    stages: tuple[tuple[int, str], ...]
    based_on: int
    faults: tuple[LineFault, ...]
    consequences: Consequences | None
    versions: tuple[VersionLine, ...]
    draft: DraftLine | None
    mark: str
    facts: str
    message: str
    is_error: bool
    signed_in_as: str
    form_token: str

    @property
    def next_version(self) -> int:
        """What it would be if it were taken."""
        return self.versions[0].number + 1


def new_race_page(
    *,
    library: Iterable[Race],
    zones: Sequence[str],
    draft: NewRaceDraft,
    faults: Sequence[tuple[str, str]],
    signed_in_as: str,
    form_token: str,
) -> NewRacePage:
    """The form of a new race, with what was typed and what is wrong with it."""
    return NewRacePage(
        frame=Frame(title="New race · Desk", styles=("desk", "setup")),
        models=tuple(
            Model(
                slug=race.slug,
                name=race.name,
                facts=definition_facts(race),
                is_chosen=draft.like == race.slug,
            )
            for race in library
        ),
        zones=tuple(zones),
        draft=draft,
        faults=tuple(faults),
        signed_in_as=signed_in_as,
        form_token=form_token,
    )


def definition_facts(race: Race) -> str:
    """``6 stages, 249 km``."""
    run = [stage for stage in race.stages if stage.kind is not StageKind.REST]
    km = sum(stage.distance_m for stage in run) / 1000
    return f"{words.counted('stage', len(run))}, {km:.0f} km"


def consequences(
    book: RaceBook, race: Race, keys: Iterable[tuple[str, str, str]], *, official_until: int
) -> Consequences:
    """What another definition would change of a race; the book stays as it is.

    ``official`` are the official stages whose results, or the standings after which, would be
    others: they are to be reopened first (Rules 12.1).
    """
    supposed = supposing(book, race=race)
    found = differences(book, supposed)
    return Consequences(
        keys=tuple(
            KeyShown(path=path, before=old, after=new, sentence=definition_sentence(path, old, new))
            for path, old, new in keys
        ),
        summary=summary(found),
        results=changed_results(book, supposed, found),
        official=altered_official(book, supposed, until=official_until),
    )


def version_line(number: int, *, at: Instant, by: str, timezone: str, latest: int) -> VersionLine:
    """A version as listed, in the race's own time."""
    zone = zone_named(timezone)
    day = words.day_and_month(local_clock(at, zone).date())
    return VersionLine(
        number=number,
        when=f"{day} {figures.clock_minutes(at, zone)}",
        by=by,
        is_latest=number == latest,
    )


def setup_page(
    race: Race,
    *,
    text: str,
    based_on: int,
    faults: tuple[LineFault, ...],
    consequences: Consequences | None,
    versions: tuple[VersionLine, ...],
    draft: DraftLine | None,
    mark: str,
    message: str,
    is_error: bool,
    signed_in_as: str,
    form_token: str,
) -> SetupPage:
    """The page of a race's definition."""
    return SetupPage(
        frame=Frame(title=f"Set-up · {race.name}", styles=("board", "desk", "setup")),
        slug=race.slug,
        race=name_and_edition(race)[0],
        text=text,
        lines=text.count("\n") + 1,
        stages=tuple(
            (s.number, stage_title(s)) for s in race.stages if s.kind is not StageKind.REST
        ),
        based_on=based_on,
        faults=faults,
        consequences=consequences,
        versions=versions,
        draft=draft,
        mark=mark,
        facts=definition_facts(race),
        message=message,
        is_error=is_error,
        signed_in_as=signed_in_as,
        form_token=form_token,
    )
