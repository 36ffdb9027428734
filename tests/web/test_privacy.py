"""What nobody may read without a key, sought at every public address there is (Rules 12.2)."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import product
from pathlib import Path
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from tests.serving import BEFORE, json_of, settings_for
from tests.web.test_desk import sign_in
from timing import racefile
from timing.core.book import RaceBook
from timing.core.records import Ruling
from timing.db.engines import Database, open_database
from timing.exports.card import board_card, race_card, runner_card
from timing.live.books import Standing
from timing.operations.directors import add_director
from timing.operations.races import add_race, export_document
from timing.operations.record import append
from timing.pages.fragments import fragments
from timing.pages.live_view import page_of_events
from timing.racefile import load_ruling
from timing.web.application import create_app
from timing.web.installation import installation

SLUG = "quiet"
RACE = """\
race: {slug: quiet, name: Quiet Valleys, timezone: Europe/Zurich}
divisions: [{code: full, name: Full race}]
categories: [{code: W, name: Women, gender: F}, {code: M40, name: Men 40, gender: M, age: [40, 49]}]
team_kinds: [{code: pair, name: Pairs, size: 2, time: last}]
stages:
  - number: 1
    date: 2026-08-28
    distance_km: 20
    start: "08:00"
    controls: [{code: START, km: 0}, {code: PASS, km: 9}, {code: FINISH, km: 20}]
  - number: 2
    date: 2026-08-29
    distance_km: 20
    start: "08:00"
    controls: [{code: START, km: 0}, {code: PASS, km: 9}, {code: FINISH, km: 20}]
  - {number: 3, date: 2026-08-30, start: "08:00"}
classifications:
  - {code: gc, name: General, of: solo, division: full}
  - {code: gc-women, name: Women, of: solo, division: full, category: W}
  - {code: pairs, name: Pairs, of: team, kind: pair}
entries:
  - {bib: 1, name: Ana Ruiz, gender: F, born: 1983-05-02, division: full, team: T1}
  - {bib: 2, name: Wilhelmina Undisclosed, gender: F, born: 1984-05-02, club: Hiddenclub Bern,
     residence: Secrettown, nationality: SUI, division: full, team: T1, name_hidden: true}
  - {bib: 3, name: Cho Min, gender: M, born: 1985-06-07, division: full}
  - {bib: 4, name: Dee Ox, gender: M, division: full}
teams: [{code: T1, name: Ibex, kind: pair}]
passings: |
  1 PASS 1 09:00:00
  1 PASS 2 09:01:00
  1 PASS 3 09:02:00
  1 FINISH 1 11:00:00
  1 FINISH 2 11:10:00
  1 FINISH 3 11:20:00
  1 FINISH 4 11:30:00
  2 PASS 1 09:00:00
  2 PASS 2 09:01:00
  2 PASS 3 09:02:00 note="limping badly"
  2 FINISH 1 11:00:00
rulings:
  - {ruling: account, stage: 2, bib: 3, where: Mary Hospital, vehicle: Ambulance, handed_to: Kim,
      reason: Taken away, by: sweeper-jones, at: 2026-08-29T08:30:00Z}
  - {ruling: observation, stage: 2, bib: 3, kind: medical-help, reason: Vomiting,
      by: sweeper-jones, at: 2026-08-29T08:05:00Z}
  - {ruling: ack, stage: 2, bib: 3, alert: overdue, reason: Helicopter, by: sweeper-jones,
      at: 2026-08-29T08:05:00Z}
"""
HIDDEN = ("Wilhelmina", "Undisclosed", "Hiddenclub", "Secrettown")
PRIVATE = (
    "1983", "1984-05", "1985-06", "limping", "Mary Hospital", "Ambulance", "Taken away", "Vomiting",
    "medical-help", "overdue", "Helicopter", "sweeper-jones", "Broken ankle", "doctor-miller",
)  # fmt: skip

DESCRIPTIONS = ("/api/v1/", "/api/v1/openapi.json")
"""These say what the desk's API tells of those who are overdue, and are the same for every race."""

VALUES = {
    "slug": [SLUG],
    "code": ["gc", "gc-women", "pairs", "T1"],
    "number": ["1", "2", "3"],
    "bib": ["1", "2", "3", "4"],
    "note": ["n-1"],
    "account": ["1"],
    "invitation": ["1"],
    "job": ["j-1"],
    "form": ["itra"],
    "sheet": ["start-list"],
}
"""What stands in addresses. A new kind of part gets its values here, so that it is tried too."""

QUERIES = {
    "public.board": ["q=Undisclosed", "after=1", "show=interval"],
    "public.stage": ["control=PASS", "control=FINISH"],
    "results.stage": ["control=PASS"],
    "results.board": ["after=1"],
}
LANGUAGES = ("", "/fr")
STREAM = "public.events"
PICTURES = "cards."
"""Drawn of few words, and so many a minute: the words are looked at, not the pictures."""

CLOCKS = "/screen/pulse"
"""What tells the time of day differs from one moment to the next."""

WITH_A_KEY = ("desk", "review", "station", "sync")
"""Blueprints whose pages and answers are for who has signed in or has a key."""


@dataclass(frozen=True)
class Site:
    """An application and everything it may be asked for without a key."""

    app: Flask
    client: FlaskClient

    def addresses(self) -> Iterator[tuple[str, str]]:
        for rule in self.app.url_map.iter_rules():
            is_other_way = rule.endpoint == STREAM or rule.endpoint.startswith(PICTURES)
            if "GET" not in (rule.methods or ()) or is_other_way or is_guarded(rule):
                continue
            for path in paths(rule):
                yield rule.endpoint, path
                for query in QUERIES.get(rule.endpoint, ()):
                    yield rule.endpoint, f"{path}?{query}"

    def answers(self, *languages: str) -> dict[str, str]:
        """The text of everything that is there, by address; of pictures and files, their bytes."""
        found = {}
        for _, path in self.addresses():
            for language in languages:
                answer = self.client.get(language + path)
                if answer.status_code == 200:
                    found[language + path] = answer.get_data().decode(errors="backslashreplace")
                answer.close()
        return found

    def streams(self) -> dict[str, str]:
        """All that a stream keeps up to date, and the words of pictures, by what they are of."""
        race = installation(self.app).books.race(SLUG)
        found = {}
        for name, value in (
            ("page", "home"), ("page", "live"), ("board", "gc"), ("stage", "2"), ("bib", "2"),
            ("bib", "3"),
        ):  # fmt: skip
            found[f"{name} {value}"] = race.ask(partial(_kept_up, {name: value}))
        for bib in VALUES["bib"]:
            found[f"card {bib}"] = race.ask(partial(_on_card, bib))
        return found


def _kept_up(args: dict[str, str], book: RaceBook, _: Standing) -> str:
    return repr(fragments(page_of_events(book, args)))


def _on_card(bib: str, book: RaceBook, _: Standing) -> str:
    return repr((runner_card(book, bib), race_card(book), board_card(book, "gc")))


def is_guarded(rule: Rule) -> bool:
    blueprint = str(rule.endpoint).partition(".")[0]
    return blueprint.startswith(WITH_A_KEY)


def paths(rule: Rule) -> Iterator[str]:
    names = sorted(rule.arguments)
    for values in product(*(VALUES[name] for name in names)):
        path = rule.rule
        for name, value in zip(names, values, strict=True):
            for converter in ("", "slug:", "int:", "path:"):
                path = path.replace(f"<{converter}{name}>", quote(value))
        yield path


def site(migrated_file: Path, path: Path, *rulings: Ruling, race: str = RACE) -> Site:
    shutil.copy(migrated_file, path)
    database = open_database(f"sqlite:///{path}")
    with database.writing() as session:
        add_race(session, racefile.loads(race, name="race.yaml"), at=BEFORE, by="tests")
        add_director(session, "Dora", "a long enough password", at=BEFORE)
        append(session, SLUG, (), rulings, received=BEFORE)
    app = create_app(settings_for(database))
    return Site(app, app.test_client())


def ruling(name: str, **keys: object) -> Ruling:
    given = {"by": "doctor-miller", "at": "2026-08-29T09:00:00Z", "reason": "Broken ankle", **keys}
    return load_ruling({"ruling": name, "id": "same", **given})


RETIRED = ruling("status", stage=2, bib="3", status="withdrawn", control="PASS")
HARMLESS = ruling("observation", stage=2, bib="3", kind="kit")
RELEASED = replace(ruling("release", stage=2, bib="3", reason="Told"), id="told")


@pytest.fixture(scope="module")
def untouched(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The race with somebody who retired, for tests that change nothing."""
    return site(migrated_file, tmp_path_factory.mktemp("quiet") / "race.sqlite", RETIRED)


@pytest.fixture(scope="module")
def found(untouched: Site) -> dict[str, str]:
    """Everything that it tells without a key."""
    return untouched.answers(*LANGUAGES)


@pytest.fixture
def quiet(migrated_file: Path, tmp_path: Path) -> Site:
    return site(migrated_file, tmp_path / "quiet.sqlite", RETIRED)


def test_every_public_address_is_tried(found: dict[str, str]) -> None:
    for kind in ("boards/gc", "stages/2", "entries/2", "live", "feed.atom", "calendar.ics"):
        assert f"/races/{SLUG}/{kind}" in found
        assert f"/fr/races/{SLUG}/{kind}" in found
    assert f"/api/v1/races/{SLUG}/problems" in found


def test_nothing_private_and_no_hidden_name_is_at_any_public_address(
    found: dict[str, str], untouched: Site
) -> None:
    told = {
        (path, word)
        for path, text in {**found, **untouched.streams()}.items()
        for word in (*HIDDEN, *PRIVATE)
        if word in text.replace(path, "").replace('value="Undisclosed"', "")
        and "q=Undisclosed" not in path
        and not (word == "overdue" and path in DESCRIPTIONS)
    }
    assert told == set()


def test_a_hidden_runner_is_called_by_the_bib_in_pages_and_answers(
    found: dict[str, str], untouched: Site
) -> None:
    assert "Runner 2" in found[f"/races/{SLUG}/boards/gc"]
    assert "Runner 2" in found[f"/races/{SLUG}/entries/2"]
    entry = json_of(untouched.client.get(f"/api/v1/races/{SLUG}/entries/2"))
    assert (entry["name"], entry["club"], entry["nationality"]) == ("Runner 2", "", "SUI")


def test_a_search_for_a_hidden_name_finds_nothing(quiet: Site) -> None:
    page = quiet.client.get(f"/races/{SLUG}/boards/gc?q=Undisclosed").text
    assert 'id="line-2"' not in page
    assert 'id="line-2"' in quiet.client.get(f"/races/{SLUG}/boards/gc?q=2").text


def differing(ours: dict[str, str], theirs: dict[str, str]) -> set[str]:
    """The addresses of which both do not tell the same, in English."""
    ours = {path: text for path, text in ours.items() if not path.startswith(LANGUAGES[1:])}
    paths = {path for path in ours.keys() | theirs.keys() if not path.endswith(CLOCKS)}
    return {path for path in paths if ours.get(path) != theirs.get(path)}


def test_a_retirement_that_is_held_back_changes_not_a_byte(
    migrated_file: Path, tmp_path: Path, untouched: Site, found: dict[str, str]
) -> None:
    without = site(migrated_file, tmp_path / "without.sqlite", HARMLESS)
    assert differing(found, without.answers("")) == set()
    assert untouched.streams() == without.streams()


def test_another_name_that_is_hidden_changes_not_a_byte_either(
    migrated_file: Path, tmp_path: Path, untouched: Site, found: dict[str, str]
) -> None:
    other = RACE
    for word in HIDDEN:
        other = other.replace(word, "Else")
    named = site(migrated_file, tmp_path / "named.sqlite", RETIRED, race=other)
    assert differing(found, named.answers("")) == set()
    assert untouched.streams() == named.streams()


def test_a_release_tells_it_everywhere(migrated_file: Path, tmp_path: Path) -> None:
    released = site(migrated_file, tmp_path / "released.sqlite", RETIRED, RELEASED)
    line = json_of(released.client.get(f"/api/v1/races/{SLUG}/entries/3"))["stages"][1]["result"]
    assert line["status"] == "dnf"
    told = {
        (path, word)
        for path, text in released.answers("").items()
        for word in ("Broken ankle", "doctor-miller")
        if word in text
    }
    assert told == set()


def test_no_past_tells_a_name_that_is_hidden_now(migrated_file: Path, tmp_path: Path) -> None:
    open_race = RACE.replace(", name_hidden: true", "")
    hide = replace(
        load_ruling(
            {
                "ruling": "entry", "bib": "2", "set": {"name_hidden": True}, "reason": "Asked",
                "by": "d", "at": "2026-08-29T12:00:00Z",
            }
        ),
        id="hide",
    )  # fmt: skip
    before = site(migrated_file, tmp_path / "open.sqlite", race=open_race)
    revision = json_of(before.client.get(f"/api/v1/races/{SLUG}"))["revision"]
    assert "Undisclosed" in before.client.get(f"/races/{SLUG}/boards/gc").text
    after = site(migrated_file, tmp_path / "hidden.sqlite", hide, race=open_race)
    for moment in (f"revision={revision}", "at=2026-08-28T10:00:00Z"):
        page = after.client.get(f"/races/{SLUG}/boards/gc?{moment}").text
        assert "Undisclosed" not in page
        assert "Runner 2" in page


def test_the_desk_sees_names_and_what_is_held_back_and_releases_it(quiet: Site) -> None:
    assert sign_in(quiet.client).status_code == 303
    desk = quiet.client.get(f"/desk/{SLUG}/records").text
    assert "Wilhelmina Undisclosed" in quiet.client.get(f"/desk/{SLUG}/outgoing").text
    assert "Release 1 withdrawal" in desk
    page = quiet.client.get(f"/desk/{SLUG}/outgoing")
    assert "last seen at PASS" in page.text
    token = page.text.split('name="csrf_token" value="')[1].split('"')[0]
    released = quiet.client.post(
        f"/desk/{SLUG}/outgoing/release", data={"csrf_token": token, "record": RETIRED.id}
    )
    assert released.status_code == 303
    assert "1 withdrawal is public now." in quiet.client.get(f"/desk/{SLUG}/outgoing").text
    line = json_of(quiet.client.get(f"/api/v1/races/{SLUG}/entries/3"))["stages"][1]["result"]
    assert line["status"] == "dnf"


def test_the_database_gives_a_hidden_name_back(sqlite_database: Database) -> None:
    document = racefile.loads(RACE, name="race.yaml")
    with sqlite_database.writing() as session:
        add_race(session, document, at=BEFORE, by="tests")
    with sqlite_database.reading() as session:
        held = export_document(session, SLUG).document
    assert [e.name_hidden for e in held.entries] == [False, True, False, False]
