"""What stands over the desk's first page: the stage, its facts, how many are missing."""

from __future__ import annotations

from collections.abc import Iterator

from timing.core.alerts import Standing
from timing.core.definition import StageKind
from timing.core.safety import AlertKind, Level
from timing.core.times import Instant, local_clock
from timing.pages import figures, words
from timing.pages.now_alarms import Alarm
from timing.pages.now_moment import Moment, Phase
from timing.pages.stages import first_start, stage_title


def headline(standing: tuple[Standing, ...], box: tuple[Alarm, ...]) -> str:
    """What stands over the red box: ``2 runners overdue``, ``3 alerts``, ``1 being looked for``."""
    of_runners = [one for one in standing if one.kind is not AlertKind.STATION_SILENT]
    unseen = [one for one in of_runners if one.level is not Level.ACKNOWLEDGED]
    if not unseen:
        return f"{figures.count(len(box))} being looked after"
    if any(one.kind is not AlertKind.OVERDUE for one in unseen):
        waiting = sum(not alarm.had_by for alarm in box)
        return f"{waiting} alerts" if waiting > 1 else "A runner may be in danger"
    runners = sum(len(one.lines) for one in unseen)
    return f"{figures.count(runners)} runners overdue" if runners > 1 else "1 runner overdue"


def window_title(moment: Moment, box: tuple[Alarm, ...]) -> str:
    """The title of the window, with how many alerts nobody has."""
    waiting = sum(not alarm.had_by for alarm in box)
    mark = f"({waiting}) " if waiting else ""
    return f"{mark}Now · {moment.book.race.name}"


def title_of(moment: Moment) -> str:
    """The stage under way, or where the race is."""
    match moment.phase:
        case Phase.BEFORE:
            return "Before the race"
        case Phase.AFTER:
            return "After the race"
        case Phase.BETWEEN:
            coming = moment.coming
            today = local_clock(moment.now, moment.zone).date()
            rests = [
                s for s in moment.book.race.stages if s.kind is StageKind.REST and s.date == today
            ]
            if rests:
                return "Rest day"
            after = moment.number
            return f"Between stages {after} and {coming}"
        case Phase.RUNNING:
            return stage_title(moment.stage) if moment.stage is not None else "Now"


def facts_of(moment: Moment) -> Iterator[str]:
    """Length, start and closing of the stage under way, or the stage to come."""
    stage = moment.stage
    if moment.phase is not Phase.RUNNING or stage is None:
        if coming := coming_words(moment):
            yield coming
        return
    if stage.distance_m:
        yield f"{figures.kilometres(stage.distance_m)} km"
    if (gun := first_gun(moment)) is not None:
        yield f"started {figures.clock_minutes(gun, moment.zone, stage.date)}"
    closes = (
        [w.closes for w in moment.found.controls if w.closes is not None] if moment.found else []
    )
    if moment.closed is not None:
        yield f"closed {figures.clock_minutes(moment.closed.at, moment.zone, stage.date)}"
    elif closes:
        yield f"closes {figures.clock_minutes(max(closes), moment.zone, stage.date)}"


def first_gun(moment: Moment) -> Instant | None:
    """The first gun of the stage shown, that the clock counts from."""
    guns = [g for g in moment.book.guns(moment.number).values() if g <= moment.now]
    return min(guns, default=None)


def coming_words(moment: Moment) -> str:
    """The stage to come, and when it starts."""
    number = moment.coming
    stage = None if number is None else moment.book.race.stage(number)
    if stage is None:
        return ""
    start = first_start(moment.book, stage)
    when = f"{words.long_day(stage.date)}{f', {start}' if start else ''}"
    return f"{stage_title(stage)}: {when}"
