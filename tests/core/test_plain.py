"""Records as plain values, and their digests."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.racefile.documents import RULINGS as RULINGS_OF_EACH_KIND
from tests.racefile.documents import passings
from timing.core import records
from timing.core.definition import (
    OUT,
    Basis,
    Control,
    Cutoff,
    Scope,
    Source,
    Stage,
    Start,
    StartMode,
)
from timing.core.plain import (
    Plain,
    canonical,
    derived_id,
    digest,
    passing_from_plain,
    record_to_plain,
    ruling_from_plain,
)
from timing.core.records import (
    CutoffMove,
    Passing,
    Penalty,
    Ruling,
    StageAction,
    StageChange,
    StartList,
    Void,
)
from timing.core.times import TimeOfDay

PASSING = Passing(id="p", stage=1, control="FINISH", time=TimeOfDay(3_600_000), bib="12")
VOID = Void(id="v", by="director", at=5, record="p")
PENALTY = Penalty(id="r", by="jury", at=5, stage=1, time=60_000, bibs=("12", "007"))

any_ruling = st.sampled_from(sorted(RULINGS_OF_EACH_KIND)).flatmap(RULINGS_OF_EACH_KIND.__getitem__)
any_record = st.one_of(passings(), any_ruling)


# -- there and back ------------------------------------------------------------------------------


def test_every_kind_of_ruling_is_tried() -> None:
    assert RULINGS_OF_EACH_KIND.keys() == records.RULINGS.keys()


@given(any_ruling)
def test_a_ruling_comes_back_from_its_plain_values(ruling: Ruling) -> None:
    plain = record_to_plain(ruling)
    back = ruling_from_plain(json.loads(json.dumps(plain)))
    assert back == ruling
    assert repr(back) == repr(ruling)


@given(passings())
def test_a_passing_comes_back_from_its_plain_values(passing: Passing) -> None:
    back = passing_from_plain(json.loads(json.dumps(record_to_plain(passing))))
    assert back == passing
    assert repr(back) == repr(passing)


def test_defaults_are_left_out_and_a_ruling_has_its_name() -> None:
    assert record_to_plain(PASSING) == {
        "id": "p",
        "stage": 1,
        "control": "FINISH",
        "time": "01:00:00",
        "bib": "12",
    }
    assert record_to_plain(VOID) == {
        "ruling": "void",
        "id": "v",
        "by": "director",
        "at": 5,
        "record": "p",
    }


def test_what_is_not_the_default_is_written_out() -> None:
    plain = record_to_plain(replace(PENALTY, scope=Scope.GC, count=2))
    assert plain["bibs"] == ["12", "007"]
    assert (plain["scope"], plain["count"]) == ("gc", 2)
    assert record_to_plain(replace(PASSING, source=Source.CHIP, at_latest=True, time=7)) == {
        "id": "p",
        "stage": 1,
        "control": "FINISH",
        "time": 7,
        "bib": "12",
        "source": "chip",
        "at_latest": True,
    }


def test_a_reading_is_a_time_of_day_where_it_is_text_and_an_instant_where_it_is_a_number() -> None:
    for to in (TimeOfDay(1_000, day=1), 1_787_940_000_000):
        moved = CutoffMove(id="c", by="director", at=1, stage=1, control="CP", to=to)
        assert ruling_from_plain(record_to_plain(moved)) == moved


def test_pairs_stay_pairs() -> None:
    issued = StartList(
        id="l", by="jury", at=1, stage=1, starts=(("12", TimeOfDay(5_000)), ("9", 1_000))
    )
    assert record_to_plain(issued)["starts"] == [["12", "00:00:05"], ["9", 1_000]]
    assert ruling_from_plain(record_to_plain(issued)) == issued


def test_a_stage_in_the_place_of_another_comes_back_whole() -> None:
    stage = Stage(
        number=2,
        date=date(2026, 8, 29),
        start=Start(mode=StartMode.MASS, basis=Basis.GUN, at=TimeOfDay(0)),
        controls=(
            Control(code="START", distance_m=0),
            Control(
                code="FINISH",
                distance_m=9,
                source=Source.PHOTO,
                cutoffs=(Cutoff(at=TimeOfDay(1), outcome=OUT, inclusive=False),),
            ),
        ),
        courses=(("short", ("START", "FINISH")),),
    )
    replaced = StageChange(
        id="s", by="director", at=1, stage=2, action=StageAction.REPLACE, replacement=stage
    )
    assert ruling_from_plain(record_to_plain(replaced)) == replaced


def test_an_optional_value_may_be_written_as_nothing() -> None:
    moved = CutoffMove(id="c", by="director", at=1, stage=1, control="CP", to=5)
    assert ruling_from_plain({**record_to_plain(moved), "elapsed": None}) == moved


# -- what is refused -----------------------------------------------------------------------------


def written(record: Passing | Ruling, /, **changed: object) -> dict[str, Plain]:
    return {**record_to_plain(record), **changed}  # type: ignore[dict-item]


@pytest.mark.parametrize(
    "plain",
    [
        written(VOID, ruling="nonsense"),
        {name: item for name, item in record_to_plain(VOID).items() if name != "ruling"},
        written(VOID, nonsense=1),
        {name: item for name, item in record_to_plain(VOID).items() if name != "record"},
        written(VOID, record=7),
        written(VOID, at="soon"),
        written(VOID, at=None),
        written(VOID, at=True),
        written(PENALTY, scope="race"),
        written(PENALTY, bibs=[12]),
        written(PENALTY, bibs=None),
        written(PENALTY, bibs="12"),
        written(PENALTY, bibs={"12": "007"}),
        written(StartList(id="l", by="jury", at=1, stage=1, starts=()), starts=[["12"]]),
        written(StartList(id="l", by="jury", at=1, stage=1, starts=()), starts=[["12", 1, 2]]),
        written(StartList(id="l", by="jury", at=1, stage=1, starts=()), starts=[["12", "25:00"]]),
        written(StartList(id="l", by="jury", at=1, stage=1, starts=()), starts=[["12", [1]]]),
        written(
            StageChange(id="s", by="d", at=1, stage=1, action=StageAction.STOP), replacement=["x"]
        ),
        written(
            StageChange(id="s", by="d", at=1, stage=1, action=StageAction.STOP), replacement={}
        ),
        written(
            StageChange(id="s", by="d", at=1, stage=1, action=StageAction.STOP),
            replacement={"number": 1, "date": "2026-13-01"},
        ),
    ],
    ids=str,
)
def test_what_no_ruling_was_written_as_is_refused(plain: Mapping[str, Plain]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        ruling_from_plain(plain)


@pytest.mark.parametrize(
    "plain",
    [
        {},
        written(PASSING, time="soon"),
        written(PASSING, time=None),
        written(PASSING, source="rumour"),
        written(PASSING, at_latest="yes"),
        written(PASSING, offset_ms="1"),
        written(PASSING, ruling="void"),
    ],
    ids=str,
)
def test_what_no_passing_was_written_as_is_refused(plain: Mapping[str, Plain]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        passing_from_plain(plain)


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed(Ruling):
    """A ruling with a kind of value that no record has."""

    weight: float


def test_a_value_that_no_record_has_cannot_be_written() -> None:
    with pytest.raises(TypeError, match="float"):
        record_to_plain(Weighed(id="w", by="jury", at=1, weight=1.5))


# -- digests -------------------------------------------------------------------------------------


def test_a_canonical_text_has_sorted_keys_and_no_blanks() -> None:
    assert canonical({"b": [1, None, True], "a": "é"}) == '{"a":"é","b":[1,null,true]}'


def test_a_digest_is_of_what_a_record_says() -> None:
    content: Plain = {"bib": "12", "control": "FINISH", "stage": 1, "time": "01:00:00"}
    assert digest(PASSING) == hashlib.sha256(canonical(content).encode()).hexdigest()


@given(any_record)
def test_a_digest_does_not_depend_on_the_id(record: Passing | Ruling) -> None:
    assert digest(replace(record, id="another")) == digest(record)


def test_a_digest_does_not_depend_on_when_a_node_received_the_record() -> None:
    assert digest(replace(PASSING, received=1)) == digest(PASSING)


@pytest.mark.parametrize(
    "other",
    [
        replace(PASSING, time=3_600_000),
        replace(PASSING, time=TimeOfDay(3_600_000, day=0)),
        replace(PASSING, bib="012"),
        replace(PASSING, source=Source.CHIP),
        replace(PASSING, note="x"),
    ],
)
def test_another_content_has_another_digest(other: Passing) -> None:
    assert digest(other) != digest(PASSING)


def test_rulings_of_two_kinds_with_equal_fields_have_two_digests() -> None:
    close = records.Close(id="x", by="d", at=1, stage=1, control="CP")
    hold = records.Hold(id="x", by="d", at=1, stage=1, control="CP", since=0)
    assert digest(close) != digest(hold)


def test_a_derived_id_comes_from_the_content_and_the_number_of_its_like() -> None:
    ids = [derived_id(PASSING, n) for n in range(3)]
    assert len(set(ids)) == 3
    assert ids == [derived_id(replace(PASSING, id="other"), n) for n in range(3)]
    assert all(len(i) == 32 for i in ids)
    assert derived_id(replace(PASSING, bib="13"), 0) not in ids
