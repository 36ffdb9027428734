"""Every live reader over a real socket: the line breaks ten times, nothing is missed or doubled."""

import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from tests.serving import SLUG
from timing.cli.reader_lines import Keeper, Post, answer_calls, call
from timing.core.records import Passing
from timing.core.times import Instant, parse_instant, zone_named
from timing.db.engines import Database
from timing.db.reading import read_race
from timing.importers.ipico import read_ipico
from timing.importers.wire.all import LIVE
from timing.operations.definitions import parse_definition
from timing.operations.importing import Place, Verdict, judge, take
from timing.operations.readers import Reader, ReaderState, reader_of
from timing.simulator.readers.emulators import (
    Called,
    Calling,
    ChronoTrackReader,
    Crossing,
    Emulator,
    IpicoReader,
    JChipReceiver,
    MyLapsToolkit,
    RaceResultDecoder,
    Ultra,
)

RUNNERS = 60
CUTS = tuple(range(3, 53, 5))
GUN = datetime(2026, 3, 28, 11)  # noqa: DTZ001 - a reader's own clock, without a zone
CROSSINGS = tuple(
    Crossing(chip=f"{n:012d}", at=GUN + timedelta(seconds=7 * n, milliseconds=10 * (n % 100)))
    for n in range(1, RUNNERS + 1)
)
EXPECTED = {
    c.chip: parse_instant(c.at.isoformat(timespec="milliseconds") + "+01:00") for c in CROSSINGS
}
HOST_CLOCK = parse_instant("2026-03-28T12:00:00+01:00")


@dataclass
class Rig:
    """A database, and what a timekeeper has been told."""

    database: Database
    said: list[str] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    def keeper(self, format: str, clock: Callable[[], Instant] = lambda: HOST_CLOCK) -> Keeper:
        with self.database.reading() as session:
            race = parse_definition(read_race(session, SLUG, journal=False).definition)
        zone = zone_named(race.timezone)
        post = Post(
            slug=SLUG,
            race=race,
            name=format,
            format=format,
            address="127.0.0.1",
            stage=1,
            control="FINISH",
            place=Place(stage=1, control="FINISH"),
            make_line=lambda position: LIVE[format].line(position, zone),
            tick_seconds=0.02,
            first_wait_seconds=0.01,
        )
        return Keeper(self.database, post, clock=clock, say=self.said.append, stop=self.stop)

    def reads(self) -> list[Passing]:
        with self.database.reading() as session:
            return [p for p in read_race(session, SLUG).passings if p.chip]

    def reader(self, name: str) -> Reader:
        with self.database.reading() as session:
            found = reader_of(session, SLUG, name)
        blank = Reader(name=name, format=name, address="", stage=1, control="FINISH")
        return found or blank

    def wait(self, is_so: Callable[[], bool]) -> None:
        for _ in range(2_000):
            if is_so():
                return
            time.sleep(0.01)
        raise AssertionError(self.said[-20:])

    @contextmanager
    def calling(self, emulator: Called, format: str) -> Iterator[None]:
        """We call the reader."""
        keeper = self.keeper(format)
        thread = threading.Thread(target=call, args=(keeper, "127.0.0.1", emulator.port))
        with self._running(thread, emulator):
            yield

    @contextmanager
    def called(self, made: Callable[[int], Calling], format: str) -> Iterator[Calling]:
        """The reader calls us."""
        listening = socket.create_server(("127.0.0.1", 0))
        emulator = made(listening.getsockname()[1])
        thread = threading.Thread(target=answer_calls, args=(self.keeper(format), listening))
        with self._running(thread, emulator):
            yield emulator

    @contextmanager
    def _running(self, thread: threading.Thread, emulator: Emulator) -> Iterator[None]:
        thread.start()
        emulator.start()
        try:
            yield
        finally:
            self.stop.set()
            emulator.stop()
            thread.join(20)
            assert not thread.is_alive()


@pytest.fixture
def rig(filled: Database) -> Rig:
    return Rig(filled)


def all_once(passings: Sequence[Passing]) -> bool:
    """Whether everybody is there once, at the time of the mat's clock."""
    return len(passings) == RUNNERS and {p.chip: p.time for p in passings} == EXPECTED


def test_a_race_result_decoder_is_asked_again_for_what_a_break_kept_back(rig: Rig) -> None:
    decoder = RaceResultDecoder(CROSSINGS, CUTS)
    with rig.calling(decoder, "race-result"):
        rig.wait(lambda: rig.reader("race-result").position.get("next") == RUNNERS + 1)

    assert decoder.connections == len(CUTS) + 1
    assert all_once(rig.reads())
    kept = rig.reader("race-result")
    assert (kept.taken, kept.gaps, kept.last_sequence) == (RUNNERS, 0, RUNNERS)
    assert kept.state is ReaderState.STOPPED
    assert kept.offset_ms == 3_600_000  # it told 11:00 when it was 12:00


def test_a_decoder_that_was_cleared_is_fetched_from_its_first_passing(rig: Rig) -> None:
    with rig.calling(RaceResultDecoder(CROSSINGS), "race-result"):
        rig.wait(lambda: len(rig.reads()) == RUNNERS)
    rig.stop.clear()
    later = tuple(replace(c, at=c.at + timedelta(hours=1)) for c in CROSSINGS[:4])
    cleared = RaceResultDecoder(later)
    cleared.file = 8
    with rig.calling(cleared, "race-result"):
        rig.wait(lambda: len(rig.reads()) == RUNNERS + 4)

    assert "the decoder has begun a new file: all of it is fetched" in rig.said
    assert not any("conflict" in line for line in rig.said)


def test_an_ultra_rewinds_what_a_break_or_the_air_swallowed(rig: Rig) -> None:
    ultra = Ultra(CROSSINGS, CUTS)
    ultra.lost = frozenset({20, 21, 40})
    with rig.calling(ultra, "ultra"):
        rig.wait(lambda: len(rig.reads()) == RUNNERS and rig.reader("ultra").gaps == 0)

    assert ultra.connections == len(CUTS) + 1
    assert all_once(rig.reads())
    assert any(line.startswith("gap: LogID") for line in rig.said)


def test_what_ipico_sent_into_a_break_comes_with_its_log(rig: Rig) -> None:
    ipico = IpicoReader(CROSSINGS, CUTS)
    with rig.calling(ipico, "ipico"):
        rig.wait(lambda: ipico.done.is_set() and len(rig.reads()) == RUNNERS - len(CUTS))

    log = read_ipico(ipico.log())
    with rig.database.writing() as session:
        place = Place(stage=1, control="FINISH")
        judged = judge(session, SLUG, log.reads, log.problems, place, format="ipico")
        take(session, SLUG, judged, received=HOST_CLOCK)

    assert judged.counts[Verdict.NEW] == len(CUTS)
    assert judged.counts[Verdict.KNOWN] == RUNNERS - len(CUTS)
    assert all_once(rig.reads())


def test_mylaps_sends_again_what_was_not_acknowledged(rig: Rig) -> None:
    with rig.called(lambda port: MyLapsToolkit(CROSSINGS, CUTS, port=port), "mylaps") as toolkit:
        rig.wait(toolkit.done.is_set)

    assert toolkit.connections == len(CUTS) + 1
    assert all_once(rig.reads())


def test_chronotrack_starts_after_the_last_number_that_is_held(rig: Rig) -> None:
    made = lambda port: ChronoTrackReader(CROSSINGS, CUTS, port=port)  # noqa: E731
    with rig.called(made, "chronotrack") as reader:
        rig.wait(lambda: reader.done.is_set() and len(rig.reads()) == RUNNERS)

    assert reader.connections == len(CUTS) + 1
    assert all_once(rig.reads())
    assert rig.reader("chronotrack").position == {"at finish": RUNNERS}


def test_a_jchip_clock_that_is_behind_is_put_right_and_repeats_are_no_conflict(rig: Rig) -> None:
    def made(port: int) -> JChipReceiver:
        receiver = JChipReceiver(CROSSINGS, CUTS, port=port)
        receiver.slow = timedelta(seconds=90)
        return receiver

    with rig.called(made, "jchip") as receiver:
        rig.wait(lambda: receiver.done.is_set() and len(rig.reads()) == RUNNERS)

    assert receiver.connections == len(CUTS) + 1
    assert all_once(rig.reads())
    assert {p.offset_ms for p in rig.reads()} == {90_000}
    assert not any("conflict" in line for line in rig.said)


def test_whoever_talks_without_end_is_hung_up_on(rig: Rig) -> None:
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    thread = threading.Thread(target=answer_calls, args=(rig.keeper("mylaps"), listening))
    thread.start()
    try:
        with socket.create_connection(("127.0.0.1", port)) as line:
            line.settimeout(10)
            line.sendall(b"x" * 100_000)
            rig.wait(lambda: any("is this the right port?" in told for told in rig.said))
    finally:
        rig.stop.set()
        thread.join(20)
