"""Exchanges over a line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.race_samples import DOCUMENT, RACE, passing
from tests.sync.camps import SLUG, Camp, Line, LineCut, camps
from timing.db.engines import Database
from timing.db.reading import UnknownRace
from timing.db.tables import JournalRow
from timing.operations.sync.faults import BadParcel, MadeApart, SameNode
from timing.operations.sync.pages import page_from_plain, page_to_plain, read_page, take_page


@pytest.fixture
def office_and_camp(migrated_file: Path, tmp_path: Path) -> Iterator[tuple[Camp, ...]]:
    with camps(migrated_file, tmp_path, "Office", "Camp") as made:
        made[0].found()
        yield made


def test_a_race_comes_whole_to_an_installation_that_did_not_have_it(
    office_and_camp: tuple[Camp, ...],
) -> None:
    office, camp = office_and_camp
    exchanged = camp.exchange(office)
    assert (exchanged.frame, exchanged.fetched, exchanged.sent) == ("taken", 6, 0)
    assert exchanged.agrees
    assert exchanged.records == 6
    assert camp.digests() == office.digests()
    assert list(camp.entries()) == list(DOCUMENT.entries)


def test_on_either_engine(database: Database, office_and_camp: tuple[Camp, ...]) -> None:
    office, _ = office_and_camp
    here = Camp("Here", database)
    here.exchange(office)
    here.write(passing(50), passing(1, bib="7"))
    office.write(passing(51))
    office.exchange(here)
    assert here.records() == office.records()
    assert here.digests() == office.digests()
    assert here.summary() == office.summary()


def test_what_came_from_the_other_is_not_sent_back(office_and_camp: tuple[Camp, ...]) -> None:
    office, camp = office_and_camp
    camp.exchange(office)
    camp.write(passing(50))
    line = Line(office)
    assert camp.over(line).sent == 1
    with camp.database.reading() as session:
        page = read_page(session, SLUG, 0, left_out=(office.node, _epoch(office)))
    assert [plain["id"] for _, plain in page.records] == ["p50"]
    camp.exchange(office)  # hears that what it sent has numbers there now
    again = Line(office)
    assert camp.over(again).sent == 0
    assert again.uses == 2  # a meeting and a comparison


def _epoch(camp: Camp) -> str:
    with camp.database.reading() as session:
        return read_page(session, SLUG, 0).life[1]


def test_different_contents_under_one_id_are_both_kept_on_both_sides(
    office_and_camp: tuple[Camp, ...],
) -> None:
    office, camp = office_and_camp
    camp.exchange(office)
    camp.write(passing(50, bib="12"))
    office.write(passing(50, bib="7"))
    camp.exchange(office)
    assert len([one for one in camp.records() if one[0] == "p50"]) == 2
    assert camp.records() == office.records()


def test_when_and_by_which_key_a_node_received_a_record_stays_there(
    office_and_camp: tuple[Camp, ...],
) -> None:
    office, camp = office_and_camp
    camp.clock += 1_000_000
    camp.exchange(office)
    with camp.database.reading() as session:
        rows = session.query(JournalRow).all()
        assert all((row.received or 0) > camp.clock - 1_000 for row in rows)
        assert {row.token_id for row in rows} == {None}
    with office.database.reading() as session:
        sent = page_to_plain(read_page(session, SLUG, 0))
    assert not any("received" in plain for _, plain in sent["records"])


@pytest.mark.parametrize("use", range(1, 13))
def test_an_exchange_cut_off_anywhere_goes_on_from_there(
    office_and_camp: tuple[Camp, ...], monkeypatch: pytest.MonkeyPatch, use: int
) -> None:
    """Whether the other had done what it was asked for by then or not."""
    monkeypatch.setattr("timing.operations.sync.pages.MOST_RECORDS", 2)
    office, camp = office_and_camp
    camp.exchange(office)
    office.write(*(passing(n) for n in range(50, 59)))
    camp.write(*(passing(n) for n in range(55, 65)))
    with pytest.raises(LineCut):
        camp.exchange(office, cut=lambda n: n == use)
    camp.exchange(office)
    assert camp.records() == office.records()
    assert camp.digests() == office.digests()


def test_a_restored_backup_is_told_again_what_it_lost(office_and_camp: tuple[Camp, ...]) -> None:
    office, camp = office_and_camp
    office.write(passing(50))
    camp.exchange(office)
    office.begin_another_life()
    office.write(passing(51))
    line = Line(office)
    camp.over(line)
    assert camp.records() == office.records()


def test_races_made_apart_are_not_mixed_unless_somebody_says_they_are_one(
    office_and_camp: tuple[Camp, ...],
) -> None:
    office, camp = office_and_camp
    camp.found()
    camp.write(passing(50))
    with pytest.raises(MadeApart):
        camp.exchange(office)
    assert "p50" not in {record for record, _ in office.records()}
    camp.exchange(office, join=True)
    assert camp.records() == office.records()
    assert camp.home() == office.home()


def test_an_installation_does_not_exchange_with_itself(office_and_camp: tuple[Camp, ...]) -> None:
    office, _ = office_and_camp
    with pytest.raises(SameNode):
        office.exchange(office)


def test_a_race_that_neither_has_is_unknown(migrated_file: Path, tmp_path: Path) -> None:
    with camps(migrated_file, tmp_path, "a", "b") as (one, other), pytest.raises(UnknownRace):
        one.exchange(other)


SPOILT = {
    "another digest": {"told": "0" * 64},
    "another content": {"bib": "99"},
    "a field of a later release": {"surprise": 1},
    "a kind of a later release": {"ruling": "surprise"},
    "an id that is none": {"id": 7},
    "a moment that does not travel": {"received": 1},
}


@pytest.mark.parametrize("change", SPOILT.values(), ids=SPOILT)
def test_a_record_that_is_not_what_its_digest_says_is_refused_with_its_page(
    office_and_camp: tuple[Camp, ...], change: dict[str, object]
) -> None:
    office, camp = office_and_camp
    camp.exchange(office)
    office.write(passing(50), passing(51))
    with office.database.reading() as session:
        page = page_to_plain(read_page(session, SLUG, 0))
    told, plain = page["records"][-1]
    page["records"][-1] = [change.get("told", told), {**plain, **change}]
    before = camp.records()
    with pytest.raises(BadParcel), camp.database.writing() as session:
        take_page(session, SLUG, page_from_plain(page), received=1)
    assert camp.records() == before


def test_a_page_with_long_records_is_cut_short(
    office_and_camp: tuple[Camp, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("timing.operations.sync.pages.MOST_CHARACTERS", 700)
    office, camp = office_and_camp
    with office.database.reading() as session:
        page = read_page(session, SLUG, 0)
    assert len(page.records) == 2
    assert page.to < page.top
    camp.exchange(office)
    assert camp.records() == office.records()


def test_both_show_the_same_race(office_and_camp: tuple[Camp, ...]) -> None:
    office, camp = office_and_camp
    camp.exchange(office)
    assert camp.race_name() == RACE.name
