"""Results as IOF XML 3.0, the data standard of the International Orienteering Federation.

A ``ResultList`` of an event with a race for each stage. A class is a classification of entries by
time; each runner's result of a race has the overall result as after it beside it. Seconds are those
of the official times, and places those of the stage; splits count from the runner's own start.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence
from datetime import date

from timing.core.book import RaceBook
from timing.core.definition import Classification, Stage, StageKind
from timing.core.entries import Entry
from timing.core.results import Line, StageLine
from timing.core.statuses import RaceStatus, StageStatus
from timing.core.times import SECOND, Duration, Instant, format_instant, zone_named
from timing.exports.finishers import by_time, main_boards
from timing.exports.latin import latin_name
from timing.exports.mark import Mark
from timing.exports.nations import ioc_code

NAMESPACE = "http://www.orienteering.org/datastandard/3.0"
CREATOR = "Bivouac"

_STAGE_STATUS = {
    StageStatus.NOT_STARTED: "Inactive",
    StageStatus.DNS: "DidNotStart",
    StageStatus.ON_COURSE: "Active",
    StageStatus.FINISHED: "OK",
    StageStatus.DNF: "DidNotFinish",
    StageStatus.OTL: "OverTime",
    StageStatus.DSQ: "Disqualified",
    StageStatus.NEUTRALISED: "Cancelled",
    StageStatus.NOT_IN_DIVISION: "DidNotEnter",
}
_RACE_STATUS = {
    RaceStatus.REGISTERED: "Inactive",
    RaceStatus.RACING: "Active",
    RaceStatus.FINISHED: "OK",
    RaceStatus.UNRANKED: "NotCompeting",
    RaceStatus.WITHDRAWN: "SportingWithdrawal",
    RaceStatus.DNF: "DidNotFinish",
    RaceStatus.OTL: "OverTime",
    RaceStatus.DSQ: "Disqualified",
    RaceStatus.TRANSFERRED: "Moved",
}


def to_iof(book: RaceBook, codes: Sequence[str] = (), *, mark: Mark) -> bytes:
    """The result list of these classifications, by default the main one of each division.

    It is a snapshot unless the mark is official. Codes that are of no time classification are
    passed over.
    """
    classes = [c for c in by_time(book) if c.code in codes] if codes else main_boards(book)
    root = ET.Element(
        "ResultList",
        {
            "xmlns": NAMESPACE,
            "iofVersion": "3.0",
            "createTime": format_instant(mark.at, zone_named(book.race.timezone)),
            "creator": CREATOR,
            "status": "Complete" if mark.is_official else "Snapshot",
        },
    )
    root.append(_event(book))
    for classification in classes:
        root.append(_class(book, classification))
    ET.indent(root)
    text = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'.encode()


def _event(book: RaceBook) -> ET.Element:
    race = book.race
    event = ET.Element("Event")
    _add(event, "Id", race.slug)
    _add(event, "Name", race.name)
    event.append(_day("StartTime", race.starts_on))
    event.append(_day("EndTime", max((s.date for s in race.stages), default=race.starts_on)))
    for stage in _stages(book):
        one = ET.SubElement(event, "Race")
        _add(one, "RaceNumber", str(stage.number))
        _add(one, "Name", stage.name or f"Stage {stage.number}")
        one.append(_day("StartTime", stage.date))
    return event


def _stages(book: RaceBook) -> Iterator[Stage]:
    for stage in book.race.stages:
        if stage.kind is not StageKind.REST:
            yield stage


def _class(book: RaceBook, classification: Classification) -> ET.Element:
    found = ET.Element("ClassResult")
    whose = ET.SubElement(found, "Class")
    _add(whose, "Id", classification.code)
    _add(whose, "Name", classification.name or classification.code)
    for stage in _stages(book):
        if stage.distance_m:
            course = ET.SubElement(found, "Course", {"raceNumber": str(stage.number)})
            _add(course, "Length", str(stage.distance_m))
            if stage.ascent_m:
                _add(course, "Climb", str(stage.ascent_m))
    last = book.last_stage
    stages = [stage for stage in _stages(book) if stage.number <= last]
    overall = {stage.number: _lines(book, classification, stage.number) for stage in stages}
    for line in book.board(classification.code, last).lines if last else ():
        if isinstance(line.competitor, Entry) and not line.competitor.name_hidden:
            found.append(_person(book, line.competitor, stages, overall))
    return found


def _lines(book: RaceBook, classification: Classification, after: int) -> dict[str, Line]:
    lines = book.board(classification.code, after).lines
    return {line.competitor.id: line for line in lines if isinstance(line.competitor, Entry)}


def _person(
    book: RaceBook, entry: Entry, stages: Sequence[Stage], overall: dict[int, dict[str, Line]]
) -> ET.Element:
    found = ET.Element("PersonResult")
    sex = {"sex": entry.gender} if entry.gender in ("M", "F") else {}
    person = ET.SubElement(found, "Person", sex)
    name = ET.SubElement(person, "Name")
    parts = latin_name(entry.name)
    _add(name, "Family", parts.family)
    _add(name, "Given", parts.first)
    if entry.born is not None:
        _add(person, "BirthDate", entry.born.isoformat())
    if entry.nationality:
        code = ioc_code(entry.nationality)
        _add(person, "Nationality", code).set("code", code)
    if entry.club:
        _add(ET.SubElement(found, "Organisation"), "Name", entry.club)
    for stage in stages:
        line = book.stage_line(stage.number, entry.id)
        if line is not None:
            standing = overall[stage.number].get(entry.id)
            found.append(_result(book, stage.number, entry, line, standing))
    return found


def _result(
    book: RaceBook, number: int, entry: Entry, line: StageLine, standing: Line | None
) -> ET.Element:
    found = ET.Element("Result", {"raceNumber": str(number)})
    _add(found, "BibNumber", book.entry(entry.id, number).bib)
    for tag, instant in (("StartTime", line.start), ("FinishTime", line.finish)):
        if instant is not None:
            _add(found, tag, _moment(book, instant))
    status = _STAGE_STATUS[line.status]
    if status == "OK" and line.rank is None:
        status = "NotCompeting" if line.time is not None else "Finished"
    _figures(found, line.time, line.gap, line.rank, status)
    if standing is not None:
        status = _RACE_STATUS[standing.status]
        if standing.rank is not None and status == "Active":
            status = "OK"
        overall = ET.SubElement(found, "OverallResult")
        _figures(overall, standing.time, standing.gap, standing.rank, status)
    start = line.start
    for split in book.splits(number, entry.id)[: -1 if line.finish is not None else None]:
        if start is None or split.time == start or split.elapsed is None:
            continue
        one = ET.SubElement(found, "SplitTime")
        _add(one, "ControlCode", split.point)
        _add(one, "Time", _seconds(split.elapsed))
    return found


def _figures(
    parent: ET.Element, time: Duration | None, gap: Duration | None, rank: int | None, status: str
) -> None:
    """What a race's result and the overall one have in common, in the order of the schema."""
    if time is not None:
        _add(parent, "Time", _seconds(time))
    # A position is given for the status OK alone.
    if rank is not None and status == "OK":
        if gap is not None:
            _add(parent, "TimeBehind", _seconds(gap))
        _add(parent, "Position", str(rank))
    _add(parent, "Status", status)


def _add(parent: ET.Element, tag: str, text: str) -> ET.Element:
    child = ET.SubElement(parent, tag)
    child.text = "".join(letter for letter in text if _is_xml(letter))
    return child


def _is_xml(letter: str) -> bool:
    """Whether XML 1.0 can hold the letter at all."""
    code = ord(letter)
    return (
        letter in "\t\n\r" or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or code >= 0x1_0000
    )


def _day(tag: str, day: date) -> ET.Element:
    found = ET.Element(tag)
    _add(found, "Date", day.isoformat())
    return found


def _moment(book: RaceBook, instant: Instant) -> str:
    return format_instant(instant, zone_named(book.race.timezone))


def _seconds(time: Duration) -> str:
    return str(time // SECOND) if time % SECOND == 0 else f"{time / SECOND:.3f}"
