"""Records as stations send them, and strategies that make up more of them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from timing.importers.carriage_stream import Carried, device_name, instant_text, race_tag

SLUG = "three-valleys"
ORIGIN = bytes.fromhex("0a112233445586778899")
STATION = "K7QM"
KEY = "K7QM2F9DXW3HTPA4"
FIRST_TAP = 1_787_904_000_000


def record_id(number: int, origin: bytes = ORIGIN) -> str:
    """The id of a device's record of this number."""
    text = (origin + number.to_bytes(6, "big")).hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def passing(number: int, bib: str, after_ms: int, **given: Any) -> dict[str, Any]:
    """A tap so long after the first, by a device whose clock is 90 s ahead."""
    at, offset, age = FIRST_TAP + after_ms, -90_012, 5_000 + after_ms
    return {
        "kind": "passing",
        "id": record_id(number),
        "stage": 1,
        "control": "PASS",
        "bib": bib,
        "time": instant_text(at + offset),
        "device": device_name(ORIGIN),
        "device_time": instant_text(at),
        "offset_ms": offset,
        "offset_age_ms": age,
        "uncertainty_ms": 40 + -(-age // 10_000),
        "source": "checkpoint",
        "note": "",
    } | given


def ruling(number: int, name: str, after_ms: int, **given: Any) -> dict[str, Any]:
    """A ruling of the same device."""
    at = instant_text(FIRST_TAP + after_ms)
    return {"kind": "ruling", "id": record_id(number), "ruling": name, "at": at} | given


def typical() -> list[dict[str, Any]]:
    """One of each kind that an afternoon at a checkpoint brings."""
    return [
        passing(31, "12", 0),
        passing(32, "15a", 4_250),
        passing(33, "", 7_100),
        passing(34, "1*", 9_000, note="half of the bib was under the jacket"),
        ruling(35, "void", 12_000, record=record_id(31), reason="Undone at the station"),
        ruling(36, "assign", 15_000, record=record_id(33), bib="7", reason="Seen on the photo"),
        passing(37, "8", 90_000, stage=2, control="HUT.in", source="paper", time="10:12"),
        ruling(38, "start", 95_000, stage=2, to="2026-08-28T06:00:00.000Z", reason="Gun"),
        ruling(
            39,
            "observation",
            99_000,
            observed="kit",
            stage=2,
            control="HUT.in",
            bibs=["8", "15a"],
            items=["water"],
            reason="",
        ),
        passing(40, "9", 3_600_000, uncertainty_ms=3_600_000),
    ]


def carried(*records: dict[str, Any], key: str = "") -> list[Carried]:
    """The records as they leave the station."""
    tag = race_tag(SLUG)
    return [Carried(record=one, race=tag, station=STATION, key=key) for one in records]


texts = st.text(st.characters(codec="utf-8"), max_size=40)
keys = texts.filter(lambda text: not text.isdecimal())
"""A browser puts keys that are numbers first, so that the bytes differ and the content does not."""

anything = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | texts,
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(keys, inside, max_size=3),
    max_leaves=8,
)
origins = st.sampled_from([ORIGIN, bytes.fromhex("ffeeddccbbaa89998877")])
numbers = st.integers(0, 400) | st.integers(0, 2**48 - 1)
moments = st.integers(FIRST_TAP - 10**7, FIRST_TAP + 10**7) | st.integers(0, 253_402_300_799_999)
bibs = st.integers(0, 1_300).map(str) | texts | st.sampled_from(["", "007", "1*"])


@st.composite
def odd_passings(draw: st.DrawFn) -> dict[str, Any]:
    """A passing with anything in any of its keys, and keys that no station knows."""
    made = passing(0, draw(bibs), draw(st.integers(0, 10**7)))
    made["id"] = record_id(draw(numbers), draw(origins))
    for name in draw(st.lists(st.sampled_from(sorted(made)), max_size=4)):
        made[name] = draw(st.integers(-(10**6), 10**6) | moments.map(instant_text) | anything)
    for name in draw(st.lists(st.sampled_from(sorted(made)), max_size=4)):
        made.pop(name, None)
    if draw(st.booleans()):
        made |= draw(st.dictionaries(keys, anything, max_size=2))
    return made


@st.composite
def odd_rulings(draw: st.DrawFn) -> dict[str, Any]:
    """A ruling of any name, about anything."""
    name = draw(st.sampled_from(["void", "assign", "start", "observation"]) | texts)
    made = ruling(draw(numbers), name, draw(st.integers(-(10**6), 10**7)))
    about = {
        "record": st.tuples(numbers, origins).map(lambda one: record_id(*one)) | texts,
        "bib": bibs,
        "stage": st.integers(1, 3) | anything,
        "control": st.sampled_from(["PASS", "HUT.in"]) | anything,
        "reason": texts,
        "to": texts,
        "items": st.lists(texts, max_size=3) | anything,
        "bibs": st.lists(bibs, max_size=3) | texts,
        "observed": st.sampled_from(["kit", "helped"]) | texts,
    }
    for key in draw(st.lists(st.sampled_from(sorted(about)), max_size=5)):
        made[key] = draw(about[key])
    return made


records = odd_passings() | odd_rulings() | st.dictionaries(keys, anything, max_size=3)
lists_of_records = st.lists(records, max_size=12)
