"""The field on hold: where, since when, how many wait."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from timing.core.book import RaceBook
from timing.core.records import Hold
from timing.core.safety import Whereabouts
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
    """A hold in force."""
    waiting = 0
    if moment.found is not None:
        waiting = sum(
            line.whereabouts is Whereabouts.OUT
            and post_of(line.last_point) == post_of(hold.control)
            and not line.last_point.endswith(".out")
            for line in moment.found.lines
        )
    since_when = hold.since
    shown = (
        figures.clock_minutes(since_when, moment.zone)
        if isinstance(since_when, int)
        else figures.clock_minutes(hold.at, moment.zone)
    )
    return HoldItem(
        ruling=hold.id,
        control=hold.control,
        since=shown,
        waiting=figures.count(waiting),
        reason=hold.reason,
        release_id=new_id(),
    )


def hold_controls(moment: Moment) -> tuple[Option, ...]:
    """Where runners of the stage can be held."""
    names = {post_of(code): name for code, name in point_names(moment).items()}
    posts = dict.fromkeys(post_of(code) for code in moment.book.points(moment.number)[1:-1])
    return tuple(
        Option(value=post, label=names.get(post, post).replace(" out", ""), is_chosen=False)
        for post in posts
    )
