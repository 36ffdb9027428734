"""Records that travel as messages, codes and files (docs/station-carriage.md)."""

from __future__ import annotations

import json
import random
import zlib
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.importers.carriage_samples import (
    FIRST_TAP,
    KEY,
    SLUG,
    STATION,
    carried,
    lists_of_records,
    passing,
    typical,
)
from timing.importers import carriage, carriage_codes
from timing.importers.carriage_bytes import (
    LARGEST,
    MAX_UNPACKED,
    Reader,
    Unreadable,
    from_base32,
    signed,
    to_base32,
    whole,
    with_checksum,
)
from timing.importers.carriage_codes import write_codes
from timing.importers.carriage_files import write_file
from timing.importers.carriage_messages import write_messages
from timing.importers.carriage_stream import StreamWriter, plain_key, race_tag, read_stream

GSM_7_BASIC = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
BASE64 = set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
QR_ALPHANUMERIC = set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")


def stream_of(*records: dict[str, Any], key: str = "") -> bytes:
    writer = StreamWriter()
    for one in carried(*records, key=key):
        writer.add(one)
    return writer.content


def records_in(text: str) -> list[dict[str, Any]]:
    return [one.carried.record for one in carriage.read_text(text).found]


def crowd(count: int) -> list[dict[str, Any]]:
    """Plain passings: a runner every ten seconds or so."""
    chance = random.Random(1)
    after = [chance.randrange(200, 20_000) for _ in range(count)]
    return [
        passing(31 + n, str(chance.randrange(1, 1_300)), sum(after[: n + 1])) for n in range(count)
    ]


# Numbers and digits -----------------------------------------------------------


@given(st.integers(0, LARGEST), st.integers(-(2**52), 2**52 - 1))
def test_a_number_is_read_as_it_was_written(count: int, number: int) -> None:
    reader = Reader(whole(count) + signed(number))

    assert (reader.whole(), reader.signed(), reader.is_done) == (count, number, True)


@given(st.binary(max_size=40))
def test_base_32_gives_back_every_byte(content: bytes) -> None:
    assert from_base32(to_base32(content).lower()) == content


def test_a_key_is_read_however_it_is_written() -> None:
    assert plain_key("k7qm-2f9d-xw3h-tpa4") == KEY
    assert plain_key("K7QM 2F9D XW3H TPA4") == KEY


# The stream -------------------------------------------------------------------


def test_what_an_afternoon_brings_comes_back_as_it_was() -> None:
    assert [one.record for one in read_stream(stream_of(*typical()))] == typical()


@settings(max_examples=150)
@given(lists_of_records)
def test_any_records_come_back_as_they_were(records: list[dict[str, Any]]) -> None:
    read = read_stream(stream_of(*records))

    # As JSON: true is no 1, and 1.0 no 1.
    assert [json.dumps(one.record, sort_keys=True) for one in read] == [
        json.dumps(one, sort_keys=True) for one in records
    ]


def test_race_station_and_key_go_along() -> None:
    (without,) = read_stream(stream_of(passing(1, "12", 0)))
    (with_key,) = read_stream(stream_of(passing(1, "12", 0), key=KEY))

    assert (without.race, without.station, without.key) == (race_tag(SLUG), STATION, "")
    assert (with_key.race, with_key.station, with_key.key) == (race_tag(SLUG), STATION, KEY)


def test_a_plain_passing_takes_few_bytes() -> None:
    more = len(stream_of(*crowd(101))) - len(stream_of(*crowd(1)))

    assert more <= 100 * 7


@given(st.binary(max_size=200))
def test_bytes_of_any_kind_are_records_or_unreadable(content: bytes) -> None:
    with suppress(Unreadable):
        read_stream(content)


@given(st.data())
def test_a_stream_that_was_changed_is_records_or_unreadable(data: st.DataObject) -> None:
    content = bytearray(stream_of(*typical()))
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    content = content[: data.draw(st.integers(0, len(content)))]
    with suppress(Unreadable):
        read_stream(bytes(content))


def test_a_deep_nest_of_json_is_unreadable() -> None:
    deep = b"[" * 19_000

    with pytest.raises(Unreadable):
        read_stream(whole(3) + whole(len(deep)) + deep)


# Messages ---------------------------------------------------------------------


def test_a_message_holds_eight_plain_passings_and_more_in_160_characters() -> None:
    messages = write_messages(carried(*crowd(60)))

    counts = [len(records_in(message)) for message in messages]
    assert sum(counts) == 60
    assert all(count >= 8 for count in counts[:-1])
    assert all(len(message) <= 160 for message in messages)
    assert all(set(message) <= GSM_7_BASIC for message in messages)


@given(lists_of_records)
def test_messages_give_back_any_records(records: list[dict[str, Any]]) -> None:
    messages = write_messages(carried(*records, key=KEY))
    random.Random(1).shuffle(messages)
    reading = carriage.read_text("\n".join(messages))

    def as_json(one: dict[str, Any]) -> str:
        return json.dumps(one, sort_keys=True)

    found = [as_json(one.carried.record) for one in reading.found]
    assert sorted(found) == sorted(map(as_json, records))
    assert all(len(message) <= 160 for message in messages)
    assert all(one.carried.key == "" for one in reading.found)
    assert (reading.gaps, reading.troubles, reading.passed_over) == ((), (), ())


def test_a_lost_message_loses_its_own_records_only() -> None:
    messages = write_messages(carried(*crowd(60)))
    lost = records_in(messages[2])

    reading = carriage.read_text(" ".join(messages[:2] + messages[3:]))

    found = [one.carried.record for one in reading.found]
    assert [one for one in crowd(60) if one not in lost] == found
    (gap,) = reading.gaps
    assert str(gap) == f"message 3 of {len(messages)} has not come"


def test_a_long_record_is_cut_and_put_together_again() -> None:
    long = passing(1, "12", 0, note="The bridge is out. " * 30)
    messages = write_messages(carried(long, passing(2, "13", 9_000)))

    assert records_in("".join(reversed(messages))) == [long, passing(2, "13", 9_000)]
    assert records_in("".join(messages[1:])) == [passing(2, "13", 9_000)]
    assert len(carriage.read_text("".join(messages[1:])).gaps) == 1


def test_messages_may_be_broken_and_come_with_words_around_them() -> None:
    first, second = write_messages(carried(*crowd(20)))
    lines = ("From +8816 123456, 14:02", first[:70], f"  {first[70:]} sent by satellite", "")
    pasted = "\n".join([*lines, second, first])

    reading = carriage.read_text(pasted)

    assert [one.carried.record for one in reading.found] == crowd(20)
    assert reading.passed_over == ("From +8816 123456, 14:02", "sent by satellite")


@given(st.data())
def test_a_message_with_a_wrong_letter_is_refused(data: st.DataObject) -> None:
    (message,) = write_messages(carried(passing(1, "12", 0)))
    at = data.draw(st.integers(4, len(message) - 2))
    letter = data.draw(st.sampled_from(sorted(BASE64)))
    changed = message[:at] + letter + message[at + 1 :]

    reading = carriage.read_text(changed)

    if changed == message:
        assert len(reading.found) == 1
    elif reading.found:
        # The last letter has bits that stand for nothing.
        assert at == len(message) - 2
    else:
        assert len(reading.troubles) == 1


def test_over_127_messages_still_fit() -> None:
    notes = [passing(n, "12", n * 10_000, note=f"note {n} " + "x" * 60) for n in range(140)]
    messages = write_messages(carried(*notes))

    assert len(messages) > 127
    assert max(map(len, messages)) <= 160
    assert records_in("\n".join(messages)) == notes


@given(st.text(max_size=300) | st.text("BV1:QA.+/abz0 \n", max_size=300))
def test_any_text_is_read_without_an_error(text: str) -> None:
    carriage.read_text(text)
    carriage.read(text.encode("utf-8", "surrogatepass"))


# Codes ------------------------------------------------------------------------


@given(lists_of_records, st.integers(5, 200))
def test_codes_give_back_any_records_in_any_order(
    records: list[dict[str, Any]], piece: int
) -> None:
    codes = write_codes(carried(*records, key=KEY), piece)
    assert all(set(code) <= QR_ALPHANUMERIC for code in codes)
    random.Random(1).shuffle(codes)

    reading = carriage.read_text("\n".join([*codes, codes[0].lower()]))

    assert [json.dumps(one.carried.record) for one in reading.found] == [
        json.dumps(one) for one in carried_in_order(records)
    ]
    assert {one.carried.key for one in reading.found} <= {KEY}
    assert (reading.gaps, reading.troubles) == ((), ())


def carried_in_order(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [one.record for one in read_stream(stream_of(*records))]


def test_a_series_says_which_codes_are_missing() -> None:
    codes = write_codes(carried(*crowd(150)))
    assert len(codes) >= 5

    reading = carriage.read_text("\n".join([codes[0], *codes[3:]]))

    assert reading.found == ()
    assert str(reading.gaps[0]) == f"codes 2, 3 of {len(codes)} have not come"


def test_codes_of_two_series_are_kept_apart() -> None:
    first, second = write_codes(carried(*crowd(60))), write_codes(carried(*typical()))

    assert len(records_in("\n".join([*first, *second]))) == 60 + len(typical())


def test_who_took_it_in_says_so_with_six_digits() -> None:
    words = {carriage_codes.taken_word(batch) for batch in range(500)}

    assert len(words) == 500
    assert all(len(word) == 7 and word[3] == "-" for word in words)
    assert carriage_codes.taken_text(5) == "BVA1:" + carriage_codes.taken_word(5)


def bomb(size: int) -> list[str]:
    """A series whose packet unpacks to so many zeros."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    packet = b"\x02" + deflate.compress(bytes(size)) + deflate.flush()
    batch = zlib.crc32(packet).to_bytes(4, "big")
    pieces = [packet[n : n + 2_000] for n in range(0, len(packet), 2_000)]
    return [
        "BVQ1:" + to_base32(with_checksum(batch + whole(nth) + whole(len(pieces)) + piece))
        for nth, piece in enumerate(pieces, start=1)
    ]


def test_a_series_that_unpacks_to_gigabytes_is_refused() -> None:
    reading = carriage.read_text("\n".join(bomb(MAX_UNPACKED + 1)))

    assert [str(one) for one in reading.troubles] == [
        "the codes: it unpacks to more than any device holds"
    ]


# Files ------------------------------------------------------------------------


def test_a_file_gives_back_its_records_and_no_key() -> None:
    content = write_file(SLUG, "A7F2KQ", FIRST_TAP, carried(*typical(), key=KEY))
    reading = carriage.read(content)

    assert [one.carried.record for one in reading.found] == typical()
    assert {(one.carried.station, one.carried.key) for one in reading.found} == {(STATION, "")}
    assert KEY not in content.decode()
    assert json.loads(content)["format"] == "bivouac-station"


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"{}",
        b'{"format": "bivouac-station", "version": 2, "race": "r", "records": []}',
        b'{"format": "bivouac-station", "version": true, "race": "r", "records": []}',
        b'{"format": "bivouac-station", "version": 1, "race": "r"}',
        b'{"format": "bivouac-station", "version": 1, "race": "r", "records": [], "key": "K"}',
        b'{"format": "bivouac-station", "version": 1, "race": "\\ud800", "records": []}',
        b'{"format": "bivouac-station", "version": 1, "race": "r", "records": [], "also": [3]}',
        b'{"a":' * 30_000,
        b'{"a": NaN}',
        b'{"a": ' + b"9" * 5_000 + b"}",
        b"\xff{",
    ],
)
def test_a_file_of_another_kind_is_refused_in_words(content: bytes) -> None:
    reading = carriage.read(content)

    assert reading.found == ()
    assert len(reading.troubles) + len(reading.passed_over) == 1


def test_a_row_of_a_file_that_is_no_record_is_told() -> None:
    data = json.loads(write_file(SLUG, "A7F2KQ", FIRST_TAP, carried(passing(1, "12", 0))))
    data["records"] += [7, passing(2, "13", 1_000)]

    reading = carriage.read(json.dumps(data).encode())

    assert [one.where for one in reading.found] == ["record 1", "record 3"]
    assert [str(one) for one in reading.troubles] == ["record 2: it is no record"]


@given(lists_of_records)
def test_a_file_gives_back_any_records(records: list[dict[str, Any]]) -> None:
    content = write_file(SLUG, "A7F2KQ", FIRST_TAP, carried(*records))

    assert [one.carried.record for one in carriage.read(content).found] == records
