"""What people may do in a race: rights, and the roles that have them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Right(StrEnum):
    """One thing that an account may or may not do in a race; every page of the desk names its own.

    SEE: read the desk. RULE: make and reverse rulings. REVIEW: decide dubious passings, take times
    in. CLEAR: say where runners are, acknowledge alerts, close a stage's course. ENTER: entries,
    teams, start lists, registration. CONTACTS: read and write contacts and medical notes. DEFINE:
    the definition. PUBLISH: issue results. JUDGE: answer protests. EXPORT: take files home.
    STATIONS: stations, their keys and devices. OUTGOING: who is told by programs, what is
    released. PEOPLE: who may do what. ERASE: take a person's data out. RECORD: log times.
    """

    SEE = "see"
    RULE = "rule"
    REVIEW = "review"
    CLEAR = "clear"
    ENTER = "enter"
    CONTACTS = "contacts"
    DEFINE = "define"
    PUBLISH = "publish"
    JUDGE = "judge"
    EXPORT = "export"
    STATIONS = "stations"
    OUTGOING = "outgoing"
    PEOPLE = "people"
    ERASE = "erase"
    RECORD = "record"


class Part(StrEnum):
    """The part that an account plays in a race."""

    OWNER = "owner"
    DIRECTOR = "director"
    TIMEKEEPER = "timekeeper"
    JURY = "jury"
    STATION = "station"
    READER = "reader"


_ALL = frozenset(Right)

RIGHTS: Mapping[Part, frozenset[Right]] = {
    Part.OWNER: _ALL,
    Part.DIRECTOR: _ALL - {Right.PEOPLE, Right.ERASE},
    Part.TIMEKEEPER: frozenset(
        {
            Right.SEE,
            Right.REVIEW,
            Right.CLEAR,
            Right.ENTER,
            Right.EXPORT,
            Right.STATIONS,
            Right.RECORD,
        }
    ),
    Part.JURY: frozenset({Right.SEE, Right.RULE, Right.JUDGE, Right.EXPORT}),
    Part.STATION: frozenset({Right.RECORD}),
    Part.READER: frozenset({Right.SEE, Right.EXPORT}),
}
"""Who may do what."""
