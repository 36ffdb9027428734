"""A race's own layouts: tried, taken, used, mended, and given up again."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from tests.exports.printed import text
from tests.pages.sample import siroua_six
from tests.serving import BEFORE, SLUG, fill
from tests.web.forms import form, submit
from tests.web.test_desk import sign_in
from timing.db.engines import Database
from timing.exports.layouts import Layout
from timing.operations.print_layouts import (
    MOST_VERSIONS,
    LayoutMoved,
    layout_in_force,
    layout_versions,
    take_layout,
)
from timing.operations.races import add_race
from timing.pages import addresses

BULLETIN = addresses.desk_layouts(SLUG, Layout.BULLETIN)
PRINT = addresses.desk_print(SLUG, "bulletin", 1)
OWN = '#import "sheet.typ": data\n= Our own paper of #data.race'
BAD = "one\n#two\n<script>alert(1)</script>"


@pytest.fixture
def director(client: FlaskClient) -> FlaskClient:
    assert sign_in(client).status_code == 303
    return client


def put_down(database: Database, layout: str) -> None:
    """As if it had been right when it was taken."""
    with database.writing() as session:
        versions = layout_versions(session, SLUG, Layout.BULLETIN)
        based_on = versions[0].version if versions else 0
        take_layout(session, SLUG, Layout.BULLETIN, layout, based_on=based_on, by="Dora", at=BEFORE)


def test_a_layout_is_tried_taken_used_and_given_up(director: FlaskClient) -> None:
    page = director.get(BULLETIN)
    assert "results(title, rows)" in page.text
    tried = submit(director, BULLETIN, BULLETIN, {"text": OWN, "do": "preview"})
    assert tried.content_type == "application/pdf"
    assert "Our own paper" in text(tried.data)
    assert "Our own paper" not in text(director.get(PRINT).data)

    taken = submit(director, BULLETIN, BULLETIN, {"text": OWN, "do": "take"})
    assert taken.location == addresses.desk_layouts(SLUG)
    assert "version 1" in director.get(taken.location).text
    assert "Our own paper" in text(director.get(PRINT).data)

    submit(director, BULLETIN, BULLETIN, {"do": "standard"})
    assert "Our own paper" not in text(director.get(PRINT).data)
    assert "Our own paper" in director.get(f"{BULLETIN}?version=1").text
    assert "results(title, rows)" in director.get(BULLETIN).text


def test_a_bad_layout_is_not_taken_says_its_line_and_is_kept_in_the_form(
    director: FlaskClient, filled: Database
) -> None:
    for do in ("preview", "take"):
        answer = submit(director, BULLETIN, BULLETIN, {"text": BAD, "do": do})
        assert answer.status_code == 422
        assert "Line 2: Unknown variable: two" in answer.text
        assert "2 │ #two" in answer.text
        assert "&lt;script&gt;alert(1)" in answer.text
        assert "<script>alert" not in answer.text
    with filled.reading() as session:
        assert layout_versions(session, SLUG, Layout.BULLETIN) == ()


def test_a_layout_that_goes_wrong_later_is_stood_in_for_until_it_is_mended(
    director: FlaskClient, filled: Database
) -> None:
    put_down(filled, BAD)
    printed = text(director.get(PRINT).data)
    assert "standard layout: line 2 of the race’s own has a mistake" in printed
    assert "Leaders" in printed
    for page in (addresses.desk_layouts(SLUG), BULLETIN):
        assert "Line 2: Unknown variable: two" in director.get(page).text
    submit(director, BULLETIN, BULLETIN, {"text": OWN, "do": "take"})
    assert "Our own paper" in text(director.get(PRINT).data)
    assert "Line 2" not in director.get(addresses.desk_layouts(SLUG)).text


def test_a_file_is_taken_instead_of_the_text(director: FlaskClient) -> None:
    values = form(director.get(BULLETIN), BULLETIN)
    content = OWN.replace("\n", "\r\n").encode("utf-8-sig")
    sent = {**values, "text": "", "do": "take", "file": (io.BytesIO(content), "../../own.typ")}
    assert director.post(BULLETIN, data=sent).status_code == 303
    assert "Our own paper" in text(director.get(PRINT).data)
    assert director.get(BULLETIN).text.count("Our own paper") == 1


def test_what_somebody_else_changed_meanwhile_is_not_lost(
    director: FlaskClient, filled: Database
) -> None:
    values = form(director.get(BULLETIN), BULLETIN)
    put_down(filled, OWN)
    answer = director.post(BULLETIN, data={**values, "text": "= Mine", "do": "take"})
    assert answer.status_code == 422
    assert "version 1 is in force" in answer.text
    assert "= Mine" in answer.text


def test_each_layout_is_shown_with_what_the_race_has(director: FlaskClient) -> None:
    for layout in Layout:
        where = addresses.desk_layouts(SLUG, layout)
        page = director.get(where)
        values = form(page, where)
        own = '#import "sheet.typ": data\n#data.race'
        sent = {**values, "text": own, "do": "preview"}
        assert director.post(where, data=sent).data.startswith(b"%PDF"), layout
    assert director.get(addresses.desk_layouts(SLUG, "card")).status_code == 404


def test_a_certificate_is_another_one_in_another_layout(
    client: FlaskClient, filled: Database
) -> None:
    over = siroua_six("22:00:00", stage=6)
    with filled.writing() as session:
        add_race(session, replace(over, race=replace(over.race, slug="over")), at=BEFORE, by="x")
    address = "/races/over/entries/41/certificate.pdf"
    before = client.get(address)
    assert client.get(address, headers={"If-None-Match": before.headers["ETag"]}).status_code == 304
    with filled.writing() as session:
        take_layout(
            session, "over", Layout.CERTIFICATE, "= Bravo", based_on=0, by="Dora", at=BEFORE
        )
    after = client.get(address, headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    assert "Bravo" in text(after.data)


def test_so_many_versions_are_kept_and_numbers_go_on(either_database: Database) -> None:
    fill(either_database)
    for _ in range(MOST_VERSIONS + 2):
        put_down(either_database, OWN)
    with either_database.writing() as session:
        versions = layout_versions(session, SLUG, Layout.BULLETIN)
        assert len(versions) == MOST_VERSIONS
        assert versions[0].version == MOST_VERSIONS + 2
        own = layout_in_force(session, SLUG, Layout.BULLETIN)
        assert own is not None
        assert own.text == OWN
        with pytest.raises(LayoutMoved):
            take_layout(session, SLUG, Layout.BULLETIN, "", based_on=1, by="Dora", at=BEFORE)
