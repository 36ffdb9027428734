"""The right alert, once, to the right person: from a station's times to a mailbox and a program.

Three races of one day. At one somebody is logged in at a hut and never out, and another never comes
in; at the second the way into the hut is silent; at the third a storm holds the whole field.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.evening import HUT, MUTE, RACES, STORM, Evening, Somebody
from tests.mail_server import mail_server
from tests.web.forms import Forms
from timing.core.times import MINUTE
from timing.db.engines import Database
from timing.pages import addresses

DIRECTOR, MEDIC, RADIO = "director@example.org", "medic@example.org", "radio@example.org"

MISSING = "10 Runner 10 overdue at HUT.out"
LOST = "9 Runner 9 overdue at FINISH"
SILENT = "HUT.in is silent"
FIELD = "20 held at CP1 and overdue beyond it"
STRAY = "20 Runner 20 overdue at HUT.in"


@pytest.fixture
def evening(sqlite_database: Database, tmp_path: Path) -> Iterator[Evening]:
    with mail_server() as mailbox:
        made = Evening(sqlite_database, tmp_path, mailbox)
        try:
            made.begin_all()
            yield made
        finally:
            made.end_all()


def say_who_is_told(evening: Evening, director: Somebody, slug: str) -> None:
    """The director and a program at once, a medic after a quarter of an hour, of runners; the
    radio of stations, whose numbers are known."""
    alerts = addresses.desk_alerts(slug)
    for given in (
        {"name": "Dora", "email": DIRECTOR, "level": "first", "stations": ""},
        {"name": "Board", "url": evening.program.url, "level": "first", "stations": ""},
        {"name": "Medic", "email": MEDIC, "level": "next", "stations": ""},
        {"name": "Radio", "email": RADIO, "level": "first", "safety": "", "stations": "yes"},
    ):
        page = director.send(director.page(alerts), alerts, **given)
        assert f"{given['name']} is told from now on" in page
    numbers = {"name-HUT": "Ueli", "phone-HUT": "+41 79 123 45 67"}
    director.send(director.page(alerts), f"{alerts}/phones", **numbers)


def hold_the_field(evening: Evening, director: Somebody) -> None:
    """From two minutes before nine whoever comes to the first checkpoint waits there."""
    evening.is_at("08:58")
    holds = addresses.desk_now(STORM, "holds")
    page = director.page(addresses.desk(STORM))
    director.send(page, holds, control="CP1", reason="Thunderstorm on the pass")
    evening.seen(STORM, "CP1", "09:00", *range(1, 21))
    evening.seen(STORM, "CP1", "09:30", *range(21, 31))


def release_the_field(evening: Evening, director: Somebody, clock: str) -> None:
    evening.is_at(clock)
    holds = addresses.desk_now(STORM, "holds")
    page = director.page(addresses.desk(STORM))
    forms = [values for where, values in Forms(page).forms if where == holds]
    (record,) = [values["release"] for values in forms if "release" in values]
    director.send(page, holds, choose=record)


def acknowledge(who: Somebody, slug: str, *, bib: str = "") -> None:
    """Have the alert that stands on the desk's first page."""
    page = who.page(addresses.desk(slug))
    assert "<title>(1) Now" in page
    assert f"{who.name} has this." in who.send(page, addresses.desk_now(slug, "ack"), choose=bib)


def look_on(who: Somebody) -> None:
    """Whoever may see the page sees it there; to have it is for those who may act on it."""
    assert "1 runner overdue" in who.page(addresses.desk(HUT))
    sent = {"alert": "overdue", "stage": "1", "control": "HUT.out", "bibs": "10"}
    assert who.refusal(addresses.desk(HUT), addresses.desk_now(HUT, "ack"), **sent) == 403


def test_each_alert_is_told_once_to_whom_it_concerns_and_escalated_once(evening: Evening) -> None:
    director, timekeeper = Somebody(evening.url, "director"), Somebody(evening.url, "timekeeper")
    for slug in RACES:
        say_who_is_told(evening, director, slug)
    hold_the_field(evening, director)
    for slug in (HUT, MUTE):
        evening.seen(slug, "CP1", "09:00", *range(1, 11))
    evening.seen(HUT, "HUT.in", "10:00", *range(1, 11))
    evening.look("10:02")
    assert evening.mailbox.came == []

    # The tenth is logged in and never out; at the other race the way in says nothing. At the third
    # nobody has come to the hut, where they are not awaited as long as they are held.
    evening.seen(HUT, "HUT.out", "10:05", *range(1, 10))
    evening.seen(MUTE, "HUT.out", "10:05", *range(1, 11))
    evening.look("10:40")
    assert evening.told(HUT) == [(DIRECTOR, MISSING)]
    assert evening.told(MUTE) == [(RADIO, SILENT)]
    assert evening.told(STORM) == []
    (_, mail) = next(one for one in evening.mailbox.came if one[0] == RADIO)
    assert "only its times are missing" in mail.get_content()
    assert "HUT: Ueli +41 79 123 45 67." in mail.get_content()
    assert evening.program.titles == [MISSING]

    for name in ("jury", "reader"):
        look_on(Somebody(evening.url, name))
    acknowledge(timekeeper, HUT, bib="10")
    # What was written on paper at the way in is sent late: it speaks again.
    assert "HUT.in silent for" in director.page(addresses.desk(MUTE))
    evening.seen(MUTE, "HUT.in", "10:00", *range(1, 11))
    evening.seen(MUTE, "FINISH", "11:05", *range(1, 11))
    # Eight come in. The ninth left the hut with them.
    evening.seen(HUT, "FINISH", "11:05", *range(1, 9))

    # A process that is begun again tells nothing twice; what somebody has goes no further.
    evening.end("tend", signal.SIGKILL)
    evening.begin("tend")
    evening.look("11:15")
    assert "silent for" not in director.page(addresses.desk(MUTE))
    assert evening.told(STORM) == [(DIRECTOR, FIELD)]
    assert len(evening.mailbox.came) == 3
    acknowledge(director, STORM)
    evening.look("11:45")
    release_the_field(evening, director, "12:00")
    evening.look("12:10")
    # Nobody has said that they have the ninth: the next people are told, and they alone.
    told = [(DIRECTOR, MISSING), (DIRECTOR, LOST), (MEDIC, f"Nobody has it: {LOST}")]
    assert evening.told(HUT) == told
    assert evening.told(STORM) == [(DIRECTOR, FIELD)]

    # One does not go on after the release: whoever is missing keeps an alert of their own.
    others = [bib for bib in range(1, 31) if bib != 20]
    evening.seen(STORM, "HUT.in", "13:00", *others)
    evening.seen(STORM, "HUT.out", "13:05", *others)
    evening.look("13:50")
    evening.seen(STORM, "FINISH", "14:05", *others)
    evening.look("14:10")
    evening.look("14:40")
    assert evening.told(STORM) == [
        (DIRECTOR, FIELD), (DIRECTOR, STRAY), (MEDIC, f"Nobody has it: {STRAY}"),
    ]  # fmt: skip
    assert evening.told(HUT) == told
    assert evening.told(MUTE) == [(RADIO, SILENT)]
    assert evening.program.titles == [MISSING, FIELD, LOST, STRAY]

    # The wait is on nobody's clock: 6:05 since the gun, less 3:00 or 2:30 of waiting. Without that
    # they were over the limit of four hours.
    for bib, minutes in ((1, 365 - 180), (21, 365 - 150)):
        line = evening.result(STORM, bib)
        assert (line["status"], line["time_ms"]) == ("finished", minutes * MINUTE)
