"""A number that is issued is told once, in the feed and to webhooks (Rules 12.1)."""

from __future__ import annotations

import json
from xml.etree import ElementTree as ET

from tests.pages.test_publications_page import reopened
from timing.core.times import format_instant
from timing.exports.announcements import PUBLICATION, Standing, Told, events
from timing.exports.calendar import race_calendar
from timing.exports.feed import race_feed

ATOM = "{http://www.w3.org/2005/Atom}"


def test_the_feed_has_an_entry_for_each_number_with_its_moment_and_reason() -> None:
    book = reopened()
    root = ET.fromstring(race_feed(book))  # noqa: S314 - made here
    found = {
        entry.findtext(f"{ATOM}title"): entry
        for entry in root.iter(f"{ATOM}entry")
        if "/publications#n" in entry.find(f"{ATOM}link").attrib["href"]  # type: ignore[union-attr]
    }
    assert len(found) == 3
    last = next(entry for title, entry in found.items() if title and "Reopened 3" in title)
    assert last.findtext(f"{ATOM}updated") == format_instant(book.publications[2].at)
    assert "A &lt;i&gt;late&lt;/i&gt; report" in (last.findtext(f"{ATOM}content") or "")


def test_a_webhook_is_told_of_a_number_once_with_its_digests() -> None:
    book = reopened()
    states = Standing().of(book)
    mine = {subject: s for subject, s in states.items() if s.type == PUBLICATION}
    told = {subject: Told(number=0, facts=s.facts) for subject, s in [*mine.items()][:2]}
    (made,) = events(mine, told, race={"slug": "x"}, revision=7, epoch="e", at=0)
    data = json.loads(made.body)["data"]
    assert data["publication"]["number"] == 3
    assert data["publication"]["result"] == book.publications[2].result
    assert data["publication"]["reason"] == "A <i>late</i> report"
    assert "by" not in data["publication"]
    assert (
        events(
            mine,
            {s: Told(number=1, facts=x.facts) for s, x in mine.items()},
            race={"slug": "x"},
            revision=8,
            epoch="e",
            at=0,
        )
        == ()
    )


def test_the_calendar_says_nothing_of_it() -> None:
    book = reopened()
    said = race_calendar(book, 1)
    book.publications = ()
    assert race_calendar(book, 1) == said
