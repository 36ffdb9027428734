"""Snapshots: what the files say at each moment, told by a clock that a test turns."""

import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from tests.live.test_books import finish, write
from tests.live.waiting import eventually
from tests.serving import BEFORE, RACE, SLUG
from timing import racefile
from timing.db import reading
from timing.db.engines import Database
from timing.db.reading import Cursor
from timing.live.books import Books
from timing.live.kept_files import CURRENT, Folder, right_at
from timing.live.late import LATE, take_away_if_late
from timing.live.snapshots import GRACE, QUIET, SOON, TURN, Snapshots, keep_snapshots
from timing.operations.races import add_race
from timing.pages.public_pages import Media

HOME = f"races/{SLUG}/+.html"
BOARD = f"races/{SLUG}/boards/gc/+.html"
DATA = f"api/v1/races/{SLUG}/boards/gc/+.json"
EARLIER = f"races/{SLUG}/boards/gc/+after=1.html"
RUNNER = f"races/{SLUG}/entries/7/+.html"


class Elsewhere:
    """Where pages are put besides."""

    def __init__(self) -> None:
        self.there: dict[str, bytes] = {}

    def put(self, address: str, media: Media, pack: bytes) -> None:
        del media
        self.there[address] = pack

    def drop(self, address: str, media: Media) -> None:
        del media
        del self.there[address]


class Keeping:
    """Snapshots, and a clock that stands still unless turned."""

    def __init__(self, database: Database, path: Path) -> None:
        self.database = database
        self.now = 1_774_700_000_000
        self.step = 0
        self.path = path
        self.elsewhere = Elsewhere()
        self.snapshots = Snapshots(
            Books(database),
            Folder(path),
            clock=self._clock,
            languages=("en", "ar"),
            mirror=self.elsewhere,
        )

    def _clock(self) -> int:
        self.now += self.step
        return self.now

    def cursors(self) -> Mapping[str, Cursor]:
        """Where every race stands by now, as another process knows."""
        with self.database.reading() as session:
            return reading.cursors(session)

    def settle(self, after: int = 0) -> None:
        """Look and work until nothing is left to do."""
        self.now += after
        self.snapshots.look()
        while self.snapshots.work():
            self.snapshots.look()

    def read(self, name: str) -> str:
        return (self.path / CURRENT / name).read_text()

    def has(self, name: str) -> bool:
        return (self.path / CURRENT / name).is_file()


@pytest.fixture
def keeping(database: Database, tmp_path: Path) -> Iterator[Keeping]:
    made = Keeping(database, tmp_path / "snapshots")
    yield made
    made.snapshots.close()


def test_what_most_look_at_is_there_at_once_and_the_rest_once_it_is_quiet(keeping: Keeping) -> None:
    keeping.settle()
    assert [keeping.has(name) for name in ("+.html", HOME, BOARD, DATA)] == [True] * 4
    assert [keeping.has(name) for name in (EARLIER, RUNNER)] == [False, False]
    keeping.settle(after=SOON)
    assert [keeping.has(name) for name in (EARLIER, RUNNER)] == [True, False]
    keeping.settle(after=QUIET)
    assert keeping.has(RUNNER)


def test_a_record_changes_the_pages(keeping: Keeping) -> None:
    keeping.settle()
    assert "1:00:00" not in keeping.read(BOARD)
    write(keeping.database, finish("12", "09:00:00", "new"))
    keeping.settle()
    assert "1:00:00" in keeping.read(BOARD)
    assert '"time_ms":3600000' in keeping.read(DATA)


def test_a_page_of_few_is_gone_as_soon_as_the_race_has_moved_on(keeping: Keeping) -> None:
    keeping.settle(after=0)
    keeping.settle(after=QUIET)
    write(keeping.database, finish("12", "09:00:00", "new"))
    keeping.snapshots.look()
    assert [keeping.has(name) for name in (EARLIER, RUNNER)] == [False, False]
    assert keeping.has(BOARD)


def test_a_page_of_many_waits_for_its_successor_no_longer_than_the_grace(keeping: Keeping) -> None:
    keeping.settle()
    write(keeping.database, finish("12", "09:00:00", "new"))
    keeping.now += 100
    keeping.snapshots.look()
    before = keeping.read(BOARD)
    keeping.now += GRACE - 100
    keeping.snapshots.look()
    assert keeping.read(BOARD) == before
    keeping.now += 1
    keeping.snapshots.look()
    assert not keeping.has(BOARD)
    keeping.settle()
    assert "1:00:00" in keeping.read(BOARD)


def test_however_much_there_is_to_make_the_database_is_looked_at_again(keeping: Keeping) -> None:
    keeping.snapshots.look()
    keeping.step = TURN // 2  # every page takes longer than half of that
    assert keeping.snapshots.work()
    keeping.step = 0
    assert not (keeping.has(HOME) and keeping.has(BOARD) and keeping.has(DATA))


def test_while_old_pages_wait_all_is_said_to_be_right_as_of_them(keeping: Keeping) -> None:
    keeping.settle()
    seen = keeping.now
    write(keeping.database, finish("12", "09:00:00", "new"))
    keeping.now += 200
    keeping.snapshots.look()
    assert right_at(keeping.path) == seen
    keeping.settle()
    assert right_at(keeping.path) == seen + 200


def test_late_snapshots_are_taken_away_and_come_back_when_all_is_right(keeping: Keeping) -> None:
    keeping.settle()
    write(keeping.database, finish("12", "09:00:00", "new"))
    assert not take_away_if_late(keeping.path, keeping.now + LATE, keeping.cursors)
    assert take_away_if_late(keeping.path, keeping.now + LATE + 1, keeping.cursors)
    assert not keeping.has(BOARD)
    assert not take_away_if_late(keeping.path, keeping.now + LATE + 1, keeping.cursors)
    keeping.settle(after=2 * LATE)
    assert keeping.has(BOARD)


def test_a_clock_that_was_set_back_does_not_keep_old_pages(keeping: Keeping) -> None:
    keeping.settle()
    write(keeping.database, finish("12", "09:00:00", "new"))
    assert take_away_if_late(keeping.path, keeping.now - 3_600_000, keeping.cursors)


def test_late_snapshots_stay_while_nothing_has_happened_since(keeping: Keeping) -> None:
    keeping.settle()
    assert not take_away_if_late(keeping.path, keeping.now + 100 * LATE, keeping.cursors)


def test_old_pages_that_wait_when_all_stops_are_known_to_be_old(keeping: Keeping) -> None:
    keeping.settle()
    write(keeping.database, finish("12", "09:00:00", "new"))
    keeping.snapshots.look()
    assert keeping.has(BOARD)
    assert take_away_if_late(keeping.path, keeping.now + LATE + 1, keeping.cursors)


def test_without_a_manifest_late_snapshots_are_taken_away(keeping: Keeping) -> None:
    keeping.settle()
    (keeping.path / CURRENT / "manifest.json").unlink()
    assert take_away_if_late(keeping.path, keeping.now + LATE + 1, keeping.cursors)


def test_a_new_race_is_kept_and_listed(keeping: Keeping) -> None:
    keeping.settle()
    document = racefile.load(RACE)
    race = replace(document.race, slug="other", name="Another")
    with keeping.database.writing() as session:
        add_race(session, replace(document, race=race), at=BEFORE, by="tests")
    keeping.settle()
    assert keeping.has("races/other/+.html")
    assert "Another" in keeping.read("+.html")


def test_each_language_is_kept_under_its_prefix(keeping: Keeping) -> None:
    keeping.settle()
    assert '<html lang="en">' in keeping.read(BOARD)
    assert '<html lang="ar" dir="rtl">' in keeping.read(f"ar/{BOARD}")
    assert '<html lang="ar" dir="rtl">' in keeping.read("ar/+.html")
    assert not keeping.has(f"fr/{BOARD}")


def test_beginning_again_makes_all_anew(keeping: Keeping) -> None:
    keeping.settle()
    keeping.snapshots.start_over()
    assert not keeping.has(BOARD)
    keeping.settle()
    assert keeping.has(BOARD)


def test_the_same_is_put_elsewhere_and_stays_there_until_there_is_no_such_page(
    keeping: Keeping,
) -> None:
    keeping.settle()
    keeping.settle(after=QUIET)
    write(keeping.database, finish("12", "09:00:00", "new"))
    keeping.settle()
    there = keeping.elsewhere.there
    assert f"/races/{SLUG}/entries/7" in there  # of a moment ago, where nobody else could answer
    assert "/" in there


def test_by_itself_it_follows_what_anybody_commits(database: Database, tmp_path: Path) -> None:
    until = threading.Event()
    now = iter(range(1_774_700_000_000, 1_774_800_000_000, 3))
    path = tmp_path / "snapshots"
    thread = threading.Thread(
        target=keep_snapshots,
        args=(database, path),
        kwargs={"until": until, "clock": lambda: next(now)},
    )
    thread.start()
    try:
        board = path / CURRENT / BOARD
        assert eventually(board.is_file)
        write(database, finish("12", "09:00:00", "new"))
        assert eventually(lambda: board.is_file() and "1:00:00" in board.read_text())
    finally:
        until.set()
        thread.join()
    assert not (path / CURRENT).is_symlink()


def test_what_goes_wrong_is_begun_again(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    until, look, times = threading.Event(), Snapshots.look, []

    def sometimes(self: Snapshots) -> None:
        times.append(1)
        if len(times) == 3:
            raise OSError("no space left")
        look(self)

    monkeypatch.setattr(Snapshots, "look", sometimes)
    path, now = tmp_path / "snapshots", iter(range(1_774_700_000_000, 1_774_800_000_000, 3))
    thread = threading.Thread(
        target=keep_snapshots,
        args=(database, path),
        kwargs={"until": until, "clock": lambda: next(now)},
    )
    thread.start()
    try:
        assert eventually(lambda: len(times) > 4 and (path / CURRENT / BOARD).is_file())
    finally:
        until.set()
        thread.join()
