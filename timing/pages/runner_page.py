"""A runner's page: headline figures, the way along a stage, every stage, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, TypeAlias
from zoneinfo import ZoneInfo

from timing.core.book import RaceBook, UnknownStage
from timing.core.courses import stages_of
from timing.core.definition import Classification, Of, Stage
from timing.core.entries import Entry
from timing.core.explain import StageExplanation, explain
from timing.core.reasons import Because, Reason
from timing.core.records import Bonus, Credit, Penalty
from timing.core.results import Line, Split, StageLine
from timing.core.road import RoadLine
from timing.core.statuses import StageStatus
from timing.core.times import Duration, zone_named
from timing.pages import addresses, figures, words
from timing.pages.bump import BumpChart, bump_chart
from timing.pages.desk_words import article_of
from timing.pages.explanations import Passage, passages
from timing.pages.fragments import NO_TABLES
from timing.pages.fragments import Line as TableLine
from timing.pages.frame import Frame, race_frame
from timing.pages.languages import translate
from timing.pages.marks import (
    Bib,
    Place,
    StatusMark,
    bib_of,
    jerseys,
    name_of,
    places,
    race_mark,
    stage_mark,
    worn_bibs,
)
from timing.pages.running import Running, has_road, road, running
from timing.pages.selection import number_of
from timing.pages.stages import stage_title
from timing.pages.words import sentence

Given: TypeAlias = Penalty | Credit | Bonus


class UnknownRunner(LookupError):
    """Nobody wears that bib, nor ever did in this race."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A headline figure: what it is, its value, the line under it."""

    label: str
    value: str
    note: str = ""
    moved: int | None = None
    is_live: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A control on the way: when, since the start, at which place; the leg that led to it."""

    place: Place
    kilometres: str
    clock: str
    elapsed: str
    rank: str
    leg: str
    pace: str
    source: str
    is_passed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StageItem:
    """A line of the table of stages. ``rank_in`` is the place within the first category."""

    number: int
    name: str
    url: str
    time: str
    sums: str
    rank: str
    total: str
    overall: str
    gap: str
    status: StatusMark | None
    is_live: bool
    is_shown: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenItem:
    """A penalty, credit or bonus, with its reason."""

    amount: str
    title: str
    reason: str
    note: str
    is_undone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RunnerPage:
    """The page of a runner. ``steps`` are of the stage shown."""

    template: ClassVar[str] = "runner.html"
    rows_template: ClassVar[str] = ""
    pieces: ClassVar[tuple[str, ...]] = ("facts", "steps", "runner_stages")
    tables: ClassVar[Mapping[str, Sequence[TableLine]]] = NO_TABLES

    frame: Frame
    name: str
    bib: Bib
    about: str
    status: StatusMark | None
    facts: tuple[Fact, ...]
    chart: BumpChart | None
    stage_title: str
    stage_facts: str
    steps: tuple[Step, ...]
    is_live: bool
    stages: tuple[StageItem, ...]
    overall: str
    given: tuple[GivenItem, ...]
    reasons: tuple[Passage, ...]
    events: str
    summary: str = ""


def runner_page(
    book: RaceBook, bib: str, args: Mapping[str, str], *, revision: int = 0
) -> RunnerPage:
    """The page of whoever wears ``bib``, or once did; UnknownRunner, UnknownStage, BadQuery."""
    entry = _entry(book, bib)
    asked = number_of(args, "stage")
    maker = _RunnerMaker(book, entry, asked)
    return maker.page(revision)


def _entry(book: RaceBook, bib: str) -> Entry:
    for stage in (None, *reversed(book.stages)):
        found = book.entry_wearing(bib, stage)
        if found is not None:
            return book.entry(found.id)
    raise UnknownRunner(bib)


class _RunnerMaker:
    """Gathers once what the parts of a runner's page share."""

    def __init__(self, book: RaceBook, entry: Entry, asked: int | None) -> None:
        self.book = book
        self.entry = entry
        self.now: Running | None = running(book)
        self.after = self.now.closed if self.now is not None else book.last_stage
        self.zone: ZoneInfo = zone_named(book.race.timezone)
        self.rules = book.race.rules
        self.precision: Duration = book.race.rules.precision
        own = [n for n in stages_of(book.race, entry.division) if n in book.stages]
        self.lines: dict[int, StageLine] = {
            n: line for n in own if (line := book.stage_line(n, entry.id)) is not None
        }
        self.shown = self._shown(asked)
        self.asked = asked
        self.boards: tuple[Classification, ...] = tuple(self._own_boards())
        self.main = next((c for c in self.boards if has_road(c)), None)
        self.standing: tuple[RoadLine, ...] = (
            road(book, self.main.code, self.now) if self.main and self.now else ()
        )

    def _shown(self, asked: int | None) -> int | None:
        if asked is not None:
            if asked not in self.book.stages:
                raise UnknownStage(asked)
            return asked
        begun = [n for n in self.lines if self._has_splits(n)]
        return begun[-1] if begun else next(iter(self.lines), None)

    def _has_splits(self, number: int) -> bool:
        return bool(self.book.splits(number, self.entry.id))

    def _own_boards(self) -> Iterator[Classification]:
        """The classifications of entries that this one stands in, as of now."""
        after = self.after
        for classification in self.book.race.classifications:
            if classification.of is Of.SOLO and self._line(classification, after) is not None:
                yield classification

    def _line(self, classification: Classification, after: int) -> Line | None:
        for line in self.book.board(classification.code, after).lines:
            if isinstance(line.competitor, Entry) and line.competitor.id == self.entry.id:
                return line
        return None

    def page(self, revision: int) -> RunnerPage:
        book, entry = self.book, self.entry
        slug = book.race.slug
        name = name_of(entry)
        main_line = self._line(self.main, self.after) if self.main is not None else None
        stage = book.race.stage(self.shown) if self.shown is not None else None
        query = {"stage": self.asked} if self.asked is not None else {}
        return RunnerPage(
            frame=race_frame(
                book,
                f"{name}, bib {entry.bib}",
                revision=revision,
                styles=("runner",),
                scripts=("live",),
            ),
            name=name,
            bib=self._bib(),
            about=self._about(main_line),
            status=self._status(main_line),
            facts=tuple(self._facts(main_line)),
            chart=bump_chart(book, self.main.code, entry.id, self.standing)
            if self.main is not None
            else None,
            stage_title=stage_title(stage) if stage is not None else "",
            stage_facts=self._stage_words(stage) if stage is not None else "",
            steps=tuple(self._steps(stage)) if stage is not None else (),
            is_live=self.now is not None and self.shown == self.now.stage.number,
            stages=tuple(self._stage_item(number) for number in self.lines),
            overall=(self.main.name or self.main.code) if self.main is not None else "",
            given=tuple(self._given()),
            reasons=self._reasons(),
            events=addresses.events(slug, bib=entry.bib, **query),
        )

    # -- the head

    def _bib(self) -> Bib:
        bib = bib_of(self.entry, worn_bibs(self.book))
        if bib.jersey is not None or self.now is None:
            return bib
        for jersey, classification in jerseys(self.book.race).items():
            if classification in self.boards and has_road(classification):
                first = road(self.book, classification.code, self.now)[:1]
                if first and first[0].line.competitor == self.entry and first[0].split:
                    title = sentence("leads-on-road")
                    return replace(bib, jersey=jersey, on_road=True, title=title)
        return bib

    def _about(self, line: Line | None) -> str:
        names = {c.code: c.name or c.code for c in self.book.race.categories}
        divisions = {d.code: d.name or d.code for d in self.book.race.divisions}
        parts = [self.entry.nationality]
        parts += [names.get(code, code) for code in (line.categories if line else ())]
        if len(divisions) > 1:
            parts.append(divisions.get(self.entry.division, self.entry.division))
        team = self.book.team(self.entry.team) if self.entry.team else None
        if team is not None:
            parts.append(sentence("of-team", team=name_of(team)))
        if self.entry.club:
            parts.append(self.entry.club)
        return " · ".join(part for part in parts if part)

    def _status(self, line: Line | None) -> StatusMark | None:
        road_line = self._road_line(self.standing)
        if road_line is not None and road_line.rank is None and road_line.stage is not None:
            stage = road_line.stage
            if road_line.line.rank is not None:
                where = self._where(self.now.stage.number if self.now else 0, stage.control)
                return stage_mark(stage.status, where)
        if line is None or line.rank is not None or not self.after:
            return None
        if line.out_stage is not None:
            stage_line = self.lines.get(line.out_stage)
            where = self._where(line.out_stage, line.out_control)
            if stage_line is not None and stage_line.status is StageStatus.DNS:
                return stage_mark(StageStatus.DNS, where)
            return race_mark(line.status, where)
        return race_mark(line.status, sentence("stages-done", done=line.stages, of=self.after))

    def _where(self, number: int, control: str) -> str:
        if not control:
            return sentence("stage-only", stage=number)
        by_code = {p.code: p for p in places(self.book.course(number, self.entry.division))}
        place = by_code.get(control) or by_code.get(f"{control}.in")
        return sentence("stage-place", stage=number, place=place.short if place else control)

    def _road_line(self, standing: tuple[RoadLine, ...]) -> RoadLine | None:
        return next((line for line in standing if line.line.competitor == self.entry), None)

    def _facts(self, main_line: Line | None) -> Iterator[Fact]:
        for classification in self.boards[:2]:
            fact = self._rank_fact(classification)
            if fact is not None:
                yield fact
        if self.shown is not None and self.shown in self.lines:
            yield self._stage_fact(self.shown, self.lines[self.shown])
        total = self._total_fact(main_line)
        if total is not None:
            yield total

    def _rank_fact(self, classification: Classification) -> Fact | None:
        name = classification.name or classification.code
        if self.now is not None and has_road(classification):
            standing = (
                self.standing
                if classification is self.main
                else road(self.book, classification.code, self.now)
            )
            line = self._road_line(standing)
            if line is not None and line.rank is not None and (self.after or line.split):
                before = line.line.rank
                return Fact(
                    label=sentence("on-the-road-of", name=name),
                    value=str(line.rank),
                    note=self._road_gap(standing, line),
                    moved=before - line.rank if before is not None else None,
                    is_live=not line.is_settled,
                )
        if not self.after:
            return None
        lines = self.book.board(classification.code, self.after).lines
        own = self._line(classification, self.after)
        if own is None or own.rank is None:
            return None
        if self.now is not None:
            name = sentence("after-stage-of", name=name, stage=self.after)
        return Fact(label=name, value=str(own.rank), note=self._gap(lines, own))

    def _road_gap(self, standing: tuple[RoadLine, ...], own: RoadLine) -> str:
        others = [line for line in standing if line.rank is not None and line is not own]
        if not others or own.gap is None:
            return ""
        first = others[0]
        if own.rank == 1:
            gap, other = first.gap or 0, name_of(first.line.competitor)
            return self._ahead(gap, other)
        return sentence(
            "behind",
            gap=figures.behind(own.gap, self.precision),
            leader=name_of(first.line.competitor),
        )

    def _gap(self, lines: tuple[Line, ...], own: Line) -> str:
        others = [line for line in lines if line.rank is not None and line is not own]
        if not others or own.gap is None:
            return ""
        other = name_of(others[0].competitor)
        if own.rank == 1:
            return self._ahead(others[0].gap or 0, other)
        return sentence("behind", gap=figures.behind(own.gap, self.precision), leader=other)

    def _ahead(self, gap: Duration, other: str) -> str:
        if not gap:
            return sentence("level-with", second=other)
        return sentence("ahead-of", gap=figures.short(gap, self.precision), second=other)

    def _stage_fact(self, number: int, line: StageLine) -> Fact:
        label = sentence("stage-column", stage=number)
        splits = self.book.splits(number, self.entry.id)
        stage = self.book.race.stage(number)
        day = stage.date if stage is not None else None
        if line.time is not None:
            place = sentence("nth-of-stage", nth=words.ordinal(line.rank)) if line.rank else ""
            at = figures.clock(line.finish, self.zone, day) if line.finish is not None else ""
            parts = [sentence("finished-at", time=at) if at else "", place]
            value = figures.time(line.time, self.precision)
            return Fact(label=label, value=value, note=", ".join(p for p in parts if p))
        mark = words.STAGE_STATUS[line.status]
        if not splits or line.status is not StageStatus.ON_COURSE:
            return Fact(label=label, value=mark, note=words.LETTERS.get(mark, ""))
        last = splits[-1]
        by_code = {p.code: p for p in places(self.book.course(number, self.entry.division))}
        value = figures.elapsed(last.elapsed, self.rules) if last.elapsed is not None else mark
        seen = sentence(
            "last-seen",
            place=by_code[last.point].name,
            time=figures.clock_minutes(last.time, self.zone, day),
        )
        return Fact(label=label, value=value, note=seen, is_live=True)

    def _total_fact(self, line: Line | None) -> Fact | None:
        road_line = self._road_line(self.standing)
        settled = road_line is not None and road_line.is_settled
        if road_line is not None and settled and road_line.total is not None:
            time: Duration | None = road_line.total
        else:
            time = line.time if line is not None else None
        if time is None or not time:
            return None
        penalty = sum(each.penalty for each in self.lines.values())
        credit = sum(each.credit for each in self.lines.values())
        notes = []
        if penalty:
            notes.append(sentence("penalty-in", time=figures.short(penalty, self.precision)))
        if credit:
            notes.append(sentence("credit-in", time=figures.short(credit, self.precision)))
        if self.now is not None and not settled and self.after:
            notes.append(sentence("as-after-stage", stage=self.after))
        label = sentence("total")
        value = figures.time(time, self.precision)
        return Fact(label=label, value=value, note=", ".join(notes))

    # -- along the stage

    def _stage_words(self, stage: Stage) -> str:
        line = self.lines.get(stage.number)
        if line is None:
            return words.STAGE_STATUS[StageStatus.NOT_IN_DIVISION]
        return words.long_day(stage.date)

    def _steps(self, stage: Stage) -> Iterator[Step]:
        if stage.number not in self.lines:
            return
        course = self.book.course(stage.number, self.entry.division)
        splits = {s.point: s for s in self.book.splits(stage.number, self.entry.id)}
        start = self.lines[stage.number].start
        before: tuple[int, Duration] | None = (0, 0) if start is not None else None
        for place in places(course):
            split = splits.get(place.code)
            leg, pace = self._leg(before, place, split)
            is_start = place.distance_m == 0 and place.code == course[0].code
            at = start if is_start and start is not None else split.time if split else None
            yield Step(
                place=place,
                kilometres=figures.kilometres(place.distance_m),
                clock="" if at is None else figures.clock(at, self.zone, stage.date),
                elapsed=figures.elapsed(split.elapsed, self.rules)
                if split is not None and split.elapsed is not None and not is_start
                else "",
                rank="" if is_start or split is None else self._rank_at(stage.number, place.code),
                leg=leg,
                pace=pace,
                source=words.SOURCE[split.source] if split is not None else "",
                is_passed=at is not None,
            )
            if split is not None and split.elapsed is not None and not is_start:
                before = (place.distance_m, split.elapsed)
            elif not is_start:
                before = None

    def _leg(
        self, before: tuple[int, Duration] | None, place: Place, split: Split | None
    ) -> tuple[str, str]:
        if before is None or split is None or split.elapsed is None:
            return "", ""
        metres = place.distance_m - before[0]
        if metres <= 0:
            return "", ""
        pace = figures.pace(split.elapsed - before[1], metres)
        return f"{figures.kilometres(metres)} km", pace

    def _rank_at(self, number: int, point: str) -> str:
        for board in self.book.control_boards(number, point):
            for line in board.lines:
                if line.entry.id == self.entry.id:
                    return "" if line.rank is None else str(line.rank)
        return ""

    # -- every stage

    def _stage_item(self, number: int) -> StageItem:
        line = self.lines[number]
        stage = self.book.race.stage(number)
        is_live = self.now is not None and number == self.now.stage.number
        total = overall = gap = ""
        if self.main is not None and number <= self.after:
            board_line = self._line(self.main, number)
            if board_line is not None and board_line.time is not None:
                total = figures.time(board_line.time, self.precision)
            if board_line is not None and board_line.rank is not None:
                overall = str(board_line.rank)
                gap = figures.behind(board_line.gap or 0, self.precision)
        road_line = self._road_line(self.standing)
        if is_live and road_line is not None and road_line.rank is not None:
            overall = str(road_line.rank)
            gap = figures.behind(road_line.gap or 0, self.precision)
            if road_line.is_settled and road_line.total is not None:
                total = figures.time(road_line.total, self.precision)
        return StageItem(
            number=number,
            name=stage.name if stage is not None else "",
            url=addresses.runner(self.book.race.slug, self.entry.bib, stage=number),
            time="" if line.time is None else figures.time(line.time, self.precision),
            sums=self._sums(line),
            rank="" if line.rank is None else str(line.rank),
            total=total,
            overall=overall,
            gap="" if overall == "1" else gap,
            status=stage_mark(line.status) if line.time is None else None,
            is_live=is_live,
            is_shown=number == self.shown,
        )

    def _sums(self, line: StageLine) -> str:
        """``raw 3:36:17 + penalty 15:00``: what the official time is made of."""
        parts = []
        if line.penalty:
            time = figures.short(line.penalty, self.precision)
            parts.append(sentence("plus-penalty", time=time))
        if line.credit:
            time = figures.short(line.credit, self.precision)
            parts.append(sentence("minus-credit", time=time))
        if line.bonus:
            time = figures.short(line.bonus, self.precision)
            parts.append(sentence("bonus-in-total", time=time))
        if line.raw_time is None or not (line.penalty or line.credit):
            return " ".join(parts)
        raw = sentence("raw", time=figures.elapsed(line.raw_time, self.rules))
        return " ".join([raw, *parts])

    # -- why

    def _given(self) -> Iterator[GivenItem]:
        for number, line in self.lines.items():
            if not (line.penalty or line.credit or line.bonus):
                continue
            for ruling in self.book.rulings:
                if isinstance(ruling, Given) and ruling.stage == number and self._is_for(ruling):
                    yield self._given_item(ruling)

    def _is_for(self, ruling: Given) -> bool:
        entry = self.book.entry(self.entry.id, ruling.stage)
        if entry.bib in ruling.bibs:
            return True
        if isinstance(ruling, Bonus):
            return False
        return bool(
            (ruling.team and ruling.team == entry.team)
            or (ruling.division and ruling.division == entry.division and not ruling.wave)
        )

    def _given_item(self, ruling: Given) -> GivenItem:
        time = self._given_time(ruling)
        amount = figures.short(time, self.precision)
        is_penalty = isinstance(ruling, Penalty)
        key = "penalty" if is_penalty else "credit" if isinstance(ruling, Credit) else "bonus"
        article = "" if isinstance(ruling, Bonus) else article_of(self.book.race, ruling.code)
        return GivenItem(
            amount=f"+{amount}" if is_penalty else f"{figures.MINUS}{amount}",
            title=sentence(f"given-{key}", stage=ruling.stage),
            reason=ruling.reason,
            note=sentence("given-article", code=article) if article else "",
        )

    def _given_time(self, ruling: Given) -> Duration:
        match ruling:
            case Penalty() if ruling.team:
                return self.book.penalties.of_team(ruling, ruling.team).time * ruling.count
            case Penalty():
                return self.book.penalties.of_entry(ruling, self.entry.id).time * ruling.count
            case Credit():
                return ruling.time * ruling.count
            case Bonus():
                return ruling.time

    def _reasons(self) -> tuple[Passage, ...]:
        """What is behind the figures, without what is nobody's business (Rules 12.2)."""
        # While a stage runs, the classifications are those of the last one closed (Rules 9.4).
        explanation = explain(self.book, self.entry.id, after=self.after)
        public = replace(
            explanation,
            stages=self._begun(explanation.stages),
            team_stages=self._begun(explanation.team_stages),
        )
        told = passages(public, self.book.race)
        # What people ask first is why they are where they are in the race.
        stages = len(public.stages) + len(public.team_stages)
        return told[stages:] + told[:stages]

    def _begun(self, stages: Iterable[StageExplanation]) -> tuple[StageExplanation, ...]:
        return tuple(
            _public_stage(stage)
            for stage in stages
            if self.book.has_begun(stage.stage) and stage.line is not None
        )


def _public_stage(stage: StageExplanation) -> StageExplanation:
    return replace(stage, reasons=tuple(_public(reason) for reason in stage.reasons))


def _public(reason: Reason) -> Reason:
    """A status is public; why it was given may be medical, and so may who gave it be."""
    if reason.because is not Because.DECIDED:
        return reason
    untold = {"reason": "", "by": translate("the organisers")}
    params = tuple((name, untold.get(name, value)) for name, value in reason.params)
    return replace(reason, params=params)
