"""The right alert, once, to the right person: from the journal to a mailbox and a program."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any

import pytest
from sqlalchemy import event

from tests.mail_server import Mailbox, mail_server
from timing import racefile
from timing.cli.alerts import AGAIN_AFTER, alert_tasks
from timing.core.safety import ESCALATED_AFTER
from timing.core.times import MINUTE, SECOND, Instant, format_instant, parse_instant
from timing.db.engines import Database
from timing.exports.announcements import EVENT_TYPES
from timing.live.books import Books
from timing.operations.alerting import ALERT, ContactLevel, add_contact, race_number
from timing.operations.races import add_race
from timing.operations.record import append
from timing.operations.webhooks.sending import Allowed
from timing.operations.webhooks.signing import signature
from timing.racefile import load_passing, load_ruling
from timing.settings import Settings, read_settings

SLUG = "r"
FIRST = "desk@example.org"
NEXT = "medic@example.org"
TECHNICIAN = "radio@example.org"


def race(runners: int) -> str:
    """Thirty kilometres on which everybody takes an hour for ten; a hut with in and out."""
    entries = "\n".join(f"  - {{bib: {n}, name: Runner {n}}}" for n in range(1, runners + 1))
    return f"""\
race: {{slug: {SLUG}, name: Race, timezone: UTC}}
stages:
  - number: 1
    date: 2026-08-28
    start: "08:00"
    controls:
      - {{code: START, km: 0}}
      - {{code: CP1, km: 10}}
      - {{code: HUT, km: 20, in_out: true}}
      - {{code: FINISH, km: 30}}
entries:
{entries}
"""


def at(clock: str) -> Instant:
    """A time of the stage's day."""
    return parse_instant(f"2026-08-28T{clock}:00Z")


class Program:
    """An address of another program, and what it was told."""

    def __init__(self) -> None:
        self.told: list[tuple[dict[str, str], str]] = []
        program = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                program.told.append((dict(self.headers), body))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: object) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True)
        self.thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}/alerts"

    @property
    def titles(self) -> list[str]:
        bodies: list[dict[str, Any]] = [json.loads(body) for _, body in self.told]
        return [alert["title"] for body in bodies for alert in body["data"]["alerts"]]


class Watched:
    """A race whose desk is told by mail, the next people after it, and a technician of stations."""

    def __init__(self, database: Database, settings: Settings, runners: int) -> None:
        self.database = database
        self.settings = settings
        self.now = at("08:00")
        self._ids = count(1)
        with database.writing() as session:
            text = race(runners)
            add_race(session, racefile.loads(text, name="race.yaml"), at=0, by="tests")
        self.tell(FIRST, ContactLevel.FIRST)
        self.tell(NEXT, ContactLevel.NEXT)
        self.tell(TECHNICIAN, ContactLevel.FIRST, safety=False, stations=True)
        self.begin()

    def tell(
        self,
        email: str,
        level: ContactLevel,
        *,
        safety: bool = True,
        stations: bool = False,
        url: str = "",
    ) -> str:
        with self.database.writing() as session:
            return add_contact(
                session, race_number(session, SLUG), name="Somebody", email=email, url=url,
                level=level, safety=safety, stations=stations, allowed=Allowed(loopback=True),
                by="tests", at=self.now,
            ).secret  # fmt: skip

    def begin(self) -> None:
        """A process that tends: begun again it knows nothing but what is in the database."""
        tasks = alert_tasks(
            self.settings, lambda: self.now, Books(self.database), lambda: self.database
        )
        self._tasks = {task.name: task.run for task in tasks}

    def minds(self, until: str, every: int = 5 * MINUTE) -> None:
        """What the process does up to a time of day."""
        while self.now < at(until):
            self.now += every
            for run in self._tasks.values():
                run(threading.Event())

    def seen(self, control: str, clock: str, *bibs: int) -> None:
        with self.database.writing() as session:
            rows = [
                load_passing(
                    {"id": f"p{next(self._ids)}", "stage": 1, "control": control,
                     "bib": str(bib), "time": f"{clock}:00"}
                )
                for bib in bibs
            ]  # fmt: skip
            append(session, SLUG, rows, received=self.now)

    def rules(self, kind: str, **given: object) -> None:
        moment = given.pop("at", None)
        with self.database.writing() as session:
            ruling = load_ruling(
                {"ruling": kind, "id": f"r{next(self._ids)}", "by": "Dora", "stage": 1,
                 "reason": "Seen", "at": moment or format_instant(self.now), **given}
            )  # fmt: skip
            append(session, SLUG, rulings=[ruling], received=self.now)


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with mail_server() as made:
        yield made


@pytest.fixture
def settings(sqlite_database: Database, mailbox: Mailbox) -> Settings:
    return read_settings(
        {
            "BIVOUAC_ENVIRONMENT": "development",
            "BIVOUAC_DATABASE_URL": sqlite_database.url.render_as_string(hide_password=False),
            "BIVOUAC_SMTP_HOST": "127.0.0.1",
            "BIVOUAC_SMTP_PORT": str(mailbox.port),
            "BIVOUAC_SMTP_SECURITY": "none",
            "BIVOUAC_SMTP_FROM": "timing@example.org",
            "BIVOUAC_PUBLIC_URL": "https://live.example.org",
        },
        serving=False,
    )


@pytest.fixture
def ten(sqlite_database: Database, settings: Settings) -> Watched:
    return Watched(sqlite_database, settings, 10)


@pytest.fixture
def field(sqlite_database: Database, settings: Settings) -> Watched:
    return Watched(sqlite_database, settings, 180)


def everybody_to_the_hut(ten: Watched) -> None:
    """All are in at the hut by ten, and all but the tenth out of it and at the finish by noon."""
    ten.seen("CP1", "09:00", *range(1, 11))
    ten.seen("HUT.in", "10:00", *range(1, 11))
    ten.seen("HUT.out", "10:05", *range(1, 10))
    ten.seen("FINISH", "11:05", *range(1, 10))


def test_who_was_logged_in_and_never_out_is_told_of_once_and_escalated_once(
    ten: Watched, mailbox: Mailbox
) -> None:
    everybody_to_the_hut(ten)
    ten.minds("10:05")
    assert mailbox.came == []
    ten.minds("10:30")
    assert mailbox.subjects_to(FIRST) == ["Race 2026: 10 Runner 10 overdue at HUT.out"]
    assert mailbox.subjects_to(NEXT) == []
    ten.minds("13:00")
    # The first people are told once, the next once nobody has had it for a quarter of an hour.
    assert mailbox.subjects_to(FIRST) == ["Race 2026: 10 Runner 10 overdue at HUT.out"]
    assert mailbox.subjects_to(NEXT) == [
        "Race 2026: Nobody has it: 10 Runner 10 overdue at HUT.out"
    ]
    assert mailbox.subjects_to(TECHNICIAN) == []
    (first, _), (_, second) = mailbox.came[0], mailbox.came[1]
    assert first == FIRST
    assert "https://live.example.org/desk/r" in second.get_content()
    assert "Last seen at HUT.in, 10:00." in second.get_content()


def test_a_process_that_is_begun_again_tells_nothing_twice(ten: Watched, mailbox: Mailbox) -> None:
    everybody_to_the_hut(ten)
    for until in ("10:30", "10:45", "11:00", "11:30", "12:00"):
        ten.begin()
        ten.minds(until)
    assert len(mailbox.subjects_to(FIRST)) == 1
    assert len(mailbox.subjects_to(NEXT)) == 1


def test_what_somebody_has_acknowledged_is_not_escalated(ten: Watched, mailbox: Mailbox) -> None:
    everybody_to_the_hut(ten)
    ten.minds("10:30")
    assert len(mailbox.subjects_to(FIRST)) == 1
    ten.rules("ack", alert="overdue", bibs=["10"], control="HUT.out")
    ten.minds("14:00")
    assert len(mailbox.came) == 1


def test_a_station_gone_silent_is_told_to_who_minds_stations(
    ten: Watched, mailbox: Mailbox
) -> None:
    """All were seen on the way out of the hut, and nine of them not on the way in."""
    ten.now = at("10:05")
    ten.seen("CP1", "09:00", *range(1, 11))
    ten.seen("HUT.in", "09:50", 1)
    ten.seen("HUT.out", "10:05", *range(1, 11))
    ten.minds("10:10")
    assert mailbox.subjects_to(TECHNICIAN) == ["Race 2026: HUT.in is silent"]
    assert mailbox.subjects_to(FIRST) == []
    # Nobody else minds stations: they are told again that nobody has it.
    ten.minds("10:30")
    assert mailbox.subjects_to(TECHNICIAN) == [
        "Race 2026: HUT.in is silent", "Race 2026: Nobody has it: HUT.in is silent",
    ]  # fmt: skip
    assert mailbox.subjects_to(NEXT) == []


def test_a_whole_field_stopped_by_weather_is_one_alert(field: Watched, mailbox: Mailbox) -> None:
    """All 180 sit in the hut: nobody says so for an hour, then the stage is stopped."""
    everybody = range(1, 181)
    field.seen("CP1", "09:00", *everybody)
    field.minds("09:30")
    field.minds("11:00")
    told = mailbox.subjects_to(FIRST)
    assert told == ["Race 2026: 180 overdue at HUT.in, where hardly anybody comes through"]
    field.minds("12:00")
    assert len(mailbox.subjects_to(FIRST)) == 1
    assert len(mailbox.subjects_to(NEXT)) == 1


def test_a_hold_gathers_who_waits_in_it_and_nobody_who_is_missing(
    ten: Watched, mailbox: Mailbox
) -> None:
    """Nine wait at the control; the tenth left it before, and is not at the hut."""
    ten.seen("CP1", "08:55", 10)
    ten.seen("CP1", "09:00", *range(1, 10))
    ten.rules("hold", control="CP1", **{"from": "08:58", "at": "2026-08-28T09:00:00Z"})
    ten.minds("13:00")
    said = "\n".join(mailbox.subjects_to(FIRST))
    assert "10 Runner 10 overdue at HUT.in" in said
    assert "9 held at CP1 and overdue beyond it" in said
    assert "5 Runner 5 overdue" not in said


def test_overdue_since_a_stage_was_stopped_is_one_alert_whoever_was_missing_before_another(
    ten: Watched, mailbox: Mailbox
) -> None:
    ten.seen("CP1", "09:00", *range(1, 11))
    ten.seen("HUT.in", "10:00", *range(1, 10))
    ten.seen("HUT.out", "10:05", *range(1, 10))
    ten.minds("10:40")
    assert mailbox.subjects_to(FIRST) == ["Race 2026: 10 Runner 10 overdue at HUT.in"]
    ten.rules("stage", action="stop")
    ten.minds("12:00")
    assert mailbox.subjects_to(FIRST)[1:] == ["Race 2026: 9 not in since stage 1 was stopped"]


def test_who_comes_and_is_missing_again_much_later_is_told_of_anew(
    ten: Watched, mailbox: Mailbox
) -> None:
    """A station falls silent twice: with another last record it is another alert."""
    ten.tell("late@example.org", ContactLevel.FIRST)
    everybody_to_the_hut(ten)
    ten.minds("10:40")
    ten.seen("HUT.out", "10:39", 10)
    ten.minds("13:30")
    assert mailbox.subjects_to("late@example.org") == [
        "Race 2026: 10 Runner 10 overdue at HUT.out",
        "Race 2026: 10 Runner 10 overdue at FINISH",
    ]


def test_a_program_is_told_signed_what_no_public_webhook_ever_is(
    ten: Watched, mailbox: Mailbox
) -> None:
    program = Program()
    secret = ten.tell("", ContactLevel.FIRST, url=program.url)
    everybody_to_the_hut(ten)
    ten.minds("10:50")
    program.server.shutdown()
    program.server.server_close()
    assert program.titles == ["10 Runner 10 overdue at HUT.out"]
    given, body = program.told[0]
    seconds = int(given["webhook-timestamp"])
    expected = signature(secret, given["webhook-id"], seconds, body)
    assert given["webhook-signature"] == expected
    assert json.loads(body)["data"]["alerts"][0]["bibs"] == ["10"]
    assert ALERT not in EVENT_TYPES
    assert mailbox.subjects_to(FIRST)


def test_mail_that_is_not_taken_waits_and_is_sent_once_it_is(
    ten: Watched, mailbox: Mailbox
) -> None:
    mailbox.answer = "451 busy"
    everybody_to_the_hut(ten)
    ten.minds("10:40")
    assert mailbox.came == []
    mailbox.answer = "250 OK"
    ten.minds("12:30")
    assert len(mailbox.subjects_to(FIRST)) == 1


def test_an_address_that_the_server_refuses_is_not_tried_again(
    ten: Watched, mailbox: Mailbox
) -> None:
    mailbox.answer = "550 nobody of that name"
    everybody_to_the_hut(ten)
    ten.minds("10:40")
    mailbox.answer = "250 OK"
    ten.minds("10:45")
    assert mailbox.came == []


def test_where_nothing_happens_little_is_asked(ten: Watched) -> None:
    """The race is looked at when it moved on, or after a while: not each second."""
    everybody_to_the_hut(ten)
    ten.minds("10:40")
    asked: list[str] = []

    def note(*given: Any) -> None:
        asked.append(str(given[2]))

    event.listen(ten.database.readers, "before_cursor_execute", note)
    try:
        ten.minds("10:41", every=AGAIN_AFTER)
        looks = len([text for text in asked if "alerts_told" in text])
        ten.now -= AGAIN_AFTER  # back, so that the next looks are within it
        asked.clear()
        for _ in range(10):
            ten.now += SECOND
            ten._tasks["alerts"](threading.Event())
    finally:
        event.remove(ten.database.readers, "before_cursor_execute", note)
    assert looks <= 4
    assert not [text for text in asked if "alerts_told" in text]
    assert ESCALATED_AFTER == 15 * MINUTE
