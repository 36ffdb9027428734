"""The desk's page of rulings: a form for each kind, previews, the list, reversals."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.serving import SLUG, json_of
from tests.web.forms import form
from tests.web.test_desk import sign_in, standing
from timing.core.records import RULING_NAMES
from timing.pages.bib_lists import BackwardRange, bibs_typed
from timing.pages.ruling_kinds import KINDS, WRITTEN, kind_of
from timing.racefile.rulings import RULING_SCHEMAS, ruling_to_plain
from timing.web.recording import ruling_from

RULINGS = f"/desk/{SLUG}/rulings"
NEW = f"{RULINGS}/new"


@pytest.fixture
def director(client: FlaskClient) -> FlaskClient:
    assert sign_in(client).status_code == 303
    return client


def send(client: FlaskClient, kind: str, **values: str) -> TestResponse:
    """Fill in the form of a kind and send it."""
    fields = form(client.get(f"{RULINGS}?kind={kind}"), NEW, kind=kind)
    return client.post(NEW, data=fields | {"reason": "Seen"} | values)


def reverse(client: FlaskClient, *, reason: str = "In error") -> TestResponse:
    """Reverse what was made last, or restore it if it was reversed."""
    fields = form(client.get(RULINGS), NEW, kind="void")
    return client.post(NEW, data=fields | {"reason": reason})


def whole(client: FlaskClient) -> Mapping[str, object]:
    """All that the public is told of results."""
    return {
        path: json_of(client.get(f"/api/v1/races/{SLUG}/{path}"))["lines"]
        for path in ("boards/gc", "boards/gc-women", "boards/pairs", "stages/1", "stages/2")
    }


def test_every_ruling_of_a_racefile_has_a_form_or_a_place_of_its_own() -> None:
    elsewhere = {
        # The course register and the desk's own buttons; records have theirs in the review.
        *("account", "ack", "observation", "release", "void", "assign", "clock"),
        # Start lists are issued from their page, entries changed on theirs.
        *("start_list", "entry"),
    }
    assert {kind.ruling for kind in KINDS.values()} - {""} == set(RULING_SCHEMAS) - elsewhere


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_a_form(director: FlaskClient, kind: str) -> None:
    page = director.get(f"{RULINGS}?kind={kind}")
    assert page.status_code == 200
    for one in KINDS[kind].fields:
        assert f'name="{one.key}"' in page.text


def test_a_preview_writes_nothing(director: FlaskClient) -> None:
    before = whole(director)
    page = send(director, "penalty", stage="1", bibs="12", time="1:00:00", preview="yes")
    assert page.status_code == 200
    assert "Nothing is recorded yet" in page.text
    assert whole(director) == before
    assert "No ruling has been made" in director.get(RULINGS).text


def test_what_was_previewed_is_recorded_from_the_preview(director: FlaskClient) -> None:
    page = send(director, "penalty", stage="1", bibs="12", time="0:10:00", preview="yes")
    assert director.post(NEW, data=form(page, NEW)).status_code == 303
    assert standing(director)["12"]["penalty_ms"] == 600_000


def test_a_form_that_is_sent_twice_is_one_ruling(director: FlaskClient) -> None:
    fields = form(director.get(f"{RULINGS}?kind=penalty"), NEW, kind="penalty")
    fields |= {"stage": "1", "bibs": "12", "time": "10:00", "reason": "Seen"}
    assert director.post(NEW, data=fields).status_code == 303
    assert director.post(NEW, data=fields).status_code == 303
    assert standing(director)["12"]["penalty_ms"] == 600_000
    assert director.post(NEW, data=fields | {"time": "20:00"}).status_code == 400


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("penalty", {"stage": "1", "bibs": "12, 7", "time": "15:00"}),
        ("penalty", {"stage": "1", "division": "full", "time": "15:00", "scope": "gc"}),
        ("credit", {"stage": "1", "bibs": "12", "time": "5:00", "extends_cutoffs": "yes"}),
        ("bonus", {"stage": "1", "bibs": "12", "time": "0:10"}),
        ("stage-time", {"stage": "1", "bibs": "12", "time": "3:00:00", "place": "1"}),
        ("dsq", {"bibs": "7", "stage": "1"}),
        ("status", {"bibs": "12", "status": "dnf", "stage": "1"}),
        ("cancel", {"stage": "1"}),
        ("neutralise", {"stage": "1"}),
        ("shorten", {"stage": "1", "result_from": "PASS"}),
        ("team", {"team": "T1", "action": "break", "stage": "1"}),
        ("swap", {"bib": "7", "swap_with": "12", "stage": "1"}),
        ("gun", {"stage": "1", "to": "08:05:00"}),
        ("written", {"text": "{ruling: penalty, stage: 1, bib: 12, time: '9:00'}"}),
    ],
)
def test_what_is_reversed_leaves_every_board_as_it_was(
    director: FlaskClient, kind: str, values: dict[str, str]
) -> None:
    before = whole(director)
    assert send(director, kind, **values).status_code == 303
    given = whole(director)
    assert given != before
    assert reverse(director).status_code == 303
    assert whole(director) == before
    assert reverse(director, reason="It was right").status_code == 303
    assert whole(director) == given
    page = director.get(RULINGS).text
    assert "Reversed and restored, by" in page
    assert "It was right" in page


def test_a_disqualification_is_lifted_and_the_list_says_both(director: FlaskClient) -> None:
    before = standing(director)
    send(director, "dsq", bibs="7", stage="1")
    assert standing(director)["7"]["status"] == "dsq"
    send(director, "reinstated", bibs="7", stage="1")
    assert standing(director) == before
    assert director.get(RULINGS).text.count('<li class="ruling_stands">') == 2


def test_a_correction_takes_the_place_of_what_it_corrects(director: FlaskClient) -> None:
    send(director, "penalty", stage="1", bibs="12", time="0:10:00")
    url = re.search(rf'href="({RULINGS}\?correct=[^"]+)"', director.get(RULINGS).text)
    assert url is not None
    fields = form(director.get(url[1]), NEW, kind="penalty")
    assert fields["bibs"] == "12"
    assert director.post(NEW, data=fields | {"stage": "1", "time": "0:04:00"}).status_code == 303
    assert standing(director)["12"]["penalty_ms"] == 240_000
    assert "Corrected by dora" in director.get(RULINGS).text


@pytest.mark.parametrize(
    ("kind", "values", "said"),
    [
        ("penalty", {"stage": "1", "bibs": "99", "time": "1:00"}, "99"),
        ("penalty", {"stage": "1", "bibs": "20-10", "time": "1:00"}, "ends before it begins"),
        ("penalty", {"stage": "1", "bibs": "12", "time": "soon"}, "Time"),
        ("penalty", {"stage": "1", "bibs": "12", "time": "1:00", "reason": ""}, "Reason"),
        ("finish-order", {"stage": "1", "bibs": "12"}, "one bib has no order"),
        ("written", {"text": "{ruling: nonsense}"}, "nonsense"),
        ("written", {"text": "&a [*a, *a]"}, "the ruling"),
        ("no-such-kind", {}, "There is no such ruling"),
    ],
)
def test_what_makes_no_ruling_is_refused_with_what_is_wrong(
    director: FlaskClient, kind: str, values: dict[str, str], said: str
) -> None:
    fields = form(director.get(f"{RULINGS}?kind=penalty"), NEW, kind="penalty")
    page = director.post(NEW, data=fields | {"reason": "Seen", "kind": kind} | values)
    assert page.status_code == 400
    assert said in page.text
    assert "No ruling has been made" in page.text


def test_whoever_signs_in_answers_for_what_they_write(director: FlaskClient) -> None:
    text = "{ruling: dsq, by: Somebody else}".replace("dsq", "status, bib: 12, status: dsq")
    assert send(director, "written", text=text).status_code == 303
    page = director.get(RULINGS).text
    assert "Somebody else" not in page
    assert '<p class="sub">dora</p>' in page


def test_markup_in_a_reason_stays_text(director: FlaskClient) -> None:
    evil = '"><img src=x onerror=alert(1)>{{7*7}}'
    page = send(director, "penalty", stage="1", bibs="12", time="1:00", reason=evil, preview="yes")
    assert "<img src=x" not in page.text
    director.post(NEW, data=form(page, NEW))
    listed = director.get(RULINGS).text
    assert "<img src=x" not in listed
    assert "{{7*7}}" in listed


def test_the_list_is_narrowed_by_what_is_asked_for(director: FlaskClient) -> None:
    send(director, "penalty", stage="1", bibs="12", time="1:00")
    send(director, "dsq", bibs="7", stage="2")
    for query, count in (("stage=1", 1), ("bib=7", 1), ("by=dora", 2), ("ruling=status", 1)):
        page = director.get(f"{RULINGS}?{query}").text
        assert page.count('<li class="ruling_stands">') == count, query


def test_a_form_says_again_what_a_ruling_says() -> None:
    common = {"by": "Dora", "at": "2026-03-28T18:00:00Z", "reason": "Seen", "id": "r1"}
    for row, kind in (
        ({"ruling": "penalty", "stage": 1, "bib": "12", "time": "10:00"}, "penalty"),
        ({"ruling": "status", "bib": "12", "status": "dsq", "stage": 2}, "dsq"),
        ({"ruling": "status", "bib": "12", "status": "dnf", "stage": 2}, "status"),
        ({"ruling": "stage", "action": "cancel", "stage": 2}, "cancel"),
        ({"ruling": "bib", "bib": "7", "swap_with": "12", "stage": 2}, "swap"),
        ({"ruling": "points", "bib": "7", "board": "p", "points": 3, "stage": 2}, "points"),
        ({"ruling": "start_list", "stage": 2, "starts": {"7": "08:00:00"}}, WRITTEN.key),
    ):
        made = ruling_from(row | common, by="Dora", is_station=False)
        assert RULING_NAMES[type(made)] == row["ruling"]
        assert kind_of(ruling_to_plain(made)).key == kind


def test_bibs_are_typed_one_by_one_or_from_to() -> None:
    known = ("007", "7", "12", "15a", "20", "3-4")
    assert bibs_typed("12, 15a;12", known) == ("12", "15a")
    assert bibs_typed("5 - 12", known) == ("007", "7", "12")
    assert bibs_typed("3-4", known) == ("3-4",)
    assert bibs_typed("30-40", known) == ("30-40",)
    with pytest.raises(BackwardRange):
        bibs_typed("20-10", known)
