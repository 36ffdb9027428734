"""Exchanges by files on a stick."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.race_samples import passing
from tests.sync.camps import SLUG, Camp, camps
from timing.operations.sync.faults import BadParcel, MadeApart, NoRaceInIt, SameNode
from timing.operations.sync.parcels import MAGIC

NUMBER = 40


@pytest.fixture
def two(migrated_file: Path, tmp_path: Path) -> Iterator[tuple[Camp, ...]]:
    with camps(migrated_file, tmp_path, "Office", "Camp") as made:
        made[0].found()
        yield made


def confirm(one: Camp, other: Camp) -> None:
    """A file each way, so that each knows what the other has."""
    other.read(one.file(to=other.node))
    one.read(other.file(to=one.node))


def test_a_race_comes_whole_in_a_file(two: tuple[Camp, ...]) -> None:
    office, camp = two
    got = camp.read(office.file())
    assert (got.slug, got.name, got.accepted, got.is_whole) == (SLUG, "Office", 6, True)
    assert camp.digests() == office.digests()
    assert camp.entries() == office.entries()


def test_a_file_holds_what_the_other_has_not_confirmed(two: tuple[Camp, ...]) -> None:
    office, camp = two
    confirm(office, camp)
    office.write(passing(50))
    got = camp.read(office.file(to=camp.node))
    assert (got.accepted, got.known, got.missing) == (1, 0, None)


def test_a_file_that_was_lost_is_made_good_by_the_next(two: tuple[Camp, ...]) -> None:
    office, camp = two
    confirm(office, camp)
    office.write(passing(50))
    office.file(to=camp.node)
    office.write(passing(51))
    assert camp.read(office.file(to=camp.node)).accepted == 2
    assert camp.records() == office.records()


def test_files_in_any_order_and_again_come_to_the_same(two: tuple[Camp, ...]) -> None:
    office, camp = two
    confirm(office, camp)
    office.write(passing(50))
    first = office.file(to=camp.node)
    camp.read(first)
    office.read(camp.file(to=office.node))
    office.write(passing(51))
    second = office.file(to=camp.node)
    for data in (second, first, second):
        camp.read(data)
    assert camp.records() == office.records()


def test_what_lies_before_a_file_and_is_not_here_is_said(
    two: tuple[Camp, ...], migrated_file: Path, tmp_path: Path
) -> None:
    office, camp = two
    confirm(office, camp)
    office.write(passing(50))
    later = office.file(to=camp.node)
    with camps(migrated_file, tmp_path, "Finish") as (finish,):
        got = finish.read(later)
        assert got.accepted == 1
        assert got.missing is not None
        assert got.missing[0] == 1
        assert finish.read(office.file()).missing is None
        assert finish.records() == office.records()


def test_a_file_left_out_for_another_does_not_count_as_everything(
    two: tuple[Camp, ...], migrated_file: Path, tmp_path: Path
) -> None:
    """The camp's own records are not in a file for the camp, so it is not all for the finish."""
    office, camp = two
    camp.read(office.file())
    camp.write(passing(50))
    office.read(camp.file())
    with camps(migrated_file, tmp_path, "Finish") as (finish,):
        finish.read(office.file(to=camp.node))
        assert "p50" not in {record for record, _ in finish.records()}
        finish.read(office.file(to=finish.node))
        assert finish.records() == office.records()


def test_what_is_whole_of_a_file_cut_off_anywhere_is_taken(
    two: tuple[Camp, ...],
    migrated_file: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("timing.operations.sync.pages.MOST_RECORDS", 5)
    office, _ = two
    office.write(*(passing(n) for n in range(50, 50 + NUMBER)))
    whole = office.file()
    with camps(migrated_file, tmp_path, "Finish") as (finish,):
        held = [0]
        for length in range(len(MAGIC), len(whole), len(whole) // 25):
            try:
                got = finish.read(whole[:length])
            except NoRaceInIt:
                assert held == [0]
                continue
            assert not got.is_whole
            held.append(finish.held())
        # More with each piece; the last may lack no record, but only the file's end.
        assert held == sorted(held)
        assert [number for number in held if 0 < number < NUMBER + 6]
        finish.read(whole)
        assert finish.records() == office.records()


def test_a_spoilt_byte_ends_what_is_usable(two: tuple[Camp, ...]) -> None:
    office, camp = two
    whole = bytearray(office.file())
    whole[-100] ^= 1
    got = camp.read(bytes(whole))
    assert not got.is_whole


@pytest.mark.parametrize("data", [b"", b"no such file", MAGIC.replace(b"1", b"2")])
def test_what_is_no_such_file_is_refused(two: tuple[Camp, ...], data: bytes) -> None:
    with pytest.raises(BadParcel):
        two[1].read(data)


def test_a_file_of_ones_own_or_of_another_race_of_that_name_is_refused(
    two: tuple[Camp, ...],
) -> None:
    office, camp = two
    with pytest.raises(SameNode):
        office.read(office.file())
    camp.found()
    with pytest.raises(MadeApart):
        camp.read(office.file())
    camp.read(office.file(), join=True)
    office.read(camp.file(), join=True)
    assert camp.records() == office.records()
    assert camp.home() == office.home()


def test_a_restored_one_gets_back_what_a_file_would_have_left_out(two: tuple[Camp, ...]) -> None:
    """The office believes that the camp has its own records; in its new life it has not."""
    office, camp = two
    confirm(office, camp)
    camp.write(passing(50))
    confirm(office, camp)
    for_the_old_life = office.file(to=camp.node)
    camp.begin_another_life()
    camp.read(for_the_old_life)
    assert camp.read(office.file(to=camp.node)).known == 0  # it has not heard of the new life
    office.read(camp.file(to=office.node))
    assert camp.read(office.file(to=camp.node)).known >= 1
