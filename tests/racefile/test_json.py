"""Records from the API's JSON: the same schemas, JSON's own types."""

from typing import Any

import pytest

from timing.core.definition import Source
from timing.core.plain import derived_id
from timing.core.records import Confirm, FinishOrder, Passing, Penalty
from timing.core.times import HOUR, MINUTE, SECOND, TimeOfDay, parse_instant
from timing.racefile import BadRecord, load_passing, load_ruling

PASSING: dict[str, Any] = {
    "id": "9f1c",
    "stage": 2,
    "control": "HUT.in",
    "bib": "007",
    "time": "2026-08-29T11:40:10.250Z",
    "source": "checkpoint",
    "device": "phone-3",
    "device_time": "2026-08-29T11:40:12Z",
    "offset_ms": -1750,
    "offset_age_ms": 600_000,
    "uncertainty_ms": 400,
    "note": "walking",
}
RULING: dict[str, Any] = {
    "ruling": "penalty",
    "id": "r1",
    "by": "director",
    "at": "2026-08-28T18:00:00Z",
    "reason": "No whistle",
    "stage": 1,
    "bib": "15a",
    "time": "0:30:00",
    "count": 2,
}


def refused_passing(**changes: object) -> dict[str, tuple[str, ...]]:
    with pytest.raises(BadRecord) as caught:
        load_passing({**PASSING, **changes})
    return caught.value.errors


def refused_ruling(**changes: object) -> dict[str, tuple[str, ...]]:
    with pytest.raises(BadRecord) as caught:
        load_ruling({**RULING, **changes})
    return caught.value.errors


def test_a_passing_has_all_that_was_sent() -> None:
    assert load_passing(PASSING) == Passing(
        id="9f1c",
        stage=2,
        control="HUT.in",
        bib="007",
        time=parse_instant("2026-08-29T11:40:10.250Z"),
        source=Source.CHECKPOINT,
        device="phone-3",
        device_time=parse_instant("2026-08-29T11:40:12Z"),
        offset_ms=-1750,
        offset_age_ms=600_000,
        uncertainty_ms=400,
        note="walking",
    )


def test_a_passing_may_have_a_time_of_day_good_to_a_minute() -> None:
    passing = load_passing({"id": "x", "stage": 1, "control": "PASS", "time": "<10:40"})
    assert passing.time == TimeOfDay(10 * HOUR + 40 * MINUTE)
    assert (passing.at_latest, passing.uncertainty_ms, passing.bib) == (True, 60_000, "")


def test_the_texts_of_a_passing_are_plain_texts() -> None:
    passing = load_passing(PASSING)
    assert {type(text) for text in (passing.id, passing.bib, passing.control)} == {str}


def test_a_passing_sent_again_without_id_has_the_same_one() -> None:
    without = {key: value for key, value in PASSING.items() if key != "id"}
    first, again = load_passing(without), load_passing(without)
    assert first == again
    assert first.id == derived_id(first, 0)


def test_a_whole_number_may_be_written_with_a_point() -> None:
    assert load_passing({**PASSING, "stage": 2.0}).stage == 2


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("stage", "2"),
        ("stage", True),
        ("stage", 2.5),
        ("stage", 0),
        ("stage", None),
        ("stage", 10**400),
        ("bib", 7),
        ("bib", "1 2"),
        ("bib", "b" * 21),
        ("time", 1_756_467_610_250),
        ("time", "2026-08-29T11:40:10"),
        ("time", "25:00:00"),
        ("time", "9999-08-29T11:40:10Z"),
        ("control", "HUT in"),
        ("control", "HUT.up"),
        ("control", ""),
        ("source", "cip"),
        ("device_time", "11:40:12"),
        ("offset_ms", 10**15),
        ("offset_age_ms", 10**15),
        ("uncertainty_ms", -1),
        ("id", "\ud800"),
        ("id", "two words"),
        ("note", "a\u2028b"),
        ("note", "n" * 2_001),
        ("colour", "red"),
    ],
)
def test_what_is_wrong_in_a_passing_is_told_under_its_key(key: str, value: object) -> None:
    assert list(refused_passing(**{key: value})) == [key]


def test_everything_wrong_in_a_passing_is_told_at_once() -> None:
    assert set(refused_passing(stage="x", time="soon", bib=7)) == {"stage", "time", "bib"}


def test_a_number_where_a_text_belongs_wants_quotes() -> None:
    assert refused_passing(bib=7) == {"bib": ("7 is not a bib; put it in quotes",)}


def test_what_is_missing_is_told() -> None:
    with pytest.raises(BadRecord) as caught:
        load_passing({})
    assert set(caught.value.errors) == {"stage", "control", "time"}


def test_what_is_no_object_is_told() -> None:
    values: list[Any] = [[], "x", None, 7]
    for value in values:
        with pytest.raises(BadRecord):
            load_passing(value)
        with pytest.raises(BadRecord):
            load_ruling(value)


def test_a_ruling_has_all_that_was_sent() -> None:
    assert load_ruling(RULING) == Penalty(
        id="r1",
        by="director",
        at=parse_instant("2026-08-28T18:00:00Z"),
        reason="No whistle",
        stage=1,
        bibs=("15a",),
        time=30 * MINUTE,
        count=2,
    )


def test_a_flag_of_a_ruling_is_jsons() -> None:
    order = {
        **{key: RULING[key] for key in ("by", "at", "reason", "stage")},
        "ruling": "finish_order",
        "bibs": ["7", "8"],
    }
    ruling = load_ruling({**order, "joint": True})
    assert isinstance(ruling, FinishOrder)
    assert ruling.joint
    with pytest.raises(BadRecord) as caught:
        load_ruling({**order, "joint": "true"})
    assert list(caught.value.errors) == ["joint"]


def test_a_ruling_sent_again_without_id_has_the_same_one() -> None:
    without = {key: value for key, value in RULING.items() if key != "id"}
    assert load_ruling(without) == load_ruling(without)


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"ruling": "penality"}, "ruling"),
        ({"ruling": 7}, "ruling"),
        ({"time": "-0:30:00"}, "time"),
        ({"time": 1_800_000}, "time"),
        ({"count": 0}, "count"),
        ({"by": " "}, "by"),
        ({"reason": ""}, "reason"),
        ({"at": "18:00"}, "at"),
        ({"bibs": ["7"]}, "bibs"),
        ({"scope": "race"}, "scope"),
        ({"minutes": 30}, "minutes"),
    ],
)
def test_what_is_wrong_in_a_ruling_is_told_under_its_key(
    changes: dict[str, object], key: str
) -> None:
    assert list(refused_ruling(**changes)) == [key]


def test_a_fault_inside_of_a_mapping_has_a_dotted_key() -> None:
    with pytest.raises(BadRecord) as caught:
        load_ruling(
            {
                **{key: RULING[key] for key in ("by", "at", "reason", "stage")},
                "ruling": "start_list",
                "starts": {"7": "08:00", "8": "later"},
            }
        )
    assert list(caught.value.errors) == ["starts.8"]


def test_a_ruling_that_names_nobody_is_told_under_no_key() -> None:
    without = {key: value for key, value in RULING.items() if key != "bib"}
    with pytest.raises(BadRecord) as caught:
        load_ruling(without)
    assert list(caught.value.errors) == [""]
    assert "names no bib" in str(caught.value)


def test_a_replaced_stage_may_be_written_in_jsons_numbers() -> None:
    ruling = load_ruling(
        {
            **{key: RULING[key] for key in ("by", "at", "reason", "stage")},
            "ruling": "stage",
            "action": "replace",
            "with": {
                "number": 1,
                "date": "2026-08-28",
                "controls": [{"code": "A", "km": 0}, {"code": "B", "km": 33.4, "in_out": True}],
            },
        }
    )
    replaced = getattr(ruling, "replacement", None)
    assert replaced is not None
    assert [(c.distance_m, c.in_out) for c in replaced.controls] == [(0, False), (33_400, True)]


def test_a_confirmation_is_of_a_record_or_of_a_place() -> None:
    common = {key: RULING[key] for key in ("by", "at", "reason")}
    assert isinstance(load_ruling({**common, "ruling": "confirm", "record": "p1"}), Confirm)
    missed = {**common, "ruling": "confirm", "stage": 1, "control": "PASS", "bib": "7"}
    assert isinstance(load_ruling(missed), Confirm)
    for key in ("stage", "control", "bib"):
        with pytest.raises(BadRecord):
            load_ruling({name: value for name, value in missed.items() if name != key})


def test_a_device_may_be_ahead_or_behind() -> None:
    common = {key: RULING[key] for key in ("by", "at", "reason")}
    ruling = load_ruling({**common, "ruling": "clock", "device": "mat", "offset": "-0:00:02.5"})
    assert getattr(ruling, "offset", None) == -2.5 * SECOND
