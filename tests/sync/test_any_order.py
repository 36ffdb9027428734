"""Three installations, whatever becomes of the lines and files between them, come to one result."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.race_samples import EVENING, passing
from tests.sync.camps import Camp, LineCut, camps
from timing.core.records import Penalty, Record, Void
from timing.core.times import MINUTE
from timing.operations.sync.faults import NoRaceInIt, SameNode
from timing.operations.sync.parcels import MAGIC

NAMES = ("office", "camp", "finish")
WHERE = st.integers(0, len(NAMES) - 1)


@st.composite
def records(draw: st.DrawFn) -> Record:
    """One of few ids, so that several camps write the same, or something else under one id."""
    number = draw(st.integers(10, 18))
    match draw(st.sampled_from(("passing", "passing", "other content", "void", "penalty"))):
        case "passing":
            return passing(number)
        case "other content":
            return passing(number, bib=draw(st.sampled_from(("15a", "007"))))
        case "void":
            return Void(id=f"v{number}", by="jury", at=EVENING + number, record=f"p{number}")
        case _:
            time = draw(st.integers(1, 2)) * MINUTE
            return Penalty(
                id=f"q{number}", by="jury", at=EVENING, stage=1, time=time, bibs=("15a",)
            )


STEPS = st.one_of(
    st.tuples(st.just("write"), WHERE, st.lists(records(), min_size=1, max_size=4)),
    st.tuples(st.just("line"), WHERE, WHERE, st.integers(0, 9)),
    st.tuples(st.just("file"), WHERE, WHERE, st.floats(0, 1)),
    st.tuples(st.just("again"), WHERE, st.integers(0, 20)),
    st.tuples(st.just("restored"), WHERE),
)


@settings(max_examples=20)
@given(st.lists(STEPS, max_size=14))
def test_after_all_met_all_hold_the_same_and_compute_the_same(
    migrated_file: Path, tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[object, ...]]
) -> None:
    folder = tmp_path_factory.getbasetemp()
    with camps(migrated_file, folder, *NAMES) as made:
        made[0].found()
        for other in made[1:]:
            other.exchange(made[0])
        written = set(made[0].records())
        files: list[bytes] = []
        for step in steps:
            act(made, files, step)
            written |= set().union(*(camp.records() for camp in made))
        for one in made[1:]:
            one.exchange(made[0])
        for one in made[1:]:
            one.exchange(made[0])
        assert [camp.records() for camp in made] == [written] * len(made)
        assert len({camp.digests() for camp in made}) == 1
        assert len({camp.summary() for camp in made}) == 1


def act(made: tuple[Camp, ...], files: list[bytes], step: tuple[object, ...]) -> None:
    match step:
        case ("write", int(where), list(told)):
            made[where].write(*told)
        case ("line", int(where), int(to), int(cut)) if where != to:
            with contextlib.suppress(LineCut):
                made[where].exchange(made[to], cut=lambda use: bool(cut) and use == cut)
        case ("file", int(where), int(to), float(share)) if where != to:
            whole = made[where].file(to=made[to].node)
            files.append(whole)
            part = whole[: len(MAGIC) + int((len(whole) - len(MAGIC)) * share)]
            read(made[to], part)
        case ("again", int(where), int(number)) if files:
            read(made[where], files[number % len(files)])
        case ("restored", int(where)):
            made[where].begin_another_life()
        case _:
            pass


def read(camp: Camp, data: bytes) -> None:
    """Read a file, or what is left of it; one of one's own is refused."""
    with contextlib.suppress(NoRaceInIt, SameNode):
        camp.read(data)
