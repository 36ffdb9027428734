"""Streams: who is told what, once for all of them; who has left; who is sent home."""

import json
import socket
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.live.test_books import finish, write
from tests.live.waiting import eventually
from tests.serving import BEFORE, SLUG
from timing.core.book import UnknownBoard
from timing.db.engines import Database
from timing.db.reading import UnknownRace
from timing.live import streams as module
from timing.live.books import Books
from timing.live.listening import BEAT, BYE, MOST_WAITING, OPENING, Listener
from timing.live.sockets import OpenSockets
from timing.live.streams import Streams, TooManyTopics
from timing.operations.races import change_definition, export_document
from timing.pages.selection import BadQuery

GC = {"board": "gc"}


def waiting(listener: Listener) -> list[bytes]:
    """What a stream would send now."""
    sent = []
    while (chunk := listener._next()) is not None:
        sent.append(chunk)
    return sent


def change(event: bytes) -> dict[str, Any]:
    """What an event says."""
    kind, number, data = event.decode().removesuffix("\n\n").split("\n")
    assert kind == "event: board"
    told: dict[str, Any] = json.loads(data.removeprefix("data: "))
    assert number == f"id: {told['revision']}"
    return told


@pytest.fixture
def books(database: Database) -> Books:
    return Books(database)


@pytest.fixture
def streams(books: Books) -> Streams:
    return Streams(books)


def revision(books: Books) -> int:
    return books.race(SLUG).standing.cursor.revision


def test_a_page_that_is_up_to_date_is_told_nothing(streams: Streams, books: Books) -> None:
    listener = streams.listen(SLUG, GC, known=revision(books))
    assert waiting(listener) == [OPENING]


def test_a_page_that_is_behind_is_told_everything(streams: Streams, books: Books) -> None:
    listener = streams.listen(SLUG, GC, known=revision(books) - 1)
    opening, event = waiting(listener)
    assert opening == OPENING
    assert {"line-7", "line-007", "line-12", "line-15a"} <= change(event)["html"].keys()


def test_a_page_of_unknown_age_is_told_everything(streams: Streams) -> None:
    assert len(waiting(streams.listen(SLUG, GC))) == 2


def test_a_change_is_told_to_all_who_listen(
    streams: Streams, books: Books, database: Database
) -> None:
    listeners = [streams.listen(SLUG, GC, known=revision(books)) for _ in range(3)]
    write(database, finish("12", "11:00:00", "new"))
    streams.tell()
    events = [waiting(listener)[-1] for listener in listeners]
    assert events[0] is events[1] is events[2]
    told = change(events[0])
    assert told["revision"] == revision(books)
    assert told["order"]["ranked"][0] == "line-12"
    assert "line-12" in told["html"]


def test_what_does_not_concern_a_page_is_not_told_to_it(
    streams: Streams, books: Books, database: Database
) -> None:
    listener = streams.listen(SLUG, {"board": "gc", "q": "Lind"}, known=revision(books))
    write(database, finish("99", "11:00:00", "new"))
    streams.tell()
    assert waiting(listener) == [OPENING]


def test_a_page_ahead_of_this_process_is_told_everything_later(
    streams: Streams, books: Books, database: Database
) -> None:
    listener = streams.listen(SLUG, GC, known=revision(books) + 1)
    assert waiting(listener) == [OPENING]
    write(database, finish("99", "11:00:00", "new"))
    streams.tell()
    assert len(change(waiting(listener)[-1])["html"]) >= 4


def test_who_comes_later_is_told_of_the_state_there_is(
    streams: Streams, books: Books, database: Database
) -> None:
    streams.listen(SLUG, GC, known=revision(books))
    before = revision(books)
    write(database, finish("12", "11:00:00", "new"))
    late = streams.listen(SLUG, GC, known=before)
    assert change(waiting(late)[-1])["revision"] == before + 1


def test_a_slow_reader_gets_the_state_instead_of_its_history(
    streams: Streams, books: Books, database: Database
) -> None:
    slow = streams.listen(SLUG, GC, known=revision(books))
    for n in range(MOST_WAITING + 3):
        write(database, finish("12", f"10:{59 - n}:00", f"n{n}"))
        streams.tell()
    sent = waiting(slow)
    assert len(sent) <= MOST_WAITING
    whole = max((change(event) for event in sent if event.startswith(b"event")), key=_lines)
    assert _lines(whole) >= 4
    assert change(sent[-1])["revision"] == revision(books)


def _lines(told: dict[str, Any]) -> int:
    return sum(name.startswith("line-") for name in told["html"])


def test_streams_to_nothing_are_refused(streams: Streams) -> None:
    with pytest.raises(UnknownRace):
        streams.listen("nowhere", GC)
    with pytest.raises(UnknownBoard):
        streams.listen(SLUG, {"board": "nope"})
    with pytest.raises(BadQuery):
        streams.listen(SLUG, {"page": "nope"})
    assert streams._topics == {}


def test_too_many_different_pages_are_refused(
    streams: Streams, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_TOPICS", 2)
    first = streams.listen(SLUG, GC)
    streams.listen(SLUG, {"board": "gc-women"})
    streams.listen(SLUG, GC)
    with pytest.raises(TooManyTopics):
        streams.listen(SLUG, {"page": "home"})
    streams.leave(first)
    with pytest.raises(TooManyTopics):
        streams.listen(SLUG, {"page": "home"})


def test_a_page_nobody_listens_to_any_more_is_forgotten(streams: Streams) -> None:
    first, second = streams.listen(SLUG, GC), streams.listen(SLUG, GC)
    streams.leave(first)
    streams.leave(first)
    assert len(streams._topics) == 1
    streams.leave(second)
    assert streams._topics == {}


def test_who_listens_to_a_board_that_is_gone_is_sent_home(
    streams: Streams, books: Books, database: Database
) -> None:
    listener = streams.listen(SLUG, {"board": "gc-women"}, known=revision(books))
    with database.writing() as session:
        held = export_document(session, SLUG)
        race = held.document.race
        kept = tuple(c for c in race.classifications if c.code != "gc-women")
        change_definition(
            session,
            replace(race, classifications=kept),
            based_on=held.version,
            at=BEFORE,
            by="tests",
        )
    streams.tell()
    assert list(listener.chunks()) == [OPENING, BYE]


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    yield ours, theirs
    ours.close()
    theirs.close()


def test_a_stream_ends_when_its_reader_has_left(
    streams: Streams, pair: tuple[socket.socket, socket.socket]
) -> None:
    ours, theirs = pair
    listener = streams.listen(SLUG, GC, descriptor=ours.fileno())
    streams.look_round()
    waiting(listener)
    assert not listener._is_ended
    theirs.close()
    streams.look_round()
    assert list(listener.chunks()) == []
    streams.leave(listener)


def test_sockets_are_looked_after_until_they_are_removed(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    ours, theirs = pair
    sockets = OpenSockets()
    sockets.add(ours.fileno())
    assert sockets.closed() == frozenset()
    theirs.close()
    assert sockets.closed() == {ours.fileno()}
    sockets.remove(ours.fileno())
    assert sockets.closed() == frozenset()


def test_a_quiet_stream_says_that_it_lives(
    streams: Streams, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    listener = streams.listen(SLUG, GC, known=revision(books))
    streams.look_round()
    assert waiting(listener) == [OPENING]
    monkeypatch.setattr(module, "BEAT_SECONDS", -1)
    streams.look_round()
    assert waiting(listener) == [BEAT]


def test_everybody_is_sent_home_at_the_end_and_so_is_who_comes_then(
    streams: Streams, books: Books
) -> None:
    listener = streams.listen(SLUG, GC, known=revision(books))
    streams.end()
    assert list(listener.chunks()) == [OPENING, BYE]
    late = streams.listen(SLUG, GC, known=revision(books))
    assert list(late.chunks()) == [OPENING, BYE]


def test_streams_that_are_kept_are_told_and_ended_by_themselves(
    streams: Streams, books: Books, database: Database
) -> None:
    is_alive = True
    streams.start(lambda: is_alive)
    listener = streams.listen(SLUG, GC, known=revision(books))
    assert waiting(listener) == [OPENING]
    write(database, finish("12", "11:00:00", "new"))
    books.refresh()
    assert eventually(lambda: listener._waiting)
    assert change(waiting(listener)[0])["order"]["ranked"][0] == "line-12"
    is_alive = False
    assert list(listener.chunks()) == [BYE]


def test_a_stream_is_read_while_it_is_written(streams: Streams) -> None:
    listener = streams.listen(SLUG, GC)
    chunks = listener.chunks()
    assert next(chunks) == OPENING
    assert next(chunks).startswith(b"event: board")
    listener.send(BEAT)
    assert next(chunks) == BEAT
    listener.end()
    assert list(chunks) == []
