"""The whole installation again: forms from elsewhere, sessions fixed before, ways out, formulas.

As in tests/web/test_whole_security.py, what is tried is read from the table of routes and from the
pages themselves.
"""

import csv
import io
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.serving import BEFORE, DIRECTOR, PASSWORD, SLUG, settings_for, station_key
from tests.web.forms import form
from tests.web.people import account, signed_in
from tests.web.test_whole_security import (
    Page,
    address_of,
    full_of,
    is_html,
    ours,
    rules_of_pages,
    writing_rules,
)
from timing.db.engines import Database, open_database
from timing.operations.contacts import NAMES, write_contacts
from timing.operations.races import add_race
from timing.operations.roles import Part
from timing.pages import addresses
from timing.web.application import create_app

WITHOUT_COOKIES = ("/api/", "/hooks/")
"""What asks for a key in each request: a browser sends none by itself."""


# -- forms from elsewhere -------------------------------------------------------------------------


def test_no_form_is_taken_that_did_not_come_from_a_page_of_ours(
    app: Flask, filled: Database
) -> None:
    """Without the token of this session, or with that of another, nothing is looked at."""
    owner = signed_in(app, filled, account(filled, "owner", Part.OWNER))
    stranger = app.test_client()
    theirs = form(stranger.get(addresses.DESK), addresses.DESK_SIGN_IN)["csrf_token"]
    tried = 0
    for method, rule in writing_rules(app):
        if rule.rule.startswith(WITHOUT_COOKIES):
            continue
        for fields in ({}, {"csrf_token": theirs}, {"csrf_token": ""}):
            answer = owner.open(address_of(rule), method=method, data=fields)
            assert answer.status_code == 400, (method, rule.rule, fields)
            answer.close()
        tried += 1
    assert tried > 60


def test_what_takes_no_token_takes_no_cookie_either(app: Flask, filled: Database) -> None:
    owner = signed_in(app, filled, account(filled, "owner", Part.OWNER))
    for method, rule in writing_rules(app):
        if rule.rule.startswith(WITHOUT_COOKIES):
            answer = owner.open(address_of(rule), method=method, json={})
            # What it says is looked at before the key, and tells nothing.
            assert answer.status_code in (401, 404, 422), (method, rule.rule)
            answer.close()


def test_the_cookie_is_not_sent_along_from_elsewhere_nor_read_by_scripts(
    client: FlaskClient,
) -> None:
    set_cookie = client.get(addresses.DESK).headers["Set-Cookie"]
    assert "HttpOnly" in set_cookie
    assert "SameSite=Lax" in set_cookie


# -- sessions fixed before ------------------------------------------------------------------------


def cookie_of(client: FlaskClient) -> str:
    found = client.get_cookie("bivouac")
    assert found is not None
    return str(found.value)


def with_cookie(app: Flask, value: str) -> FlaskClient:
    client = app.test_client()
    client.set_cookie("bivouac", value)
    return client


def test_a_session_that_was_put_into_a_browser_before_is_not_signed_in_after(app: Flask) -> None:
    """Whoever gave the browser a cookie of theirs has nothing by it once somebody signs in."""
    planted = app.test_client()
    planted.get(addresses.DESK)
    browser = with_cookie(app, cookie_of(planted))
    fields = form(browser.get(addresses.DESK), addresses.DESK_SIGN_IN)
    given = {**fields, "name": DIRECTOR, "password": PASSWORD}
    assert browser.post(addresses.DESK_SIGN_IN, data=given).status_code == 303
    assert cookie_of(browser) != cookie_of(planted)
    assert addresses.DESK_SIGN_IN in planted.get(f"/desk/{SLUG}").text
    assert addresses.DESK_SIGN_IN not in browser.get(f"/desk/{SLUG}").text


def test_a_cookie_that_was_copied_ends_with_the_session(app: Flask) -> None:
    browser = app.test_client()
    fields = form(browser.get(addresses.DESK), addresses.DESK_SIGN_IN)
    browser.post(addresses.DESK_SIGN_IN, data={**fields, "name": DIRECTOR, "password": PASSWORD})
    copied = with_cookie(app, cookie_of(browser))
    assert addresses.DESK_SIGN_IN not in copied.get(f"/desk/{SLUG}").text
    out = form(browser.get(f"/desk/{SLUG}"), "/desk/sign-out")
    browser.post("/desk/sign-out", data=out)
    assert addresses.DESK_SIGN_IN in copied.get(f"/desk/{SLUG}").text


def test_a_stations_session_begins_anew_as_well(app: Flask, filled: Database) -> None:
    planted = app.test_client()
    planted.get("/station/form")
    browser = with_cookie(app, cookie_of(planted))
    fields = form(browser.get("/station/form"), addresses.STATION_SIGN_IN)
    key = {**fields, "token": station_key(filled)}
    assert browser.post(addresses.STATION_SIGN_IN, data=key).status_code == 303
    assert addresses.STATION_SIGN_IN in planted.get("/station/form").text


# -- ways out -------------------------------------------------------------------------------------

ELSEWHERE = (
    "https://elsewhere.example/",
    "//elsewhere.example/",
    "/\\elsewhere.example/",
    "https:elsewhere.example",
    "javascript:probe()",
)
NAMES_OF_ADDRESSES = (
    "next",
    "back",
    "return",
    "return_to",
    "to",
    "url",
    "redirect",
    "from",
    "then",
)


def leads_elsewhere(answer: TestResponse) -> bool:
    parts = urlsplit(answer.headers.get("Location", ""))
    return parts.netloc not in ("", "localhost") or parts.scheme not in ("", "http")


def test_no_address_and_no_form_leads_elsewhere(app: Flask, filled: Database) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    owner = signed_in(app, filled, account(filled, "owner", Part.OWNER))
    asked = dict.fromkeys(NAMES_OF_ADDRESSES, ELSEWHERE[1])
    for rule in rules_of_pages(app):
        client = owner if rule.rule.startswith("/desk") else app.test_client()
        answer = client.get(address_of(rule), query_string=asked)
        assert not leads_elsewhere(answer), rule.rule
        answer.close()
    for elsewhere in ELSEWHERE:
        asked = dict.fromkeys(NAMES_OF_ADDRESSES, elsewhere)
        for method, rule in writing_rules(app):
            if rule.rule.startswith(WITHOUT_COOKIES) or "sign-out" in rule.rule:
                continue
            answer = owner.open(
                address_of(rule), method=method, data=asked, query_string=asked,
                headers={"Referer": elsewhere},
            )  # fmt: skip
            assert not leads_elsewhere(answer), rule.rule
            answer.close()


def test_what_is_found_to_lead_elsewhere_would() -> None:
    for address in ("https://elsewhere.example/", "//elsewhere.example/", "javascript:probe()"):
        assert leads_elsewhere(TestResponse([], "303 x", {"Location": address}, request=None))  # type: ignore[arg-type]
    assert not leads_elsewhere(TestResponse([], "303 x", {"Location": "/desk"}, request=None))  # type: ignore[arg-type]


# -- formulas -------------------------------------------------------------------------------------

FORMULAS = ("=HYPERLINK(1) x", "@SUM(1) x", "+1+1 x", "-1+1 x")
BEGINNINGS = {"=", "+", "-", "@", "\t", "\r"}
NUMBER = re.compile(r"[+-]?[\d:.,]+")
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """The files that links of pages lead to, by their addresses."""

    files: Mapping[str, tuple[str, bytes]]
    places: int


def links_of(client: FlaskClient, page: str) -> set[str]:
    """Where the links of a page lead to that may be files."""
    answer = client.get(page)
    html = answer.text if is_html(answer) else ""
    answer.close()
    found = {ours(page, given.get("href", "")) for _, given in Page(html).elements}
    return {link for link in found if re.search(r"csv|xlsx|format=|/files|template", link)}


@pytest.fixture(scope="module")
def taken(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Taken]:
    """Every file of a race whose every text begins as a formula does."""
    path = tmp_path_factory.mktemp("formulas") / "race.sqlite"
    shutil.copy(migrated_file, path)
    database = open_database(f"sqlite:///{path}")
    document, places = full_of(FORMULAS)
    with database.writing() as session:
        add_race(session, document, at=BEFORE, by=FORMULAS[0])
        contacts = {entry.id: dict.fromkeys(NAMES, FORMULAS[0]) for entry in document.entries[:1]}
        write_contacts(session, SLUG, contacts, who=FORMULAS[0], at=BEFORE)
    app = create_app(settings_for(database, BIVOUAC_INSTANCE=str(path.parent)))
    station_key(database, "PASS", label=FORMULAS[0])
    owner = signed_in(app, database, account(database, "owner", Part.OWNER))
    pages = {address_of(rule): rule for rule in rules_of_pages(app)}
    links = {link for page in pages for link in links_of(owner, page)} - set(pages)
    files: dict[str, tuple[str, bytes]] = {}
    for link in sorted(links):
        answer = owner.get(link)
        if (kind := answer.content_type or "").startswith(("text/csv", SHEET)):
            files[link] = (kind, answer.data)
        answer.close()
    yield Taken(files=files, places=places)
    database.close()


def test_no_cell_of_any_file_is_a_formula(taken: Taken) -> None:
    assert taken.places > 15
    kinds = [kind.partition(";")[0] for kind, _ in taken.files.values()]
    assert kinds.count("text/csv") >= 8
    assert kinds.count(SHEET) >= 1  # the workbook is made by a job: tests/exports/test_workbook.py
    carried = 0
    for address, (kind, content) in taken.files.items():
        if kind.startswith("text/csv"):
            for row in csv.reader(io.StringIO(content.decode("utf-8-sig"))):
                for cell in row:
                    is_number = NUMBER.fullmatch(cell) is not None
                    assert is_number or not cell.startswith(("=", "+", "-", "@", "\t", "\r")), (
                        address
                    )
                    carried += "HYPERLINK" in cell
        else:
            book = openpyxl.load_workbook(io.BytesIO(content))
            for cells in (row for sheet in book.worksheets for row in sheet.iter_rows()):
                for cell in cells:
                    assert cell.data_type != "f", (address, cell.coordinate)
                    assert cell.hyperlink is None, (address, cell.coordinate)
                    carried += "HYPERLINK" in str(cell.value)
    assert carried > 20  # or there was nothing to be found
