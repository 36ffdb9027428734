"""A race that was written and read again is the same race (racefile)."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings

from tests.properties.pictures import picture
from tests.properties.races import documents
from timing.core.compute import compute
from timing.core.courses import point_codes
from timing.core.document import Document
from timing.core.records import Penalty, Points, Record, Ruling, StageChange
from timing.racefile import dump, loads


def _readable(document: Document) -> Document:
    """Without what a file may not hold: two records of one id, and references to nothing."""
    race = document.race
    stages = {s.number: s for s in race.stages}
    divisions = {"", *(d.code for d in race.divisions)}
    table = {rule.code for rule in race.rules.penalties}
    seen: set[str] = set()

    def is_new(record: Record) -> bool:
        is_first = record.id not in seen
        seen.add(record.id)
        return is_first

    def refers_to_something(ruling: Ruling) -> bool:
        number = getattr(ruling, "stage", None)
        if number is None:
            return True
        if isinstance(ruling, Penalty) and ruling.time is None and ruling.code not in table:
            return False
        if number not in stages or (isinstance(ruling, Points) and ruling.board != "points"):
            return False
        if isinstance(ruling, StageChange) and ruling.other_course is not None:
            on_it = {"", *(c.code for c in ruling.other_course.controls)}
            if ruling.control not in on_it:
                return False
        stage = stages[number]
        controls = {"", *point_codes(stage), *(c.code for c in stage.controls)}
        waves = {"", *(w.code for w in stage.start.waves)} if stage.start else {""}
        return (
            {getattr(ruling, key, "") for key in ("control", "served", "result_from")} <= controls
            and getattr(ruling, "wave", "") in waves
            and getattr(ruling, "division", "") in divisions
        )

    return replace(
        document,
        passings=tuple(
            p
            for p in document.passings
            if is_new(p) and p.stage in stages and p.control in point_codes(stages[p.stage])
        ),
        rulings=tuple(r for r in document.rulings if is_new(r) and refers_to_something(r)),
    )


@settings(max_examples=25)
@given(documents())
def test_a_race_written_and_read_again_gives_the_same_results(document: Document) -> None:
    readable = _readable(document)
    read = loads(dump(readable), name="written.yaml")
    assert read == readable
    assert picture(compute(read)) == picture(compute(readable))
