"""The picture of the field: those overdue stand apart from the dots."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from timing.core.safety import AlertKind
from timing.pages.control_places import post_of
from timing.pages.field import FieldPicture, field_picture
from timing.pages.marks import worn_bibs
from timing.pages.now_moment import Moment, Phase
from timing.pages.running import running


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """A triangle of the picture: how many are overdue on a leg, and how far along it begins."""

    percent: float
    count: int


def field_of(moment: Moment) -> tuple[FieldPicture | None, tuple[Missing, ...]]:
    """The field of the stage under way, and a triangle for each place that somebody left last."""
    book = moment.book
    is_live = moment.phase is Phase.RUNNING and book.running_stage == moment.number
    current = running(book) if is_live else None
    if current is None:
        return None, ()
    apart = _overdue(moment)
    picture = field_picture(book, current, worn_bibs(book), apart=frozenset(apart))
    return picture, tuple(_missing(picture, apart))


def _overdue(moment: Moment) -> dict[str, str]:
    """Who is overdue on the stage shown, by id, with the point they left last."""
    return {
        line.entry.id: line.last_point
        for one in moment.standing
        if one.stage == moment.number and one.kind is AlertKind.OVERDUE
        for line in one.lines
    }


def _missing(picture: FieldPicture | None, apart: Mapping[str, str]) -> Iterator[Missing]:
    if picture is None:
        return
    left: dict[str, int] = {}
    for point in apart.values():
        left[post_of(point)] = left.get(post_of(point), 0) + 1
    for stop in picture.stops[:-1]:
        count = left.get(post_of(stop.place.code), 0)
        if count:
            yield Missing(percent=stop.percent, count=count)
