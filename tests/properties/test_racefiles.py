"""A race that was written and read again is the same race (racefile)."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings

from tests.properties.pictures import picture
from tests.properties.races import documents
from timing.core.compute import compute
from timing.core.courses import point_codes
from timing.core.document import Document
from timing.core.records import Record
from timing.racefile import dump, loads


def _readable(document: Document) -> Document:
    """Without what a file may not hold: two records of one id, and references to nothing."""
    race = document.race
    codes = {s.number: {*point_codes(s), *(c.code for c in s.controls)} for s in race.stages}
    points = {s.number: set(point_codes(s)) for s in race.stages}
    waves = {s.number: {w.code for w in s.start.waves} if s.start else set() for s in race.stages}
    seen: set[str] = set()

    def may_stand(record: Record) -> bool:
        stage = getattr(record, "stage", None)
        if record.id in seen or (stage is not None and stage not in codes):
            return False
        seen.add(record.id)
        named = [getattr(record, key, "") for key in ("control", "served", "result_from")]
        return all(
            not code or stage is None or code in codes[stage] for code in named
        ) and getattr(record, "wave", "") in ("", *waves.get(stage or 0, ()))

    divisions = {"", *(d.code for d in race.divisions)}
    return replace(
        document,
        passings=tuple(
            p for p in document.passings if may_stand(p) and p.control in points[p.stage]
        ),
        rulings=tuple(
            r
            for r in document.rulings
            if may_stand(r) and getattr(r, "division", "") in divisions
        ),
    )


@settings(max_examples=60)
@given(documents())
def test_a_race_written_and_read_again_gives_the_same_results(document: Document) -> None:
    readable = _readable(document)
    read = loads(dump(readable), name="written.yaml")
    assert read == readable
    assert picture(compute(read)) == picture(compute(readable))
