"""The field on hold: where, since when, how many wait."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from timing.core.book import RaceBook
from timing.core.holds import HoldPeriod, hold_periods, kept_by
from timing.core.records import Hold
from timing.core.safety import RegisterLine, Whereabouts
from timing.pages import figures
from timing.pages.control_places import post_of
from timing.pages.now_moment import Moment
from timing.pages.now_points import point_names
from timing.pages.selection import Option


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldItem:
    """A hold in force: where, since when, how many wait."""

    ruling: str
    control: str
    since: str
    waiting: str
    reason: str
    release_id: str


def holds_of(book: RaceBook, stage: int) -> tuple[Hold, ...]:
    """The holds of a stage that nobody has ended."""
    return tuple(
        r for r in book.rulings if isinstance(r, Hold) and r.stage == stage and r.until is None
    )


def hold_item(moment: Moment, hold: Hold, new_id: Callable[[], str]) -> HoldItem:
    """A hold in force: who came since it began waits there, and nobody who was through before."""
    stage = moment.book.stage_book(moment.number)
    periods = hold_periods(moment.number, (hold,), stage.day, stage.roster.wearing)
    since = periods[0].since if periods else hold.at
    return HoldItem(
        ruling=hold.id,
        control=hold.control,
        since=figures.clock_minutes(since, moment.zone, moment.day),
        waiting=figures.count(sum(_waits(moment, line, periods) for line in _out(moment))),
        reason=hold.reason,
        release_id=new_id(),
    )


def _out(moment: Moment) -> Iterator[RegisterLine]:
    lines = () if moment.found is None else moment.found.lines
    return (line for line in lines if line.whereabouts is Whereabouts.OUT)


def _waits(moment: Moment, line: RegisterLine, periods: Sequence[HoldPeriod]) -> bool:
    course = moment.book.stage_book(moment.number).full_courses.of(line.entry)
    point = course.points[course.index[line.last_point]]
    came = line.last_seen or 0
    return kept_by(line.entry.id, point, came, periods, moment.at) is not None


def hold_controls(moment: Moment) -> tuple[Option, ...]:
    """Where runners of the stage can be held."""
    names = {post_of(code): name for code, name in point_names(moment).items()}
    posts = dict.fromkeys(post_of(code) for code in moment.book.points(moment.number)[1:-1])
    return tuple(
        Option(value=post, label=names.get(post, post).replace(" out", ""), is_chosen=False)
        for post in posts
    )
