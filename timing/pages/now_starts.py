"""The guns that are still to be given, one tap away on the day."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from timing.core.definition import Stage, StartMode
from timing.core.records import StartCorrection
from timing.core.times import HOUR, local_clock
from timing.pages import figures
from timing.pages.guns import doubts_about_gun
from timing.pages.now_moment import Moment
from timing.pages.stages import first_start

NEAR = 6 * HOUR
"""A gun of another day is offered from so long before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GunItem:
    """A gun that is to be given; ``doubt`` is what has to be confirmed first."""

    label: str
    stage: int
    wave: str
    planned: str
    doubt: str
    id: str


def gun_items(moment: Moment, new_id: Callable[[], str]) -> Iterator[GunItem]:
    """The guns of the stage under way or to come that nobody has given."""
    book = moment.book
    numbers = dict.fromkeys(n for n in (moment.number, moment.coming) if n)
    for number in numbers:
        stage = book.race.stage(number)
        if stage is None or stage.start is None:
            continue
        if stage.start.mode not in (StartMode.MASS, StartMode.WAVES):
            continue
        given = {
            r.wave
            for r in book.rulings
            if isinstance(r, StartCorrection) and r.stage == number and not r.bibs
        }
        if book.has_begun(number) and not stage.start.waves:
            continue
        if not _is_near(moment, number, stage):
            continue
        guns = book.guns(number)
        for wave in [w.code for w in stage.start.waves] or [""]:
            if wave in given or (book.has_begun(number) and guns.get(wave, 0) <= moment.now):
                continue
            doubts = doubts_about_gun(book, number, moment.now, now=moment.now)
            planned = guns.get(wave)
            yield GunItem(
                label=f"Stage {number}{f', wave {wave}' if wave else ''}",
                stage=number,
                wave=wave,
                planned=figures.clock_minutes(planned, moment.zone)
                if planned is not None
                else first_start(book, stage),
                doubt=f"Although {' and although '.join(doubts)}" if doubts else "",
                id=new_id(),
            )


def _is_near(moment: Moment, number: int, stage: Stage) -> bool:
    """Whether a start is of this day, or so near that a night start may be given before."""
    first = min(moment.book.guns(number).values(), default=None)
    today = local_clock(moment.now, moment.zone).date()
    return stage.date == today or (first is not None and 0 <= first - moment.now < NEAR)
