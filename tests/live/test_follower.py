"""Following: what anybody commits reaches the books of a process, whoever committed it."""

import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from tests.live.test_books import finish, order, write
from tests.live.waiting import eventually
from tests.serving import SLUG, fill
from timing.db.engines import Database
from timing.live.books import Books
from timing.live.follower import Follower
from timing.live.watching import watch


class Following:
    """Books that are followed, and what the follower told."""

    def __init__(self, database: Database) -> None:
        self.books = Books(database)
        self.told: list[frozenset[str]] = []
        self.books.tell(self.told.append)
        self.follower = Follower(database, self.books)


@pytest.fixture
def following(either_database: Database) -> Iterator[Following]:
    fill(either_database)
    made = Following(either_database)
    made.follower.start()
    assert eventually(lambda: made.books.is_followed and made.books._races)
    yield made
    made.follower.stop()


def test_a_commit_moves_the_books_on_and_is_told(
    following: Following, either_database: Database
) -> None:
    write(either_database, finish("12", "11:00:00", "new"))
    assert eventually(lambda: following.told == [{SLUG}])
    assert order(following.books) == ["12", "7", "007", "15a"]


def test_every_commit_is_followed_to_the_last(
    following: Following, either_database: Database
) -> None:
    last = following.books.race(SLUG).standing.cursor.revision + 30
    for n in range(30):
        write(either_database, finish("12", f"11:00:{n:02d}", f"n{n}"))
    assert eventually(lambda: following.books.race(SLUG).standing.cursor.revision == last)


def test_races_are_in_memory_before_they_are_asked_for(following: Following) -> None:
    assert list(following.books._races) == [SLUG]


def test_following_goes_on_after_the_connection_was_lost(
    postgresql_database: Database,
) -> None:
    fill(postgresql_database)
    made = Following(postgresql_database)
    made.follower.start()
    assert eventually(lambda: made.books.is_followed)
    with postgresql_database.readers.connect() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    write(postgresql_database, finish("12", "11:00:00", "new"))
    assert eventually(lambda: made.told == [{SLUG}])
    made.follower.stop()


def test_following_begins_when_the_database_answers(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("timing.live.follower.RETRY_SECONDS", 0.05)
    file = sqlite_database.file
    assert file is not None
    away = file.rename(file.with_suffix(".away"))
    made = Following(sqlite_database)
    made.follower.start()
    assert not made.books.is_followed
    away.rename(file)
    fill(sqlite_database)
    assert eventually(lambda: made.books.is_followed)
    made.follower.stop()


def test_a_watch_waits_until_somebody_commits(either_database: Database) -> None:
    fill(either_database)
    never = threading.Event()
    with watch(either_database) as watching:
        assert not watching.wait(0.1, never)
        write(either_database, finish("12", "11:00:00", "new"))
        assert watching.wait(10, never)
        assert not watching.wait(0.1, never)


def test_a_watch_gives_up_when_it_is_told_to(either_database: Database) -> None:
    told = threading.Event()
    told.set()
    with watch(either_database) as watching:
        assert not watching.wait(60, told)
