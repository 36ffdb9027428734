"""Rulings given by their form at the desk change the standings as the rules say, and are reversed.

One small race in which each of them matters: a cut-off missed by ten minutes, a ridge that one
runner passed too late, a read without a bib, a control that nobody saw one runner at.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count
from typing import Any, TypeAlias

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.serving import BEFORE, json_of
from tests.web.forms import form
from tests.web.people import account, signed_in
from timing import racefile
from timing.core.times import parse_instant
from timing.db.engines import Database
from timing.operations.races import add_race
from timing.operations.roles import Part

SLUG = "eight"
RULINGS = f"/desk/{SLUG}/rulings"
NEW = f"{RULINGS}/new"
RACE = """
format: 1
race:
  slug: eight
  timezone: Europe/Zurich
  starts_on: 2026-08-28
  rules: {missed_control: {penalty: "4:00:00"}}
divisions: [{code: full, moves_to: short}, {code: short}]
stages:
  - number: 1
    date: 2026-08-28
    start: {mode: mass, at: "08:00"}
    controls:
      - {code: START, km: 0}
      - {code: CP, km: 10, cutoff: {at: "11:00"}}
      - {code: RIDGE, km: 15, cutoff: {at: "11:30"}}
      - {code: FINISH, km: 20}
    courses: {short: [START, CP]}
  - number: 2
    date: 2026-08-29
    start: {mode: mass, at: "08:00"}
    controls: [{code: START, km: 0}, {code: CP, km: 10}, {code: FINISH, km: 20}]
    courses: {short: [START, CP]}
classifications:
  - {code: gc, of: solo, division: full}
  - {code: gc-short, of: solo, division: short}
  - {code: climbs, of: solo, division: full, measure: points, points: {}}
entries:
  - {bib: "11", name: Ana, division: full, chips: [A1]}
  - {bib: "12", name: Bo, division: full}
  - {bib: "13", name: Cy, division: full}
  - {bib: "14", name: Di, division: short}
  - {bib: "15", name: Ed, division: full}
passings: |
  1 CP 11 10:00:00
  1 FINISH - 12:00:00 chip=A1
  1 CP 12 10:10:00
  1 RIDGE 12 11:00:00
  1 FINISH 12 12:10:00
  1 CP 13 11:10:00
  1 RIDGE 13 11:29:00
  1 FINISH 13 13:00:00
  1 CP 14 10:30:00
  1 CP 15 10:15:00
  1 RIDGE 15 11:40:00
  1 FINISH 15 12:20:00
  2 CP 11 10:00:00
  2 FINISH 11 12:00:00
  2 CP 12 10:05:00
  2 CP 14 10:25:00
"""
MINUTE = 60_000
OTHER_WAY = "{controls: [{code: START, km: 0}, {code: CP, km: 10}, {code: FINISH, km: 18}]}"


@pytest.fixture
def desk(app: Flask, filled: Database, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """A director, on the second day at twenty past ten."""
    seconds = count(parse_instant("2026-08-29T10:20:00+02:00"), 1_000)
    for module in ("timing.web.desk_rulings", "timing.web.ruling_forms"):
        monkeypatch.setattr(f"{module}.now", lambda: next(seconds))
    with filled.writing() as session:
        add_race(session, racefile.loads(RACE, name=SLUG), at=BEFORE, by="tests")
    return signed_in(app, filled, account(filled, "dir", Part.DIRECTOR, slug=SLUG))


def lines(client: FlaskClient, path: str) -> dict[str, Any]:
    told = json_of(client.get(f"/api/v1/races/{SLUG}/{path}"))
    return {line["bib"]: line for line in told["lines"]}


def whole(client: FlaskClient) -> Mapping[str, Any]:
    paths = ("boards/gc", "boards/gc-short", "boards/climbs", "stages/1", "stages/2")
    return {path: lines(client, path) for path in paths}


def told(line: Mapping[str, Any]) -> tuple[Any, ...]:
    """Rank, status, and the time in minutes."""
    time = line["time_ms"]
    return line["rank"], line["status"], None if time is None else time / MINUTE


def give(client: FlaskClient, kind: str, **values: str) -> None:
    """By way of the page that shows what it changes, as a director does."""
    fields = form(client.get(f"{RULINGS}?kind={kind}"), NEW, kind=kind)
    shown = client.post(NEW, data={**fields, "reason": "Seen", "preview": "yes", **values})
    assert shown.status_code == 200, shown.text
    assert "Nothing is recorded yet" in shown.text
    assert client.post(NEW, data=form(shown, NEW)).status_code == 303


def reverse(client: FlaskClient) -> None:
    fields = form(client.get(RULINGS), NEW, kind="void")
    assert client.post(NEW, data={**fields, "reason": "In error"}).status_code == 303


Told: TypeAlias = dict[str, dict[str, tuple[Any, ...]]]

CASES: Mapping[str, tuple[dict[str, str], Told, Told]] = {
    # Rules 7.2: earlier times go along, the old line is unranked.
    "transfer": (
        {"bibs": "12", "division": "short", "stage": "2", "carry": "all"},
        {
            "boards/gc": {"12": (None, "racing", 250)},
            "boards/gc-short": {"14": (1, "finished", 295)},
        },
        {
            "boards/gc": {"12": (None, "transferred", 250)},
            "boards/gc-short": {"14": (1, "finished", 295), "12": (2, "finished", 375)},
        },
    ),
    # Rules 5.5, 5.1: in time is at or before; everything recomputes.
    "cutoff": (
        {"stage": "1", "control": "CP", "to": "11:10"},
        {"stages/1": {"13": (None, "otl", None)}},
        {"stages/1": {"13": (3, "finished", 300)}},
    ),
    # Rules 5.6: reads after the closing are late there; those before stand.
    "close": (
        {"stage": "2", "control": "CP"},
        {"stages/2": {"14": (1, "finished", 145), "11": (1, "finished", 240)}},
        {"stages/2": {"14": (None, "otl", None), "11": (1, "finished", 240)}},
    ),
    # Rules 2.3: those stopped are given the last finisher's time.
    "stop": (
        {"stage": "2", "for_stopped": "last"},
        {"stages/2": {"12": (None, "on_course", None)}},
        {"stages/2": {"11": (1, "finished", 240), "12": (1, "finished", 240)}},
    ),
    # Rules 2.4: whoever passed the parting at that instant or later ran the other course, which
    # leaves out the ridge and its cut-off.
    "reroute": (
        {"stage": "1", "control": "CP", "from": "10:15", "with": OTHER_WAY},
        {"stages/1": {"12": (2, "finished", 250), "15": (None, "otl", None)}},
        {"stages/1": {"12": (2, "finished", 250), "15": (3, "finished", 260)}},
    ),
    # Rules 4.6: reads of the chip are of whoever wore it.
    "chip": (
        {"bib": "12", "chip": "A1", "stage": "1"},
        {"stages/1": {"11": (1, "finished", 240), "12": (2, "finished", 250)}},
        {"stages/1": {"11": (None, "on_course", None), "12": (1, "finished", 240)}},
    ),
    # Rules 4.4: a control confirmed as missed costs the race's penalty.
    "missed": (
        {"bibs": "11", "stage": "1", "control": "RIDGE"},
        {"stages/1": {"11": (1, "finished", 240), "12": (2, "finished", 250)}},
        {"stages/1": {"12": (1, "finished", 250), "11": (2, "finished", 480)}},
    ),
}  # fmt: skip


def expect(client: FlaskClient, wanted: Mapping[str, Mapping[str, tuple[Any, ...]]]) -> None:
    for path, expected in wanted.items():
        found = lines(client, path)
        assert {bib: told(found[bib]) for bib in expected} == expected, path


@pytest.mark.parametrize("kind", CASES)
def test_a_ruling_does_what_the_rules_say_and_is_reversed(desk: FlaskClient, kind: str) -> None:
    values, before, after = CASES[kind]
    untouched = whole(desk)
    expect(desk, before)
    give(desk, kind, **values)
    expect(desk, after)
    given = whole(desk)
    reverse(desk)
    assert whole(desk) == untouched
    reverse(desk)
    assert whole(desk) == given


def test_points_are_won_beside_the_table_and_taken_back(desk: FlaskClient) -> None:
    """Rules 9.1."""
    untouched = whole(desk)
    give(desk, "points", stage="1", bibs="11", board="climbs", points="6", place="1")
    climbs = lines(desk, "boards/climbs")
    assert (climbs["11"]["rank"], climbs["11"]["points"]) == (1, 6)
    assert [bib for bib, line in climbs.items() if line["rank"] is not None] == ["11"]
    assert whole(desk)["stages/1"] == untouched["stages/1"]
    reverse(desk)
    assert whole(desk) == untouched
