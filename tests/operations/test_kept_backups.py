"""The folder of backups: what is made by itself, and what is kept of it."""

import stat
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.prerequisites import PROJECT
from tests.race_samples import DOCUMENT, EVENING, RACE, passing
from timing.core.book import RaceBook
from timing.core.document import Document
from timing.core.publication import digests_of
from timing.core.times import DAY, HOUR, MINUTE
from timing.db import reading
from timing.db.engines import Database, open_database
from timing.operations import schema
from timing.operations.backup import check_backup, restore
from timing.operations.backup_faults import BadBackup, MissingProgram
from timing.operations.kept_backups import (
    Keeping,
    KeptBackup,
    back_up_to,
    is_due,
    kept_backups,
    superfluous,
    thin,
    thin_before_migrations,
    upgrade_with_backup,
)
from timing.operations.races import add_race, export_document
from timing.operations.record import append

SLUG = RACE.slug
KEEPING = Keeping(hours=24, days=7)
MIDNIGHT = 20_600 * DAY


def made(*ages: int, at: int = MIDNIGHT) -> list[KeptBackup]:
    return [KeptBackup(made=at - age, path=Path(f"{age}")) for age in ages]


def left(*ages: int) -> list[int]:
    """The ages of those that stay, youngest first."""
    gone = {one.made for one in superfluous(made(*ages), KEEPING, MIDNIGHT)}
    return [age for age in sorted(ages) if MIDNIGHT - age not in gone]


# -- what is kept ---------------------------------------------------------------------------------


def test_all_of_two_hours_are_kept() -> None:
    young = [number * 10 * MINUTE for number in range(12)]
    assert left(*young) == young


def test_of_an_older_hour_the_newest_is_kept() -> None:
    hour = 5 * HOUR
    assert left(0, hour - 50 * MINUTE, hour - 40 * MINUTE, hour - 10 * MINUTE) == [
        0,
        hour - 50 * MINUTE,
    ]


def test_of_a_day_before_the_hours_that_count_the_newest_is_kept() -> None:
    assert left(0, 2 * DAY + HOUR, 2 * DAY + 3 * HOUR, 2 * DAY + 20 * HOUR) == [0, 2 * DAY + HOUR]


def test_what_is_older_than_the_days_that_count_goes() -> None:
    assert left(0, 7 * DAY, 7 * DAY + 1, 30 * DAY) == [0, 7 * DAY]


def test_the_newest_stays_however_old_it_is() -> None:
    assert left(400 * DAY, 401 * DAY) == [400 * DAY]


def test_hourly_backups_of_a_month_come_down_to_one_an_hour_and_one_a_day() -> None:
    """Thinned each time, as they are made; what stays never depends on how often that was."""
    kept: list[KeptBackup] = []
    for hour in range(30 * 24):
        at = MIDNIGHT + hour * HOUR
        kept += made(0, at=at)
        gone = superfluous(kept, KEEPING, at)
        kept = [one for one in kept if one not in gone]
    everything = made(*(n * HOUR for n in range(30 * 24)), at=at)
    assert set(kept) == {
        KeptBackup(made=one.made, path=Path("0"))
        for one in everything
        if one not in superfluous(everything, KEEPING, at)
    }
    days = [one for one in kept if at - one.made > 24 * HOUR]
    assert len(kept) - len(days) == 25  # each hour from now to a day ago
    assert len(days) in {6, 7}


def test_only_backups_that_are_named_so_are_ours(tmp_path: Path) -> None:
    for name in (
        "bivouac-20260828T180000Z.sqlite",
        "bivouac-20260828T190000Z-before-2026_11_28_outgoing.dump",
        "bivouac.sqlite",
        "bivouac-20260828T180000Z.sqlite.kept",
        "letter to the jury.odt",
        ".bivouac-20260828T180000Z.sqlite.0a1b2c3d",
    ):
        (tmp_path / name).write_text(name)
    first, second = kept_backups(tmp_path)
    assert (first.made, first.before_migration) == (EVENING, False)
    assert (second.made, second.before_migration) == (EVENING + HOUR, True)

    assert thin(tmp_path, Keeping(hours=0, days=0), EVENING + 900 * DAY) == ()
    assert thin_before_migrations(tmp_path) == ()
    assert len(list(tmp_path.iterdir())) == 6


def test_backups_before_migrations_are_kept_by_number(tmp_path: Path) -> None:
    for hour in range(12):
        (tmp_path / f"bivouac-20260828T{hour:02}0000Z-before-x.sqlite").touch()
    thin(tmp_path, KEEPING, EVENING + 900 * DAY)
    assert len(kept_backups(tmp_path)) == 12

    gone = thin_before_migrations(tmp_path)
    assert [path.name[17:19] for path in gone] == ["00", "01"]


# -- what is made ---------------------------------------------------------------------------------


def test_a_backup_is_due_when_the_newest_is_old_enough(
    sqlite_database: Database, tmp_path: Path
) -> None:
    folder = tmp_path / "deep" / "backups"
    assert is_due(folder, EVENING, HOUR)

    backup = back_up_to(folder, sqlite_database, EVENING)
    assert backup.path.name == "bivouac-20260828T180000Z.sqlite"
    assert stat.S_IMODE(backup.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert not is_due(folder, EVENING + HOUR - 1, HOUR)
    assert is_due(folder, EVENING + HOUR, HOUR)


def test_a_backup_from_the_future_does_not_keep_others_from_being_made(
    sqlite_database: Database, tmp_path: Path
) -> None:
    """As after a clock was set back."""
    back_up_to(tmp_path, sqlite_database, EVENING + DAY)
    assert is_due(tmp_path, EVENING, HOUR)


def test_a_backup_before_a_migration_is_no_scheduled_one(
    sqlite_database: Database, tmp_path: Path
) -> None:
    back_up_to(tmp_path, sqlite_database, EVENING, before="2026_11_28_outgoing")
    assert is_due(tmp_path, EVENING + 1, HOUR)


@pytest.fixture
def of_an_older_release(
    sqlite_database: Database, postgresql_url: str, request: pytest.FixtureRequest
) -> Database:
    """A database with a race in it, one migration behind."""
    database = sqlite_database
    if request.param == "postgresql":
        database = open_database(postgresql_url)
        schema.upgrade(database)
    with database.writing() as session:
        add_race(session, DOCUMENT, at=EVENING, by="director")
    schema.downgrade(database, "-1")
    return database


@pytest.mark.parametrize("of_an_older_release", ["sqlite", "postgresql"], indirect=True)
def test_before_a_migration_a_backup_is_made(of_an_older_release: Database, tmp_path: Path) -> None:
    database = of_an_older_release
    before = schema.current(database)
    backup = upgrade_with_backup(database, tmp_path / "backups", EVENING)

    assert backup is not None
    assert f"-before-{schema.newest()}" in backup.path.name
    assert schema.is_current(database)
    assert upgrade_with_backup(database, tmp_path / "backups", EVENING + HOUR) is None
    restore(database, backup.path, force=True)
    assert schema.current(database) == before
    schema.upgrade(database)
    with database.reading() as session:
        assert export_document(session, SLUG).document == DOCUMENT
    database.close()


@pytest.mark.parametrize("of_an_older_release", ["sqlite", "postgresql"], indirect=True)
def test_without_a_backup_nothing_is_migrated(
    of_an_older_release: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = of_an_older_release
    before = schema.current(database)
    monkeypatch.setattr("timing.operations.sqlite_backup.SqliteBackups.check", lambda *_: 0)
    monkeypatch.setattr("timing.operations.postgresql_backup._folders", lambda: iter(()))
    with pytest.raises((BadBackup, MissingProgram)):
        upgrade_with_backup(database, tmp_path / "backups", EVENING)

    assert schema.current(database) == before
    assert kept_backups(tmp_path / "backups") == ()
    database.close()


def test_a_new_database_needs_no_backup(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/new.sqlite")
    assert upgrade_with_backup(database, tmp_path / "backups", EVENING) is None
    assert schema.is_current(database)
    assert not (tmp_path / "backups").exists()
    database.close()


def test_what_is_wrong_with_a_file_is_told_without_restoring_it(
    database: Database, tmp_path: Path
) -> None:
    backup = back_up_to(tmp_path, database, EVENING)
    assert check_backup(database, backup.path) == backup
    backup.path.write_bytes(backup.path.read_bytes()[:-4_000])
    with pytest.raises(BadBackup):
        check_backup(database, backup.path)
    with pytest.raises(BadBackup, match="no such file"):
        check_backup(database, tmp_path / "nowhere")


# -- under load -----------------------------------------------------------------------------------


def test_a_backup_made_under_load_restores_to_the_digests_of_its_revision(
    database: Database, postgresql_url: str, tmp_path: Path
) -> None:
    """Three processes of three threads each append as fast as they can meanwhile."""
    with database.writing() as session:
        add_race(session, Document(race=RACE, entries=DOCUMENT.entries), at=EVENING, by="director")
    url = database.url.render_as_string(hide_password=False)
    writers = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.operations.appending", url, "crowd", str(seed)],
            stdout=subprocess.PIPE,
            cwd=PROJECT,
        )
        for seed in range(3)
    ]
    for writer in writers:
        assert writer.stdout is not None
        writer.stdout.readline()  # it is under way
    backup = back_up_to(tmp_path / "backups", database, EVENING)
    were_writing = [writer.poll() is None for writer in writers]
    for writer in writers:
        writer.communicate()
    assert any(were_writing)

    is_file = database.file is not None
    elsewhere = open_database(f"sqlite:///{tmp_path}/other.sqlite" if is_file else postgresql_url)
    restore(elsewhere, backup.path)
    with elsewhere.reading() as session:
        restored = reading.race_cursor(session, SLUG)
        copy = export_document(session, SLUG).document
    with database.reading() as session:
        now = reading.race_cursor(session, SLUG)
        then = export_document(session, SLUG, restored.revision).document
    assert digests_of(RaceBook(copy)) == digests_of(RaceBook(then))
    assert len(copy.passings) == backup.records
    assert restored.revision < now.revision
    assert restored.epoch != now.epoch
    with elsewhere.writing() as session:
        append(session, SLUG, [passing(5_000_000)], received=EVENING)
    with pytest.raises(Exception, match="append-only"), elsewhere.writing() as session:
        session.execute(text("DELETE FROM journal"))
    elsewhere.close()
