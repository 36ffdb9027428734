"""The codec of the station app and that of the server are one (docs/station-carriage.md)."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import Page

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
from tests.importers.test_carriage import bomb
from timing.importers import carriage, carriage_codes
from timing.importers.carriage_bytes import MAX_UNPACKED, Unreadable
from timing.importers.carriage_codes import taken_word, write_codes
from timing.importers.carriage_files import write_file
from timing.importers.carriage_messages import write_messages
from timing.importers.carriage_stream import StreamWriter, race_tag, read_stream

FOLDER = "/static/js/station/carriage"
DOCUMENT = Path(__file__).parents[2] / "docs" / "station-carriage.md"


def call(bench: Page, module: str, script: str, argument: Any = None) -> Any:
    """What an expression over a module ``m`` and an argument ``a`` gives."""
    return bench.evaluate(
        f"async (a) => {{ const m = await import('{FOLDER}/{module}.js'); return {script}; }}",
        argument,
    )


def plain(records: list[dict[str, Any]], key: str = "") -> list[dict[str, Any]]:
    """The records as the app's modules take them."""
    return [
        {"record": one.record, "race": one.race, "station": one.station, "key": one.key}
        for one in carried(*records, key=key)
    ]


def as_json(records: list[dict[str, Any]]) -> list[str]:
    return [json.dumps(one, sort_keys=True) for one in records]


STREAM = """(() => {
  const writer = new m.StreamWriter();
  for (const one of JSON.parse(a)) writer.add(one);
  return [...writer.done()];
})()"""
READ = """(() => {
  try { return JSON.stringify(m.readStream(Uint8Array.from(a)).map((one) => one.record)); }
  catch (e) { if (e.constructor.name !== "Unreadable") throw e; return "unreadable"; }
})()"""


@settings(max_examples=50)
@given(lists_of_records)
def test_both_write_the_same_bytes_and_read_them_back(
    bench: Page, records: list[dict[str, Any]]
) -> None:
    writer = StreamWriter()
    for one in carried(*records):
        writer.add(one)

    written = bytes(call(bench, "stream", STREAM, json.dumps(plain(records))))

    assert written == writer.content
    assert as_json(json.loads(call(bench, "stream", READ, list(written)))) == as_json(records)


@settings(max_examples=80)
@given(st.data())
def test_both_read_the_same_from_bytes_that_were_changed(bench: Page, data: st.DataObject) -> None:
    writer = StreamWriter()
    for one in carried(*typical()):
        writer.add(one)
    content = bytearray(writer.content)
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    content = content[: data.draw(st.integers(0, len(content)) | st.just(len(content)))]

    there = call(bench, "stream", READ, list(content))

    try:
        here = as_json([one.record for one in read_stream(bytes(content))])
    except Unreadable:
        assert there == "unreadable"
    else:
        assert as_json(json.loads(there)) == here


@settings(max_examples=25)
@given(lists_of_records)
def test_both_write_the_same_messages(bench: Page, records: list[dict[str, Any]]) -> None:
    there = call(
        bench, "messages", "m.writeMessages(JSON.parse(a))", json.dumps(plain(records, KEY))
    )

    assert there == write_messages(carried(*records, key=KEY))


PILE = """(async () => {
  const pile = new m.Pile();
  const found = [];
  const troubles = [];
  for (const text of a) {
    const got = await pile.take(text);
    found.push(...got.carried);
    troubles.push(...got.troubles);
  }
  return JSON.stringify({ found, troubles, missing: pile.series.map((one) => one.missing) });
})()"""


@settings(max_examples=25)
@given(lists_of_records, st.integers(20, 200))
def test_what_the_app_shows_as_codes_the_server_reads_and_the_other_way_round(
    bench: Page, records: list[dict[str, Any]], piece: int
) -> None:
    shown = call(
        bench,
        "codes",
        f"(await m.writeCodes(JSON.parse(a), {piece})).texts",
        json.dumps(plain(records, KEY)),
    )
    here = write_codes(carried(*records, key=KEY), piece)
    random.Random(1).shuffle(here)

    read = carriage.read_text("\n".join(shown))
    there = json.loads(call(bench, "pile", PILE, here))

    assert as_json([one.carried.record for one in read.found]) == as_json(records)
    assert {one.carried.key for one in read.found} <= {KEY}
    assert as_json([one["record"] for one in there["found"]]) == as_json(records)
    assert {one["key"] for one in there["found"]} <= {KEY}
    assert (there["troubles"], there["missing"]) == ([], [[]] if here else [])


def test_a_file_of_either_is_read_by_the_other(bench: Page) -> None:
    lots = [{"race": SLUG, "station": STATION, "records": typical()}]
    there = call(bench, "file", "m.writeFile(a, {device: 'A7F2KQ', made: 1787904000000})", lots)
    here = write_file(SLUG, "A7F2KQ", FIRST_TAP, carried(*typical()))

    read = carriage.read(there.encode())
    found = json.loads(call(bench, "pile", PILE, [here.decode()]))["found"]

    assert [one.carried for one in read.found] == carried(*typical())
    assert found == plain(typical())
    assert json.loads(there) == json.loads(here)


def test_messages_are_taken_in_any_order_and_in_several_goes(bench: Page) -> None:
    long = passing(50, "12", 0, note="The bridge is out. " * 30)
    messages = write_messages(carried(*typical(), long))
    messages.reverse()

    got = json.loads(call(bench, "pile", PILE, [messages[0], *messages[2:], messages[0]]))
    whole = json.loads(call(bench, "pile", PILE, [*messages, "\n".join(messages)]))

    assert got["missing"] == [[len(messages) - 1]]
    assert sorted(as_json([one["record"] for one in whole["found"]])) == sorted(
        as_json([*typical(), long])
    )


def test_the_app_refuses_a_series_that_unpacks_to_gigabytes(bench: Page) -> None:
    got = json.loads(call(bench, "pile", PILE, bomb(MAX_UNPACKED + 1)))

    assert got["found"] == []
    assert len(got["troubles"]) == 1
    assert "more than any device holds" in got["troubles"][0]


TEXTS = st.text(max_size=200) | st.text('BV1:QA.+/abz0 \n{}[]"', max_size=200)


@settings(max_examples=40)
@given(TEXTS)
def test_any_text_is_taken_without_an_error(bench: Page, text: str) -> None:
    call(bench, "pile", PILE, [text.encode("utf-8", "replace").decode()])


def test_both_know_the_word_of_a_series(bench: Page) -> None:
    for batch in (0, 5, 2**32 - 1):
        assert call(bench, "codes", "m.takenWord(a)", batch) == taken_word(batch)
        assert call(bench, "codes", f"m.saysTaken(a, {batch})", taken_word(batch).lower())
        assert call(bench, "codes", f"m.saysTaken(a, {batch})", carriage_codes.taken_text(batch))
        assert not call(bench, "codes", f"m.saysTaken(a, {batch + 1})", taken_word(batch))


# The vectors of the document --------------------------------------------------


def vectors() -> dict[str, Any]:
    (text,) = re.findall(r"```json vectors\n(.*?)```", DOCUMENT.read_text("utf-8"), re.DOTALL)
    found: dict[str, Any] = json.loads(text)
    return found


def test_the_document_s_records_give_its_bytes_and_messages(bench: Page) -> None:
    given_ = vectors()
    here = carried(*given_["records"])
    writer = StreamWriter()
    for one in here:
        writer.add(one)

    assert race_tag(given_["race"]) == int(given_["race_tag"], 16)
    assert writer.content.hex() == "".join(given_["stream"])
    assert write_messages(here) == given_["messages"]
    assert bytes(call(bench, "stream", STREAM, json.dumps(plain(given_["records"])))).hex() == (
        "".join(given_["stream"])
    )


@pytest.mark.parametrize("kind", ["messages", "codes", "codes_deflated"])
def test_the_document_s_texts_give_its_records(bench: Page, kind: str) -> None:
    given_ = vectors()

    read = carriage.read_text("\n".join(given_[kind]))
    there = json.loads(call(bench, "pile", PILE, given_[kind]))

    assert [one.carried.record for one in read.found] == given_["records"]
    assert [one["record"] for one in there["found"]] == given_["records"]
    expected = {"messages": {""}, "codes": {KEY}, "codes_deflated": {KEY}}[kind]
    assert {one.carried.key for one in read.found} == expected


def test_the_document_s_word_is_that_of_its_codes() -> None:
    given_ = vectors()
    (series,) = carriage.read_text("\n".join(given_["codes"])).series

    assert taken_word(series.batch) == given_["taken_word"]
