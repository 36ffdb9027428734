"""The page of records: how the stage stands, what needs a look, guns, the latest records, files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar

from timing.core.book import RaceBook
from timing.core.definition import Stage, StartMode
from timing.core.problems import Problem
from timing.core.proposals import proposals
from timing.core.records import Passing, Ruling, StartCorrection, Void
from timing.core.times import Instant, format_time_of_day, zone_named
from timing.pages import addresses, figures, words
from timing.pages.arrivals import Tally, tally
from timing.pages.board_page import board_name
from timing.pages.clock_words import passing_clock_words
from timing.pages.desk_words import bibs_of, clock_words, ruling_words
from timing.pages.frame import Frame, name_and_edition
from timing.pages.guns import doubts_about_gun, on_course
from timing.pages.marks import name_of
from timing.pages.outgoing_page import HeldItem, held_items
from timing.pages.problem_words import problem_remedy, problem_seen
from timing.pages.race_list import race_facts
from timing.pages.running import last_passing, running
from timing.pages.stages import first_start, stage_facts, stage_title
from timing.pages.words import sentence

RECENT = 20
"""How many records are listed as recent."""

PROBLEMS_SHOWN = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskSignInPage:
    """Where a director signs in; ``next`` is the page that was asked for."""

    template: ClassVar[str] = "desk_sign_in.html"

    frame: Frame
    message: str
    name: str
    next: str
    form_token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskRace:
    """A race to go to the desk of."""

    name: str
    url: str
    facts: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskRacesPage:
    """The choice of a race."""

    template: ClassVar[str] = "desk_races.html"

    frame: Frame
    races: tuple[DeskRace, ...]
    may_found: bool
    signed_in_as: str
    form_token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemItem:
    """Something to look at: whose bib, what is seen, the records it rests on, what to do.

    ``record`` is the passing that could be assigned or voided, empty where there is none.
    """

    bib: str
    url: str
    code: str
    seen: str
    evidence: str
    remedy: str
    record: str
    assign_id: str
    void_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordItem:
    """A record as listed: who, what, when.

    ``undoes`` is the record that a void of it names: the record, or where it was voided, that void.
    ``void_id`` is empty where nothing is to be undone.
    """

    record: str
    undoes: str
    when: str
    bib: str
    what: str
    detail: str
    is_undone: bool
    void_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StartItem:
    """A gun: planned, given, or still to give; ``is_under_way`` once anybody was seen.

    ``doubt`` is what the director is to confirm before it is given, ``ruling`` the gun given.
    """

    stage: int
    wave: str
    label: str
    planned: str
    gun: str
    is_under_way: bool
    doubt: str
    ruling: RecordItem | None
    id: str
    has_error: bool
    time: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportItem:
    """The files of one board."""

    name: str
    csv_url: str
    json_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintItem:
    """What can be printed of one stage."""

    name: str
    start_list_url: str
    checkpoint_sheets_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GunDraft:
    """What stood in the form of a gun that could not be taken; ``stage`` is empty of none."""

    stage: str = ""
    wave: str = ""
    time: str = ""


NO_GUN_DRAFT = GunDraft()


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskPage:
    """The records of one race, and what is done at once about them.

    ``reported`` counts what stations reported and nobody decided yet. ``notices`` are what has to
    be settled between installations, ``kept`` where the definition is kept if it is not here;
    ``held`` the retirements that the public is not told (Rules 12.2).
    """

    template: ClassVar[str] = "desk.html"

    frame: Frame
    slug: str
    race: str
    title: str
    facts: str
    tally: Tally | None
    problems: tuple[ProblemItem, ...]
    problems_total: int
    reported: int
    recent: tuple[RecordItem, ...]
    starts: tuple[StartItem, ...]
    exports: tuple[ExportItem, ...]
    prints: tuple[PrintItem, ...]
    message: str
    is_error: bool
    error_at: str
    signed_in_as: str
    form_token: str
    public_url: str
    revision: int
    notices: tuple[str, ...]
    kept: str
    held: tuple[HeldItem, ...]


def desk_sign_in(
    *, form_token: str, message: str = "", name: str = "", next_path: str = ""
) -> DeskSignInPage:
    """The page that asks for a director's name and password."""
    return DeskSignInPage(
        frame=Frame(title="Sign in · Desk", styles=("desk",)),
        message=message,
        name=name,
        next=next_path,
        form_token=form_token,
    )


def desk_races(
    books: Iterable[RaceBook], *, may_found: bool, signed_in_as: str, form_token: str
) -> DeskRacesPage:
    """The page that asks which race; whoever ``may_found`` is led to a new one."""
    ordered = sorted(books, key=lambda b: (-b.race.starts_on.toordinal(), b.race.slug))
    return DeskRacesPage(
        frame=Frame(title="Races · Desk", styles=("desk", "race")),
        races=tuple(
            DeskRace(
                name=book.race.name,
                url=addresses.desk(book.race.slug),
                facts=race_facts(book),
            )
            for book in ordered
        ),
        may_found=may_found,
        signed_in_as=signed_in_as,
        form_token=form_token,
    )


def desk_page(
    book: RaceBook,
    *,
    recent: tuple[Passing, ...],
    new_id: Callable[[], str],
    form_token: str,
    signed_in_as: str,
    now: Instant,
    revision: int = 0,
    message: str = "",
    is_error: bool = False,
    draft: GunDraft = NO_GUN_DRAFT,
    notices: tuple[str, ...] = (),
    kept: str = "",
) -> DeskPage:
    """The desk of a race.

    ``recent`` are the passings that came last, the newest last; ``new_id`` makes the ids that
    the forms will send, so that a form sent twice is one record. ``notices`` and ``kept`` are
    shown as they are.
    """
    maker = _DeskMaker(book, new_id, now)
    under_way = running(book)
    shown = book.running_stage or book.last_stage
    stage = book.race.stage(shown) if shown else None
    problems = _by_urgency(book.problems(), book.running_stage)
    starts = tuple(maker.starts(draft))
    return DeskPage(
        frame=Frame(title=f"Desk · {book.race.name}", styles=("board", "desk")),
        slug=book.race.slug,
        race=name_and_edition(book.race)[0],
        title=stage_title(stage) if stage is not None else sentence("not-begun"),
        facts=" · ".join(
            part
            for part in (
                maker.stage_words(stage),
                sentence("last-passing-is", passing=last_passing(under_way)) if under_way else "",
            )
            if part
        ),
        tally=tally(book, shown) if shown else None,
        problems=tuple(maker.problem(p) for p in problems[:PROBLEMS_SHOWN]),
        problems_total=len(problems),
        reported=len(proposals(book.race, book.rulings)),
        recent=tuple(maker.passing(p) for p in reversed(recent[-RECENT:])),
        starts=starts,
        exports=tuple(maker.exports()),
        prints=tuple(maker.prints()),
        message=message,
        is_error=is_error,
        error_at="start" if is_error and any(s.has_error for s in starts) else "",
        signed_in_as=signed_in_as,
        form_token=form_token,
        public_url=addresses.race(book.race.slug),
        revision=revision,
        notices=notices,
        kept=kept,
        held=held_items(book),
    )


def _by_urgency(problems: Iterable[Problem], live: int | None) -> tuple[Problem, ...]:
    """Those of the running stage first, then from later stages to earlier, then of no stage."""

    def urgency(problem: Problem) -> tuple[bool, int]:
        stage = -1 if problem.stage is None else problem.stage
        return live is None or problem.stage != live, -stage

    return tuple(sorted(problems, key=urgency))


class _DeskMaker:
    """Gathers what the parts of the desk share."""

    def __init__(self, book: RaceBook, new_id: Callable[[], str], now: Instant) -> None:
        self.book = book
        self.new_id = new_id
        self.now = now
        self.zone = zone_named(book.race.timezone)
        self.slug = book.race.slug

    def stage_words(self, stage: Stage | None) -> str:
        if stage is None:
            return race_facts(self.book)
        return " · ".join(part for part in (stage_facts(stage), words.long_day(stage.date)) if part)

    def problem(self, problem: Problem) -> ProblemItem:
        known = bool(problem.bib) and self.book.entry_wearing(problem.bib) is not None
        query = {"stage": problem.stage} if problem.stage is not None else {}
        passings = [r for r in problem.records if self.book.passing(r) is not None]
        return ProblemItem(
            bib=problem.bib,
            url=addresses.runner(self.slug, problem.bib, **query) if known else "",
            code=problem.code,
            seen=problem_seen(problem),
            evidence=", ".join(self._evidence(problem)),
            remedy=problem_remedy(problem),
            record=passings[-1] if passings else "",
            assign_id=self.new_id() if passings else "",
            void_id=self.new_id() if passings else "",
        )

    def _evidence(self, problem: Problem) -> Iterator[str]:
        """``stage 5``, ``CP3 10:58:40 checkpoint``: where it is and the records behind it."""
        if problem.stage is not None:
            yield sentence("stage-only", stage=problem.stage)
        named = False
        for record in problem.records[:3]:
            passing = self.book.passing(record)
            if passing is not None:
                named = True
                time = clock_words(self.book, passing.time, passing.stage)
                yield f"{passing.control} {time} {words.SOURCE[passing.source]}"
        if problem.control and not named:
            yield problem.control

    def _when(self, at: Instant) -> str:
        return figures.clock_minutes(at, self.zone)

    def passing(self, passing: Passing) -> RecordItem:
        bib = self.book.bib_of(passing)
        entry = self.book.entry_wearing(bib)
        undone = self.book.is_voided(passing.id)
        where = sentence("stage-place", stage=passing.stage, place=passing.control)
        parts = [
            where,
            words.SOURCE[passing.source],
            passing.device,
            passing_clock_words(passing),
            passing.note,
        ]
        return RecordItem(
            record=passing.id,
            undoes=self._voiding(passing.id) if undone else passing.id,
            when=clock_words(self.book, passing.time, passing.stage),
            bib=bib or "–",
            what=name_of(entry) if entry is not None else sentence("not-in-list"),
            detail=" · ".join(part for part in parts if part),
            is_undone=undone,
            void_id=self.new_id(),
        )

    def _voiding(self, record: str) -> str:
        """The void by which a record counts no more."""
        return next(r.id for r in self.book.rulings if isinstance(r, Void) and r.record == record)

    def ruling(self, ruling: Ruling) -> RecordItem:
        bibs = bibs_of(self.book, ruling)
        entry = self.book.entry_wearing(bibs[0]) if len(bibs) == 1 else None
        said = [name_of(entry) if entry is not None else "", ruling.reason]
        said.append(sentence("ruled", by=ruling.by, time=self._when(ruling.at)))
        return RecordItem(
            record=ruling.id,
            undoes=ruling.id,
            when=self._when(ruling.at),
            bib=", ".join(bibs),
            what=ruling_words(self.book, ruling),
            detail=" · ".join(part for part in said if part),
            is_undone=False,
            void_id=self.new_id(),
        )

    def starts(self, draft: GunDraft) -> Iterator[StartItem]:
        """The guns of the stages that have runners on course, of the running and the next one."""
        book = self.book
        coming = next((n for n in book.stages if not book.has_begun(n)), None)
        shown = {book.running_stage, coming, *(n for n in book.stages if on_course(book, n))}
        for number in sorted(n for n in shown if n is not None):
            stage = book.race.stage(number)
            if stage is None or stage.start is None:
                continue
            waves = [w.code for w in stage.start.waves] or [""]
            if stage.start.mode not in (StartMode.MASS, StartMode.WAVES):
                continue
            guns = book.guns(number)
            for wave in waves:
                given = [
                    r
                    for r in book.rulings
                    if isinstance(r, StartCorrection)
                    and r.stage == number
                    and r.wave == wave
                    and not r.bibs
                ]
                doubts = doubts_about_gun(book, number, self.now, now=self.now)
                gun = guns.get(wave)
                has_error = (draft.stage, draft.wave) == (str(number), wave)
                label = sentence("stage-column", stage=number)
                if wave:
                    label = f"{label}, {sentence('wave', wave=wave)}"
                yield StartItem(
                    stage=number,
                    wave=wave,
                    label=label,
                    planned=first_start(book, stage) if not wave else self._planned(stage, wave),
                    gun=figures.clock(gun, self.zone) if given and gun is not None else "",
                    is_under_way=book.has_begun(number),
                    doubt=sentence("gun-although", doubts=" and although ".join(doubts))
                    if doubts
                    else "",
                    ruling=self.ruling(given[-1]) if given else None,
                    id=self.new_id(),
                    has_error=has_error,
                    time=draft.time if has_error else "",
                )

    def _planned(self, stage: Stage, wave: str) -> str:
        at = (
            next((w.at for w in stage.start.waves if w.code == wave), None) if stage.start else None
        )
        return format_time_of_day(at) if at is not None else ""

    def exports(self) -> Iterator[ExportItem]:
        after = self.book.last_stage or None
        for code in self.book.board_codes():
            yield self._export(board_name(self.book, code), board=code, after=after)
        for number in self.book.stages:
            if self.book.has_begun(number):
                yield self._export(sentence("stage-column", stage=number), stage=number)

    def prints(self) -> Iterator[PrintItem]:
        for number in self.book.stages:
            stage = self.book.race.stage(number)
            if stage is not None:
                yield PrintItem(
                    name=stage_title(stage),
                    start_list_url=addresses.desk_print(self.slug, "start-list", number),
                    checkpoint_sheets_url=addresses.desk_print(
                        self.slug, "checkpoint-sheets", number
                    ),
                )

    def _export(self, name: str, **query: str | int | None) -> ExportItem:
        return ExportItem(
            name=name,
            csv_url=addresses.desk_export(self.slug, **query, format="csv"),
            json_url=addresses.desk_export(self.slug, **query, format="json"),
        )
