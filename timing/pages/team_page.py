"""A team's page: its place, its members and who counted, how far apart they were, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from timing.core.book import RaceBook, UnknownStage
from timing.core.definition import Classification, Of, TeamKind, TeamTimeKind
from timing.core.entries import Entry, Team
from timing.core.explain import StageExplanation, explain_line, explain_team_stage
from timing.core.reasons import Because
from timing.core.records import Credit, Penalty
from timing.core.results import Line, StageLine
from timing.core.separation import Apart, separation
from timing.core.statuses import RaceStatus, StageStatus
from timing.core.teams import on_leg
from timing.core.times import zone_named
from timing.pages import addresses, figures, words
from timing.pages.desk_words import article_of
from timing.pages.explanations import Passage, stage_passage, total_passage
from timing.pages.fragments import NO_TABLES
from timing.pages.fragments import Line as TableLine
from timing.pages.frame import Frame, race_frame
from timing.pages.languages import mark, translate
from timing.pages.marks import (
    Bib,
    Jersey,
    StatusMark,
    bib_of,
    called,
    competitor_key,
    name_of,
    places,
    race_mark,
    stage_mark,
    worn_bibs,
)
from timing.pages.result_mark import ResultMark, shown_mark
from timing.pages.runner_facts import Fact
from timing.pages.runner_given import GivenItem
from timing.pages.runner_page import public_stage
from timing.pages.running import running
from timing.pages.saying import said, sentence
from timing.pages.selection import number_of
from timing.pages.stages import stage_title


class UnknownTeam(LookupError):
    """No team of that code in this race."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberStage:
    """A member's time on a stage; ``counts`` where the team's was made of it."""

    text: str
    counts: bool = False
    is_status: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A member of the team, with a time for each stage that has begun."""

    bib: Bib
    name: str
    url: str
    detail: str
    stages: tuple[MemberStage, ...]
    status: StatusMark | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamStage:
    """A stage of the team: its time, places, and who ran it where that is not everybody."""

    number: int
    name: str
    url: str
    time: str
    sums: str
    rank: str
    total: str
    overall: str
    gap: str
    runner: str
    day: str
    status: StatusMark | None
    is_live: bool
    is_shown: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ApartRow:
    """The members at a point: when each passed, how far apart, how far is allowed."""

    name: str
    kilometres: str
    clocks: tuple[str, ...]
    apart: str
    allowed: str
    is_exceeded: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamPage:
    """The page of a team. ``apart`` is of the stage shown, ``columns`` the stages begun.

    ``key`` is the identity that a device follows, as on boards.
    """

    template: ClassVar[str] = "team.html"
    rows_template: ClassVar[str] = ""
    pieces: ClassVar[tuple[str, ...]] = (
        "team_head",
        "result_mark",
        "facts",
        "team_members",
        "team_stages",
        "team_apart",
        "team_given",
        "team_reasons",
    )
    tables: ClassVar[Mapping[str, Sequence[TableLine]]] = NO_TABLES

    frame: Frame
    slug: str
    key: str
    name: str
    bib: Bib
    about: str
    status: StatusMark | None
    mark: ResultMark | None
    facts: tuple[Fact, ...]
    columns: tuple[int, ...]
    members: tuple[Member, ...]
    stages: tuple[TeamStage, ...]
    has_legs: bool
    overall: str
    measured: str
    stage_title: str
    apart: tuple[ApartRow, ...]
    apart_of: tuple[str, ...]
    has_limit: bool
    given: tuple[GivenItem, ...]
    reasons: tuple[Passage, ...]
    events: str
    description: str
    is_live: bool
    summary: str = ""


def team_page(book: RaceBook, code: str, args: Mapping[str, str], *, revision: int = 0) -> TeamPage:
    """The page of the team of that code; UnknownTeam, UnknownStage, BadQuery."""
    team = book.team(code)
    if team is None:
        raise UnknownTeam(code)
    return _TeamMaker(book, team, number_of(args, "stage")).page(revision)


_MEASURED: Mapping[TeamTimeKind, str] = {
    TeamTimeKind.LAST: mark("The team’s time is that of its last member."),
    TeamTimeKind.NTH: mark("The team’s time is that of member {n} to finish."),
    TeamTimeKind.SUM: mark("The team’s time is the sum of its members’ times."),
    TeamTimeKind.BEST: mark("The team’s time is the sum of its best {n} members’ times."),
    TeamTimeKind.TOGETHER: mark("The members run together: the last one’s time is the team’s."),
    TeamTimeKind.RELAY: mark("A relay: on each stage one member runs for the team."),
}


class _TeamMaker:
    """Gathers once what the parts of a team's page share."""

    def __init__(self, book: RaceBook, team: Team, asked: int | None) -> None:
        self.book, self.team, self.asked = book, team, asked
        self.now = running(book)
        self.after = self.now.closed if self.now is not None else book.last_stage
        self.zone = zone_named(book.race.timezone)
        self.precision = book.race.rules.precision
        self.kind: TeamKind | None = next(
            (k for k in book.race.team_kinds if k.code == team.kind), None
        )
        self.lines: dict[int, StageLine] = {
            n: line for n in book.stages if (line := book.team_stage_line(n, team.code)) is not None
        }
        self.members = book.members(team.code)
        if asked is not None and asked not in book.stages:
            raise UnknownStage(asked)
        begun = [n for n in self.lines if book.has_begun(n)]
        self.begun = tuple(begun)
        self.shown = asked if asked is not None else begun[-1] if begun else None
        self.boards = tuple(self._own_boards())
        self.explained: dict[int, StageExplanation | None] = {}

    def _own_boards(self) -> Iterator[tuple[Classification, Line]]:
        for classification in self.book.race.classifications:
            if classification.of is not Of.TEAM:
                continue
            line = self._line(classification, self.after)
            if line is not None:
                yield classification, line

    def _line(self, classification: Classification, after: int) -> Line | None:
        for line in self.book.board(classification.code, after).lines:
            if isinstance(line.competitor, Team) and line.competitor.code == self.team.code:
                return line
        return None

    def page(self, revision: int) -> TeamPage:
        book, team = self.book, self.team
        slug, name, worn = book.race.slug, name_of(team), worn_bibs(book)
        stage = book.race.stage(self.shown) if self.shown is not None else None
        about, apart = self._about(), tuple(self._apart())
        main = self.boards[0][0] if self.boards else None
        return TeamPage(
            frame=race_frame(
                book,
                said(mark("{name}, team {code}"), name=name, code=team.code),
                here="Teams",
                revision=revision,
                styles=("runner", "team"),
                scripts=("live", "runner"),
            ),
            slug=slug,
            key=competitor_key(team),
            name=name,
            bib=bib_of(team, worn),
            about=about,
            status=self._status(),
            mark=shown_mark(book),
            facts=tuple(self._facts()),
            columns=self.begun,
            members=tuple(self._member(member, worn) for member in self.members),
            stages=tuple(self._stage(number) for number in self.lines),
            has_legs=self._is_relay,
            overall=called(main) if main is not None else "",
            measured=self._measured(),
            stage_title=stage_title(stage) if stage is not None else "",
            apart=apart,
            apart_of=tuple(name_of(member) for member in self._members_apart()),
            has_limit=any(row.allowed for row in apart),
            given=tuple(self._given()),
            reasons=tuple(self._reasons()),
            events=addresses.events(slug, page="team", team=team.code, stage=self.asked),
            description=f"{name}. {about}",
            is_live=self.now is not None and self.shown == self.now.stage.number,
        )

    @property
    def _is_relay(self) -> bool:
        return self.kind is not None and self.kind.time.kind is TeamTimeKind.RELAY

    def _about(self) -> str:
        names = {c.code: called(c) for c in self.book.race.categories}
        divisions = {d.code: called(d) for d in self.book.race.divisions}
        line = next(iter(self.lines.values()), None)
        parts = [called(self.kind) if self.kind is not None else ""]
        if line is not None:
            parts += [names.get(code, code) for code in line.categories]
            if len(divisions) > 1:
                parts.append(divisions.get(line.division, line.division))
        parts.append(", ".join(name_of(member) for member in self.members))
        return " · ".join(part for part in parts if part)

    def _measured(self) -> str:
        if self.kind is None:
            return ""
        return said(_MEASURED[self.kind.time.kind], n=self.kind.time.n)

    def _status(self) -> StatusMark | None:
        if not self.boards or not self.after:
            return None
        line = self.boards[0][1]
        if line.rank is not None or line.status is RaceStatus.REGISTERED:
            return None
        return race_mark(line.status, self._where(line))

    def _where(self, line: Line) -> str:
        if line.out_stage is None:
            return sentence("stages-done", done=line.stages, of=self.after)
        if not line.out_control:
            return sentence("stage-only", stage=line.out_stage)
        by_code = {p.code: p for p in places(self.book.course(line.out_stage, line.division))}
        place = by_code.get(line.out_control) or by_code.get(f"{line.out_control}.in")
        short = place.short if place is not None else line.out_control
        return sentence("stage-place", stage=line.out_stage, place=short)

    def _facts(self) -> Iterator[Fact]:
        """A place in each team classification, then the total of the first."""
        if not self.after:
            return
        for classification, line in self.boards:
            if line.rank is None:
                continue
            name = called(classification)
            if self.now is not None:
                name = sentence("after-stage-of", name=name, stage=self.after)
            yield Fact(label=name, value=str(line.rank), note=self._gap(classification, line))
        if self.boards and self.boards[0][1].time:
            _, line = self.boards[0]
            penalty = sum(each.penalty for each in self.lines.values())
            yield Fact(
                label=sentence("total"),
                value=figures.time(line.time or 0, self.precision),
                note=sentence("penalty-in", time=figures.short(penalty, self.precision))
                if penalty
                else "",
            )

    def _gap(self, classification: Classification, own: Line) -> str:
        lines = self.book.board(classification.code, self.after).lines
        others = [line for line in lines if line.rank is not None and line is not own]
        if not others or own.gap is None or own.time is None:
            return ""
        other = name_of(others[0].competitor)
        if own.rank != 1:
            return sentence("behind", gap=figures.behind(own.gap, self.precision), leader=other)
        if not others[0].gap:
            return sentence("level-with", second=other)
        gap = figures.short(others[0].gap, self.precision)
        return sentence("ahead-of", gap=gap, second=other)

    # -- members

    def _member(self, member: Entry, worn: Mapping[str, Jersey]) -> Member:
        rank = self._solo(member)
        detail = [member.nationality, rank]
        return Member(
            bib=bib_of(member, worn),
            name=name_of(member),
            url=addresses.runner(self.book.race.slug, member.bib),
            detail=" · ".join(part for part in detail if part),
            stages=tuple(self._member_stage(member, number) for number in self.begun),
            status=self._member_status(member),
        )

    def _solo(self, member: Entry) -> str:
        """``9th of the General classification``: the place alone, where members have one."""
        for classification in self.book.race.classifications:
            if classification.of is not Of.SOLO or not self.after:
                continue
            for line in self.book.board(classification.code, self.after).lines:
                if line.rank is not None and line.competitor == member:
                    name = called(classification)
                    nth = words.ordinal(line.rank)
                    return said(mark("{nth} alone, {name}"), nth=nth, name=name)
        return ""

    def _member_status(self, member: Entry) -> StatusMark | None:
        line = self.book.stage_line(self.begun[-1], member.id) if self.begun else None
        if line is None or line.status not in _OUT:
            return None
        return stage_mark(line.status)

    def _member_stage(self, member: Entry, number: int) -> MemberStage:
        line = self.book.stage_line(number, member.id)
        if line is None:
            return MemberStage(text="")
        if self._is_relay and member not in on_leg(self.team, number, self.members):
            return MemberStage(text="")
        if line.time is None:
            return MemberStage(text=words.STAGE_STATUS[line.status], is_status=True)
        counts = member.bib in self._counting(number)
        return MemberStage(text=figures.time(line.time, self.precision), counts=counts)

    def _counting(self, number: int) -> frozenset[str]:
        """The bibs of whose times the team's is made, as its explanation says."""
        explanation = self._explained(number)
        reasons = () if explanation is None else explanation.reasons
        return frozenset(
            str(dict(reason.params)["bib"])
            for reason in reasons
            if reason.because is Because.MEMBER_COUNTS
        )

    def _explained(self, number: int) -> StageExplanation | None:
        if number not in self.explained:
            self.explained[number] = explain_team_stage(self.book, number, self.team.code)
        return self.explained[number]

    # -- stages

    def _stage(self, number: int) -> TeamStage:
        line, stage = self.lines[number], self.book.race.stage(number)
        is_to_come = not self.book.has_begun(number)
        total = overall = gap = ""
        if self.boards and number <= self.after:
            board_line = self._line(self.boards[0][0], number)
            if board_line is not None and board_line.time is not None:
                total = figures.time(board_line.time, self.precision)
            if board_line is not None and board_line.rank is not None:
                overall = str(board_line.rank)
                gap = figures.behind(board_line.gap or 0, self.precision)
        return TeamStage(
            number=number,
            name=stage.name if stage is not None else "",
            url=addresses.team(self.book.race.slug, self.team.code, stage=number),
            time="" if line.time is None else figures.time(line.time, self.precision),
            sums=self._sums(line),
            rank="" if line.rank is None else str(line.rank),
            total=total,
            overall=overall,
            gap="" if overall == "1" else gap,
            runner=self._runner(number),
            day=words.short_day(stage.date) if stage is not None and is_to_come else "",
            status=stage_mark(line.status) if line.time is None and not is_to_come else None,
            is_live=self.now is not None and number == self.now.stage.number,
            is_shown=number == self.shown,
        )

    def _sums(self, line: StageLine) -> str:
        parts = []
        if line.penalty:
            time = figures.short(line.penalty, self.precision)
            parts.append(sentence("penalty-in", time=time))
        if line.credit:
            time = figures.short(line.credit, self.precision)
            parts.append(sentence("credit-in", time=time))
        return ", ".join(parts)

    def _runner(self, number: int) -> str:
        """Who runs a relay's leg, or may: the member named, else who ran it."""
        if not self._is_relay:
            return ""
        legs = on_leg(self.team, number, self.book.members(self.team.code, number))
        counting = self._counting(number)
        ran = [m for m in legs if m.bib in counting] or list(legs)
        return ", ".join(name_of(member) for member in ran)

    # -- how far apart

    def _members_apart(self) -> tuple[Entry, ...]:
        found = self._separation()
        return found[0].members if found else ()

    def _separation(self) -> tuple[Apart, ...]:
        if self.shown is None or self.shown not in self.lines:
            return ()
        return separation(self.book.stage_book(self.shown), self.team.code)

    def _apart(self) -> Iterator[ApartRow]:
        found = self._separation()
        if not found or self.shown is None:
            return
        stage = self.book.race.stage(self.shown)
        day = stage.date if stage is not None else None
        course = self.book.stage_book(self.shown).courses.of(found[0].members[0])
        by_code = {place.code: place for place in places(course.points)}
        for at in found:
            place = by_code[at.point.code]
            yield ApartRow(
                name=place.name,
                kilometres=figures.kilometres(place.distance_m),
                clocks=tuple(
                    "" if time is None else figures.clock(time, self.zone, day) for time in at.times
                ),
                apart="" if at.apart is None else figures.short(at.apart, self.precision),
                allowed="" if at.allowed is None else figures.short(at.allowed, self.precision),
                is_exceeded=at.is_exceeded,
            )

    # -- why

    def _given(self) -> Iterator[GivenItem]:
        """What the team was given; what its members were is on their pages."""
        for ruling in self.book.rulings:
            if not isinstance(ruling, Penalty | Credit) or ruling.team != self.team.code:
                continue
            is_penalty = isinstance(ruling, Penalty)
            key = "given-penalty" if is_penalty else "given-credit"
            time = (
                self.book.penalties.of_team(ruling, self.team.code).time
                if isinstance(ruling, Penalty)
                else ruling.time
            )
            amount = figures.short(time * ruling.count, self.precision)
            article = article_of(self.book.race, ruling.code)
            yield GivenItem(
                amount=f"+{amount}" if is_penalty else f"{figures.MINUS}{amount}",
                title=sentence(key, stage=ruling.stage),
                reason=ruling.reason,
                note=sentence("given-article", code=article) if article else "",
                is_penalty=is_penalty,
            )
        for number in self.begun:
            explanation = self._explained(number)
            for reason in () if explanation is None else explanation.reasons:
                if reason.because is Because.SEPARATION_PENALTY and reason.adds:
                    yield GivenItem(
                        amount=figures.behind(reason.adds, self.precision),
                        title=sentence("given-penalty", stage=number),
                        reason=translate("The members were further apart than allowed."),
                        note="",
                        is_penalty=True,
                    )

    def _reasons(self) -> Iterator[Passage]:
        """What is behind the team's figures: the classifications, then each stage that began."""
        race = self.book.race
        for classification, _ in self.boards if self.after else ():
            total = explain_line(self.book, classification.code, self.after, self.team.code)
            if total is not None:
                yield total_passage(total, race, self.zone)
        for number in self.begun:
            explanation = self._explained(number)
            if explanation is not None:
                yield stage_passage(public_stage(explanation), race, self.zone)


_OUT = frozenset({StageStatus.DNS, StageStatus.DNF, StageStatus.OTL, StageStatus.DSQ})
