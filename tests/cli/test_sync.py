"""``timing sync`` by files, ``timing node``, ``timing home`` and ``timing promote``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.race_samples import passing
from tests.sync.camps import SLUG, Camp, camps
from timing.operations.homes import hand_over
from timing.operations.node_keys import find_node_key
from timing.operations.revisions import lock_race


@pytest.fixture
def office_and_camp(
    migrated_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Camp, ...]]:
    with camps(migrated_file, tmp_path, "Office", "Camp") as made:
        made[0].found()
        work_on(made[0], monkeypatch)
        yield made


def work_on(camp: Camp, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the commands work on this one from now on."""
    url = camp.database.url.render_as_string(hide_password=False)
    monkeypatch.setenv("BIVOUAC_DATABASE_URL", url)
    monkeypatch.setenv("BIVOUAC_NODE_NAME", camp.name)


def test_a_stick_carries_a_race_and_a_promotion_keeps_it(
    run: Run,
    office_and_camp: tuple[Camp, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    office, camp = office_and_camp
    stick = tmp_path / "stick.bivouac"
    assert run("sync", "--out", stick, "--race", SLUG).stdout.startswith(f"{stick}: 6 records, ")
    work_on(camp, monkeypatch)
    read = run("sync", "--in", stick).stdout
    assert read == (
        f"{SLUG}, from Office: new records 6, known 0; definition and entries followed\n"
    )
    assert "are kept at Office" in run("home", "show", SLUG).stdout
    assert run("promote", SLUG, stdin="n\n").exit_code == 2
    promoted = run("promote", SLUG, "--yes").stdout
    assert "All that it then had is here" in promoted
    assert "kept here, at Camp, from now on (term 2)" in promoted
    assert camp.digests().result in promoted
    assert "are kept here" in run("home", "show", SLUG).stdout
    again = run("promote", SLUG, "--yes")
    assert again.exit_code == 2
    assert "kept there already" in again.stderr
    assert office.home() == office.node  # which has not heard of it


def test_a_file_cut_off_says_so_and_one_that_lacks_something_too(
    run: Run,
    office_and_camp: tuple[Camp, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    office, camp = office_and_camp
    whole = office.file()
    camp.read(whole)
    office.read(camp.file())
    office.write(passing(50))
    later = tmp_path / "later.bivouac"
    assert run("sync", "--out", later, "--race", SLUG, "--to", "camp").stdout.startswith(
        f"{later}: 1 records, after revision "
    )
    assert run("sync", "--out", later, "--race", SLUG, "--to", "nobody").exit_code == 2
    work_on(camp, monkeypatch)
    spoilt = tmp_path / "spoilt.bivouac"
    spoilt.write_bytes(later.read_bytes()[:-20])
    cut = run("sync", "--in", spoilt)
    assert cut.exit_code == 1
    assert "new records 1" in cut.stdout
    assert "what was whole of it was taken" in cut.stderr
    spoilt.write_bytes(b"a holiday picture")
    assert "no file of an exchange" in run("sync", "--in", spoilt).stderr
    assert "can't be read" in run("sync", "--in", tmp_path / "nothing").stderr


def test_who_only_has_a_later_file_is_told_what_is_missing(
    run: Run, office_and_camp: tuple[Camp, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, camp = office_and_camp
    camp.read(office.file())
    office.read(camp.file())
    office.write(passing(50))
    later = tmp_path / "later.bivouac"
    later.write_bytes(office.file(to=camp.node))
    monkeypatch.setenv("BIVOUAC_DATABASE_URL", f"sqlite:///{tmp_path / 'new.sqlite'}")
    told = run("sync", "--in", later)  # a database that is not there yet is made
    assert told.exit_code == 0
    assert "its revisions 1 to " in told.stderr


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("http://a", "--in", "b"),
        ("http://a",),
        ("ftp://a", "--race", "x"),
        ("--out", "x"),
        ("http://a", "--race", "x", "--every", "soon"),
    ],
    ids=" ".join,
)
def test_a_call_that_makes_no_sense_is_refused(
    run: Run, office_and_camp: tuple[Camp, ...], words: tuple[str, ...]
) -> None:
    assert office_and_camp
    assert run("sync", *words).exit_code == 2


def test_a_node_key_is_made_listed_and_revoked(run: Run, office_and_camp: tuple[Camp, ...]) -> None:
    office, _ = office_and_camp
    key = run("node", "key", SLUG, "--label", "Camp").stdout.strip()
    with office.database.reading() as session:
        found = find_node_key(session, key)
    assert found is not None
    assert (found.slug, found.label) == (SLUG, "Camp")
    assert "Camp" in run("node", "keys", SLUG).stdout
    assert key.partition(".")[2] not in run("node", "keys", SLUG).stdout
    assert run("node", "revoke", found.id).exit_code == 0
    assert run("node", "revoke", 99).exit_code == 2
    with office.database.reading() as session:
        assert find_node_key(session, key) is None


def test_the_installations_are_shown_and_one_takes_another_identity(
    run: Run, office_and_camp: tuple[Camp, ...]
) -> None:
    office, camp = office_and_camp
    camp.exchange(office)
    before = office.node
    shown = run("node", "show", SLUG).stdout
    assert f"Office  {before}" in shown
    assert f"Camp  {camp.node}" in shown
    assert run("node", "renew").exit_code == 0
    assert office.node != before


def test_the_home_is_handed_over(run: Run, office_and_camp: tuple[Camp, ...]) -> None:
    office, camp = office_and_camp
    assert run("home", "hand-over", SLUG, "--to", "Camp").exit_code == 2
    camp.exchange(office)
    assert run("home", "hand-over", SLUG, "--to", "Camp").exit_code == 0
    assert "are kept at Camp" in run("home", "show", SLUG).stdout
    camp.exchange(office)
    with camp.database.writing() as session:
        hand_over(session, lock_race(session, SLUG), to="Office", at=camp.now(), by="Dora")
    office.exchange(camp)
    assert "are kept here" in run("home", "show", SLUG).stdout


def test_what_was_set_aside_is_told_until_it_is_settled(
    run: Run, office_and_camp: tuple[Camp, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, camp = office_and_camp
    camp.exchange(office)
    definition = tmp_path / "race.yaml"
    definition.write_text(run("race", "export", SLUG).stdout.replace("Three V", "Four V"))
    assert run("race", "import", definition, "--definition").exit_code == 0
    work_on(camp, monkeypatch)
    refused = run("race", "import", definition, "--definition")
    assert refused.exit_code == 2
    assert "kept at Office" in refused.stderr
    run("promote", SLUG, "--yes")
    office.exchange(camp)
    work_on(office, monkeypatch)
    assert "set aside" in run("home", "show", SLUG).stdout
    run("home", "settle", SLUG)
    assert "set aside" not in run("home", "show", SLUG).stdout
