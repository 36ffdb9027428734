"""What is still to do: before the race, and until a stage can be closed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from timing.core.definition import StageKind
from timing.core.records import StartList
from timing.core.safety import Register
from timing.pages import addresses, figures
from timing.pages.now_counts import Counts, counts_of
from timing.pages.now_moment import Moment, Phase, closing_of, register_at
from timing.pages.now_points import point_names
from timing.pages.now_stations import Known


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A line of a check list: done or open, and where to do it."""

    text: str
    is_done: bool
    url: str = ""


def clear_steps(moment: Moment, found: Register, counts: Counts) -> Iterator[Step]:
    """What is done and what is missing before the stage shown can be closed."""
    yield Step(text=f"{figures.count(counts.started)} starters on the register", is_done=True)
    names = point_names(moment)
    swept = [w for w in found.controls if w.swept is not None]
    if swept:
        last = swept[-1]
        at = figures.clock_minutes(last.swept or 0, moment.zone)
        yield Step(text=f"Swept to {names.get(last.point, last.point)}, {at}", is_done=True)
    if counts.away:
        said = [f"{figures.count(counts.on_course)} on course"]
        if counts.collected:
            said.append(f"{figures.count(counts.collected)} in a vehicle")
        said.append(f"{figures.count(counts.unaccounted)} unaccounted for")
        yield Step(text=", ".join(said), is_done=False)
    else:
        yield Step(text="Everybody is home", is_done=True)
    if has_sweep(moment):
        finish = found.controls[-1] if found.controls else None
        is_in = finish is not None and finish.swept is not None
        yield Step(text="Sweep in at the finish", is_done=is_in)


def has_sweep(moment: Moment) -> bool:
    """Whether somebody is entered who closes the course."""
    return any("sweep" in entry.tags for entry in moment.book.entries(moment.number))


def clear_words(moment: Moment, counts: Counts) -> str:
    """What the button says, and why it cannot be pressed."""
    if moment.closed is not None:
        return f"Stage {moment.number} was closed by {moment.closed.by}"
    if counts.away:
        runners = "runner" if counts.away == 1 else "runners"
        return f"Close stage {moment.number}: {figures.count(counts.away)} {runners} still out"
    return f"Close stage {moment.number}"


def unclosed_stages(moment: Moment) -> Iterator[tuple[str, str]]:
    """Earlier stages that somebody has not come home from."""
    for number in moment.watched:
        is_shown = number == moment.number and moment.phase is Phase.RUNNING
        if is_shown or closing_of(moment.book, number) is not None:
            continue
        away = counts_of(register_at(moment.book, number, moment.at)).away
        if away:
            who = "one" if away == 1 else figures.count(away)
            url = addresses.desk_course_clear(moment.slug, stage=number)
            yield f"Stage {number}: {who} not accounted for", url


def steps_before(moment: Moment, known: Known) -> Iterator[Step]:
    """The check list before the first start."""
    if moment.phase is not Phase.BEFORE:
        return
    book, slug = moment.book, moment.slug
    stages = len(book.stages)
    entries = len(book.entries())
    stations = [s for s in known.stations if s.revoked is None]
    has_course = all(s.controls for s in book.race.stages if s.kind is not StageKind.REST)
    yield Step(
        text=f"{stages} stages defined, with their controls"
        if has_course
        else "Every stage has its controls",
        is_done=bool(stages) and has_course,
        url=addresses.desk_setup_step(slug),
    )
    yield Step(
        text=f"{figures.count(entries)} entered" if entries else "Enter the runners",
        is_done=bool(entries),
        url=addresses.desk_entries(slug),
    )
    first = next(iter(book.stages), 0)
    is_issued = any(isinstance(r, StartList) and r.stage == first for r in book.rulings)
    yield Step(
        text="The first start list is issued"
        if is_issued
        else "Draw up and issue the first start list",
        is_done=is_issued,
        url=addresses.desk_start_lists(slug),
    )
    yield Step(
        text=f"{len(stations)} stations made" if stations else "Make the stations",
        is_done=bool(stations),
        url=addresses.desk_stations(slug),
    )
    told = "person is" if known.contacts == 1 else "people are"
    yield Step(
        text=f"{known.contacts} {told} told of alerts"
        if known.contacts
        else "Say who is told when a runner is overdue",
        is_done=bool(known.contacts),
        url=addresses.desk_alerts(slug),
    )
    yield Step(
        text="Rehearse it with an invented field", is_done=False, url=addresses.desk_rehearsal(slug)
    )
