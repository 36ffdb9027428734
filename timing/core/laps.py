"""Controls passed more than once: what each passage of a lapped stage is called (Rules 4.9).

The controls of a lapped stage describe one lap. Those between the first and the last are passed
on every lap, as ``LAP2:CP1`` on the second. Where a lap ends at a line that is passed each time,
its end is a control of its own, ``LAP1`` after the first; the last lap ends at the finish.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from timing.core.definition import Control, Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """One time that a control is passed.

    ``index`` is the control's among those of the stage, ``lap`` counts from 1 and is 0 on a
    stage without laps; ``code`` is the control's own where it is passed once.
    """

    code: str
    index: int
    lap: int


def lap_end(lap: int) -> str:
    """What the end of a lap is called."""
    return f"LAP{lap}"


def passages(codes: Sequence[str], laps: int, *, end_at_line: bool) -> Iterator[Passage]:
    """The passages of a stage whose controls have these ``codes``, in running order."""
    if laps == 1 or len(codes) < 2:
        yield from (Passage(code=code, index=i, lap=0) for i, code in enumerate(codes))
        return
    last = len(codes) - 1
    yield Passage(code=codes[0], index=0, lap=1)
    for lap in range(1, laps + 1):
        for index in range(1, last):
            yield Passage(code=f"{lap_end(lap)}:{codes[index]}", index=index, lap=lap)
        if lap == laps:
            yield Passage(code=codes[last], index=last, lap=lap)
        elif end_at_line:
            yield Passage(code=lap_end(lap), index=last, lap=lap)


def ends_at_line(controls: Sequence[tuple[str, str]]) -> bool:
    """Whether every lap ends at a control, given each control's code and its place if any.

    It does where start and finish are one place, and where there is nothing between them.
    """
    if len(controls) < 3:
        return True
    (start, start_place), (finish, finish_place) = controls[0], controls[-1]
    return (start_place or start) == (finish_place or finish)


def passages_of(stage: Stage) -> tuple[Passage, ...]:
    """The passages of a stage's full course."""
    controls = stage.controls
    return tuple(
        passages(
            [c.code for c in controls],
            stage.laps,
            end_at_line=ends_at_line([(c.code, c.place) for c in controls]),
        )
    )


def distance_of(passage: Passage, controls: Sequence[Control]) -> int:
    """How far from the start a passage is, in metres: a lap is as long as to the finish."""
    before = max(passage.lap - 1, 0) * controls[-1].distance_m
    return before + controls[passage.index].distance_m
