"""Whatever is sent, every importer reads it or says what is wrong; it raises what it declares."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from timing.core.times import zone_named
from timing.importers.chip_map import read_chip_map
from timing.importers.formats import FORMATS, guess_format
from timing.importers.race_result_12 import race_result_12_read
from timing.importers.reads import BadFile, BadRow, NoPassing, Reading
from timing.importers.wire.all import LIVE
from timing.importers.wire.lines import NoReader

SEEDS = [path.read_bytes() for path in sorted((Path(__file__).parent / "golden").iterdir())]
WIRE = [b"PASSINGS;900;7\r\n", b"GETSTATUS;2026-03-28;11:00:00;1\r\n", b"\r\n\r\n", b"ping\r\n",
        b"SimpleClient~4~CTP01\r\n", b"ack~getlocations~a~b\r\n", b"Finish@Pong@$"]  # fmt: skip


@st.composite
def contents(draw: st.DrawFn) -> bytes:
    """Any bytes, or a good file with a stretch of it replaced."""
    if draw(st.booleans()):
        return draw(st.binary(max_size=300))
    seed = draw(st.sampled_from(SEEDS + WIRE))
    first = draw(st.integers(0, len(seed)))
    last = draw(st.integers(first, min(len(seed), first + 20)))
    alphabet = st.sampled_from(list(b'0123456789;,~@|$:-. TZ"\r\n{}[]\xff\x00+'))
    return seed[:first] + bytes(draw(st.lists(alphabet, max_size=12))) + seed[last:]


def is_whole(reading: Reading) -> bool:
    return all(read.key and (read.chip or read.bib) for read in reading.reads) and all(
        problem.told and problem.line for problem in reading.problems
    )


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=120)
@given(content=contents())
def test_a_file_is_read_or_refused(name: str, content: bytes) -> None:
    with suppress(BadFile):
        assert is_whole(FORMATS[name].read(content))


@settings(max_examples=120)
@given(content=contents())
def test_any_file_has_a_likeliest_format_and_may_be_no_chip_map(content: bytes) -> None:
    assert guess_format(content) in FORMATS
    with suppress(BadFile):
        assert all(worn.bib and worn.chip for worn in read_chip_map(content).worn)


@pytest.mark.parametrize("name", LIVE)
@settings(max_examples=120)
@given(pieces=st.lists(contents(), max_size=6))
def test_a_line_may_carry_anything(name: str, pieces: list[bytes]) -> None:
    line = LIVE[name].line({}, zone_named("Europe/Zurich"))
    line.opened()
    with suppress(NoReader):
        for piece in pieces:
            line.heard(piece, 1_774_692_000_000)
            line.quiet()
    # And the position it reached opens a line again.
    LIVE[name].line(line.position, zone_named("Europe/Zurich")).opened()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["ID", "Bib", "Time", "Invalid", "Passing", "Transponder", "DeviceID",
                         "PassingNo", "FileNo", "UTCTime", "IsMarker"]), inner, max_size=8),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=100)
@given(row=JSON)
def test_what_race_result_12_sends_is_read_or_rejected(row: object) -> None:
    with suppress(BadRow, NoPassing):
        assert race_result_12_read(row).read.key
