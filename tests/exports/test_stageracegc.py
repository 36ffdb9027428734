"""A race as a workbook of StageRaceGC, and back."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from datetime import date

import pytest

from tests.importers.test_stageracegc import FIRST, RIDERS, SECOND, converted, tour
from timing.core.book import RaceBook
from timing.core.definition import Classification, RoundAt, Rules
from timing.core.document import Document
from timing.exports.stageracegc import left_out, to_stageracegc
from timing.importers.spreadsheets import read_sheets
from timing.importers.stageracegc import read_stageracegc
from timing.racefile import loads


def written(document: Document, code: str = "gc") -> bytes:
    book = RaceBook(document)
    classification = book.race.classification(code)
    assert classification is not None
    return to_stageracegc(book, classification)


def read(content: bytes) -> Document:
    conversion = read_stageracegc(content, slug="x", starts_on=date(2000, 1, 1))
    assert conversion.problems == ()
    return conversion.document


def rows(content: bytes, sheet: str) -> list[list[str]]:
    """A sheet's lines below its header."""
    (found,) = [s for s in read_sheets(content) if s.name == sheet]
    texts = [[str(cell).removesuffix(".0") for cell in row] for row in found.rows]
    return texts[next(i for i, row in enumerate(texts) if row[0] == "Bib") + 1 :]


def alike(one: Document, other: Document) -> bool:
    return (one.race, one.entries, one.teams, sorted(r.id for r in one.rulings)) == (
        other.race,
        other.entries,
        other.teams,
        sorted(r.id for r in other.rulings),
    )


INCOMPLETE = (
    ("Bib", "Time", "Place", "KOM 1", "Stage Sprint"),
    ("007", "25:00:00", 2, 9, 3),
    ("12a", None, 3),
    (14, None, "OTL", None, 2),
)


@pytest.mark.parametrize(
    "stages",
    [
        {"S1_RR": FIRST},
        {"S1_RR": FIRST, "S2_ITT": SECOND},
        {"S1_RR": INCOMPLETE, "S2_TTT": FIRST},
        {"S1_RR": FIRST, "S2_RR": INCOMPLETE, "S3_ITT": SECOND[:2]},
    ],
    ids=["one stage", "a time trial", "an incomplete stage", "someone who is out"],
)
def test_in_out_and_in_again_is_the_same_race(stages: dict[str, tuple[object, ...]]) -> None:
    document = converted(tour(**stages)).document  # type: ignore[arg-type] # rows of any length
    content = written(document)

    assert alike(read(content), document)
    assert written(read(content)) == content


RACE = """
race: {slug: two-days, timezone: Europe/Zurich}
stages:
  - {number: 1, date: 2026-08-28, start: "08:00", distance_km: 30}
  - {number: 2, date: 2026-08-29, kind: rest}
  - {number: 3, date: 2026-08-30, start: {mode: interval, first: "08:00", every: "0:01:00"},
     distance_km: 10}
classifications:
  - {code: gc}
  - {code: points, measure: points, points: {finish: [25, 20]}}
entries:
  - {bib: "007", name: =HYPERLINK("http://x")}
  - {bib: 8, name: +Bo Lind}
  - {bib: 9, name: "@Cho Li"}
  - {bib: 10, name: http://example.org}
rulings:
  - {ruling: penalty, stage: 1, bib: 8, time: "0:05:00", reason: x, by: d, at: 2026-08-28T18:00:00Z}
  - {ruling: credit, stage: 1, bib: "007", time: "0:01:00", scope: gc, reason: x, by: d,
     at: 2026-08-28T18:00:00Z}
  - {ruling: status, stage: 3, bib: 9, status: dnf, reason: x, by: d, at: 2026-08-30T18:00:00Z}
passings: |
  1 FINISH 007 12:00:00.4 source=chip
  1 FINISH 8 12:10:00
  1 FINISH 9 12:20:00
  3 START 007 08:00:00
  3 FINISH 007 09:00:00
  3 START 8 08:01:00
  3 FINISH 8 09:00:00
"""


@pytest.fixture
def document() -> Document:
    return loads(RACE, name="race.yaml")


def test_times_are_before_penalties_which_have_their_own_column(document: Document) -> None:
    content = written(document)

    assert rows(content, "Stage 1-RR") == [
        ["007", "4:00:01", "1", "", "-0:01:00", "25"],
        ["8", "4:10:00", "2", "", "0:05:00", "20"],
        ["9", "4:20:00", "3", "", "", ""],
        ["10", "", "INC", "", "", ""],
    ]


def test_totals_are_the_races_own(document: Document) -> None:
    ours = {
        line.competitor.name: line.time
        for line in RaceBook(document).board("gc").lines
        if line.rank is not None
    }
    theirs = {
        line.competitor.name: line.time
        for line in RaceBook(read(written(document))).board("gc").lines
        if line.rank is not None
    }
    assert len(ours) == 2
    assert theirs == ours


def test_a_rest_day_has_no_sheet_and_an_interval_start_is_a_time_trial(document: Document) -> None:
    names = [sheet.name for sheet in read_sheets(written(document))]

    assert names == ["Registration", "Stage 1-RR", "Stage 3-ITT"]


def test_whoever_has_no_result_is_taken_for_retired_and_not_for_fast(document: Document) -> None:
    places = {row[0]: (row[1], row[2]) for row in rows(written(document), "Stage 3-ITT")}

    assert places["9"] == ("", "DNF")
    assert places["10"] == ("", "INC")


def test_no_name_becomes_a_formula_or_a_link(document: Document) -> None:
    content = written(document)

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheets = [archive.read(n) for n in archive.namelist() if n.startswith("xl/worksheets/")]
    assert not any(b"<f>" in sheet or b"<hyperlink" in sheet for sheet in sheets)
    assert rows(content, "Registration")[0][2] == '=HYPERLINK("http://x")'


def test_the_same_race_is_the_same_file(document: Document) -> None:
    assert written(document) == written(document)


def test_a_cancelled_stage_has_no_sheet() -> None:
    text = RACE + "  3 FINISH 9 09:10:00\n"
    cancelled = text.replace(
        "rulings:\n",
        "rulings:\n  - {ruling: stage, stage: 1, action: cancel, reason: x, by: d,"
        " at: 2026-08-28T18:00:00Z}\n",
    )
    names = [s.name for s in read_sheets(written(loads(cancelled, name="race.yaml")))]

    assert "Stage 1-RR" not in names


def test_sheets_have_names_that_a_workbook_takes() -> None:
    document = converted({"Registration": RIDERS, "S-RR": FIRST, "T-RR": SECOND}).document
    first, second = document.race.stages
    names = ("A:very/long [name] of a stage that ends in-RR", "s-RR")
    stages = tuple(replace(s, name=n) for s, n in zip((first, second), names, strict=True))
    race = replace(document.race, stages=stages)

    found = [s.name for s in read_sheets(written(replace(document, race=race)))]
    assert found == ["Registration", "Stage 1-RR", "s-RR"]


def test_what_the_tool_reckons_otherwise_is_said() -> None:
    assert left_out(Rules()) == ()
    assert len(left_out(Rules(precision=100, round_at=RoundAt.TOTAL))) == 2


def test_a_classification_over_some_stages_has_their_sheets(document: Document) -> None:
    first = Classification(code="first", of=document.race.classifications[0].of, stages=(1,))
    race = replace(document.race, classifications=(*document.race.classifications, first))

    content = written(replace(document, race=race), "first")
    assert [s.name for s in read_sheets(content)] == ["Registration", "Stage 1-RR"]
