"""Stations gone silent: which, whom to call there, when they were heard last, and what to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from timing.core.alerts import Standing
from timing.core.book import RaceBook
from timing.core.safety import AlertKind, Level
from timing.core.times import Instant, zone_named
from timing.pages import figures
from timing.pages.alert_words import is_passed_by, lasting, what_to_do
from timing.pages.now_alarms import Ring, ring_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """A silent control in words. ``had_by`` has it; ``ack`` are the fields of the form to have it.

    ``is_sure`` where runners are seen further on, so that only its times are missing.
    """

    key: str
    control: str
    lasting: str
    heard: str
    is_sure: bool
    todo: str
    ring: Ring
    had_by: str
    ack_id: str
    ack: Mapping[str, str]


def silences(
    book: RaceBook,
    standing: tuple[Standing, ...],
    *,
    at: Instant,
    phones: Mapping[str, tuple[str, str]],
    new_id: Callable[[], str],
) -> tuple[Silence, ...]:
    """The silent controls of all stages; ``phones`` are name and number by control."""
    return tuple(
        _silence(book, one, at=at, phones=phones, new_id=new_id)
        for one in standing
        if one.kind is AlertKind.STATION_SILENT
    )


def _silence(
    book: RaceBook,
    one: Standing,
    *,
    at: Instant,
    phones: Mapping[str, tuple[str, str]],
    new_id: Callable[[], str],
) -> Silence:
    zone, stage = zone_named(book.race.timezone), book.race.stage(one.stage)
    since = figures.clock_minutes(one.since, zone, None if stage is None else stage.date)
    was_heard = bool(book.stage_book(one.stage).times_at(one.control))
    is_sure = is_passed_by(book, one)
    is_open = one.level is not Level.ACKNOWLEDGED
    return Silence(
        key=one.subject,
        control=one.control,
        lasting=lasting(at - one.since),
        heard=f"Last time from there {since}."
        if was_heard
        else f"No time has come from there; the first is missing since {since}.",
        is_sure=is_sure,
        todo=what_to_do(is_sure=is_sure),
        ring=ring_of(book.race.slug, one.control, phones),
        had_by="" if is_open else one.by,
        ack_id=new_id() if is_open else "",
        ack={"alert": one.kind.value, "stage": str(one.stage), "control": one.control},
    )
