"""A race's definition: its rules, divisions, stages, controls and classifications.

Everything here is a value read from one validated document (docs/racefile.md). Whoever builds
these values answers for what a schema checks: codes that refer to something, controls in order.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from timing.core.times import DAY, MINUTE, SECOND, Duration, Rounding, TimeOfDay


class RoundAt(StrEnum):
    """Whether each stage's time is rounded before adding, or the total once (Rules 1.4)."""

    STAGE = "stage"
    TOTAL = "total"


class Incomplete(StrEnum):
    """Where a classification shows those without a result in every stage (Rules 9.3)."""

    BELOW = "below"
    HIDDEN = "hidden"
    SEPARATE = "separate"


class EqualRank(StrEnum):
    """Ranks of a tie that nothing breaks: 1 1 3, or 1 2 3 (Rules 9.5)."""

    SHARED = "shared"
    CONSECUTIVE = "consecutive"


class AgeOn(StrEnum):
    """The day that an age is counted at (Rules 8.1)."""

    RACE_START = "race_start"
    STAGE_DAY = "stage_day"
    YEAR_END = "year_end"


class AfterOut(StrEnum):
    """What becomes of those who run on after they are out (racefile, Who is ranked)."""

    UNRANKED = "unranked"
    RANKED_ON_STAGES = "ranked_on_stages"
    REFUSE = "refuse"


class OutcomeKind(StrEnum):
    """What a missed limit leads to (Rules 5.4); FLAG only lists it (Rules 8.4)."""

    OUT = "out"
    DNF = "dnf"
    UNRANKED = "unranked"
    MOVE = "move"
    PENALTY = "penalty"
    STRIKES = "strikes"
    FLAG = "flag"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A consequence: ``division`` for MOVE, ``penalty`` for PENALTY, ``strikes`` for STRIKES.

    ``repeated`` are the penalties of the second time in the race, the third …, the last repeating;
    none repeats ``penalty``. Only separations escalate so (Rules 8.4).
    """

    kind: OutcomeKind
    division: str = ""
    penalty: Duration = 0
    strikes: int = 0
    repeated: tuple[Duration, ...] = ()

    def penalty_of(self, time: int) -> Duration:
        """What the first time costs, 1, or a later one."""
        return (self.penalty, *self.repeated)[:time][-1]


OUT = Outcome(kind=OutcomeKind.OUT)


class Apply(StrEnum):
    """Whether a limit acts by itself or asks the director each time (Rules 5.7)."""

    AUTOMATIC = "automatic"
    CONFIRM = "confirm"


class MissedKind(StrEnum):
    """What a mandatory control costs once it is confirmed as missed (Rules 4.4)."""

    QUERY = "query"
    DNF = "dnf"
    PENALTY = "penalty"


@dataclass(frozen=True, slots=True, kw_only=True)
class MissedControl:
    """The policy for missed mandatory controls."""

    kind: MissedKind = MissedKind.QUERY
    penalty: Duration = 0


class TieLinkKind(StrEnum):
    """The links of a tie chain (racefile, Figures)."""

    PLACE_SUM = "place_sum"
    BEST_PLACE = "best_place"
    LAST_STAGE_PLACE = "last_stage_place"
    FIRST_STAGE_TIME = "first_stage_time"
    LINE_ORDER = "line_order"
    FRACTIONS = "fractions"


@dataclass(frozen=True, slots=True, kw_only=True)
class TieLink:
    """One link; ``stages`` limits FRACTIONS to some stages, empty for all."""

    kind: TieLinkKind
    stages: tuple[int, ...] = ()


DEFAULT_TIES = (
    TieLink(kind=TieLinkKind.PLACE_SUM),
    TieLink(kind=TieLinkKind.BEST_PLACE),
    TieLink(kind=TieLinkKind.LAST_STAGE_PLACE),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CutoffRules:
    """What holds for every cut-off that does not say otherwise (Rules 5.1, 5.4, 5.7)."""

    inclusive: bool = True
    outcome: Outcome = OUT
    apply: Apply = Apply.AUTOMATIC


class AssignFrom(StrEnum):
    """What an assigned time goes by: the last finisher's, the winner's, the finish's cut-off."""

    LAST = "last"
    WINNER = "winner"
    LIMIT = "limit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfinished:
    """Whoever does not finish a stage is out (``assign`` ``None``), or stays in (Rules 9.3).

    Who stays in has a time on it: as ``assign`` says, and ``plus`` longer.
    """

    assign: AssignFrom | None = None
    plus: Duration = 0


class Scope(StrEnum):
    """Whether an adjustment counts on the stage and in the GC, or in the GC alone (6.2)."""

    STAGE = "stage"
    GC = "gc"


@dataclass(frozen=True, slots=True, kw_only=True)
class PenaltyRule:
    """An entry of the penalty table (Rules 6.1); ``article`` is that of the race's own rules.

    ``times`` are the first, second … amount for one competitor, of which the last repeats,
    unless the next one disqualifies (``then_dsq``). With ``per_item`` each item counts.
    """

    code: str
    name: str = ""
    article: str = ""
    times: tuple[Duration, ...] = ()
    then_dsq: bool = False
    scope: Scope = Scope.STAGE
    per_item: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The settings of one edition; the defaults are the rulebook's."""

    precision: Duration = SECOND
    rounding: Rounding = Rounding.UP
    round_at: RoundAt = RoundAt.STAGE
    incomplete: Incomplete = Incomplete.BELOW
    missed_control: MissedControl = MissedControl()
    ties: tuple[TieLink, ...] = DEFAULT_TIES
    equal_rank: EqualRank = EqualRank.SHARED
    age_on: AgeOn = AgeOn.RACE_START
    cutoff: CutoffRules = CutoffRules()
    start_tolerance: Duration = 10 * MINUTE
    after_out: AfterOut = AfterOut.UNRANKED
    protest_window: Duration = 30 * MINUTE
    limit: Duration | None = None
    penalties: tuple[PenaltyRule, ...] = ()
    unfinished: Unfinished = Unfinished()


class Carry(StrEnum):
    """Which earlier times go along into another division (Rules 7.2)."""

    ALL = "all"
    NONE = "none"
    SHARED = "shared"


class Arrivals(StrEnum):
    """Whether who comes into a division by its ladder is ranked there (Rules 5.4, 7.2)."""

    RANKED = "ranked"
    UNRANKED = "unranked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Division:
    """Which stages its entries run (empty: all), and where its ladder leads (Rules 7).

    ``carry`` and ``arrivals`` hold for those who come into it from another one.
    """

    code: str
    name: str = ""
    stages: tuple[int, ...] = ()
    moves_to: str = ""
    carry: Carry = Carry.ALL
    arrivals: Arrivals = Arrivals.RANKED


class TeamGender(StrEnum):
    """What a category asks of a team's members (Rules 8.2)."""

    MEN = "men"
    WOMEN = "women"
    MIXED = "mixed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """A filter over competitors; every condition given must hold (Rules 8.1, 8.2).

    ``age`` and ``combined_age`` are inclusive bounds in whole years, ``None`` for an open end;
    ``team_gender`` and ``combined_age`` concern teams only.
    """

    code: str
    name: str = ""
    gender: str = ""
    age: tuple[int | None, int | None] | None = None
    nationality: tuple[str, ...] = ()
    residence: tuple[str, ...] = ()
    club: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    team_gender: TeamGender | None = None
    combined_age: tuple[int | None, int | None] | None = None
    minimum: int = 0
    merges_into: str = ""


class TeamTimeKind(StrEnum):
    """How members' stage times make a team's (Rules 8.3)."""

    LAST = "last"
    NTH = "nth"
    SUM = "sum"
    BEST = "best"
    TOGETHER = "together"
    RELAY = "relay"


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamTime:
    """``n`` is the member of NTH and the number of BEST."""

    kind: TeamTimeKind
    n: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Separation:
    """Members may cross a control at most ``max_gap`` apart (Rules 8.4).

    ``at`` pairs controls with limits of their own. With ``then_out`` the time after the last of
    the penalties is out.
    """

    max_gap: Duration
    at: tuple[tuple[str, Duration], ...] = ()
    outcome: Outcome = Outcome(kind=OutcomeKind.FLAG)
    then_out: bool = False


class Broken(StrEnum):
    """How the others go on when a member is out (Rules 8.5)."""

    SOLO_RANKED = "solo_ranked"
    SOLO_UNRANKED = "solo_unranked"
    FINISHERS = "finishers"


class Members(StrEnum):
    """Whether members stand in the solo boards too (Rules 8.6)."""

    BOTH = "both"
    TEAM_ONLY = "team_only"


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamKind:
    """One kind of team: ``size`` is (least, most); ``minimum`` still living members, 0: all."""

    code: str
    size: tuple[int, int]
    name: str = ""
    time: TeamTime = TeamTime(kind=TeamTimeKind.LAST)
    separation: Separation | None = None
    broken: Broken = Broken.SOLO_RANKED
    members: Members = Members.BOTH
    gender: TeamGender | None = None
    combined_age: tuple[int | None, int | None] | None = None
    minimum: int = 0


class StageKind(StrEnum):
    """Timed; untimed but required; a day of rest (Rules 2.1)."""

    TIMED = "timed"
    UNTIMED = "untimed"
    REST = "rest"


class StartMode(StrEnum):
    """How a stage starts (Rules 3.1)."""

    MASS = "mass"
    WAVES = "waves"
    WINDOW = "window"
    INTERVAL = "interval"
    CHASE = "chase"


class Basis(StrEnum):
    """What starts an entry's clock: the gun, its own start read, its allocated start (3.2)."""

    GUN = "gun"
    OWN = "own"
    ALLOCATED = "allocated"


class EarlyKind(StrEnum):
    """What a departure before the window opens leads to (Rules 3.3)."""

    RESET = "reset"
    REFUSE = "refuse"
    PENALTY = "penalty"


class IntervalOrder(StrEnum):
    """In what order allocated starts follow each other (Rules 3.1)."""

    GC = "gc"
    GC_REVERSED = "gc_reversed"
    BIBS = "bibs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Some of the entries; every condition given must hold.

    ``rank`` is (first, last) on ``board``, or on the division's first solo time classification;
    ``bib_range`` is (first, last) too, in the natural order of bibs (``12a`` after ``12``).
    """

    board: str = ""
    rank: tuple[int, int] | None = None
    division: str = ""
    category: str = ""
    bibs: tuple[str, ...] = ()
    bib_range: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wave:
    """Entries sharing a gun; whoever is in any of ``who``, or everyone if it is empty."""

    code: str
    at: TimeOfDay
    who: tuple[Selection, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """A stage's start. Times of day are on the stage's date unless they carry a day offset.

    ``at`` is the gun of MASS and the first start of INTERVAL and CHASE; ``opens`` and ``closes``
    belong to WINDOW; ``every`` to INTERVAL; ``cap`` and the two ``rest_…`` to CHASE.
    """

    mode: StartMode
    basis: Basis
    at: TimeOfDay | None = None
    waves: tuple[Wave, ...] = ()
    opens: TimeOfDay | None = None
    closes: TimeOfDay | None = None
    early: EarlyKind = EarlyKind.RESET
    early_penalty: Duration = 0
    every: Duration = 0
    order: IntervalOrder = IntervalOrder.GC
    cap: Duration | None = None
    rest_at: TimeOfDay | None = None
    rest_every: Duration = 0


DEFAULT_BASIS = {
    StartMode.MASS: Basis.GUN,
    StartMode.WAVES: Basis.GUN,
    StartMode.WINDOW: Basis.OWN,
    StartMode.INTERVAL: Basis.ALLOCATED,
    StartMode.CHASE: Basis.ALLOCATED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cutoff:
    """A limit at a control (Rules 5.1); exactly one measure is given.

    ``at`` is a time of day on the stage's date; ``elapsed`` counts from the entry's own clock
    start, ``elapsed_gun`` from the gun; ``min_speed`` is in metres an hour from the start to the
    control; ``percent_of_winner`` of the lowest raw clock of the division. ``division``,
    ``category`` and ``wave`` limit whom it concerns; the first that concerns an entry counts.
    ``lap`` is the one it holds on where a control is passed on several, 0 for all of them.
    """

    at: TimeOfDay | None = None
    elapsed: Duration | None = None
    elapsed_gun: Duration | None = None
    min_speed: int | None = None
    percent_of_winner: int | None = None
    outcome: Outcome | None = None
    hard: bool = True
    inclusive: bool | None = None
    apply: Apply | None = None
    division: str = ""
    category: str = ""
    wave: str = ""
    lap: int = 0


class Source(StrEnum):
    """Where a passing comes from, in the order of priority (Rules 4.3)."""

    DIRECTOR = "director"
    PHOTO = "photo"
    CHIP = "chip"
    LINE_CREW = "line_crew"
    CHECKPOINT = "checkpoint"
    RADIO = "radio"
    PAPER = "paper"
    GPS = "gps"
    ESTIMATE = "estimate"


class TooEarly(StrEnum):
    """What passing a control too early leads to (Rules 4.8)."""

    COUNT = "count"
    PENALTY = "penalty"


@dataclass(frozen=True, slots=True, kw_only=True)
class Early:
    """Counted as the earliest time permitted, or a ``penalty``."""

    kind: TooEarly = TooEarly.COUNT
    penalty: Duration = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """Out is permitted ``least`` after in (Rules 4.8)."""

    least: Duration
    early: Early = Early()


@dataclass(frozen=True, slots=True, kw_only=True)
class Earliest:
    """The earliest passing permitted (Rules 4.8): a time of day, or ``elapsed`` on the clock."""

    at: TimeOfDay | None = None
    elapsed: Duration | None = None
    early: Early = Early()


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """From one point of a course to a later one, by their codes (Rules 4.7).

    ``allowance`` is how much of a neutral section is not counted at the most, ``None`` for all.
    """

    start: str
    end: str
    allowance: Duration | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """An ordered point of a stage's course, ``distance_m`` metres from its start.

    With ``in_out`` it is two points of one place, ``CODE.in`` and ``CODE.out`` (Rules 4.2);
    ``cutoffs`` tests the in, ``cutoffs_out`` the out. ``source`` names the official source where
    it is not the usual one. ``place`` is read by one station whichever control there is next;
    ``min_gap`` is the least time between reads that count apart (Rules 4.9). ``rest`` is between
    in and out; ``earliest`` concerns the in, ``earliest_out`` the out (Rules 4.8). ``checks`` are
    what is looked at there, one word each; they only tell its station what to ask for (Rules 6.6).
    """

    code: str
    distance_m: int
    name: str = ""
    place: str = ""
    in_out: bool = False
    mandatory: bool = True
    manned: bool = True
    cutoffs: tuple[Cutoff, ...] = ()
    cutoffs_out: tuple[Cutoff, ...] = ()
    source: Source | None = None
    min_gap: Duration | None = None
    ascent_m: int | None = None
    rest: Rest | None = None
    earliest: Earliest | None = None
    earliest_out: Earliest | None = None
    checks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One day's contest. ``controls`` are in the order of the full course, start first.

    ``courses`` says, for divisions that do not run all of it, which controls they pass.
    ``controls`` describe one of the ``laps``; ``distance_m`` is that of all of them. The time in
    ``neutral`` sections does not count, or only that in ``timed`` ones does (Rules 4.7).
    ``bonuses`` pairs ``finish`` or a control's code with the time bonuses by place (Rules 6.4).
    ``profile`` pairs metres from the start with metres above the sea, in order, of one lap; it is
    drawn, and no time depends on it.
    """

    number: int
    date: date
    name: str = ""
    kind: StageKind = StageKind.TIMED
    distance_m: int = 0
    ascent_m: int = 0
    start: Start | None = None
    controls: tuple[Control, ...] = ()
    courses: tuple[tuple[str, tuple[str, ...]], ...] = ()
    laps: int = 1
    neutral: tuple[Section, ...] = ()
    timed: tuple[Section, ...] = ()
    bonuses: tuple[tuple[str, tuple[Duration, ...]], ...] = ()
    profile: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherCourse:
    """What a re-routed stage is run over: of a `Stage`, what describes its courses (Rules 2.4)."""

    controls: tuple[Control, ...]
    distance_m: int = 0
    courses: tuple[tuple[str, tuple[str, ...]], ...] = ()
    laps: int = 1


class Of(StrEnum):
    """Whether a classification ranks entries or teams."""

    SOLO = "solo"
    TEAM = "team"


class Measure(StrEnum):
    """What a classification ranks by (Rules 9.1)."""

    TIME = "time"
    POINTS = "points"
    PLACES = "places"
    STAGES = "stages"
    BEST = "best"
    SEGMENTS = "segments"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """Leaves out the first ``top`` of another board (Rules 9.10)."""

    board: str
    top: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Classification:
    """A filter, a measure and a tie chain (Rules 9.1).

    ``division`` and ``category`` filter (empty: no filter), ``kind`` is the team kind of a team
    classification, ``stages`` the stages that count (empty: all). ``points`` pairs ``finish`` or
    a control's code with the points by place. ``best_of`` counts the best so many stages.
    ``ties`` and ``incomplete`` override the race's where not ``None``.
    """

    code: str
    of: Of
    name: str = ""
    division: str = ""
    category: str = ""
    kind: str = ""
    measure: Measure = Measure.TIME
    points: tuple[tuple[str, tuple[int, ...]], ...] = ()
    stages: tuple[int, ...] = ()
    best_of: int = 0
    segments: tuple[tuple[int, str, str], ...] = ()
    exclude: Exclusion | None = None
    ties: tuple[TieLink, ...] | None = None
    incomplete: Incomplete | None = None
    teams_excluded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Jersey:
    """What the leader of ``board`` wears, from ``first_stage`` on (Rules 9.9).

    Jerseys go before each other in the order of the definition. ``colour`` is as on a page:
    ``#ffd400``.
    """

    code: str
    board: str
    name: str = ""
    colour: str = ""
    first_stage: int = 1


class Withdrawals(StrEnum):
    """When the public learns that somebody retired, unless it is released before (Rules 12.2)."""

    COURSE_CLEAR = "course_clear"
    BY_DIRECTOR = "by_director"
    AT_ONCE = "at_once"


@dataclass(frozen=True, slots=True, kw_only=True)
class Race:
    """A whole definition, validated. ``event`` groups races that share course and stations."""

    slug: str
    name: str
    timezone: str
    starts_on: date
    event: str = ""
    withdrawals: Withdrawals = Withdrawals.COURSE_CLEAR
    rules: Rules = Rules()
    divisions: tuple[Division, ...] = ()
    categories: tuple[Category, ...] = ()
    team_kinds: tuple[TeamKind, ...] = ()
    stages: tuple[Stage, ...] = ()
    classifications: tuple[Classification, ...] = ()
    jerseys: tuple[Jersey, ...] = ()
    _stage_by_number: dict[int, Stage] = field(init=False, repr=False, compare=False, hash=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_stage_by_number", {s.number: s for s in self.stages})

    def stage(self, number: int) -> Stage | None:
        """The stage of that number, or None."""
        return self._stage_by_number.get(number)

    def classification(self, code: str) -> Classification | None:
        """The classification of that code, or None."""
        return next((c for c in self.classifications if c.code == code), None)


MAX_STAGE_SPAN: Duration = 10 * DAY
"""No stage lasts longer: readings further from its date are a problem, not a result."""
