"""Calendars of starts (RFC 5545) and the feed of results (RFC 4287)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from flask.testing import FlaskClient

from tests.serving import SLUG
from timing.core.book import RaceBook
from timing.core.compute import compute
from timing.exports.calendar import race_calendar, runner_calendar
from timing.exports.feed import race_feed
from timing.pages.languages import speaking
from timing.pages.runner_page import UnknownRunner
from timing.racefile import loads

ATOM = "{http://www.w3.org/2005/Atom}"
RACE = """\
race: {slug: r, name: "Oasis; Race, café", timezone: Africa/Casablanca}
stages:
  - {number: 1, name: Über den höchsten Paß der ganzen Gegend und wieder hinunter ins grüne Tal,
     date: 2026-08-28, distance_km: 20,
     start: {mode: waves, waves: [{code: elite, at: "09:30", who: {bibs: ["1"]}},
       {code: all, at: "06:30"}]}}
  - {number: 2, date: 2026-08-29, start: {mode: window, open: "07:00", close: "09:00"}}
  - {number: 3, date: 2026-08-30, kind: rest}
  - {number: 4, date: 2026-08-31, start: "08:00"}
entries:
  - {bib: 1, name: Ana <Ruiz> & Co}
  - {bib: 2, name: Bo Lind}
"""
RESULTS = """\
passings: |
  1 FINISH 1 11:00:00
  1 FINISH 2 11:30:00
"""


def book(*more: str) -> RaceBook:
    return compute(loads(RACE + "".join(more), name="race.yaml"))


def ruling(text: str, at: str = "2026-08-28T18:00:00Z") -> str:
    return f"  - {{ruling: {text}, reason: x, by: d, at: {at}}}\n"


# Calendars -----------------------------------------------------------------------------------


def events(text: str) -> list[dict[str, str]]:
    """The events of a calendar, unfolded; checks what every line must be."""
    assert text.endswith("END:VCALENDAR\r\n")
    assert "\n" not in text.replace("\r\n", "")
    for octets in text.encode().split(b"\r\n"):
        assert len(octets) <= 75
        octets.decode()  # no character is parted
    found: list[dict[str, str]] = []
    for line in text.replace("\r\n ", "").split("\r\n"):
        name, _, value = line.partition(":")
        if line == "BEGIN:VEVENT":
            found.append({})
        elif found:
            found[-1].setdefault(name, value)
    return found


def test_the_calendar_of_a_race_has_each_start_in_utc_and_no_rest_day() -> None:
    found = events(race_calendar(book(), 7))
    # Casablanca is an hour ahead of UTC in August.
    assert [event["DTSTART"] for event in found] == [
        "20260828T083000Z",
        "20260828T053000Z",
        "20260829T060000Z",
        "20260831T070000Z",
    ]


def test_a_runner_has_their_own_wave() -> None:
    starts = [events(runner_calendar(book(), bib, 7))[0]["DTSTART"] for bib in ("1", "2")]
    assert starts == ["20260828T083000Z", "20260828T053000Z"]


def test_a_runner_starts_when_they_were_told_to() -> None:
    issued = ruling('start_list, stage: 4, starts: {"1": "08:20:00", "2": "08:10:00"}')
    last = events(runner_calendar(book("rulings:\n", issued), "2", 7))[-1]
    assert last["DTSTART"] == "20260831T071000Z"
    assert last["LAST-MODIFIED"] == "20260828T180000Z"


def test_who_is_out_has_no_more_starts() -> None:
    out = ruling("status, stage: 1, bib: 2, status: withdrawn", "2026-08-28T12:00:00Z")
    found = events(runner_calendar(book(RESULTS, "rulings:\n", out), "2", 7))
    assert [event["DTSTART"][:8] for event in found] == ["20260828"]


def test_text_is_escaped_and_lines_are_folded() -> None:
    first = events(race_calendar(book(), 7))[0]
    assert first["SUMMARY"].startswith("Oasis\\; Race\\, café: Stage 1\\, Über den höchsten Paß")


def test_ids_stay_while_the_race_moves_on_and_the_revision_counts() -> None:
    before, after = events(race_calendar(book(), 7)), events(race_calendar(book(RESULTS), 8))
    assert [e["UID"] for e in before] == [e["UID"] for e in after]
    assert len({e["UID"] for e in before}) == len(before)
    assert {e["SEQUENCE"] for e in before} == {"7"}
    assert {e["SEQUENCE"] for e in after} == {"8"}
    assert race_calendar(book(), 7) == race_calendar(book(), 7)


def test_a_cancelled_stage_stands_as_cancelled() -> None:
    cancelled = book("rulings:\n", ruling("stage, stage: 2, action: cancel"))
    states = {e["DTSTART"][:8]: e["STATUS"] for e in events(race_calendar(cancelled, 7))}
    assert states == {
        "20260828": "CONFIRMED",
        "20260829": "CANCELLED",
        "20260831": "CONFIRMED",
    }


def test_an_unknown_runner_has_none() -> None:
    with pytest.raises(UnknownRunner):
        runner_calendar(book(), "99", 7)


# The feed --------------------------------------------------------------------------------------


def feed(race: RaceBook) -> ET.Element:
    """The feed, read by a parser, with what RFC 4287 asks of it."""
    root = ET.fromstring(race_feed(race))  # noqa: S314 - of our own making
    assert root.tag == f"{ATOM}feed"
    for element in (root, *root.iter(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            assert len(element.findall(f"{ATOM}{name}")) == 1
        assert text(element, "id").startswith("urn:uuid:")
        datetime.fromisoformat(text(element, "updated")).astimezone(UTC)
    assert root.find(f"{ATOM}author/{ATOM}name") is not None
    ids = [text(entry, "id") for entry in root.iter(f"{ATOM}entry")]
    assert len(set(ids)) == len(ids)
    return root


def text(element: ET.Element, name: str) -> str:
    found = element.findtext(f"{ATOM}{name}")
    assert found is not None
    return found


def titles(root: ET.Element) -> dict[str, str]:
    return {text(e, "title"): text(e, "updated") for e in root.iter(f"{ATOM}entry")}


def test_a_race_that_has_not_begun_has_an_empty_feed() -> None:
    root = feed(book())
    assert titles(root) == {}
    assert text(root, "updated") == "2026-08-28T00:00:00Z"


def test_a_settled_stage_and_a_new_leader_are_told_when_they_were_known() -> None:
    root = feed(book(RESULTS))
    stage = next(title for title in titles(root) if title.startswith("Stage 1"))
    assert stage.endswith(": Ana <Ruiz> & Co wins in 1:30:00")
    assert titles(root) == {
        stage: "2026-08-28T10:30:00Z",
        "General classification: Ana <Ruiz> & Co leads after stage 1": "2026-08-28T10:30:00Z",
    }
    content = text(next(root.iter(f"{ATOM}entry")), "content")
    assert "Ana &lt;Ruiz&gt; &amp; Co" in content


def second_stage(anas_finish: str) -> RaceBook:
    starts = "  2 START 1 08:00:00\n  2 START 2 08:00:00\n  2 FINISH 2 09:59:00\n"
    return book(RESULTS, starts, f"  2 FINISH 1 {anas_finish}\n")


def test_a_leader_who_stays_is_not_told_again_and_a_new_one_is() -> None:
    assert not any("leads after stage 2" in t for t in titles(feed(second_stage("10:00:00"))))
    assert (
        titles(feed(second_stage("15:00:00")))[
            "General classification: Bo Lind leads after stage 2"
        ]
        == "2026-08-29T14:00:00Z"
    )


def test_a_ruling_updates_the_entry_and_keeps_its_id() -> None:
    before = feed(book(RESULTS))
    penalty = ruling('penalty, stage: 1, bib: "1", time: "0:01:00"', "2026-08-29T05:00:00Z")
    after = feed(book(RESULTS, "rulings:\n", penalty))
    ids = [{text(e, "id") for e in root.iter(f"{ATOM}entry")} for root in (before, after)]
    assert ids[0] == ids[1]
    assert text(after, "updated") == "2026-08-29T05:00:00Z"


def test_a_cancelled_stage_is_told() -> None:
    found = titles(feed(book("rulings:\n", ruling("stage, stage: 2, action: cancel"))))
    assert found == {"Stage 2 is cancelled": "2026-08-28T18:00:00Z"}


def test_characters_that_xml_has_not_are_left_out() -> None:
    document = loads(RACE + RESULTS, name="race.yaml")
    entries = tuple(replace(e, name=f"{e.name}\x07") for e in document.entries)
    feed(compute(replace(document, entries=entries)))


def test_each_language_has_entries_of_its_own() -> None:
    with speaking("fr"):
        french = feed(book(RESULTS))
    assert french.get("{http://www.w3.org/XML/1998/namespace}lang") == "fr"
    links = [link.get("href", "") for link in french.iter(f"{ATOM}link")]
    assert all(link.startswith("/fr/races/r") for link in links)
    assert text(french, "id") != text(feed(book(RESULTS)), "id")


# Served ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("calendar.ics", "text/calendar; charset=utf-8"),
        ("entries/7/calendar.ics", "text/calendar; charset=utf-8"),
        ("feed.atom", "application/atom+xml; charset=utf-8"),
    ],
)
def test_it_is_served_and_remembered(client: FlaskClient, path: str, kind: str) -> None:
    address = f"/races/{SLUG}/{path}"
    answer: Any = client.get(address)
    assert (answer.status_code, answer.content_type) == (200, kind)
    etag = answer.headers["ETag"]
    assert client.get(address, headers={"If-None-Match": etag}).status_code == 304
    assert client.get(f"/races/none/{path}").status_code == 404


def test_pages_name_both_in_their_head(client: FlaskClient) -> None:
    page = client.get(f"/fr/races/{SLUG}").text
    assert f'type="application/atom+xml" href="/fr/races/{SLUG}/feed.atom"' in page
    assert f'type="text/calendar" href="/fr/races/{SLUG}/calendar.ics"' in page
    assert "application/atom+xml" not in client.get("/").text
