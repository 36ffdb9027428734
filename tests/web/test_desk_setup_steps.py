"""Set-up in steps: forms over a draft, checked as they are filled in, taken at the end."""

from __future__ import annotations

import html
import io
import json
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.importers.courses import gpx
from tests.serving import SLUG
from tests.web.forms import form
from tests.web.people import account, signed_in
from tests.web.test_desk import sign_in, standing
from tests.web.test_desk_setup import holding, send, text_on
from timing.db.engines import Database
from timing.operations.roles import Part

SETUP = f"/desk/{SLUG}/set-up"
RACE, STAGE, GROUPS, RULES, LOOK = (
    f"{SETUP}/{step}" for step in ("race", "stages/1", "groups", "rules", "look")
)


@pytest.fixture
def director(client: FlaskClient) -> FlaskClient:
    assert sign_in(client).status_code == 303
    return client


def fields(client: FlaskClient, page: str) -> dict[str, str]:
    """What a browser without scripts sends of a step's form as it stands."""
    text = client.get(page).text
    body = text[text.index('class="setup_form"') :]
    body = body[: body.index("</form>")]
    found = {
        html.unescape(m[1]): html.unescape(m[2])
        for m in re.finditer(r'<input id="[^"]*" name="([^"]*)" type="\w+" value="([^"]*)"', body)
    }
    for m in re.finditer(r'<select id="[^"]*" name="([^"]*)".*?</select>', body, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', m[0])
        found[html.unescape(m[1])] = html.unescape(chosen[1]) if chosen else ""
    hidden = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', body)
    return found | dict(hidden)


def keep(client: FlaskClient, page: str, **typed: str) -> str:
    """Keep a step with some fields typed anew; the draft's text then."""
    sent = fields(client, page) | {"go": "stay"}
    names = {name.replace("__", "."): value for name, value in typed.items()}
    return keep_named(client, page, sent | names)


def keep_named(client: FlaskClient, page: str, sent: dict[str, str]) -> str:
    answer = client.post(page, data=sent)
    assert answer.status_code == 303, answer.text
    return text_on(client.get(SETUP))


@pytest.mark.parametrize("page", [RACE, STAGE, GROUPS, RULES])
def test_a_step_that_is_kept_as_it_stands_changes_nothing(director: FlaskClient, page: str) -> None:
    before = holding(director)
    assert keep(director, page) == before
    assert "Throw the draft away" not in director.get(page).text


def test_a_form_rewrites_only_its_own_keys_of_the_text(director: FlaskClient) -> None:
    rest = re.sub(r"^race: .*\n", "", holding(director), flags=re.MULTILINE)
    head = "race:\n  slug: valleys  # ours\n  name: Valleys\n  timezone: Europe/Zurich\n"
    commented = f"{rest}{head}".strip()
    send(director, commented)
    text = keep(director, RACE, race__name="Five: Valleys")
    before, after = commented.split("\n"), text.split("\n")
    assert [line for line in after if line not in before] == ['  name: "Five: Valleys"']
    assert [line for line in before if line not in after] == ["  name: Valleys"]


def test_nothing_of_a_draft_counts_until_it_is_taken(director: FlaskClient) -> None:
    before, held = standing(director), holding(director)
    sent = fields(director, STAGE) | {"stages[0].start.at": "07:00", "go": "next"}
    assert director.post(STAGE, data=sent).location == f"{SETUP}/stages"
    assert standing(director) == before
    page = director.get(LOOK)
    assert "Stage 1 starts at 07:00 instead of 08:00." in html.unescape(page.text)
    taken = director.post(LOOK, data=form(page, LOOK) | {"take": "yes"})
    assert taken.status_code == 303
    assert "Version 2 is the definition now." in director.get(LOOK).text
    assert standing(director)["7"]["time_ms"] == before["7"]["time_ms"] + 3_600_000
    assert holding(director) != held
    assert "Throw the draft away" not in director.get(RACE).text


def test_a_draft_is_found_again_by_another_with_name_and_time_and_thrown_away(
    director: FlaskClient, app: Flask, filled: Database
) -> None:
    keep(director, RACE, race__name="Drafted")
    other = signed_in(app, filled, account(filled, "mila", Part.OWNER))
    page = other.get(RACE).text
    assert "A draft of" in page
    assert "Drafted" in page
    held = holding(other)
    assert "Drafted" not in held
    mine = director.get(RACE)
    assert "Your draft" in mine.text
    answer = director.post(f"{SETUP}/draft", data=form(mine, f"{SETUP}/draft"))
    assert answer.status_code == 303
    assert text_on(director.get(SETUP)) == held


def test_who_typed_on_an_older_page_overwrites_nothing_unseen(director: FlaskClient) -> None:
    stale = fields(director, RACE)
    keep(director, RACE, race__name="First")
    page = director.post(RACE, data=stale | {"race.name": "Second"})
    assert page.status_code == 400
    assert "has changed the draft meanwhile" in page.text
    assert 'value="Second"' in page.text
    assert "First" in text_on(director.get(SETUP))


@pytest.mark.parametrize(
    ("page", "name", "typed", "said"),
    [
        (RACE, "race.timezone", "Europe/Zürich", "zone"),
        (STAGE, "stages[0].start.at", "8 o'clock", "08:00"),
        (STAGE, "stages[0].date", "soon", "2026"),
        (STAGE, "stages[0].controls[1].km", "far", "31.4"),
        (RULES, "race.rules.protest_window", "long", "1:30:00"),
        (RULES, "race.rules.missed_control#word", "penalty", ""),
    ],
)
def test_what_is_wrong_stands_beside_its_field_kept_and_as_it_is_typed(
    director: FlaskClient, page: str, name: str, typed: str, said: str
) -> None:
    sent = fields(director, page) | {name: typed}
    told = json.loads(director.post(f"{page}/check", data=sent).text)
    base = name.partition("#")[0]
    assert any(key.startswith(base) for key in told["faults"]), told
    fault = next(text for key, text in told["faults"].items() if key.startswith(base))
    assert said in fault
    assert told["state"].startswith("Kept at")
    shown = html.unescape(director.get(page).text)
    assert fault in shown
    assert typed in shown
    assert "to mend" in shown
    assert "What it would change" not in director.get(LOOK).text


def test_a_text_is_checked_by_line_as_it_is_typed(director: FlaskClient) -> None:
    text = holding(director).replace("timezone", "timezon")
    sent = form(director.get(SETUP), SETUP) | {"text": text}
    told = json.loads(director.post(f"{SETUP}/check", data=sent).text)
    line = next(n for n, one in enumerate(text.split("\n"), 1) if "timezon" in one)
    assert line in {fault["line"] for fault in told["faults"]}
    assert text_on(director.get(SETUP)).strip() == text.strip()


def test_a_new_control_goes_to_its_kilometre(director: FlaskClient) -> None:
    there = fields(director, STAGE)
    new = max(int(n) for n in re.findall(r"controls\[(\d+)\]", " ".join(there)))
    typed = {f"stages[0].controls[{new}].code": "LAKE", f"stages[0].controls[{new}].km": "0.5"}
    told = json.loads(director.post(f"{STAGE}/check", data=there | typed).text)
    assert told["faults"] == {}
    keep_named(director, STAGE, there | typed)
    assert fields(director, STAGE)["stages[0].controls[1].code"] == "LAKE"
    page = director.get(STAGE).text
    assert "Leave out" in page
    out = fields(director, STAGE) | {"remove": "stages[0].controls[1]"}
    assert "LAKE" not in keep_named(director, STAGE, out)


def test_another_way_to_start_keeps_its_time(director: FlaskClient) -> None:
    text = keep_named(director, STAGE, fields(director, STAGE) | {"stages[0].start.mode": "window"})
    assert 'open: "08:00' in text
    assert "stages[0].start.open" in fields(director, STAGE)
    assert "What it would change" in director.get(LOOK).text


def test_stages_come_and_go(director: FlaskClient) -> None:
    page = f"{SETUP}/stages"
    before = text_on(director.get(SETUP)).count("number:")
    director.post(page, data=form(director.get(page), page) | {"add": "stage"})
    assert text_on(director.get(SETUP)).count("number:") == before + 1
    sent = form(director.get(page), page) | {"remove": f"stages[{before}]"}
    director.post(page, data=sent)
    assert text_on(director.get(SETUP)).count("number:") == before


def test_a_penalty_and_a_category_are_given_without_the_text(director: FlaskClient) -> None:
    rules = fields(director, RULES)
    n = max(int(n) for n in re.findall(r"penalties\[(\d+)\]", " ".join(rules)))
    at = f"race.rules.penalties[{n}]"
    keep_named(director, RULES, rules | {f"{at}.code": "KIT9", f"{at}.time": "0:30:00 1:00:00"})
    groups = fields(director, GROUPS)
    m = max(int(n) for n in re.findall(r"categories\[(\d+)\]", " ".join(groups)))
    at = f"categories[{m}]"
    text = keep_named(director, GROUPS, groups | {f"{at}.code": "W60", f"{at}.age": "60-"})
    assert '{code: KIT9, time: ["0:30:00", "1:00:00"]}' in text
    assert "{code: W60, age: [60, null]}" in text
    assert "What it would change" in director.get(LOOK).text


def test_a_course_goes_into_the_draft_and_waypoints_propose_kilometres(
    director: FlaskClient,
) -> None:
    there = fields(director, STAGE)
    code = there["stages[0].controls[1].code"]
    km = float(there["stages[0].controls[1].km"])
    points = [(100.0 * n, 1000 + n) for n in range(500)]
    at = 100 * round(km * 10 + 10)
    content = gpx(points, waypoints=[(code.lower(), float(at))])
    data = {"file": (io.BytesIO(content), "a.gpx")}
    sent = form(director.get(STAGE), f"{STAGE}/course") | data
    page = director.post(f"{STAGE}/course", data=sent)
    assert page.status_code == 200, page.text
    assert "49.9 km" in page.text
    proposed = fields(director, STAGE)
    assert proposed["stages[0].controls[1].km"] == there["stages[0].controls[1].km"]
    assert f'name="stages[0].controls[1].km" value="{at / 1000:g}" checked' in page.text
    chosen = form(page, STAGE, **{"stages[0].controls[1].km": f"{at / 1000:g}"})
    text = keep_named(director, STAGE, chosen | {"go": "stay"})
    assert f"km: {at / 1000:g}" in text


def test_what_no_form_shows_is_said_and_stays(director: FlaskClient) -> None:
    text = holding(director)
    first = re.search(r"^  - number: 1\n|^  - \{number: 1,", text, re.MULTILINE)
    assert first is not None
    changed = (
        text[: first.end()]
        + (
            '    bonuses: {finish: ["0:00:10"]}\n'
            if first[0].endswith("\n")
            else ' bonuses: {finish: ["0:00:10"]},'
        )
        + text[first.end() :]
    )
    send(director, changed)
    assert "stages[0].bonuses" in director.get(STAGE).text
    assert 'bonuses: {finish: ["0:00:10"]}' in keep(director, STAGE, **{"stages[0]__name": "Anew"})


def test_a_text_that_cannot_be_read_leads_back_to_the_text(director: FlaskClient) -> None:
    send(director, "race: [")
    for page in (RACE, f"{SETUP}/stages", GROUPS, RULES, LOOK):
        assert "Mend it as text" in director.get(page).text
    assert director.get(STAGE).status_code == 303


@pytest.mark.parametrize("name", ["race.name", "race.event", "race.timezone"])
def test_what_is_typed_is_text_wherever_it_is_shown(director: FlaskClient, name: str) -> None:
    evil = '"><script>alert(1)</script>{{ 7 * 7 }}'
    sent = fields(director, RACE) | {name: evil}
    director.post(RACE, data=sent)
    for page in (RACE, GROUPS, LOOK, SETUP):
        shown = director.get(page).text
        assert "<script>alert" not in shown
    assert html.escape(evil, quote=True) in director.get(RACE).text.replace("&#34;", "&quot;")


@pytest.mark.parametrize(
    "remove",
    [
        "race.slug",
        "race",
        "stages[99]",
        "stages[0].controls[99]",
        "x" * 500,
        "[0]",
        "stages[0].start",
    ],
)
def test_a_button_takes_nothing_out_but_items(director: FlaskClient, remove: str) -> None:
    before = text_on(director.get(SETUP))
    assert keep_named(director, STAGE, fields(director, STAGE) | {"remove": remove}) == before
