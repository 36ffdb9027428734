"""What was decided about a stage, a control, a division or a team, in the few words of the desk."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from timing.core.records import (
    RULING_NAMES,
    BibChange,
    ChipChange,
    Close,
    Confirm,
    CutoffMove,
    EntryChange,
    FinishOrder,
    Hold,
    Ruling,
    StageAction,
    StageChange,
    StartList,
    TeamAction,
    TeamChange,
    Transfer,
)
from timing.core.times import Reading
from timing.pages import figures

Clock = Callable[[Reading, int], str]
"""A reading on the clock of a stage's day."""

_ACTIONS: Mapping[StageAction, str] = {
    StageAction.CANCEL: "cancelled",
    StageAction.STOP: "stopped",
    StageAction.SHORTEN: "shortened",
    StageAction.REPLACE: "replaced by another",
    StageAction.NEUTRALISE: "neutralised",
    StageAction.REROUTE: "re-routed",
}

_IN_TEAM: Mapping[TeamAction, str] = {
    TeamAction.JOIN: "joined",
    TeamAction.LEAVE: "left",
    TeamAction.BREAK: "broken",
}


def decided_words(ruling: Ruling, clock: Clock) -> str:
    """``Stage 2 shortened, result from PASS``; whatever has no words has its name and stage."""
    match ruling:
        case StageChange():
            return _stage_change(ruling, clock)
        case CutoffMove() | Close() | Hold():
            return _at_control(ruling, clock)
        case TeamChange() | Transfer():
            return _moved(ruling)
        case BibChange() | ChipChange():
            return _worn(ruling)
        case FinishOrder():
            joint = "Joint place" if ruling.joint else "Order of finish"
            return f"{joint}, stage {ruling.stage}"
        case StartList():
            return f"Start list of stage {ruling.stage}, {len(ruling.starts)} starts"
        case EntryChange(new=True):
            return "Late entry" if ruling.stage is None else f"Late entry, stage {ruling.stage}"
        case EntryChange():
            return f"Entry changed: {', '.join(name for name, _ in ruling.changes)}"
        case Confirm(record=""):
            return f"Missed {ruling.control}, stage {ruling.stage}"
        case _:
            name = RULING_NAMES[type(ruling)].replace("_", " ").capitalize()
            stage = getattr(ruling, "stage", None)
            return f"{name}, stage {stage}" if stage else name


def _stage_change(ruling: StageChange, clock: Clock) -> str:
    said = [f"Stage {ruling.stage} {_ACTIONS[ruling.action]}"]
    if ruling.result_from:
        said.append(f"result from {ruling.result_from}")
    if ruling.for_stopped is not None:
        said.append(f"those stopped have the time of the {ruling.for_stopped.value}")
    if ruling.control:
        said.append(f"after {ruling.control}")
    if ruling.since is not None:
        said.append(f"from {clock(ruling.since, ruling.stage)}")
    return ", ".join(said)


def _at_control(ruling: CutoffMove | Close | Hold, clock: Clock) -> str:
    where = f"{ruling.control}, stage {ruling.stage}"
    match ruling:
        case Close():
            return f"{where} closed"
        case Hold():
            until = "" if ruling.until is None else f" until {clock(ruling.until, ruling.stage)}"
            each = f", {len(ruling.releases)} let go one by one" if ruling.releases else ""
            return f"Held at {where}, from {clock(ruling.since, ruling.stage)}{until}{each}"
        case CutoffMove():
            to = "" if ruling.to is None else clock(ruling.to, ruling.stage)
            if ruling.elapsed is not None:
                to = f"{figures.time(ruling.elapsed)} after the start"
            whom = [f"division {ruling.division}"] if ruling.division else []
            whom += [f"wave {ruling.wave}"] if ruling.wave else []
            only = f", {' and '.join(whom)} only" if whom else ""
            return f"Cut-off of {where} moved to {to}{only}"


def _moved(ruling: TeamChange | Transfer) -> str:
    if isinstance(ruling, TeamChange):
        done = _IN_TEAM[ruling.action]
        if ruling.action is TeamAction.BREAK:
            return f"Team {ruling.team} {done}, stage {ruling.stage}"
        return f"{done.capitalize()} team {ruling.team}, stage {ruling.stage}"
    where = f", after {ruling.control}" if ruling.control else ""
    return f"Moved to division {ruling.division} from stage {ruling.stage}{where}"


def _worn(ruling: BibChange | ChipChange) -> str:
    stage = "" if ruling.stage is None else f" from stage {ruling.stage}"
    if isinstance(ruling, ChipChange):
        return f"Chip {ruling.chip}{stage}"
    if ruling.swap_with:
        return f"Swapped bibs with {ruling.swap_with}{stage}"
    return f"Bib {ruling.new_bib}{stage}"
