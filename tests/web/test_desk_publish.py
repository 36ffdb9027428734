"""Publishing at the desk: shown first, issued once, protests as text."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.serving import SLUG
from tests.web.forms import submit
from tests.web.test_desk import sign_in
from timing.core.times import MINUTE
from timing.db.engines import Database
from timing.db.publication_tables import PublicationCheckRow
from timing.db.publications import publications_of
from timing.db.tables import RaceRow
from timing.operations.automatic import holds_of
from timing.operations.engine_mark import engine_mark
from timing.web import desk_publish
from timing.web.installation import now

PAGE = f"/desk/{SLUG}/publish"


@pytest.fixture
def director(client: FlaskClient) -> FlaskClient:
    assert sign_in(client).status_code == 303
    return client


def issued(filled: Database) -> list[tuple[int, str]]:
    with filled.reading() as session:
        return [(p.number, p.kind.value) for p in publications_of(session, SLUG)]


FIELDS = {"kind": "provisional", "stage": "1", "number": "1"}


def test_a_number_is_shown_before_it_is_issued_and_issued_once(
    director: FlaskClient, filled: Database
) -> None:
    shown = submit(director, PAGE, PAGE, FIELDS)
    assert shown.status_code == 200
    assert "Issue number 1" in shown.text
    assert issued(filled) == []
    assert submit(director, PAGE, PAGE, {**FIELDS, "sure": "yes"}).status_code == 303
    again = submit(director, PAGE, PAGE, {**FIELDS, "sure": "yes"})
    assert again.status_code == 400
    assert "was issued meanwhile" in again.text
    assert issued(filled) == [(1, "provisional")]


def test_a_protest_is_text_and_never_a_script(director: FlaskClient) -> None:
    submit(director, PAGE, PAGE, {**FIELDS, "sure": "yes"})
    evil = "<script>alert(1)</script>"
    fields = {"publication": "1", "form": "f", "who": evil, "bib": evil, "text": evil}
    assert submit(director, PAGE, f"{PAGE}/protests", fields).status_code == 303
    answered = {"protest": "1", "outcome": "rejected", "text": evil, "ruling": evil}
    assert submit(director, PAGE, f"{PAGE}/answers", answered).status_code == 303
    page = director.get(PAGE).text
    assert "<script>alert" not in page
    assert len(re.findall("&lt;script&gt;alert", page)) == 5


def test_nobody_publishes_without_signing_in(client: FlaskClient, filled: Database) -> None:
    assert client.post(PAGE, data={**FIELDS, "sure": "yes"}).status_code in {400, 401}
    assert issued(filled) == []


def test_the_desk_says_when_the_rules_make_it_official_and_holds_it(
    director: FlaskClient, filled: Database
) -> None:
    submit(director, PAGE, PAGE, {**FIELDS, "sure": "yes"})
    page = director.get(PAGE).text
    assert "Official by the rules at " in page
    assert "Hold number 1" in page
    held = submit(director, PAGE, f"{PAGE}/hold", {"number": "1", "held": "yes"})
    assert held.status_code == 303
    with filled.reading() as session:
        assert holds_of(session, SLUG) == {1}
    assert "Held: it becomes official when somebody makes it so." in director.get(PAGE).text
    submit(director, PAGE, f"{PAGE}/hold", {"number": "1", "held": "no"})
    with filled.reading() as session:
        assert holds_of(session, SLUG) == set()


@pytest.mark.parametrize(
    ("waits", "said"),
    [(1, "timing tend makes it official."), (6, "is timing tend running?")],
)
def test_the_desk_says_where_nothing_makes_official_what_is_due(
    director: FlaskClient, monkeypatch: pytest.MonkeyPatch, waits: int, said: str
) -> None:
    submit(director, PAGE, PAGE, {**FIELDS, "sure": "yes"})
    later = now() + 30 * MINUTE + waits * MINUTE  # the window is as usual
    monkeypatch.setattr(desk_publish, "now", lambda: later)
    assert said in director.get(PAGE).text


def test_the_desk_says_where_this_release_computes_an_official_result_otherwise(
    director: FlaskClient, filled: Database
) -> None:
    for fields in (FIELDS, {**FIELDS, "kind": "official", "number": "2", "reason": "Signed."}):
        assert submit(director, PAGE, PAGE, {**fields, "sure": "yes"}).status_code == 303
    assert "otherwise than it was signed" not in director.get(PAGE).text
    with filled.writing() as session:
        race = session.scalars(select(RaceRow.id).where(RaceRow.slug == SLUG)).one()
        session.add(
            PublicationCheckRow(
                race_id=race,
                publication=2,
                engine=engine_mark(),
                result="another",
                differences="stage 1: <7> was rank 1, is rank 2",
                at=1,
            )
        )
    page = director.get(PAGE).text
    assert "This release computes number 2 otherwise than it was signed" in page
    assert "stage 1: &lt;7&gt; was rank 1, is rank 2" in page
