"""People at the desk: parts, invitations, the own account, sessions, the second factor."""

import re
from dataclasses import dataclass

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.serving import PASSWORD, SECRET_KEY, SLUG, station_key
from tests.web.forms import Forms, form, submit
from tests.web.people import account, signed_in
from timing.core.times import HOUR, MINUTE, SECOND
from timing.db.engines import Database
from timing.operations.directors import Director, Outcome, directors, past_sign_ins
from timing.operations.invitations import GOOD_FOR
from timing.operations.people import ask_for_second_factor, give_part, races_of, take_part_away
from timing.operations.roles import Part
from timing.operations.second_factor import (
    FAILED_CODES,
    RECOVERY_CODES,
    STEP,
    begin_second_factor,
    confirm_second_factor,
)
from timing.pages import addresses
from timing.web import installation as clock

PEOPLE = addresses.desk_people(SLUG)
INVITATIONS = addresses.desk_people_invitations(SLUG)
ACCOUNT = addresses.DESK_ACCOUNT
FACTOR = addresses.DESK_ACCOUNT_FACTOR
CODE = addresses.DESK_SIGN_IN_CODE
NASTY = "<script>alert(1)</script>"
MODULES = ("sign_ins", "desk_signing", "desk_account", "desk_people")


@dataclass
class Clock:
    at: int

    def __call__(self) -> int:
        return self.at


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock(at=clock.now() // STEP * STEP)
    for module in MODULES:
        monkeypatch.setattr(f"timing.web.{module}.now", made)
    return made


@pytest.fixture
def olga(filled: Database) -> Director:
    return account(filled, "olga", Part.OWNER)


@pytest.fixture
def owner(app: Flask, filled: Database, olga: Director) -> FlaskClient:
    return signed_in(app, filled, olga)


def sign_in(client: FlaskClient, name: str = "olga", password: str = PASSWORD) -> str:
    """Where signing in leads."""
    values = {"name": name, "password": password}
    return submit(client, addresses.DESK_SIGN_IN, addresses.DESK_SIGN_IN, values).location or ""


def is_in(client: FlaskClient) -> bool:
    return addresses.DESK_SIGN_OUT in client.get(ACCOUNT).text


def invited(owner: FlaskClient, part: Part = Part.JURY, note: str = "") -> str:
    page = submit(owner, PEOPLE, INVITATIONS, {"what": "invite", "part": part, "note": note})
    found = re.search(r"/desk/invited\?key=[\w-]+", page.text)
    assert found is not None
    return found[0]


def accept(client: FlaskClient, link: str, name: str = "Neta", **more: str) -> tuple[int, str]:
    values = {"name": name, "password": PASSWORD, "again": PASSWORD, **more}
    answer = submit(client, link, addresses.DESK_INVITED, values)
    return answer.status_code, answer.text


# Parts ---------------------------------------------------------------------------------


def test_a_part_that_is_taken_away_counts_with_the_next_request(
    app: Flask, filled: Database, owner: FlaskClient
) -> None:
    jury = account(filled, "jo", Part.JURY)
    browser = signed_in(app, filled, jury)
    assert browser.get(addresses.desk(SLUG)).status_code == 200
    submit(owner, PEOPLE, PEOPLE, {"what": "take-away"}, choose={"account": str(jury.id)})
    assert browser.get(addresses.desk(SLUG)).status_code == 404


def test_the_only_owner_is_offered_no_other_part_and_can_not_be_sent_one(
    filled: Database, olga: Director, owner: FlaskClient
) -> None:
    with filled.writing() as session:
        dora = next(one for one in directors(session) if one.name == "dora")
        take_part_away(session, SLUG, dora.id)
    page = owner.get(PEOPLE)
    assert "The only owner" in page.text
    token = form(page, INVITATIONS)["csrf_token"]
    for what in ({"what": "take-away"}, {"what": "change", "part": "reader"}):
        data = {"csrf_token": token, "account": str(olga.id), **what}
        assert owner.post(PEOPLE, data=data).status_code == 400
    with filled.reading() as session:
        assert races_of(session, olga.id) == {SLUG: Part.OWNER}


def test_names_and_notes_and_browsers_are_shown_as_they_were_written_and_run_nothing(
    app: Flask, filled: Database, owner: FlaskClient
) -> None:
    nasty = account(filled, NASTY, Part.READER)
    invited(owner, note=NASTY)
    browser = app.test_client()
    browser.get("/desk")
    token = form(browser.get(addresses.DESK_SIGN_IN), addresses.DESK_SIGN_IN)["csrf_token"]
    data = {"csrf_token": token, "name": NASTY, "password": PASSWORD}
    browser.post(addresses.DESK_SIGN_IN, data=data, headers={"User-Agent": f"Firefox {NASTY}"})
    for page in (owner.get(PEOPLE), browser.get(ACCOUNT), browser.get(PEOPLE)):
        assert "&lt;script&gt;alert(1)" in page.text
        assert NASTY not in page.text
    assert nasty.name == NASTY


# Invitations ---------------------------------------------------------------------------


def test_an_invitation_makes_an_account_with_the_part_and_signs_it_in(
    app: Flask, filled: Database, owner: FlaskClient
) -> None:
    link, guest = invited(owner), app.test_client()
    assert "jury" in guest.get(link).text
    assert accept(guest, link)[0] == 303
    assert guest.get(addresses.desk(SLUG)).status_code == 200
    with filled.reading() as session:
        neta = next(one for one in directors(session) if one.name == "neta")
        assert races_of(session, neta.id) == {SLUG: Part.JURY}
        assert not neta.may_found
    assert "accepted as neta" in owner.get(PEOPLE).text


def test_an_invitation_adds_the_part_to_who_is_signed_in(
    app: Flask, filled: Database, owner: FlaskClient
) -> None:
    who = account(filled, "rea")
    browser = signed_in(app, filled, who)
    link = invited(owner, Part.TIMEKEEPER)
    assert submit(browser, link, addresses.DESK_INVITED, {}).status_code == 303
    with filled.reading() as session:
        assert races_of(session, who.id) == {SLUG: Part.TIMEKEEPER}


def test_an_invitation_works_once_until_it_expires_or_is_withdrawn(
    app: Flask, owner: FlaskClient, time: Clock
) -> None:
    used, late, withdrawn = (invited(owner) for _ in range(3))
    assert accept(app.test_client(), used)[0] == 303
    number = next(
        values["invitation"]
        for where, values in Forms(owner.get(PEOPLE).text).forms
        if where == INVITATIONS and "invitation" in values
    )
    submit(owner, PEOPLE, INVITATIONS, {"what": "withdraw"}, choose={"invitation": number})
    assert app.test_client().get(used).status_code == 404
    assert app.test_client().get(withdrawn).status_code == 404
    assert app.test_client().get(late).status_code == 200
    time.at += GOOD_FOR
    answer = app.test_client().get(late)
    assert (answer.status_code, "too old" in answer.text) == (404, True)
    assert app.test_client().get("/desk/invited?key=none").status_code == 404


def test_an_invitation_takes_no_account_of_another_and_keeps_what_was_typed(
    app: Flask, owner: FlaskClient
) -> None:
    link = invited(owner)
    for name, more, told in (
        ("olga", {}, "There is an account of this name"),
        ("Neta", {"password": "short", "again": "short"}, "10 to 1000 characters"),
        ("Neta", {"password": "qwertyuiop", "again": "qwertyuiop"}, "first that are tried"),
        ("Neta the first", {"password": "neta THE first", "again": "neta THE first"}, "own name"),
        ("Neta", {"again": "another long password"}, "not the same both times"),
    ):
        status, text = accept(app.test_client(), link, name, **more)
        assert (status, told in text, f'value="{name}"' in text) == (400, True, True), told
    assert accept(app.test_client(), link)[0] == 303


# Sessions ------------------------------------------------------------------------------


def test_the_key_of_a_session_is_another_after_each_sign_in(app: Flask, olga: Director) -> None:
    """Whoever planted a cookie before, or kept an older one, is not signed in by it."""
    browser = app.test_client()
    with browser.session_transaction() as cookie:
        cookie["director"] = "planted"
    sign_in(browser, olga.name)
    with browser.session_transaction() as cookie:
        first = cookie["director"]
    assert first != "planted"
    sign_in(browser, olga.name)
    thief = app.test_client()
    with thief.session_transaction() as cookie:
        cookie["director"] = first
    assert is_in(browser)
    assert not is_in(thief)


def test_a_cookie_that_was_copied_ends_with_the_session(app: Flask, olga: Director) -> None:
    browser, thief = app.test_client(), app.test_client()
    sign_in(browser, olga.name)
    with browser.session_transaction() as cookie, thief.session_transaction() as copied:
        copied["director"] = cookie["director"]
    assert is_in(thief)
    submit(browser, ACCOUNT, addresses.DESK_SIGN_OUT, {})
    assert not is_in(thief)


def test_another_password_ends_every_session_but_the_one_that_asked(
    app: Flask, filled: Database, olga: Director, owner: FlaskClient
) -> None:
    other = signed_in(app, filled, olga)
    new = {"old": PASSWORD, "new": "a password of hers", "again": "a password of hers"}
    wrong = submit(owner, ACCOUNT, addresses.DESK_ACCOUNT_PASSWORD, {**new, "old": "wrong"})
    assert wrong.status_code == 403
    assert is_in(other)
    assert submit(owner, ACCOUNT, addresses.DESK_ACCOUNT_PASSWORD, new).status_code == 303
    assert is_in(owner)
    assert not is_in(other)


def test_others_are_ended_one_by_one_or_all_and_nobody_elses(
    app: Flask, filled: Database, olga: Director, owner: FlaskClient
) -> None:
    one, two, jo = (signed_in(app, filled, who) for who in (olga, olga, account(filled, "jo")))
    sessions = [
        values["session"]
        for where, values in Forms(owner.get(ACCOUNT).text).forms
        if where == addresses.DESK_ACCOUNT_SESSIONS and "session" in values
    ]
    assert len(sessions) == 2
    token = form(jo.get(ACCOUNT), addresses.DESK_ACCOUNT_PASSWORD)["csrf_token"]
    for number in sessions:
        data = {"csrf_token": token, "session": number}
        jo.post(addresses.DESK_ACCOUNT_SESSIONS, data=data)
    assert is_in(one)
    assert is_in(two)
    submit(owner, ACCOUNT, addresses.DESK_ACCOUNT_SESSIONS, {}, choose={"session": min(sessions)})
    assert [is_in(one), is_in(two)].count(True) == 1
    submit(owner, ACCOUNT, addresses.DESK_ACCOUNT_SESSIONS, {"others": "1"})
    assert not is_in(one)
    assert not is_in(two)
    assert is_in(owner)
    assert is_in(jo)


def test_a_session_is_good_until_sixteen_hours_have_passed(owner: FlaskClient, time: Clock) -> None:
    time.at += 15 * HOUR
    assert is_in(owner)
    time.at += HOUR + MINUTE
    assert not is_in(owner)


# The second factor ---------------------------------------------------------------------


def add_app(filled: Database, who: Director, at: int) -> tuple[pyotp.TOTP, tuple[str, ...]]:
    """An app of the account, confirmed an hour ago; and its recovery codes."""
    with filled.writing() as session:
        made = pyotp.TOTP(begin_second_factor(session, who.id, key=SECRET_KEY, at=at - HOUR))
        codes = confirm_second_factor(
            session, who.id, made.at((at - HOUR) // SECOND), key=SECRET_KEY, at=at - HOUR
        )
    return made, codes


def with_code(client: FlaskClient, typed: str) -> int:
    return submit(client, CODE, CODE, {"code": typed}).status_code


def test_an_app_is_added_by_password_and_code_and_then_asked_for(
    app: Flask, olga: Director, owner: FlaskClient, time: Clock
) -> None:
    submit(owner, ACCOUNT, FACTOR, {"what": "begin"})
    page = owner.get(ACCOUNT)
    secret = re.search(r'class="secret">([A-Z2-7 ]+)<', page.text)
    assert secret is not None
    made = pyotp.TOTP(secret[1].replace(" ", ""))
    right = {"what": "confirm", "password": PASSWORD, "code": made.at(time.at // SECOND)}
    assert submit(owner, ACCOUNT, FACTOR, {**right, "code": "000000x"}).status_code == 403
    assert submit(owner, ACCOUNT, FACTOR, {**right, "password": "wrong"}).status_code == 403
    shown = submit(owner, ACCOUNT, FACTOR, right)
    codes = re.findall(r"<code>([a-z0-9-]{19})</code>", shown.text)
    assert len(set(codes)) == RECOVERY_CODES
    assert codes[0] not in owner.get(ACCOUNT).text
    browser = app.test_client()
    assert sign_in(browser, olga.name) == CODE
    assert not is_in(browser)
    assert with_code(browser, right["code"]) == 403
    time.at += STEP
    assert with_code(browser, made.at(time.at // SECOND)) == 303
    assert is_in(browser)


@pytest.mark.parametrize(("steps", "status"), [(-2, 403), (-1, 303), (0, 303), (1, 303), (2, 403)])
def test_a_clock_may_be_off_by_one_step(
    app: Flask, filled: Database, time: Clock, steps: int, status: int
) -> None:
    olga = account(filled, "olga", Part.OWNER)
    made, _ = add_app(filled, olga, time.at)
    browser = app.test_client()
    sign_in(browser, olga.name)
    assert with_code(browser, made.at((time.at + steps * STEP) // SECOND)) == status
    assert is_in(browser) is (status == 303)


def test_a_code_is_taken_once_and_none_before_it(
    app: Flask, filled: Database, olga: Director, time: Clock
) -> None:
    made, _ = add_app(filled, olga, time.at)
    first, second, third = (app.test_client() for _ in range(3))
    for browser in (first, second, third):
        sign_in(browser, olga.name)
    assert with_code(first, made.at(time.at // SECOND)) == 303
    assert with_code(second, made.at(time.at // SECOND)) == 403
    assert with_code(third, made.at((time.at - STEP) // SECOND)) == 403
    assert not is_in(second)


def test_a_recovery_code_signs_in_once(
    app: Flask, filled: Database, olga: Director, time: Clock
) -> None:
    _, codes = add_app(filled, olga, time.at)
    first, second = app.test_client(), app.test_client()
    sign_in(first, olga.name)
    sign_in(second, olga.name)
    assert with_code(first, codes[3].upper()) == 303
    assert with_code(second, codes[3]) == 403
    assert f"{RECOVERY_CODES - 1} of 10 recovery codes" in first.get(ACCOUNT).text


def test_after_too_many_wrong_codes_not_even_the_right_one_is_looked_at(
    app: Flask, filled: Database, olga: Director, time: Clock
) -> None:
    made, codes = add_app(filled, olga, time.at)
    browser = app.test_client()
    sign_in(browser, olga.name)
    right = made.at(time.at // SECOND)
    wrong = "000000" if right != "000000" else "111111"
    assert {with_code(browser, wrong) for _ in range(FAILED_CODES)} == {403}
    assert with_code(browser, right) == 429
    assert with_code(browser, codes[0]) == 429
    time.at += HOUR + STEP
    sign_in(browser, olga.name)
    assert with_code(browser, made.at(time.at // SECOND)) == 303


def test_the_second_step_needs_the_first_and_waits_for_five_minutes(
    app: Flask, filled: Database, olga: Director, time: Clock
) -> None:
    made, _ = add_app(filled, olga, time.at)
    browser = app.test_client()
    assert browser.get(CODE).location == addresses.DESK_SIGN_IN
    sign_in(browser, olga.name)
    token = form(browser.get(CODE), CODE)["csrf_token"]
    time.at += 5 * MINUTE
    data = {"csrf_token": token, "code": made.at(time.at // SECOND)}
    assert browser.post(CODE, data=data).status_code == 403
    assert not is_in(browser)


def test_it_is_turned_off_with_password_and_code_only(
    app: Flask, filled: Database, olga: Director, owner: FlaskClient, time: Clock
) -> None:
    made, _ = add_app(filled, olga, time.at)
    right = {"what": "off", "password": PASSWORD, "code": made.at(time.at // SECOND)}
    assert submit(owner, ACCOUNT, FACTOR, {**right, "password": "wrong"}).status_code == 403
    assert submit(owner, ACCOUNT, FACTOR, {**right, "code": "x"}).status_code == 403
    token = form(owner.get(ACCOUNT), FACTOR)["csrf_token"]
    owner.post(FACTOR, data={"csrf_token": token, "what": "abandon"})
    assert sign_in(app.test_client(), olga.name) == CODE
    assert submit(owner, ACCOUNT, FACTOR, right).status_code == 303
    assert sign_in(app.test_client(), olga.name) == addresses.DESK


def test_a_race_that_asks_for_a_second_factor_leads_who_has_none_to_it(
    app: Flask, filled: Database, olga: Director, owner: FlaskClient, time: Clock
) -> None:
    policy = addresses.desk_people_policy(SLUG)
    assert submit(owner, PEOPLE, policy, {"needed": "1"}).status_code == 400
    add_app(filled, olga, time.at)
    assert submit(owner, PEOPLE, policy, {"needed": "1"}).status_code == 303
    other = signed_in(app, filled, account(filled, "jo", Part.DIRECTOR))
    answer = other.get(addresses.desk(SLUG))
    assert answer.status_code == 403
    assert f'href="{ACCOUNT}"' in answer.text
    assert owner.get(addresses.desk(SLUG)).status_code == 200
    with filled.writing() as session:
        ask_for_second_factor(session, SLUG, is_needed=False)
    assert other.get(addresses.desk(SLUG)).status_code == 200


# Who signed in -------------------------------------------------------------------------


def test_attempts_are_seen_by_the_account_and_by_owners_of_its_race(
    app: Flask, filled: Database, olga: Director, owner: FlaskClient, time: Clock
) -> None:
    jo, elsewhere = account(filled, "jo", Part.READER), account(filled, "else")
    for name in (jo.name, elsewhere.name):
        sign_in(app.test_client(), name, "a wrong password")
        sign_in(app.test_client(), name)
    made, _ = add_app(filled, jo, time.at)
    browser = app.test_client()
    sign_in(browser, jo.name)
    with_code(browser, "wrong")
    with_code(browser, made.at(time.at // SECOND))
    with filled.reading() as session:
        outcomes = [one.outcome for one in past_sign_ins(session, [jo.id], limit=9)]
    assert outcomes == [
        Outcome.SIGNED_IN,
        Outcome.WRONG_CODE,
        Outcome.CODE_WANTED,
        Outcome.SIGNED_IN,
        Outcome.WRONG_PASSWORD,
    ]
    assert "Wrong code" in browser.get(ACCOUNT).text
    people = owner.get(PEOPLE).text
    assert "<bdi>jo</bdi>: wrong password" in people
    assert "<bdi>else</bdi>" not in people
    assert olga.name in people


# Forms from elsewhere, and ways out ----------------------------------------------------


def test_every_form_of_the_desk_needs_its_token(app: Flask, owner: FlaskClient) -> None:
    for rule in app.url_map.iter_rules():
        if not rule.rule.startswith("/desk") or "POST" not in (rule.methods or ()):
            continue
        path = re.sub(r"<int:\w+>", "1", rule.rule.replace("<slug:slug>", SLUG))
        path = re.sub(r"<(\w+:)?\w+>", "x", path)
        for data in ({}, {"csrf_token": "wrong"}):
            answer = owner.post(path, data=data)
            assert (answer.status_code, "form is too old" in answer.text) == (400, True), path
    assert is_in(owner)


@pytest.mark.parametrize(
    "address",
    [
        "//evil.example",
        "\\\\evil.example",
        "/\\evil.example",
        "https:evil.example",
        "https://evil.example/desk",
        "/desk//evil.example/..",
        "%2f%2fevil.example",
        "/%2fevil.example",
        "/desk/%2e%2e//evil.example",
    ],
)
def test_the_second_step_leads_nowhere_but_to_the_desk(
    app: Flask, filled: Database, olga: Director, time: Clock, address: str
) -> None:
    made, _ = add_app(filled, olga, time.at)
    browser = app.test_client()
    page = browser.get(addresses.DESK_SIGN_IN, query_string={"next": address})
    values = form(page, addresses.DESK_SIGN_IN)
    data = {**values, "name": olga.name, "password": PASSWORD, "next": address}
    browser.post(addresses.DESK_SIGN_IN, data=data)
    answer = submit(browser, CODE, CODE, {"code": made.at(time.at // SECOND)})
    assert answer.location == addresses.DESK


# A station by its part -----------------------------------------------------------------


def test_a_station_account_opens_a_station_for_as_long_as_it_has_the_part(
    app: Flask, filled: Database, olga: Director
) -> None:
    station_key(filled, label="Col")
    who = account(filled, "sam", Part.STATION)
    browser = signed_in(app, filled, who)
    record = addresses.desk_record(SLUG)
    assert browser.get(addresses.desk(SLUG)).location == record
    page = browser.get(record)
    assert "Col" in page.text
    assert submit(browser, record, record, {}).location == addresses.STATION_FORM
    assert addresses.STATION_PASSINGS in browser.get(addresses.STATION_FORM).text
    with filled.writing() as session:
        take_part_away(session, SLUG, who.id)
    assert addresses.STATION_PASSINGS not in browser.get(addresses.STATION_FORM).text
    with filled.writing() as session:
        give_part(session, SLUG, who.id, Part.READER, by=olga.name, at=1)
    assert addresses.STATION_PASSINGS not in browser.get(addresses.STATION_FORM).text
