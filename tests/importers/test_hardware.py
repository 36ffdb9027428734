"""Every format against a file made from its layout: each line's read, or why it is none."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from timing.core.times import HOUR, TimeOfDay, parse_instant, parse_time_of_day
from timing.importers.chip_map import read_chip_map
from timing.importers.columns import Meaning, guess_columns, read_columns, read_table
from timing.importers.formats import FORMATS, guess_format
from timing.importers.ipico import checksum, ipico_read
from timing.importers.race_result_12 import race_result_12_read
from timing.importers.reads import (
    MAX_FILE,
    BadFile,
    BadRow,
    NoPassing,
    Read,
    Reading,
    ReadTime,
    WallTime,
)
from timing.importers.sportident import read_sportident

GOLDEN = Path(__file__).parent / "golden"
RACE_DAY = date(2026, 3, 28)


def at(text: str, day: date = RACE_DAY) -> WallTime:
    return WallTime(day, parse_time_of_day(text).ms)


def golden(name: str) -> bytes:
    return (GOLDEN / name).read_bytes()


def read(name: str, format: str) -> Reading:
    return FORMATS[format].read(golden(name))


def short(reading: Reading) -> list[tuple[int, str, ReadTime]]:
    return [(r.line, r.chip or r.bib, r.time) for r in reading.reads]


def told(reading: Reading) -> list[tuple[int, str, str]]:
    return [(p.line, p.kind.value, p.told) for p in reading.problems]


@pytest.mark.parametrize(
    ("name", "format"),
    [
        ("race-result.txt", "race-result"),
        ("ipico.txt", "ipico"),
        ("ultra.txt", "ultra"),
        ("mylaps.txt", "mylaps"),
        ("chronotrack.txt", "chronotrack"),
        ("jchip.txt", "jchip"),
        ("wiclax.txt", "wiclax"),
        ("sportident.json", "sportident"),
        ("semicolons.csv", "csv"),
    ],
)
def test_a_format_is_guessed_from_its_lines(name: str, format: str) -> None:
    assert guess_format(golden(name)) == format


def test_race_result_rows_with_and_without_a_date() -> None:
    found = read("race-result.txt", "race-result")
    assert short(found) == [
        (2, "A1001", at("11:10:00.123")),
        (3, "A1002", parse_time_of_day("11:10:01.007")),
        (4, "A1003", parse_time_of_day("00:00:04.500")),
        (5, "A1004", parse_time_of_day("11:10:07.900")),
    ]
    assert [r.key for r in found.reads] == [f"D5001/7/{n}" for n in (1, 2, 3, 4)]
    assert told(found) == [
        (6, "passed_over", "a marker at 11:10:08.000"),
        (7, "rejected", "the time is no hh:mm:ss"),
        (8, "rejected", "2 fields, not 4 or more"),
    ]


def test_ipico_lines_and_what_is_wrong_with_others() -> None:
    found = read("ipico.txt", "ipico")
    assert short(found) == [
        (1, "000000012345", at("18:45:59.390", date(2001, 12, 30))),
        (2, "058003700ab1", at("11:00:00.990")),
        (3, "058003700ab1", at("11:00:03.080")),
        (4, "058003700ab1", at("11:00:04")),
    ]
    assert [r.note for r in found.reads] == ["", "", "", "last seen"]
    right = checksum(golden("ipico.txt").splitlines()[1].decode()[2:34])
    assert told(found) == [
        (5, "rejected", f"the checksum is 00, not {right}"),
        (6, "rejected", "35 characters, not 36 or 38"),
        (7, "rejected", "there is no such time"),
        (8, "rejected", "there is no such date"),
        (9, "rejected", "this is no line of an IPICO reader"),
    ]


@pytest.mark.parametrize("hundredths", range(100))
def test_ipico_hundredths_are_in_hex(hundredths: int) -> None:
    body = f"400000000123450a2a011230184559{hundredths:02x}"
    total = sum(ord(c) for c in body) % 256
    found = ipico_read(f"aa{body}{total:02x}")
    assert found is not None
    assert isinstance(found.time, WallTime)
    assert found.time.ms % 1_000 == hundredths * 10


def test_ultra_lines_count_seconds_from_1980() -> None:
    found = read("ultra.txt", "ultra")
    # 46 years of which 12 were leap years, 86 days, 11 hours.
    seconds = (46 * 365 + 12 + 86) * 86_400 + 11 * 3_600
    assert seconds == 1_459_162_800
    assert short(found) == [
        (2, "4001", at("11:00:00.250")),
        (3, "4002", at("11:00:01.005")),
        (5, "4003", at("11:00:07.040")),
    ]
    assert [r.sequence for r in found.reads] == [17, 18, None]
    assert told(found) == [
        (4, "passed_over", "the gun, LogID 19"),
        (6, "rejected", "the time is no number"),
    ]


def test_mylaps_messages_of_one_passing_or_several() -> None:
    found = read("mylaps.txt", "mylaps")
    assert short(found) == [
        (2, "KX12345", at("11:00:07.070")),
        (2, "KX12346", at("11:00:08.500")),
        (2, "KX12347", at("11:00:09")),
    ]
    assert told(found) == [
        (1, "passed_over", "a message “Pong”"),
        (3, "rejected", "there is no such date"),
        (4, "passed_over", "a message “Marker”"),
        (5, "rejected", "this is no message of MyLaps"),
    ]


def test_chronotrack_times_of_three_kinds() -> None:
    found = read("chronotrack.txt", "chronotrack")
    assert short(found) == [
        (1, "9478", parse_time_of_day("14:02:15.310")),
        (2, "9479", at("14:02:16.050")),
        (3, "9480", parse_instant("2026-03-28T13:02:17.990Z")),
    ]
    assert told(found) == [
        (4, "passed_over", "guntime at 07:45:01.01, start"),
        (5, "rejected", "the time is no hh:mm:ss"),
        (6, "rejected", "this is no CT01_33 line"),
    ]


def test_jchip_days_count_from_the_date_the_receiver_told() -> None:
    found = read("jchip.txt", "jchip")
    assert short(found) == [
        (3, "413A35", at("11:00:07.070")),
        (4, "413A36", at("00:00:02.500", date(2026, 3, 29))),
    ]
    assert [line for line, _, _ in told(found)] == [5, 6]


def test_wiclax_lines() -> None:
    found = read("wiclax.txt", "wiclax")
    assert short(found) == [(2, "01539", at("02:41:30.620")), (3, "01540", at("02:41:31"))]
    assert told(found) == [(5, "rejected", "the date is no dd-mm-yyyy")]


def test_sportident_durations_count_from_its_reference() -> None:
    found = read("sportident.json", "sportident")
    assert [(r.bib, r.stage, r.control, r.time) for r in found.reads] == [
        ("7", 1, "START", parse_instant("2026-03-28T08:00:05+01:00")),
        ("7", 1, "FINISH", parse_instant("2026-03-28T11:10:00.250+01:00")),
        ("7", 2, "START", parse_instant("2026-03-29T00:30:00+01:00")),
    ]
    assert [(p.line, p.told) for p in found.problems] == [
        (2, "bib 12, stage 1: a time is no +DD:HH:MM:SS.mmm"),
        (3, "no bib"),
    ]


def test_a_real_result_of_sportident_center(shared_data: Path) -> None:
    content = (shared_data / "enduro_norway" / "sportident_hakadal_2019.json").read_bytes()
    found = read_sportident(content)
    assert guess_format(content) == "sportident"
    first = next(r for r in found.reads if (r.bib, r.stage, r.control) == ("38", 1, "FINISH"))
    assert first.time == parse_instant("2019-03-02T18:39:42+01:00")
    assert len({r.key for r in found.reads}) == len(found.reads)
    assert told(found) == [(17, "passed_over", "bib 16 has no stages")]


# Tables --------------------------------------------------------------------------------


def test_columns_are_guessed_by_their_names_in_several_languages() -> None:
    table = read_table(golden("semicolons.csv"))
    assert guess_columns(table) == {
        Meaning.BIB: 0,
        Meaning.TIME: 1,
        Meaning.CONTROL: 2,
        Meaning.WAY: 3,
        Meaning.NOTE: 4,
    }


def test_times_of_a_table_are_read_as_they_were_written() -> None:
    found = read("semicolons.csv", "csv")
    assert [(r.line, r.bib, r.control, r.time, r.uncertainty_ms) for r in found.reads] == [
        (2, "7", "Maighels.in", at("09:10:11.500"), 0),
        (3, "12", "HUT.out", TimeOfDay(9 * HOUR + 12 * 60_000), 60_000),
        (4, "15a", "PASS", parse_instant("2026-03-28T09:13:00+01:00"), 0),
    ]
    assert told(found) == [
        (5, "rejected", "no bib and no chip"),
        (6, "rejected", "the time can't be read"),
        (7, "rejected", "the date may be read in two ways: write 2026-08-28"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1774688400", parse_instant("2026-03-28T09:00:00Z")),
        ("1774688400.25", parse_instant("2026-03-28T09:00:00.250Z")),
        ("1774688400250", parse_instant("2026-03-28T09:00:00.250Z")),
        ("2026-03-28T09:00:00Z", parse_instant("2026-03-28T09:00:00Z")),
        ("2026-03-28 09:00:00", at("09:00:00")),
        ("28/03/2026 09:00:00", at("09:00:00")),
        ("+1 02:14:00", TimeOfDay(2 * HOUR + 14 * 60_000, 1)),
    ],
)
def test_a_time_may_be_of_the_day_with_a_date_or_since_1970(text: str, expected: ReadTime) -> None:
    table = read_table(f"bib,time\n7,{text}\n".encode())
    assert [r.time for r in read_columns(table, guess_columns(table)).reads] == [expected]


def test_a_number_is_an_identity_together_with_its_device() -> None:
    table = read_table(b"bib,time,seq,device\n7,09:00:00,1,A\n7,09:00:00,1,B\n7,09:00:00,2,\n")
    keys = [r.key for r in read_columns(table, guess_columns(table)).reads]
    assert keys[:2] == ["A/1", "B/1"]
    assert "7" in keys[2]


def test_a_table_without_a_time_is_refused() -> None:
    table = read_table(b"bib,name\n7,Ana\n")
    with pytest.raises(BadFile, match="which column has the time"):
        read_columns(table, guess_columns(table))


@pytest.mark.parametrize(
    "content", [b"", b"\n\n", b"a\0b", b"PK\x03\x04 is no zip", b"x" * (MAX_FILE + 1)]
)
def test_what_is_no_table_is_refused_in_words(content: bytes) -> None:
    with pytest.raises(BadFile):
        read_table(content)


def test_a_chip_of_two_bibs_is_refused_with_both_lines() -> None:
    found = read_chip_map(b"BIB,CHIP\n7,A1\n7,A2\n12,A1\n7,A1\n,A3\n")
    assert [(w.bib, w.chip) for w in found.worn] == [("7", "A1"), ("7", "A2")]
    assert [(p.line, p.told) for p in found.problems] == [
        (4, "chip A1 is bib 7's already, line 2"),
        (6, "no bib"),
    ]


# RACE RESULT 12 ------------------------------------------------------------------------


def told_by_12(**changes: Any) -> dict[str, Any]:
    return {
        "ID": 4711,
        "Bib": 7,
        "TimingPoint": "Finish",
        "Time": 40_200.25,
        "Invalid": False,
        "Passing": {
            "Transponder": "A1001",
            "DeviceID": "D-5001",
            "FileNo": 7,
            "PassingNo": 12,
            "IsMarker": False,
            "UTCTime": None,
        },
        **changes,
    }


def test_race_result_12_tells_seconds_of_the_day() -> None:
    found = race_result_12_read(told_by_12())
    assert found.read == Read(
        key="D-5001/7/12",
        time=parse_time_of_day("11:10:00.250"),
        chip="A1001",
        device="rr-D-5001",
    )
    assert not found.is_invalid


def test_race_result_12_markers_are_no_passings() -> None:
    with pytest.raises(NoPassing):
        race_result_12_read(told_by_12(Passing={"Transponder": "x", "IsMarker": True}))


@pytest.mark.parametrize(
    "row", [None, [], {}, told_by_12(Time=-1), told_by_12(Time=float("nan")), told_by_12(Time="1")]
)
def test_what_race_result_12_never_says_is_rejected(row: object) -> None:
    with pytest.raises(BadRow):
        race_result_12_read(row)
