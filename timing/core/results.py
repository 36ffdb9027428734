"""What the engine answers: splits, stage lines, boards. Nothing here is ever stored."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from timing.core.definition import Classification, Measure, Source
from timing.core.entries import Competitor, Entry
from timing.core.problems import Problem
from timing.core.statuses import RaceStatus, StageStatus
from timing.core.times import Duration, Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """The accepted time of an entry at a point of its course.

    ``point`` is its code (``PASS``, ``HUT.in``), ``elapsed`` counts from the entry's clock
    start, ``None`` where that is not known; ``record`` is the passing it was taken from.
    """

    point: str
    distance_m: int
    time: Instant
    elapsed: Duration | None
    record: str
    source: Source


class TieBreak(StrEnum):
    """What parted two lines of equal time (Rules 9.5)."""

    FINISH_ORDER = "finish_order"
    PLACE_SUM = "place_sum"
    BEST_PLACE = "best_place"
    LAST_STAGE_PLACE = "last_stage_place"
    FIRST_STAGE_TIME = "first_stage_time"
    LINE_ORDER = "line_order"
    FRACTIONS = "fractions"
    COUNT_BACK = "count_back"
    GC = "gc"


@dataclass(frozen=True, slots=True, kw_only=True)
class StageLine:
    """One competitor's result on one stage.

    ``rank`` is the place on the stage within the division, ``None`` where unranked. ``time`` is
    the official one: the raw clock rounded, plus stage-scope penalties, minus credits;
    ``penalty``, ``credit`` and ``bonus`` are what was given on that stage, of both scopes.
    ``start`` and ``finish`` are instants. ``control`` says where someone is out.
    ``is_assigned`` marks the time of one who did not finish and stays in the race (Rules 9.3).
    """

    competitor: Competitor
    division: str
    categories: tuple[str, ...]
    status: StageStatus
    rank: int | None = None
    time: Duration | None = None
    raw_time: Duration | None = None
    gap: Duration | None = None
    interval: Duration | None = None
    penalty: Duration = 0
    credit: Duration = 0
    bonus: Duration = 0
    start: Instant | None = None
    finish: Instant | None = None
    distance_m: int = 0
    last_point: str = ""
    control: str = ""
    tie: TieBreak | None = None
    done: bool = False
    is_assigned: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StageBoard:
    """A stage's result in one division; ``team_kind`` is set where it ranks teams."""

    stage: int
    division: str
    lines: tuple[StageLine, ...]
    team_kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A competitor's line in a classification, as after a stage.

    ``stages`` counts the stages done (cancelled ones too), ``time`` sums official stage times
    and GC-scope adjustments; ``gap`` is behind the leader and ``interval`` behind the one
    ahead, in the unit of the measure. ``out_stage`` and ``out_control`` say where someone's
    race ended. ``stage_times`` and ``stage_ranks`` follow the board's ``stages``.
    """

    competitor: Competitor
    division: str
    categories: tuple[str, ...]
    status: RaceStatus
    rank: int | None = None
    stages: int = 0
    time: Duration | None = None
    raw_time: Duration | None = None
    points: int | None = None
    gap: Duration | None = None
    interval: Duration | None = None
    penalty: Duration = 0
    credit: Duration = 0
    bonus: Duration = 0
    distance_m: int = 0
    out_stage: int | None = None
    out_control: str = ""
    tie: TieBreak | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """A classification as after stage ``after`` (0 before the first).

    ``code`` is the classification's own, or with ``-incomplete`` behind it. ``merged_into`` names
    the category that holds those of the classification's own, which was too small (Rules 8.1).
    """

    code: str
    classification: Classification
    after: int
    lines: tuple[Line, ...]
    merged_into: str = ""

    @property
    def measure(self) -> Measure:
        """What the lines are ranked by."""
        return self.classification.measure


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlLine:
    """The order at a control: everyone who passed, by elapsed time (racefile, Who is ranked)."""

    entry: Entry
    division: str
    categories: tuple[str, ...]
    rank: int | None
    time: Instant
    elapsed: Duration | None
    gap: Duration | None
    record: str
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlBoard:
    """Who passed a point of a stage's course, in order."""

    stage: int
    point: str
    division: str
    lines: tuple[ControlLine, ...]


class UnusedReason(StrEnum):
    """Why a passing was not taken as a split."""

    LOWER_PRIORITY = "lower_priority"
    LATER_READ = "later_read"
    EARLIER_START_READ = "earlier_start_read"
    AFTER_START_TOLERANCE = "after_start_tolerance"
    SECOND_DEPARTURE = "second_departure"
    OUT_OF_ORDER = "out_of_order"
    BEFORE_START = "before_start"
    NOT_ON_COURSE = "not_on_course"
    NO_SUCH_TIME = "no_such_time"
    FAR_AWAY = "far_away"
    AT_LATEST = "at_latest"
    BACKUP_STANDS = "backup_stands"
    AFTER_OUT = "after_out"
    BEYOND_RESULT = "beyond_result"
    NO_OPEN_CONTROL = "no_open_control"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unused:
    """A passing of this entry that was not taken, and why; ``time`` where it could be dated."""

    record: str
    control: str
    reason: UnusedReason
    time: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Everything at once: what ``timing compute --all`` prints.

    ``boards`` is by classification code and number of the stage after which; ``stages`` by
    stage number, a board for each division and then each team kind.
    """

    boards: dict[str, dict[int, Board]]
    stages: dict[int, tuple[StageBoard, ...]]
    problems: tuple[Problem, ...]
