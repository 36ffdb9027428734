"""The journal's records: passings and rulings (Rules 4.1; racefile, Rulings).

A record is never edited. What corrects it is another record: a void, an assign, a ruling that
supersedes. The result depends on the set of records, never on their order of arrival; where an
order is needed, rulings are ordered by (``at``, ``id``).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from timing.core.definition import Carry, OtherCourse, Scope, Source, Stage
from timing.core.statuses import RulingStatus
from timing.core.times import Duration, Instant, Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Passing:
    """One raw detection or entry, as it came (Rules 4.1).

    ``time`` is an instant or a time of day; ``bib`` is empty where none was read and may hold
    ``*`` for a digit that was not; ``device_time`` and ``received`` are instants, ``offset_ms``
    is true time minus device time, ``offset_age_ms`` how long before the passing that was
    measured, negative where it was after; ``uncertainty_ms`` is how far off the time may be
    (Rules 4.10). With ``at_latest`` the runner had passed by then (``<10:40``): for safety only.
    """

    id: str
    stage: int
    control: str
    time: Reading
    bib: str = ""
    chip: str = ""
    source: Source = Source.CHECKPOINT
    device: str = ""
    device_time: Instant | None = None
    offset_ms: int | None = None
    offset_age_ms: int | None = None
    uncertainty_ms: int = 0
    at_latest: bool = False
    received: Instant | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What every ruling has: who decided it (``by``), when (``at``, an instant), and why.

    ``supersedes`` names the rulings that it replaces, ``settles`` the observations that it answers.
    """

    id: str
    by: str
    at: Instant
    reason: str = ""
    supersedes: tuple[str, ...] = ()
    settles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Penalty(Ruling):
    """Adds ``time`` × ``count`` to whoever is named (Rules 6.1); ``served`` at a control (6.5).

    ``time`` or ``scope`` left out (``None``) is that of its ``code`` in the race's table.
    """

    stage: int
    time: Duration | None = None
    bibs: tuple[str, ...] = ()
    team: str = ""
    wave: str = ""
    division: str = ""
    code: str = ""
    scope: Scope | None = None
    count: int = 1
    served: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit(Ruling):
    """Subtracts ``time`` × ``count`` (Rules 6.3); may extend the cut-offs too (Rules 5.2)."""

    stage: int
    time: Duration
    bibs: tuple[str, ...] = ()
    team: str = ""
    wave: str = ""
    division: str = ""
    code: str = ""
    scope: Scope = Scope.STAGE
    count: int = 1
    extends_cutoffs: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Bonus(Ruling):
    """Subtracts from the GC, not from the stage (Rules 6.4); ``control`` says where earned."""

    stage: int
    time: Duration
    bibs: tuple[str, ...]
    control: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Points(Ruling):
    """Points on the classification ``board``, beside those of its table (Rules 9.1).

    ``place`` is the place that they were won with, for the count-back; None where there was none.
    """

    stage: int
    board: str
    points: int
    bibs: tuple[str, ...]
    place: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Status(Ruling):
    """Says what became of entries or a team; ``stage`` ``None`` is the whole race (§10)."""

    status: RulingStatus
    bibs: tuple[str, ...] = ()
    team: str = ""
    stage: int | None = None
    control: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StageTime(Ruling):
    """A declared stage time; ``place`` is a fact apart from it (Rules 9.6)."""

    stage: int
    bibs: tuple[str, ...]
    time: Duration | None = None
    place: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishOrder(Ruling):
    """A line judge's order among equal printed times; ``joint`` shares one place (9.5)."""

    stage: int
    bibs: tuple[str, ...]
    joint: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StartList(Ruling):
    """An issued start list: every bib with its start. It is frozen (Rules 3.6)."""

    stage: int
    starts: tuple[tuple[str, Reading], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StartCorrection(Ruling):
    """The actual gun of a stage or ``wave``, or the start of some ``bibs`` (Rules 3.4, 3.5)."""

    stage: int
    to: Reading
    wave: str = ""
    bibs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CutoffMove(Ruling):
    """A moved cut-off (Rules 5.5): to a time of day or instant, or an elapsed time."""

    stage: int
    control: str
    to: Reading | None = None
    elapsed: Duration | None = None
    division: str = ""
    wave: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Close(Ruling):
    """The control is closed: later reads are late there (Rules 5.6)."""

    stage: int
    control: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold(Ruling):
    """Runners held at a control: each one's wait is credited (Rules 4.11)."""

    stage: int
    control: str
    since: Reading
    until: Reading | None = None
    releases: tuple[tuple[str, Reading], ...] = ()


class StageAction(StrEnum):
    """What happens to a stage while it is under way (Rules 2.3, 2.4)."""

    CANCEL = "cancel"
    STOP = "stop"
    SHORTEN = "shorten"
    REPLACE = "replace"
    NEUTRALISE = "neutralise"
    REROUTE = "reroute"


class ForStopped(StrEnum):
    """The virtual time of the runners stopped (Rules 2.3)."""

    WINNER = "winner"
    LAST = "last"


@dataclass(frozen=True, slots=True, kw_only=True)
class StageChange(Ruling):
    """A stage modified while under way; ``result_from`` names the control that counts.

    A re-routed one has another course from ``control`` on, empty for the start, for whoever
    passes there at ``since`` or later (Rules 2.4).
    """

    stage: int
    action: StageAction
    result_from: str = ""
    for_stopped: ForStopped | None = None
    replacement: Stage | None = None
    control: str = ""
    since: Reading | None = None
    other_course: OtherCourse | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer(Ruling):
    """Entries go over to another division, from a stage or a control on (Rules 7.2).

    Without ``carry`` the division says what goes along.
    """

    bibs: tuple[str, ...]
    division: str
    stage: int
    control: str = ""
    carry: Carry | None = None


class TeamAction(StrEnum):
    """What changes in a team (Rules 8.5)."""

    JOIN = "join"
    LEAVE = "leave"
    BREAK = "break"


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamChange(Ruling):
    """A member joins or leaves, or the team is broken, from ``stage`` on."""

    team: str
    action: TeamAction
    stage: int
    bibs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BibChange(Ruling):
    """A new bib, or two that were swapped, from a stage (or an instant) on (Rules 4.6)."""

    bib: str
    stage: int
    new_bib: str = ""
    swap_with: str = ""
    since: Reading | None = None
    until: Reading | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryChange(Ruling):
    """A late entry (``new``), or changed attributes of one, from ``stage`` on.

    ``changes`` pairs attribute names of `Entry` with texts (``born`` as ISO date), and ``tags``
    and ``chips`` with tuples of texts.
    """

    changes: tuple[tuple[str, str | tuple[str, ...]], ...]
    bib: str = ""
    new: bool = False
    stage: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChipChange(Ruling):
    """Who wore which chip, from a stage (or instant) on."""

    bib: str
    chip: str
    stage: int | None = None
    since: Reading | None = None
    until: Reading | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Account(Ruling):
    """Someone accounted for, and where they are now (Rules 11.1)."""

    bibs: tuple[str, ...]
    stage: int
    control: str = ""
    where: str = ""
    vehicle: str = ""
    handed_to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement(Ruling):
    """A person has seen an alert (Rules 11.2)."""

    alert: str
    bibs: tuple[str, ...] = ()
    stage: int | None = None
    control: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation(Ruling):
    """What a station saw; it proposes a ruling and changes nothing itself (Rules 6.6)."""

    kind: str
    bibs: tuple[str, ...] = ()
    stage: int | None = None
    control: str = ""
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Release(Ruling):
    """The public may know that these retired, on ``stage`` or, ``None``, on any (Rules 12.2)."""

    bibs: tuple[str, ...] = ()
    team: str = ""
    stage: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Void(Ruling):
    """The record counts no more; a void of a void restores it."""

    record: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Assign(Ruling):
    """The passing belongs to ``bib``."""

    record: str
    bib: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirm(Ruling):
    """A person says that a passing is right, or that a control was indeed missed (4.4, 4.5)."""

    record: str = ""
    stage: int | None = None
    control: str = ""
    bibs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockOffset(Ruling):
    """A device's clock was off by ``offset`` (true − device) in [since, until)."""

    device: str
    offset: Duration
    since: Instant | None = None
    until: Instant | None = None


Record: TypeAlias = Passing | Ruling

RULINGS: dict[str, type[Ruling]] = {
    "penalty": Penalty,
    "credit": Credit,
    "bonus": Bonus,
    "points": Points,
    "status": Status,
    "stage_time": StageTime,
    "finish_order": FinishOrder,
    "start_list": StartList,
    "start": StartCorrection,
    "cutoff": CutoffMove,
    "close": Close,
    "hold": Hold,
    "stage": StageChange,
    "transfer": Transfer,
    "team": TeamChange,
    "bib": BibChange,
    "entry": EntryChange,
    "chip": ChipChange,
    "account": Account,
    "ack": Acknowledgement,
    "observation": Observation,
    "release": Release,
    "void": Void,
    "assign": Assign,
    "confirm": Confirm,
    "clock": ClockOffset,
}
"""Every ruling by the name it has in a racefile."""

RULING_NAMES: dict[type[Ruling], str] = {cls: name for name, cls in RULINGS.items()}
