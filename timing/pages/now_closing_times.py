"""Closing times ahead: who is still to come, and who is likely to miss them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from timing.core.entries import Entry, bib_order
from timing.core.safety import ControlWatch, Whereabouts
from timing.core.times import Instant
from timing.pages import figures, foreseen
from timing.pages.alert_words import lasting
from timing.pages.marks import name_of
from timing.pages.now_moment import Moment, Phase
from timing.pages.now_points import point_names

BIBS_SHOWN = 6
"""So many bibs are named at once; more are a list to open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LateOne:
    """Somebody who is likely to come too late: about when, and by how much."""

    bib: str
    name: str
    about: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosingItem:
    """A control that closes; ``share`` is how many of a hundred to come are likely late.

    ``bibs`` are theirs where they are few, else empty; ``who`` are all of them, the first to come
    before the others.
    """

    key: str
    point: str
    closes: str
    left: str
    to_come: str
    late: str
    share: int
    bibs: str
    who: tuple[LateOne, ...]


def closing_items(moment: Moment) -> Iterator[ClosingItem]:
    """The controls ahead that close, the first to close before the others."""
    if moment.phase is not Phase.RUNNING or moment.found is None:
        return
    ahead = [
        w
        for w in moment.found.controls
        if w.closes is not None and w.closes > moment.now and w.to_come
    ]
    if not ahead:
        return
    forecasts = foreseen.forecasts(moment.book, moment.number, moment.at)
    late: dict[str, list[tuple[Instant, Entry]]] = {w.point: [] for w in ahead}
    closes = {w.point: w.closes for w in ahead}
    for line in moment.found.lines:
        if line.whereabouts is not Whereabouts.OUT:
            continue
        for expected in forecasts.of(line.entry.id):
            closing = closes.get(expected.point)
            if closing is not None and expected.time > closing:
                late[expected.point].append((expected.time, line.entry))
    names = point_names(moment)
    for watch in sorted(ahead, key=lambda w: w.closes or 0):
        who = sorted(late[watch.point], key=lambda one: (one[0], bib_order(one[1].bib)))
        yield _closing(moment, watch, names.get(watch.point, watch.point), who)


def _closing(
    moment: Moment, watch: ControlWatch, name: str, who: list[tuple[Instant, Entry]]
) -> ClosingItem:
    closes = watch.closes or 0
    return ClosingItem(
        key=watch.point,
        point=name,
        closes=figures.clock_minutes(closes, moment.zone, moment.day),
        left=f"in {lasting(closes - moment.now)}",
        to_come=figures.count(watch.to_come),
        late=figures.count(len(who)),
        share=round(100 * len(who) / watch.to_come),
        bibs=", ".join(one.bib for _, one in who) if len(who) <= BIBS_SHOWN else "",
        who=tuple(
            LateOne(
                bib=entry.bib,
                name=name_of(entry),
                about=figures.clock_minutes(time, moment.zone, moment.day),
                by=lasting(time - closes),
            )
            for time, entry in who
        ),
    )
