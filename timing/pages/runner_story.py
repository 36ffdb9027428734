"""A runner's race in one sentence, composed by rule from the places after each stage.

Where it began, where it turned, where it stands: "Fourth after stage 1, twelfth after a penalty on
stage 3, ninth again on the road."
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from timing.core.statuses import RaceStatus, StageStatus
from timing.pages import words
from timing.pages.languages import mark, spoken
from timing.pages.over import is_over
from timing.pages.runner_view import RunnerView
from timing.pages.saying import said


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A place in the main classification after a stage, or on the road during it."""

    stage: int
    place: int
    on_road: bool = False


def places_through(view: RunnerView) -> tuple[Placed, ...]:
    """The runner's places so far, those without one left out; the last may be on the road."""
    if view.main is None:
        return ()
    found = []
    for number in view.lines:
        if number <= view.after:
            line = view.line(view.main, number)
            if line is not None and line.rank is not None:
                found.append(Placed(stage=number, place=line.rank))
    road = view.road_line()
    if view.now is not None and road is not None and road.rank is not None and road.split:
        found.append(Placed(stage=view.now.stage.number, place=road.rank, on_road=True))
    return tuple(found)


def story(view: RunnerView) -> str:
    """The sentence, and how the race ended for whom it did; empty before the first stage."""
    placed = places_through(view)
    penalised = frozenset(n for n, line in view.lines.items() if line.penalty)
    told = [_begun_with_a_capital(_told(placed, penalised, is_over=is_over(view.book)))]
    told.append(_ended(view))
    return " ".join(part for part in told if part)


def _told(placed: Sequence[Placed], penalised: frozenset[int], *, is_over: bool) -> str:
    if not placed:
        return ""
    first, last = placed[0], placed[-1]
    parts = {"stage": first.stage, "now": last.stage}
    turn = _turn(placed, penalised)
    shown = {"first": first.place, "last": last.place}
    if turn is not None:
        parts["at"], shown["turn"] = turn.stage, turn.place
    key = _key(placed, turn, penalised, is_over=is_over)
    return said(SENTENCES[key], **parts, **_ordinals(shown))


def _key(
    placed: Sequence[Placed], turn: Placed | None, penalised: frozenset[int], *, is_over: bool
) -> str:
    """Which of the sentences it is."""
    last = placed[-1]
    if len(placed) == 1:
        return "alone-road" if last.on_road else "alone"
    if len({p.place for p in placed}) == 1:
        if last.place != 1:
            return "all"
        return "led-all" if is_over else "leads-all"
    end = "road" if last.on_road else "end" if is_over else "now"
    if turn is None:
        return f"two-{end}"
    is_again = last.place in {p.place for p in placed[: placed.index(turn)]}
    why = "penalty" if turn.stage in penalised else "turn"
    return f"{why}-again-{end}" if is_again else f"{why}-{end}"


def _turn(placed: Sequence[Placed], penalised: frozenset[int]) -> Placed | None:
    """Where the race turned: after a penalty that cost places, else furthest off the way."""
    for before, here in pairwise(placed[:-1]):
        if here.stage in penalised and here.place > before.place:
            return here
    first, last = placed[0].place, placed[-1].place

    def off(here: Placed) -> int:
        return max(here.place - max(first, last), min(first, last) - here.place)

    best = max(placed[1:-1], key=off, default=None)
    return best if best is not None and off(best) >= _WORTH_TELLING else None


_WORTH_TELLING = 2
"""Places that somebody must have been off the way from the first to the last."""


def _ended(view: RunnerView) -> str:
    """Where the race ended for whoever is out, and how; empty for everybody else."""
    line, road = view.main_line, view.road_line()
    if line is not None and line.out_stage is not None:
        number, control, status = line.out_stage, line.out_control, line.status.value
        own = view.lines.get(number)
        if own is not None and own.status is StageStatus.DNS:
            status = own.status.value
    elif view.now is not None and road is not None and road.stage is not None:
        number, control = view.now.stage.number, road.stage.control
        status = road.stage.status.value
    else:
        return ""
    text = _ENDINGS.get(status)
    return said(text, where=view.where(number, control), stage=number) if text else ""


_ENDINGS: Mapping[str, str] = {
    StageStatus.DNS.value: mark("The race ended before stage {stage}: did not start."),
    RaceStatus.DNF.value: mark("The race ended on {where}: did not finish."),
    RaceStatus.OTL.value: mark("The race ended on {where}: over the time limit."),
    RaceStatus.DSQ.value: mark("The race ended on {where}: disqualified."),
    RaceStatus.WITHDRAWN.value: mark("The race ended on {where}: withdrawn."),
}

SENTENCES: Mapping[str, str] = {
    "alone": mark("{first} after stage {stage}."),
    "alone-road": mark("{first} on the road on stage {stage}."),
    "leads-all": mark("In the lead since stage {stage}."),
    "led-all": mark("In the lead from stage {stage} to the end."),
    "all": mark("{first} after every stage since stage {stage}."),
    "two-road": mark("{first} after stage {stage}, {last} on the road now."),
    "two-now": mark("{first} after stage {stage}, {last} after stage {now}."),
    "two-end": mark("{first} after stage {stage}, {last} at the end."),
    "turn-road": mark("{first} after stage {stage}, {turn} after stage {at}, {last} on the road."),
    "turn-now": mark(
        "{first} after stage {stage}, {turn} after stage {at}, {last} after stage {now}."
    ),
    "turn-end": mark("{first} after stage {stage}, {turn} after stage {at}, {last} at the end."),
    "turn-again-road": mark(
        "{first} after stage {stage}, {turn} after stage {at}, {last} again on the road."
    ),
    "turn-again-now": mark(
        "{first} after stage {stage}, {turn} after stage {at}, {last} again after stage {now}."
    ),
    "turn-again-end": mark(
        "{first} after stage {stage}, {turn} after stage {at}, {last} again at the end."
    ),
    "penalty-road": mark(
        "{first} after stage {stage}, {turn} after a penalty on stage {at}, {last} on the road."
    ),
    "penalty-now": mark(
        "{first} after stage {stage}, {turn} after a penalty on stage {at},"
        " {last} after stage {now}."
    ),
    "penalty-end": mark(
        "{first} after stage {stage}, {turn} after a penalty on stage {at}, {last} at the end."
    ),
    "penalty-again-road": mark(
        "{first} after stage {stage}, {turn} after a penalty on stage {at},"
        " {last} again on the road."
    ),
    "penalty-again-now": mark(
        "{first} after stage {stage}, {turn} after a penalty on stage {at},"
        " {last} again after stage {now}."
    ),
    "penalty-again-end": mark(
        "{first} after stage {stage}, {turn} after a penalty on stage {at},"
        " {last} again at the end."
    ),
}
"""By where the race turned, whether a place was taken again, and how it stands."""

# English says the first places in words; the other languages have their own way with figures.
_SPELLED: Mapping[int, str] = {
    1: "first",
    2: "second",
    3: "third",
    4: "fourth",
    5: "fifth",
    6: "sixth",
    7: "seventh",
    8: "eighth",
    9: "ninth",
    10: "tenth",
    11: "eleventh",
    12: "twelfth",
}


def _ordinals(places: Mapping[str, int]) -> dict[str, str]:
    """The places as ordinals, in words where all of them can be."""
    if spoken().code == "en" and all(place in _SPELLED for place in places.values()):
        return {name: _SPELLED[place] for name, place in places.items()}
    return {name: words.ordinal(place) for name, place in places.items()}


def _begun_with_a_capital(text: str) -> str:
    return text[:1].upper() + text[1:]
