"""The outbox of messages: each once, tried again, and given up in the end (docs/alerts.md)."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from timing.core.times import DAY, HOUR, SECOND
from timing.db.alert_tables import MessageRow
from timing.db.engines import Database
from timing.db.tables import RaceRow
from timing.operations import mailing
from timing.operations.mailing import (
    BadAddress,
    Sent,
    TooManyMessages,
    checked_address,
    due_messages,
    forget_old_messages,
    note_sent,
    post_mail,
    wait_after,
)
from timing.operations.smtp import Post, letter
from timing.settings import SmtpSecurity

NOW = 1_787_900_000_000
POST = Post(
    host="127.0.0.1", port=25, security=SmtpSecurity.NONE, sender="Timing <timing@example.org>"
)


def put(database: Database, key: str = "invitation:1", to: str = "ana@example.org") -> bool:
    with database.writing() as session:
        return post_mail(session, None, to=to, subject="Hello", text="Text", key=key, at=NOW)


def waiting(database: Database, at: int = NOW) -> list[str]:
    with database.reading() as session:
        return [message.key for message in due_messages(session, at)]


def came(database: Database, came: Sent, at: int) -> None:
    with database.writing() as session:
        number = session.scalars(select(MessageRow.id)).one()
        note_sent(session, number, came, at=at, chance=lambda: 1.0)


def test_a_mail_asked_for_twice_is_one(database: Database) -> None:
    assert put(database)
    assert not put(database)
    assert put(database, key="invitation:2")
    assert waiting(database) == ["mail:invitation:1", "mail:invitation:2"]


def test_what_was_taken_is_not_sent_again(database: Database) -> None:
    put(database)
    came(database, Sent(is_taken=True, answer="taken"), NOW)
    assert waiting(database, NOW + 10 * DAY) == []


def test_what_could_not_be_sent_is_tried_again_later_each_time_for_a_day(
    database: Database,
) -> None:
    put(database)
    away = Sent(is_taken=False, answer="no answer")
    came(database, away, NOW)
    assert waiting(database, NOW + 9 * SECOND) == []
    assert waiting(database, NOW + 10 * SECOND) == ["mail:invitation:1"]
    came(database, away, NOW + 10 * SECOND)
    assert waiting(database, NOW + 39 * SECOND) == []
    assert waiting(database, NOW + 40 * SECOND) == ["mail:invitation:1"]
    came(database, away, NOW + DAY)
    assert waiting(database, NOW + 30 * DAY) == []


def test_an_address_that_is_refused_for_good_is_not_tried_again(database: Database) -> None:
    put(database)
    came(database, Sent(is_taken=False, answer="550 no such user", is_final=True), NOW)
    assert waiting(database, NOW + HOUR) == []


def test_no_wait_is_longer_than_an_hour() -> None:
    assert max(wait_after(n, lambda: 1.0) for n in range(1, 100)) == HOUR


def test_what_ended_a_fortnight_ago_is_forgotten(database: Database) -> None:
    put(database)
    came(database, Sent(is_taken=True, answer="taken"), NOW)
    for after, left in ((14 * DAY, 1), (14 * DAY + 1, 0)):
        with database.writing() as session:
            forget_old_messages(session, NOW + after)
            assert session.scalar(select(func.count()).select_from(MessageRow)) == left


def test_a_race_has_no_end_of_mail_waiting(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailing, "MOST_WAITING", 2)
    with database.writing() as session:
        race_id = add_race_row(session)
        for key in "ab":
            post_mail(session, race_id, to="a@b.ch", subject="", text="", key=key, at=NOW)
        with pytest.raises(TooManyMessages):
            post_mail(session, race_id, to="a@b.ch", subject="", text="", key="c", at=NOW)


def add_race_row(session: Session) -> int:
    row = RaceRow(slug="a", revision=0, created=NOW)
    session.add(row)
    session.flush()
    return row.id


@pytest.mark.parametrize(
    "address",
    ["", "ana", "ana@", "@example.org", "ana@example.org\r\nBcc: x@y.ch", "a b@example.org",
     "Ana <ana@example.org>", "ana@example.org,bo@example.org", "\u00e4na@example.org"],
)  # fmt: skip
def test_what_is_no_single_address_is_refused(address: str) -> None:
    with pytest.raises(BadAddress):
        checked_address(address)


def test_nothing_in_a_subject_makes_another_header(database: Database) -> None:
    with database.writing() as session:
        post_mail(
            session, None, to="ana@example.org", subject="Late\r\nBcc: eve@example.org",
            text=".\r\n.\r\nMAIL FROM:<x@y.ch>", key="k", at=NOW,
        )  # fmt: skip
        (message,) = due_messages(session, NOW)
    made = letter(message, POST, NOW)
    assert made["Subject"] == "Late Bcc: eve@example.org"
    assert made["Bcc"] is None


def test_a_mail_sent_twice_after_all_is_the_same_mail(database: Database) -> None:
    put(database)
    put(database, key="invitation:2")
    with database.reading() as session:
        one, two = due_messages(session, NOW)
    assert letter(one, POST, NOW)["Message-ID"] == letter(one, POST, NOW + HOUR)["Message-ID"]
    assert letter(one, POST, NOW)["Message-ID"] != letter(two, POST, NOW)["Message-ID"]
