"""Teams on a stage: their time from their members', and whether they hold together (Rules 8)."""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from timing.core.adjustments import NOTHING, Adjustment, Ledger
from timing.core.categories import fits_kind
from timing.core.courses import Courses, Point
from timing.core.decisions import Decisions
from timing.core.definition import (
    Broken,
    EqualRank,
    Members,
    OutcomeKind,
    Separation,
    StageKind,
    TeamKind,
    TeamTimeKind,
)
from timing.core.entries import Entry, Team, bib_order
from timing.core.problems import Problem, ProblemCode
from timing.core.ranking import rank_by
from timing.core.records import Passing, Status
from timing.core.results import StageLine
from timing.core.splits import Facts
from timing.core.stage_rows import FRESH, Row, Standing
from timing.core.status_rulings import DECIDED_STATUS, ENDED_BY
from timing.core.statuses import RaceStatus, RulingStatus, StageStatus
from timing.core.times import Duration, Instant


@dataclass(slots=True, kw_only=True)
class TeamRow:
    """One team on one stage; the figures mean what they mean on a `Row`.

    ``founders`` are the members with whom it began the race, or begins it.
    """

    team: Team
    members: tuple[Entry, ...]
    founders: tuple[Entry, ...]
    division: str
    categories: tuple[str, ...]
    status: StageStatus
    adjustment: Adjustment = NOTHING
    automatic_penalty: Duration = 0
    members_penalty: Duration = 0
    members_credit: Duration = 0
    raw: Duration | None = None
    time: Duration | None = None
    start: Instant | None = None
    finish: Instant | None = None
    distance_m: int = 0
    reached: Duration = 0
    control: str = ""
    done: bool = False
    is_ranked: bool = False
    rank: int | None = None
    gap: Duration | None = None
    interval: Duration | None = None
    is_exact: bool = False
    adjusted: Duration = 0
    hidden: Duration = 0
    is_assigned: bool = False

    @property
    def counted_rank(self) -> int | None:
        """The rank, also for sums of places."""
        return self.rank

    @property
    def penalty(self) -> Duration:
        """Given to the team, to its members on the stage, or by rule."""
        return self.adjustment.penalty + self.automatic_penalty + self.members_penalty

    @property
    def credit(self) -> Duration:
        """Given to the team, or to its members on the stage."""
        return self.adjustment.credit + self.members_credit

    def line(self) -> StageLine:
        """The row as others see it."""
        return StageLine(
            competitor=self.team,
            division=self.division,
            categories=self.categories,
            status=self.status,
            rank=self.rank,
            time=self.time,
            raw_time=self.raw,
            gap=self.gap,
            interval=self.interval,
            penalty=self.penalty,
            credit=self.credit,
            bonus=self.adjustment.bonus,
            start=self.start,
            finish=self.finish,
            distance_m=self.distance_m,
            control=self.control,
            done=self.done,
            is_assigned=self.is_assigned,
        )


@dataclass(slots=True, kw_only=True)
class TeamInput:
    """What the teams of one stage are settled from; ``rows`` are their members'.

    ``broken`` holds the teams that a ruling broke; ``founders`` are the ids of the members with
    whom those that have raced began, ``members_before`` the standings of entries before the stage.
    """

    number: int
    kind: StageKind
    kinds: dict[str, TeamKind]
    teams: Sequence[Team]
    members: dict[str, tuple[Entry, ...]]
    rows: dict[str, Row]
    standings: dict[str, Standing]
    facts: dict[str, Facts]
    courses: Courses
    ledger: Ledger
    decisions: Decisions
    categories: Callable[[tuple[Entry, ...]], tuple[str, ...]]
    precision: Duration
    equal_rank: EqualRank
    broken: Container[str]
    before: dict[str, Standing]
    entries: dict[str, Entry]
    starts_on: date
    founders: dict[str, tuple[str, ...]]
    members_before: dict[str, Standing]


@dataclass(slots=True, kw_only=True)
class TeamState:
    """The teams of one stage. ``rows`` and ``standings`` are by team code.

    ``carried`` is what the next stage starts from, as for entries; ``founders`` are the ids
    of the members with whom each team that has raced began.
    ``apart`` holds the entries that stand in their team's boards alone (Rules 8.6), and
    ``unranked`` those that run on without a rank since their team broke (Rules 8.5).
    """

    rows: dict[str, TeamRow] = field(default_factory=dict)
    standings: dict[str, Standing] = field(default_factory=dict)
    carried: dict[str, Standing] = field(default_factory=dict)
    founders: dict[str, tuple[str, ...]] = field(default_factory=dict)
    apart: set[str] = field(default_factory=set)
    unranked: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)


def settle_teams(stage: TeamInput) -> TeamState:
    """Settle every team that runs the stage, then rank each kind within its division."""
    state = TeamState(founders=dict(stage.founders))
    for team in stage.teams:
        kind = stage.kinds.get(team.kind)
        members = stage.members.get(team.code, ())
        if kind is None or not (members or team.code in stage.founders):
            continue
        _settle_team(stage, state, team, kind, members)
    groups = dict.fromkeys((row.team.kind, row.division) for row in state.rows.values())
    for code, division in groups:
        rows = [
            row
            for row in state.rows.values()
            if row.is_ranked and row.team.kind == code and row.division == division
        ]
        rows.sort(key=lambda row: bib_order(row.team.code))
        _rank(rows, stage.equal_rank)
    return state


def settled_again(stage: TeamInput, state: TeamState, code: str) -> TeamState | None:
    """The teams with one settled again, of whose members nothing but how far they came is new.

    None where more than that would be new for the team.
    """
    alone = TeamState(founders=dict(stage.founders))
    for team in stage.teams:
        kind = stage.kinds.get(team.kind)
        members = stage.members.get(team.code, ())
        if team.code == code and kind is not None and (members or code in stage.founders):
            _settle_team(stage, alone, team, kind, members)
    row, was = alone.rows.get(code), state.rows.get(code)
    as_far = row
    if row is not None and was is not None:
        row.rank, row.gap, row.interval = was.rank, was.gap, was.interval
        as_far = replace(row, distance_m=was.distance_m, reached=was.reached)
    ids = {m.id for m in stage.members.get(code, ())}
    is_same = (
        as_far == was
        and alone.standings.get(code) == state.standings.get(code)
        and alone.carried.get(code) == state.carried.get(code)
        and alone.founders.get(code) == state.founders.get(code)
        and alone.apart == state.apart & ids
        and alone.unranked == state.unranked & ids
    )
    if not is_same:
        return None
    rows = state.rows if row is None else {**state.rows, code: row}
    others = [p for p in state.problems if ("team", code) not in p.params]
    return replace(state, rows=rows, problems=[*others, *alone.problems])


def _rank(rows: Sequence[TeamRow], equal_rank: EqualRank) -> None:
    ahead: Duration | None = None
    leader: Duration | None = None
    for item in rank_by(rows, lambda row: row.time or 0, (), equal_rank):
        row = item.item
        time = row.time or 0
        leader = time if leader is None else leader
        row.rank, row.gap = item.rank, time - leader
        row.interval = 0 if ahead is None else time - ahead
        ahead = time


def _settle_team(
    stage: TeamInput, state: TeamState, team: Team, kind: TeamKind, members: tuple[Entry, ...]
) -> None:
    before = stage.before.get(team.code, FRESH)
    began = stage.founders.get(team.code)
    founders = members if began is None else tuple(stage.entries[i] for i in began)
    division = (members or founders)[0].division
    row = TeamRow(
        team=team,
        members=members,
        founders=founders,
        division=division,
        categories=stage.categories(founders),
        status=StageStatus.NOT_STARTED,
        adjustment=stage.ledger.teams.get(team.code, NOTHING),
    )
    if any(m.division != division for m in members):
        state.problems.append(_problem(ProblemCode.TEAM_OF_DIVISIONS, stage, team))
    if not before.has_raced:
        if not fits_kind(kind, members, stage.starts_on):
            state.problems.append(_problem(ProblemCode.TEAM_NOT_OF_KIND, stage, team))
        if kind.combined_age is not None:
            state.problems += [
                Problem(code=ProblemCode.UNKNOWN_BIRTH_DATE, bib=m.bib)
                for m in members
                if m.born is None
            ]
    runs = division in stage.courses and all(m.id in stage.rows for m in members)
    standing = carried = before
    size = _of_wrong_size(kind, members, founders)
    if size is not None:
        state.problems.append(_problem(size, stage, team))
        standing = carried = replace(before, competitive=False)
    elif runs:
        if before.competitive and _is_made_anew(stage, before, row):
            before = replace(before, competitive=False, stage=stage.number)
        standing, carried = _settle_running(stage, state, row, kind, before)
    if runs:
        state.rows[team.code] = row
    if standing is not FRESH:
        state.standings[team.code] = standing
        if standing.has_raced:
            state.founders.setdefault(team.code, tuple(m.id for m in members))
    if carried is not FRESH:
        state.carried[team.code] = carried
    _part_members(state, kind, row, standing)


def _of_wrong_size(
    kind: TeamKind, members: Sequence[Entry], founders: Sequence[Entry]
) -> ProblemCode | None:
    """Too small at the outset, for the kind or its measure, or too large (Rules 8.2).

    Who lost members since is not too small, but may be broken.
    """
    if len(founders) < max(kind.size[0], kind.time.n):
        return ProblemCode.TEAM_TOO_SMALL
    return ProblemCode.TEAM_TOO_LARGE if len(members) > kind.size[1] else None


def _is_made_anew(stage: TeamInput, before: Standing, row: TeamRow) -> bool:
    """Whether members came together after the race began for them (Rules 8.5)."""
    if before.has_raced:
        return any(m not in row.founders for m in row.members)
    return any(stage.members_before.get(m.id, FRESH).has_raced for m in row.members)


def on_leg(team: Team, stage: int, members: Sequence[Entry]) -> tuple[Entry, ...]:
    """Who may run a stage for a relay: the member its legs name, else any (Rules 8.3)."""
    bib = dict(team.legs).get(stage)
    return tuple(m for m in members if bib is None or m.bib == bib)


def _running(stage: TeamInput, row: TeamRow, kind: TeamKind) -> list[Row]:
    """The members whose rows make the team's: all of them, or the one of a relay's leg."""
    if kind.time.kind is not TeamTimeKind.RELAY:
        return [stage.rows[m.id] for m in row.members]
    legs = [stage.rows[m.id] for m in on_leg(row.team, stage.number, row.members)]
    return sorted(legs, key=lambda r: (not r.done, r.last_point == "", r.time or 0))[:1]


def _settle_running(
    stage: TeamInput,
    state: TeamState,
    row: TeamRow,
    kind: TeamKind,
    before: Standing,
) -> tuple[Standing, Standing]:
    rows = _running(stage, row, kind)
    if not rows and row.members:
        return before, before
    after = before
    if before.ended is None and row.team.code in stage.broken:
        row.status = StageStatus.DNS
        # Whoever never raced is not out of it: registered, and not ranked (Rules 10.1).
        ended = RaceStatus.DNF if before.has_raced else RaceStatus.REGISTERED
        after = replace(before, ended=ended, stage=stage.number)
    elif before.ended is None:
        is_relay = kind.time.kind is TeamTimeKind.RELAY
        needed = _needed(kind, 1 if is_relay and rows else len(row.founders))
        after = _hold_together(stage, row, rows, needed, before)
    elif before.ended is RaceStatus.DSQ:
        row.status = StageStatus.DSQ
    else:
        row.status = StageStatus.DNS
    is_run = row.status is not StageStatus.NEUTRALISED
    if after.ended is None and kind.separation is not None and is_run:
        after = _test_separation(stage, state, row, kind.separation, after)
    carried = after
    decision = stage.decisions.teams.get(stage.number, {}).get(
        row.team.code
    ) or stage.decisions.teams.get(None, {}).get(row.team.code)
    if decision is not None and before.ended is None:
        carried = _decided(stage, decision, after)
        if decision.status is not RulingStatus.WITHDRAWN or row.status is not StageStatus.FINISHED:
            row.control = decision.control
            row.status = _DECIDED_STATUS.get(decision.status, row.status)
            after = carried
    if row.is_assigned or row.status in (StageStatus.FINISHED, StageStatus.NEUTRALISED):
        _time(row, rows, kind)
    row.is_ranked = (
        row.status is StageStatus.FINISHED
        and row.time is not None
        and stage.kind is StageKind.TIMED
        and after.ended is None
        and after.competitive
    )
    if (
        row.done
        or any(r.done or r.last_point for r in rows)
        or (row.status is StageStatus.ON_COURSE)
    ):
        after, carried = replace(after, has_raced=True), replace(carried, has_raced=True)
    return after, carried


def _needed(kind: TeamKind, size: int) -> int:
    """How many members a team of that size cannot do without (Rules 8.3, 8.5)."""
    return max(kind.minimum, kind.time.n) or size


_IS_OUT = (StageStatus.DSQ, StageStatus.DNF, StageStatus.OTL, StageStatus.DNS)


def _hold_together(
    stage: TeamInput, row: TeamRow, rows: Sequence[Row], needed: int, before: Standing
) -> Standing:
    """A member out: the team is broken from that stage on (Rules 8.5).

    A member who lost this stage alone, and may start the next, takes the team's result on it.
    """
    standings = [stage.standings.get(r.entry.id, FRESH) for r in rows]
    living = [r for r, s in zip(rows, standings, strict=True) if s.ended is None]
    present = [r for r in living if r.is_assigned or r.status not in _IS_OUT]
    if len(present) < needed:
        lost = sorted(
            (r for r in rows if r not in present),
            key=lambda r: _IS_OUT.index(r.status) if r.status in _IS_OUT else len(_IS_OUT),
        )
        row.control = lost[0].control if lost else ""
        # Of a team that somebody left nobody is to be seen where it starts.
        row.status = StageStatus.DNF if lost else StageStatus.DNS
        if lost and lost[0].status in _IS_OUT:
            row.status = lost[0].status
        here = replace(before, stage=stage.number, control=row.control)
        if len(living) >= needed:
            return replace(here, competitive=False)
        ended = RaceStatus.OTL if row.status is StageStatus.OTL else RaceStatus.DNF
        return replace(here, ended=ended)
    done = [r for r in present if r.done]
    if all(r.status is StageStatus.NEUTRALISED for r in present):
        row.status = StageStatus.NEUTRALISED
    elif len(done) >= needed and all(r.done for r in present):
        unfinished = [r for r in done if r.is_assigned]
        row.status = StageStatus.FINISHED
        if len(done) - len(unfinished) < needed:
            # A member has an assigned time, and so has the team (Rules 9.3).
            row.status, row.is_assigned = unfinished[0].status, True
    elif all(r.status is StageStatus.NOT_STARTED for r in present):
        row.status = StageStatus.NOT_STARTED
    else:
        row.status = StageStatus.ON_COURSE
    row.distance_m = min(r.distance_m for r in present)
    competitive = [r for r, s in zip(rows, standings, strict=True) if s.competitive]
    if len(competitive) < needed and before.competitive:
        return replace(before, competitive=False, stage=stage.number)
    return before


def _time(row: TeamRow, rows: Sequence[Row], kind: TeamKind) -> None:
    """The measure of Rules 8.3 over members' official times; a slower member is never lost."""
    done = [r for r in rows if r.done and r.time is not None]
    row.done = True
    row.raw = _measure(kind, [r.raw for r in done if r.raw is not None])
    row.members_penalty = sum(r.adjustment.stage_penalty + r.automatic_penalty for r in done)
    row.members_credit = sum(r.adjustment.stage_credit + r.automatic_credit for r in done)
    row.start = min((r.start for r in done if r.start is not None), default=None)
    row.finish = max((r.finish for r in done if r.finish is not None), default=None)
    row.is_exact = all(r.is_exact for r in done)
    time = _measure(kind, [r.time for r in done if r.time is not None])
    clock = _measure(kind, [(r.time or 0) - r.adjusted for r in done])
    if time is None or clock is None:
        return
    row.time = time + row.adjustment.on_stage + row.automatic_penalty
    row.adjusted = row.time - clock
    row.hidden = 0 if row.raw is None else row.raw - clock


def _measure(kind: TeamKind, of_members: Sequence[Duration]) -> Duration | None:
    times = sorted(of_members)
    if not times:
        return None
    match kind.time.kind:
        case TeamTimeKind.LAST | TeamTimeKind.TOGETHER | TeamTimeKind.RELAY:
            return times[-1]
        case TeamTimeKind.NTH:
            return times[kind.time.n - 1]
        case TeamTimeKind.SUM:
            return sum(times)
        case TeamTimeKind.BEST:
            return sum(times[: kind.time.n])


def _test_separation(
    stage: TeamInput, state: TeamState, row: TeamRow, rule: Separation, standing: Standing
) -> Standing:
    """Members at most so far apart at each control and the finish (Rules 8.4, 5.7)."""
    before = standing
    for point in stage.courses.of(row.members[0]).points[1:]:
        gap = apart_at(stage, row, point)
        if gap is None:
            continue
        apart, taken = gap
        limit = allowed_at(rule, point)
        if apart <= limit:
            continue
        is_sure = apart - limit > sum(p.uncertainty_ms for p in taken)
        kind, penalty = rule.outcome.kind, 0
        if is_sure and kind in (OutcomeKind.STRIKES, OutcomeKind.PENALTY):
            # A stage gives one strike at the most (Rules 5.4); penalties are each time's.
            is_strike = kind is OutcomeKind.STRIKES
            times = (before if is_strike else standing).strikes + 1
            standing = replace(standing, strikes=times)
            if is_strike:
                kind = OutcomeKind.OUT if times >= rule.outcome.strikes else kind
            elif rule.then_out and times > 1 + len(rule.outcome.repeated):
                kind = OutcomeKind.OUT
            else:
                penalty = rule.outcome.penalty_of(times)
        # What acts by itself needs nobody to look at it; what does not, does (Rules 5.7).
        if kind in (OutcomeKind.FLAG, OutcomeKind.STRIKES) or not is_sure:
            state.problems.append(
                Problem(
                    code=ProblemCode.SEPARATED,
                    stage=stage.number,
                    control=point.code,
                    records=tuple(p.id for p in taken),
                    params=(
                        ("team", row.team.code),
                        ("apart_ms", apart),
                        ("outcome", kind.value if is_sure else "unsure"),
                    ),
                )
            )
        row.automatic_penalty += penalty
        if is_sure and kind is OutcomeKind.OUT:
            row.status, row.control = StageStatus.DSQ, point.code
            return replace(standing, ended=RaceStatus.DSQ, stage=stage.number, control=row.control)
    return standing


def allowed_at(rule: Separation, point: Point) -> Duration:
    """How far apart members may cross a point (Rules 8.4)."""
    return next((d for code, d in rule.at if point.is_named(code)), rule.max_gap)


def apart_at(stage: TeamInput, row: TeamRow, point: Point) -> tuple[Duration, list[Passing]] | None:
    """How far apart the members crossed a point, and the passings; None while one may still come.

    Nobody waits for who is out. What held them apart on the way is not theirs (Rules 4.11).
    """
    times: list[Instant] = []
    unheld: list[Instant] = []
    taken: list[Passing] = []
    for member in row.members:
        index, time, passing = _passed(stage, member, point.code)
        own = stage.rows[member.id]
        if time is None or passing is None:
            if own.status not in _IS_OUT:
                return None
            continue
        times.append(time)
        unheld.append(time - sum(held.wait for held in own.holds if held.point < index))
        taken.append(passing)
    if len(times) < 2:
        return None
    apart = min(max(times) - min(times), max(unheld) - min(unheld))
    return apart - apart % stage.precision, taken


def _passed(
    stage: TeamInput, member: Entry, code: str
) -> tuple[int, Instant | None, Passing | None]:
    """The ordinal of a point on a member's course, the split there and the passing behind it."""
    facts = stage.facts.get(member.id)
    index = stage.courses.of(member).index.get(code)
    if facts is None or index is None:
        return 0, None, None
    return index, facts.times[index], facts.taken[index]


_ENDED_BY = {**ENDED_BY, RulingStatus.DNS: RaceStatus.DNF}
_DECIDED_STATUS = {**DECIDED_STATUS, RulingStatus.WITHDRAWN: StageStatus.DNF}


def _decided(stage: TeamInput, decision: Status, standing: Standing) -> Standing:
    """Where a status ruling on the team leaves it (Rules 10)."""
    ended = _ENDED_BY.get(decision.status)
    if ended is None:
        return replace(standing, competitive=False, stage=stage.number)
    return replace(standing, ended=ended, stage=decision.stage, control=decision.control)


def _part_members(
    state: TeamState,
    kind: TeamKind,
    row: TeamRow,
    standing: Standing,
) -> None:
    """Who stands in the team's boards alone, and who goes on without a rank (Rules 8.5, 8.6).

    Whoever left goes on as the others of a broken team do.
    """
    ids = {m.id for m in row.members}
    left = {m.id for m in row.founders} - ids
    if kind.broken is not Broken.SOLO_RANKED:
        state.unranked.update(left)
    if standing.ended is None:
        if kind.members is Members.TEAM_ONLY:
            state.apart.update(ids)
        return
    match kind.broken:
        case Broken.SOLO_RANKED:
            return
        case Broken.SOLO_UNRANKED | Broken.FINISHERS:
            state.unranked.update(ids)


def _problem(code: ProblemCode, stage: TeamInput, team: Team) -> Problem:
    return Problem(code=code, stage=stage.number, params=(("team", team.code),))
