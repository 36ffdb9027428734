"""Streams: who is told what, once for all of them; who has left; who is sent home."""

import json
import random
import socket
import threading
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
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
from timing.live.events import event
from timing.live.listening import (
    MOST_HISTORY_BYTES,
    MOST_STEPS,
    MOST_WAITING,
    History,
    Known,
    Listener,
    Step,
    Subject,
)
from timing.live.outlets import ReaderHasLeft
from timing.live.pacing import CROWD, LEAST_SECONDS, Allowance, Pace
from timing.live.sockets import OpenSockets
from timing.live.streams import Streams, TooManyTopics
from timing.operations.races import change_definition, export_document
from timing.pages.selection import BadQuery

GC = {"board": "gc"}


@dataclass(frozen=True)
class Said:
    """One event as a reader has it."""

    kind: str
    id: str
    data: dict[str, Any]


def events(text: bytes) -> list[Said]:
    """The events in what a stream sent."""
    found = []
    for block in text.decode().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.split("\n") if ": " in line)
        if "event" in fields:
            data = json.loads(fields["data"])
            found.append(Said(fields["event"], fields.get("id", ""), data))
    return found


def waiting(listener: Listener) -> list[Said]:
    """What a stream would send now."""
    return events(listener._taken())


def all_kinds(listener: Listener) -> list[str]:
    """The kinds of all that a stream sends until it ends."""
    return kinds(events(b"".join(listener.chunks())))


def kinds(said: list[Said]) -> list[str]:
    return [one.kind for one in said]


def changes(said: list[Said]) -> list[dict[str, Any]]:
    """What was told of the page; each names by its id the state that its reader has then."""
    told = [one for one in said if one.kind == "board"]
    for one in told:
        assert one.id.rpartition("-")[2] == str(one.data["revision"])
    return [one.data for one in told]


@pytest.fixture
def books(database: Database) -> Books:
    return Books(database)


@pytest.fixture
def streams(books: Books) -> Streams:
    return Streams(books)


def revision(books: Books) -> int:
    return books.race(SLUG).standing.cursor.revision


def here(books: Books, *, behind: int = 0) -> Known:
    """What a reader has whose page was made just now, or some revisions ago."""
    cursor = books.race(SLUG).standing.cursor
    return Known(cursor.epoch, cursor.revision - behind)


def finishes(database: Database, streams: Streams, *numbers: int) -> None:
    """Changes of who is first, each told by itself."""
    for n in numbers:
        write(database, finish("12", f"10:{59 - n}:00", f"n{n}"))
        streams.tell()


def test_a_page_that_is_up_to_date_is_told_so_and_nothing_else(
    streams: Streams, books: Books
) -> None:
    listener = streams.listen(SLUG, GC, known=here(books))
    (beat,) = waiting(listener)
    assert (beat.kind, beat.data["revision"]) == ("beat", revision(books))
    assert Known.of(beat.id) == here(books)


@pytest.mark.parametrize("behind", [0, 1])
def test_the_revision_of_a_page_is_enough_to_begin_with(
    streams: Streams, books: Books, behind: int
) -> None:
    listener = streams.listen(SLUG, GC, known=Known.of(str(revision(books) - behind)))
    assert kinds(waiting(listener)) == ["board", "beat"][1 - behind :]


def test_what_is_no_revision_is_none() -> None:
    assert Known.of("3f9a-12") == Known("3f9a", 12)
    assert Known.of("12") == Known("", 12)
    for text in ("", "3f9a-", "-", "x", "3f9a-x", "٣", "9" * 30):
        assert Known.of(text) is None


def test_a_page_that_is_behind_a_stream_nobody_had_is_told_everything(
    streams: Streams, books: Books
) -> None:
    listener = streams.listen(SLUG, GC, known=here(books, behind=1))
    (told,) = changes(waiting(listener))
    assert {"line-7", "line-007", "line-12", "line-15a"} <= told["html"].keys()
    assert told["since"] == 0


def test_a_page_of_unknown_age_or_of_another_life_of_the_server_is_told_everything(
    streams: Streams, books: Books
) -> None:
    for known in (None, Known("another", revision(books)), Known("another", 0)):
        (told,) = changes(waiting(streams.listen(SLUG, GC, known=known)))
        assert told["since"] == 0


def test_a_change_is_told_to_all_who_listen(
    streams: Streams, books: Books, database: Database
) -> None:
    before = revision(books)
    listeners = [streams.listen(SLUG, GC, known=here(books)) for _ in range(3)]
    for listener in listeners:
        waiting(listener)
    write(database, finish("12", "11:00:00", "new"))
    streams.tell()
    assert len({id(listener._waiting[0]) for listener in listeners}) == 1
    (told,) = changes(waiting(listeners[0]))
    assert (told["since"], told["revision"]) == (before, revision(books))
    assert told["order"]["ranked"][0] == "line-12"
    assert "line-12" in told["html"]


def test_what_does_not_concern_a_page_is_not_told_to_it(
    streams: Streams, books: Books, database: Database
) -> None:
    listener = streams.listen(SLUG, {"board": "gc", "q": "Lind"}, known=here(books))
    write(database, finish("99", "11:00:00", "new"))
    streams.tell()
    assert changes(waiting(listener)) == []


def test_a_page_ahead_of_this_process_is_told_everything_once_it_has_caught_up(
    streams: Streams, books: Books, database: Database
) -> None:
    listener = streams.listen(SLUG, GC, known=here(books, behind=-2))
    assert waiting(listener) == []
    write(database, finish("99", "11:00:00", "new"))
    streams.tell()
    assert waiting(listener) == []
    write(database, finish("12", "11:00:00", "newer"))
    streams.tell()
    (told,) = changes(waiting(listener))
    assert (told["since"], told["revision"]) == (0, revision(books))


def test_who_comes_back_is_told_just_what_is_missing(
    streams: Streams, books: Books, database: Database
) -> None:
    streams.listen(SLUG, GC, known=here(books))
    finishes(database, streams, 0)
    left_at = here(books)
    finishes(database, streams, 1, 2)
    told = changes(waiting(streams.listen(SLUG, GC, known=left_at)))
    assert [one["revision"] - left_at.revision for one in told] == [1, 2]
    assert told[0]["since"] == left_at.revision
    assert told[1]["since"] == told[0]["revision"]


def test_quiet_revisions_are_as_good_to_come_back_from_as_told_ones(
    streams: Streams, books: Books, database: Database
) -> None:
    lind = {"board": "gc", "q": "Lind"}
    streams.listen(SLUG, lind, known=here(books))
    first = revision(books)
    write(database, finish("99", "11:00:00", "of nobody"))
    streams.tell()
    quiet = here(books)
    write(database, finish("12", "11:00:00", "ahead of Lind"))
    streams.tell()
    (told,) = changes(waiting(streams.listen(SLUG, lind, known=quiet)))
    assert told["since"] == first < quiet.revision < told["revision"]


def test_who_was_told_elsewhere_of_a_state_between_two_of_ours_is_told_everything(
    streams: Streams, books: Books, database: Database
) -> None:
    streams.listen(SLUG, GC, known=here(books))
    write(database, finish("12", "11:00:00", "a"))
    write(database, finish("12", "10:00:00", "b"))
    streams.tell()
    (told,) = changes(waiting(streams.listen(SLUG, GC, known=here(books, behind=1))))
    assert told["since"] == 0


def test_who_was_away_for_long_is_told_everything(
    streams: Streams, books: Books, database: Database
) -> None:
    streams.listen(SLUG, GC, known=here(books))
    left_at = here(books)
    finishes(database, streams, *range(MOST_WAITING))
    (told,) = changes(waiting(streams.listen(SLUG, GC, known=left_at)))
    assert (told["since"], told["revision"]) == (0, revision(books))


def test_only_so_much_of_the_past_is_kept() -> None:
    history = History()
    for n in range(MOST_STEPS + 5):
        history.add(Step(n, n, n + 1, event("board", {"revision": n + 1})))
    assert len(history.steps) == MOST_STEPS
    assert history.size == sum(step.event.size for step in history.steps)
    assert history.after(4) is None
    assert [step.revision for step in history.after(MOST_STEPS + 4) or ()] == [MOST_STEPS + 5]
    large = bytes(random.Random(1).randbytes(MOST_HISTORY_BYTES)).hex()
    history.add(Step(90, 90, 91, event("board", large)))
    assert len(history.steps) <= 1


def test_a_slow_reader_gets_the_state_instead_of_its_history(
    streams: Streams, books: Books, database: Database
) -> None:
    slow = streams.listen(SLUG, GC, known=here(books))
    finishes(database, streams, *range(MOST_WAITING + 3))
    told = changes(waiting(slow))
    assert len(told) <= MOST_WAITING
    assert told[0]["since"] == 0
    assert [one["since"] for one in told[1:]] == [one["revision"] for one in told[:-1]]
    assert told[-1]["revision"] == revision(books)


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
    monkeypatch.setattr(module, "MOST_BOARDS", 2)
    first = streams.listen(SLUG, GC)
    streams.listen(SLUG, {"board": "gc-women"})
    streams.listen(SLUG, GC)
    with pytest.raises(TooManyTopics):
        streams.listen(SLUG, {"page": "home"})
    streams.leave(first)
    with pytest.raises(TooManyTopics):
        streams.listen(SLUG, {"page": "home"})
    # Runners' pages are counted by themselves: there may be many more of them.
    streams.listen(SLUG, {"bib": "7"})
    monkeypatch.setattr(module, "MOST_RUNNERS", 1)
    with pytest.raises(TooManyTopics):
        streams.listen(SLUG, {"bib": "12"})


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
    listener = streams.listen(SLUG, {"board": "gc-women"}, known=here(books))
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
    assert all_kinds(listener) == ["beat", "bye"]


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
    listener = streams.listen(SLUG, GC, known=here(books))
    waiting(listener)
    streams.look_round()
    assert waiting(listener) == []
    monkeypatch.setattr(module, "BEAT_SECONDS", -1)
    streams.look_round()
    assert kinds(waiting(listener)) == ["beat"]


def test_everybody_is_sent_home_at_the_end_and_so_is_who_comes_then(
    streams: Streams, books: Books
) -> None:
    listener = streams.listen(SLUG, GC, known=here(books))
    streams.end()
    assert all_kinds(listener) == ["beat", "bye"]
    late = streams.listen(SLUG, GC, known=here(books))
    assert all_kinds(late) == ["beat", "bye"]


def test_streams_that_are_kept_are_told_and_ended_by_themselves(
    streams: Streams, books: Books, database: Database
) -> None:
    is_alive = True
    streams.start(lambda: is_alive)
    listener = streams.listen(SLUG, GC, known=here(books))
    waiting(listener)
    write(database, finish("12", "11:00:00", "new"))
    books.refresh()
    assert eventually(lambda: listener._waiting)
    (told,) = changes(waiting(listener))
    assert told["order"]["ranked"][0] == "line-12"
    is_alive = False
    assert all_kinds(listener) == ["bye"]


def test_a_stream_is_read_while_it_is_written(streams: Streams) -> None:
    listener = streams.listen(SLUG, GC)
    chunks = listener.chunks()
    assert kinds(events(next(chunks))) == ["board", "beat"]
    listener.send(event("beat", {}))
    assert kinds(events(next(chunks))) == ["beat"]
    listener.end()
    assert list(chunks) == []


class Taking:
    """A connection that takes so many bytes at once, and all of them where somebody waits."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.taken = b""
        self.waited_for = 0
        self.has_left = False

    def write(self, data: bytes) -> int:
        """Take what there is room for."""
        if self.has_left:
            raise ReaderHasLeft
        part, self.room = data[: self.room], max(self.room - len(data), 0)
        self.taken += part
        return len(part)

    def write_all(self, data: bytes) -> None:
        """Take all of it."""
        if self.has_left:
            raise ReaderHasLeft
        self.waited_for += 1
        self.taken += data


def unframed(data: bytes) -> bytes:
    """The content of the chunks that are there as a whole."""
    found = b""
    while True:
        size, _, rest = data.partition(b"\r\n")
        if not rest or len(rest) < int(size, 16) + 2:
            return found
        found += rest[: int(size, 16)]
        assert rest[int(size, 16) :][:2] == b"\r\n"
        data = rest[int(size, 16) + 2 :]


def flowing(outlet: Taking, *, packed: bool = False) -> tuple[Listener, Iterator[bytes]]:
    """A stream whose answer has begun, and what serves it."""
    listener = Listener(Subject(SLUG, ()), outlet=outlet, packed=packed)
    chunks = listener.chunks()
    assert next(chunks)
    serving = threading.Thread(target=lambda: list(chunks), daemon=True)
    serving.start()
    assert eventually(lambda: listener._is_flowing)
    return listener, chunks


def test_events_are_written_past_the_server_as_chunks() -> None:
    outlet = Taking(10_000)
    listener, _ = flowing(outlet)
    for n in range(3):
        listener.send(event("beat", {"n": n}))
    assert [one.data["n"] for one in events(unframed(outlet.taken))] == [0, 1, 2]
    assert outlet.waited_for == 0
    listener.end()


def test_what_a_connection_does_not_take_at_once_is_written_by_its_own_greenlet_in_order() -> None:
    outlet = Taking(40)
    listener, _ = flowing(outlet)
    for n in range(6):
        assert listener.send(event("beat", {"n": n}))
    assert eventually(lambda: len(events(unframed(outlet.taken))) == 6)
    assert [one.data["n"] for one in events(unframed(outlet.taken))] == list(range(6))
    assert outlet.waited_for
    listener.end()


@pytest.mark.parametrize("room", [0, 10_000])
def test_a_reader_who_left_ends_the_stream(room: int) -> None:
    outlet = Taking(room)
    listener, _ = flowing(outlet)
    outlet.has_left = True
    listener.send(event("beat", {}))
    assert eventually(lambda: listener.is_ended)


def test_a_packed_stream_is_one_of_gzip_whatever_it_begins_with() -> None:
    outlet = Taking(10_000)
    listener = Listener(Subject(SLUG, ()), outlet=outlet, packed=True)
    chunks = listener.chunks()
    head = next(chunks)
    threading.Thread(target=lambda: list(chunks), daemon=True).start()
    assert eventually(lambda: listener._is_flowing)
    shared = [event("board", {"n": n, "text": "long " * 100}).put_by() for n in range(3)]
    for one in shared[1:]:
        listener.send(one)
    unpacker = zlib.decompressobj(wbits=31)
    text = unpacker.decompress(head) + unpacker.decompress(unframed(outlet.taken))
    assert [one.data["n"] for one in events(text)] == [1, 2]
    assert events(shared[0].written(packed=False))[0].data["n"] == 0
    assert len(unframed(outlet.taken)) < 300
    listener.end()


# Who is told first ----------------------------------------------------------------------


def told_in_order(streams: Streams, books: Books, after: float = 0.0) -> float | None:
    """What is due so many seconds from now, once the books have moved on."""
    books.refresh()
    streams._news.clear()
    return streams.tell_in_order(time.monotonic() + after)


def test_a_runners_page_is_told_at_once_when_the_runner_passes_else_by_and_by(
    streams: Streams, books: Books, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    nothing_left = Allowance(share=0.01, most=1.0, left=-1.0, since=time.monotonic())
    monkeypatch.setattr(streams, "_allowance", nothing_left)
    bo = streams.listen(SLUG, {"bib": "007"}, known=here(books))
    mary = streams.listen(SLUG, {"bib": "12"}, known=here(books))
    waiting(bo), waiting(mary)
    # Behind Bo, whose own result stays what it is.
    write(database, finish("12", "11:15:00", "new"))
    assert told_in_order(streams, books) is not None
    assert changes(waiting(mary))
    race, others = books.race(SLUG), streams._topics[bo.subject]
    assert others.is_behind(race)
    monkeypatch.setattr(streams, "_allowance", Allowance(share=0.5, most=5.0))
    assert told_in_order(streams, books, after=10) is None
    assert not others.is_behind(race)


def test_what_comes_right_after_an_event_is_gathered(
    streams: Streams, books: Books, database: Database
) -> None:
    listener = streams.listen(SLUG, GC, known=here(books))
    write(database, finish("12", "10:59:00", "first"))
    assert told_in_order(streams, books) is None
    for n in range(3):
        write(database, finish("12", f"10:{50 - n}:00", f"n{n}"))
        pause = told_in_order(streams, books)
        assert pause is not None
        assert 0 < pause <= LEAST_SECONDS
    assert len(changes(waiting(listener))) == 1
    assert told_in_order(streams, books, after=10) is None
    (told,) = changes(waiting(listener))
    assert told["revision"] == revision(books)


def test_four_events_a_second_and_in_a_crowd_one_on_average() -> None:
    def told(listeners: int, seconds: int) -> list[float]:
        """When a page is told that changes all the time."""
        pace, now, moments = Pace(), 100.0, []
        while now < 100 + seconds:
            if (pause := pace.pause(now, listeners)) > 0:
                now += pause
            else:
                pace.told(now)
                moments.append(now - 100)
        return moments

    few, crowd = told(CROWD, 60), told(CROWD + 1, 60)
    assert 4 * 59 <= len(few) <= 4 * 60 + 1
    assert len(crowd) <= 60 + 8
    for moments in (few, crowd):
        gaps = [after - before for before, after in pairwise(moments)]
        assert min(gaps) >= LEAST_SECONDS - 1e-6
    assert [moment for moment in crowd if moment < 1] == pytest.approx([0, 0.25, 0.5, 0.75])


def test_what_happens_alone_is_told_at_once_in_a_crowd_too() -> None:
    pace = Pace()
    for second in range(100, 160, 2):
        assert pace.pause(second, CROWD + 1) <= 0
        pace.told(second)
        assert pace.pause(second + 0.3, CROWD + 1) <= 0
        pace.told(second + 0.3)
