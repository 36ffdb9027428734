"""A stage's course-clear register as rows, and as JSON: for the desk only (Rules 11, 12.2)."""

from __future__ import annotations

import json

from timing.core.definition import Race
from timing.core.safety import Alert, ControlWatch, Register, RegisterLine
from timing.core.times import format_instant, zone_named
from timing.exports.json import lines
from timing.exports.table import Cell, Column, Kind, Table

_ALERT = (
    Column(name="alert"),
    Column(name="level"),
    Column(name="since", kind=Kind.INSTANT),
    Column(name="acknowledged_by"),
)

RUNNER_COLUMNS = (
    Column(name="bib"),
    Column(name="name"),
    Column(name="division"),
    Column(name="whereabouts"),
    Column(name="last_point"),
    Column(name="last_seen", kind=Kind.INSTANT),
    Column(name="next_point"),
    Column(name="expected", kind=Kind.INSTANT),
    Column(name="latest", kind=Kind.INSTANT),
    *_ALERT,
    Column(name="where"),
    Column(name="vehicle"),
    Column(name="handed_to"),
    Column(name="by"),
)

CONTROL_COLUMNS = (
    Column(name="point"),
    Column(name="through", kind=Kind.NUMBER),
    Column(name="to_come", kind=Kind.NUMBER),
    Column(name="last_expected", kind=Kind.INSTANT),
    Column(name="last_bib"),
    Column(name="closes", kind=Kind.INSTANT),
    Column(name="swept", kind=Kind.INSTANT),
    *_ALERT,
)


def runners_table(race: Race, register: Register) -> Table:
    """Everyone who started, the most urgent first.

    Where several alerts stand for one, ``alert`` names them all, the rest is of the first.
    """
    return _table(race, RUNNER_COLUMNS, [_runner(line) for line in register.lines])


def controls_table(race: Race, register: Register) -> Table:
    """The points of the stage: who is still to come, and what was heard of each (11.3)."""
    return _table(race, CONTROL_COLUMNS, [_control(watch) for watch in register.controls])


def register_json(race: Race, register: Register) -> bytes:
    """The whole register as one object."""
    value = {
        "stage": register.stage,
        "at": format_instant(register.at),
        "clear": register.is_clear,
        "runners": lines(runners_table(race, register)),
        "controls": lines(controls_table(race, register)),
    }
    return json.dumps(value, ensure_ascii=False).encode() + b"\n"


def _table(race: Race, columns: tuple[Column, ...], rows: list[tuple[Cell, ...]]) -> Table:
    return Table(
        columns=columns,
        rows=tuple(rows),
        precision=race.rules.precision,
        zone=zone_named(race.timezone),
    )


def _alert(*alerts: Alert) -> tuple[Cell, ...]:
    if not alerts:
        return "", "", None, ""
    first = alerts[0]
    return " ".join(a.kind for a in alerts), first.level.value, first.since, first.by


def _runner(line: RegisterLine) -> tuple[Cell, ...]:
    ahead = line.next
    return (
        line.entry.bib,
        line.entry.name,
        line.entry.division,
        line.whereabouts.value,
        f"<{line.last_point}" if line.is_at_latest else line.last_point,
        line.last_seen,
        "" if ahead is None else ahead.point,
        None if ahead is None else ahead.time,
        None if ahead is None else ahead.latest,
        *_alert(*line.alerts),
        line.where,
        line.vehicle,
        line.handed_to,
        line.by,
    )


def _control(watch: ControlWatch) -> tuple[Cell, ...]:
    return (
        watch.point,
        watch.through,
        watch.to_come,
        watch.last_expected,
        watch.last_bib,
        watch.closes,
        watch.swept,
        *(_alert() if watch.alert is None else _alert(watch.alert)),
    )
