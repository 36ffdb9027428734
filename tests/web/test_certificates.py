"""Certificates as they are served: for finishers, once the race is over, set once a revision."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.serving import BEFORE, SLUG
from timing.core.definition import Source
from timing.core.records import Passing, Status
from timing.core.statuses import RulingStatus
from timing.core.times import parse_instant
from timing.db.engines import Database
from timing.exports.pdf import Sheets
from timing.operations.record import append

CERTIFICATE = f"/races/{SLUG}/entries/7/certificate.pdf"


def finish(bib: str, time: str, record: str) -> Passing:
    return Passing(
        id=record,
        stage=2,
        control="FINISH",
        bib=bib,
        time=parse_instant(f"2026-03-29T{time}+02:00"),
        source=Source.CHIP,
    )


def write(database: Database, *passings: Passing, rulings: tuple[Status, ...] = ()) -> None:
    with database.writing() as session:
        append(session, SLUG, passings, rulings, received=BEFORE)


@pytest.fixture
def over(filled: Database) -> None:
    """Everybody has run the second stage too, but one, who has not started."""
    out = Status(
        id="out",
        by="director",
        at=parse_instant("2026-03-29T04:00:00+02:00"),
        status=RulingStatus.DNS,
        bibs=("15a",),
        stage=2,
    )
    night = [finish(bib, f"03:3{n}:00", f"night-{bib}") for n, bib in enumerate(("7", "007", "12"))]
    write(filled, *night, rulings=(out,))


@pytest.mark.usefixtures("over")
def test_a_finisher_has_one_and_it_is_set_once(
    client: FlaskClient, filled: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []

    def set_it(sheets: Sheets) -> bytes:
        made.append(sheets.data["name"])
        return b"%PDF-1.7 of tests"

    monkeypatch.setattr("timing.web.own_layouts.to_pdf", set_it)
    first = client.get(CERTIFICATE)
    assert first.status_code == 200
    assert first.content_type == "application/pdf"
    assert client.get(CERTIFICATE).data == first.data
    assert client.get(f"{CERTIFICATE}?x=1").data == first.data
    held = client.get(CERTIFICATE, headers={"If-None-Match": first.headers["ETag"]})
    assert held.status_code == 304
    assert made == ["Ana Ruiz"]
    # The race moves on: another revision, another certificate.
    write(filled, finish("12", "03:29:00", "later"))
    assert client.get(CERTIFICATE).status_code == 200
    assert len(made) == 2
    assert client.get(f"/fr{CERTIFICATE}").status_code == 200
    assert len(made) == 3


@pytest.mark.usefixtures("over")
def test_who_is_out_has_none(client: FlaskClient) -> None:
    assert client.get(f"/races/{SLUG}/entries/15a/certificate.pdf").status_code == 404


@pytest.mark.usefixtures("over")
def test_more_than_a_few_at_once_are_told_to_ask_again(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Taken:
        def acquire(self, *, blocking: bool) -> bool:
            return blocking

    monkeypatch.setattr("timing.web.certificates._AT_ONCE", Taken())
    answer = client.get(CERTIFICATE)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
