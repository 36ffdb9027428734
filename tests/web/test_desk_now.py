"""The desk's first page: who is missing, having it, saying where they are, closing a stage."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from tests.serving import SLUG, bearer, director_key, json_of, settings_for
from tests.web.forms import Forms, form, submit
from tests.web.test_desk import director, sign_in
from timing import racefile
from timing.core.records import Account, Acknowledgement, Close, Hold, Ruling, Void
from timing.core.times import HOUR, MINUTE, Instant
from timing.db.alert_tables import AlertContactRow, MessageRow
from timing.db.engines import Database
from timing.db.reading import read_race
from timing.live.played_clock import write_clock
from timing.operations.races import add_race
from timing.operations.record import append
from timing.racefile import load_passing
from timing.web import clearing, desk_alerts, desk_now, desk_stations
from timing.web.application import create_app

__all__ = ["director", "sign_in"]

DESK = "/desk/storm"
ACK = f"{DESK}/ack"
ACCOUNT = f"{DESK}/account"
HOLDS = f"{DESK}/holds"
CLEAR = f"{DESK}/course-clear"
ALERTS = f"{DESK}/alerts"
STORM = """\
race: {slug: storm, name: "Storm <i>over</i> it", timezone: UTC}
stages:
  - number: 1
    date: 2026-03-28
    start: "08:00"
    controls:
      - {code: START, km: 0}
      - {code: CP1, km: 10}
      - {code: CP2, km: 20}
      - {code: FINISH, km: 30}
entries:
  - {bib: 1, name: "Ana <script>", gender: F}
  - {bib: 2, name: Bo, gender: M}
  - {bib: 3, name: Cy}
  - {bib: 4, name: Di}
"""
STORM_TEN = 1_774_692_000_000
"""10:00 there."""


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> list[Instant]:
    """The clock of the desk, in a list of one."""
    clock = [STORM_TEN]
    monkeypatch.setattr(desk_alerts, "now", lambda: clock[0])
    for module in (desk_now, desk_stations, clearing):
        monkeypatch.setattr(module, "present", lambda: clock[0])
    return clock


@pytest.fixture
def storm(filled: Database, director: FlaskClient, at: list[Instant]) -> FlaskClient:
    """Three are seen at CP1 and CP2; the first at CP1 only, and late since some time."""
    del at
    with filled.writing() as session:
        add_race(session, racefile.loads(STORM, name="storm"), at=0, by="tests")
        rows = [("CP1", "08:50", n) for n in (1, 2, 3, 4)]
        rows += [("CP2", "09:40", n) for n in (2, 3, 4)]
        passings = [
            load_passing({"id": f"s{n}-{c}", "stage": 1, "control": c, "bib": str(n), "time": t})
            for c, t, n in rows
        ]
        append(session, "storm", passings, received=STORM_TEN)
    return director


def rulings(database: Database, slug: str = "storm") -> list[Ruling]:
    with database.reading() as session:
        return list(read_race(session, slug).rulings)


def test_who_is_overdue_stands_at_the_top_with_what_can_be_done(
    storm: FlaskClient, at: list[Instant]
) -> None:
    at[0] = STORM_TEN + HOUR
    page = storm.get("/desk/storm").text
    assert "1 runner overdue" in page
    assert "Ana &lt;script&gt;" in page
    assert "<script>" not in page.split("<body")[1]
    assert "Left CP1 08:50, due at CP2 by" in page
    assert "Say where she is" in page
    assert "Call CP2" in page


def test_whose_alert_it_is_is_said_once_and_escalates_no_more(
    storm: FlaskClient, filled: Database, at: list[Instant]
) -> None:
    at[0] = STORM_TEN + HOUR
    before = storm.get(DESK)
    assert "Nobody has it yet." in before.text
    sent = form(before, ACK)
    assert storm.post(ACK, data=sent).status_code == 303
    assert storm.post(ACK, data=sent).status_code == 303
    (made,) = rulings(filled)
    assert isinstance(made, Acknowledgement)
    assert (made.alert, made.bibs, made.control, made.by) == ("overdue", ("1",), "CP2", "dora")
    page = storm.get(DESK).text
    assert "1 being looked after" in page
    assert "dora has this." in page
    assert "Nobody has it yet." not in page


def test_a_bus_is_accounted_for_at_once_and_followed_to_a_final_place(
    storm: FlaskClient, filled: Database, at: list[Instant]
) -> None:
    away = {"bibs": "2-4", "vehicle": "Bus 2"}
    assert submit(storm, CLEAR, ACCOUNT, away).status_code == 303
    page = storm.get(CLEAR).text
    assert "Say who has them once they are there." in page
    assert "in a vehicle, Bus 2" in page
    assert "Close stage 1: 4 still out" in page
    at[0] += MINUTE
    there = {"bibs": "2,3,4", "vehicle": "Bus 2", "handed_to": "Camp doctor"}
    submit(storm, CLEAR, ACCOUNT, there)
    assert "Close stage 1: 1 still out" in storm.get(CLEAR).text
    (first, second) = rulings(filled)
    assert isinstance(first, Account)
    assert isinstance(second, Account)
    assert first.bibs == second.bibs == ("2", "3", "4")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"bibs": "1"}, "Say where they are, in which vehicle, or who has them."),
        ({"bibs": "99", "where": "Hut"}, "Nobody wears 99."),
        ({"bibs": "4-2", "where": "Hut"}, "Bibs:"),
    ],
)
def test_what_says_nothing_of_anybody_is_refused_and_stays_in_the_form(
    storm: FlaskClient, filled: Database, fields: dict[str, str], said: str
) -> None:
    answer = submit(storm, CLEAR, ACCOUNT, fields)
    assert answer.status_code == 400
    assert said in answer.text
    assert f'value="{fields["bibs"]}"' in answer.text
    assert rulings(filled) == []


def test_no_stage_is_closed_while_somebody_who_started_is_not_home(
    storm: FlaskClient, filled: Database
) -> None:
    page = storm.get(CLEAR)
    assert "No stage is closed while somebody who started is unaccounted for." in page.text
    token = form(page, ACCOUNT)["csrf_token"]
    answer = storm.post(CLEAR, data={"csrf_token": token, "id": "c", "stage": "1"})
    assert answer.status_code == 400
    assert "Stage 1 is not closed: nobody has said that 1, 2, 3, 4 are home." in answer.text
    assert rulings(filled) == []


def test_a_clear_course_is_closed_by_a_person_and_opened_again(
    storm: FlaskClient, filled: Database, at: list[Instant]
) -> None:
    submit(storm, CLEAR, ACCOUNT, {"bibs": "1-4", "where": "Camp"})
    at[0] += MINUTE
    assert submit(storm, CLEAR, CLEAR, {}).status_code == 303
    closed = [r for r in rulings(filled) if isinstance(r, Close)]
    assert [r.control for r in closed] == ["CP1", "CP2", "FINISH"]
    assert {(r.by, r.reason) for r in closed} == {
        ("dora", "Course clear: 4 started, 0 finished, 4 accounted for elsewhere")
    }
    assert "Closed by dora at 10:01." in storm.get(CLEAR).text
    # Somebody turns up: it is said at once, and the stage is opened again with a reason.
    with filled.writing() as session:
        late = load_passing(
            {"id": "late", "stage": 1, "control": "CP2", "bib": "1", "time": "10:30:00"}
        )
        append(session, "storm", [late], received=at[0])
    at[0] += HOUR
    assert "1 not home since: open it again." in storm.get(CLEAR).text
    submit(storm, CLEAR, CLEAR, {"reason": "One came down"}, choose={"reopen": "yes"})
    voids = [r for r in rulings(filled) if isinstance(r, Void)]
    assert {v.record for v in voids} == {r.id for r in closed}
    assert "Close stage 1: 1 still out" in storm.get(CLEAR).text


def test_a_closing_sent_twice_is_one(storm: FlaskClient, filled: Database) -> None:
    submit(storm, CLEAR, ACCOUNT, {"bibs": "1-4", "where": "Camp"})
    sent = form(storm.get(CLEAR), CLEAR)
    assert storm.post(CLEAR, data=sent).status_code == 303
    assert storm.post(CLEAR, data=sent).status_code == 303
    assert len([r for r in rulings(filled) if isinstance(r, Close)]) == 3


def test_the_field_is_held_at_a_control_and_released(
    storm: FlaskClient, filled: Database, at: list[Instant]
) -> None:
    held = submit(storm, DESK, HOLDS, {"control": "CP2", "reason": "Lightning"})
    assert held.status_code == 303
    page = storm.get(DESK).text
    assert "The field is on hold" in page
    assert "CP2, since 10:00" in page
    # Three came at 09:40: they were through before. Whoever comes from now on waits.
    assert "0 wait there. Lightning." in page
    with filled.writing() as session:
        one = load_passing({"id": "l", "stage": 1, "control": "CP2", "bib": "1", "time": "10:05"})
        append(session, "storm", [one], received=STORM_TEN)
    at[0] += 10 * MINUTE
    assert "1 waits there. Lightning." in storm.get(DESK).text
    again = submit(storm, DESK, HOLDS, {"control": "CP2", "reason": "Once more"},
                   choose={"stage": "1"})  # fmt: skip
    assert again.status_code == 400
    assert "CP2 holds runners already." in again.text
    at[0] += 10 * MINUTE
    hold = next(v for _, v in Forms(storm.get(DESK).text).forms if v.get("release"))
    assert storm.post(HOLDS, data=hold).status_code == 303
    assert "The field is on hold" not in storm.get(DESK).text
    standing = [r for r in rulings(filled) if isinstance(r, Hold)]
    assert (standing[-1].until, standing[-1].supersedes) == (at[0], (standing[0].id,))


def test_who_is_told_is_added_tried_and_removed(storm: FlaskClient, filled: Database) -> None:
    assert "Nobody is told yet" in storm.get(ALERTS).text
    fields = {"name": "Ana <b>desk</b>", "email": "desk@example.org", "safety": "yes"}
    assert submit(storm, ALERTS, ALERTS, fields).status_code == 303
    page = storm.get(ALERTS)
    assert "Ana &lt;b&gt;desk&lt;/b&gt;" in page.text
    assert storm.post(f"{ALERTS}/test", data=form(page, f"{ALERTS}/test")).status_code == 303
    with filled.reading() as session:
        sent = session.scalars(select(MessageRow)).one()
        assert (sent.address, sent.state) == ("desk@example.org", "waiting")
    assert "a test of alerts" in storm.get(ALERTS).text
    storm.post(f"{ALERTS}/remove", data=form(storm.get(ALERTS), f"{ALERTS}/remove"))
    with filled.reading() as session:
        assert session.scalar(select(func.count()).select_from(AlertContactRow)) == 0
        assert session.scalar(select(func.count()).select_from(MessageRow)) == 0


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": "Ana", "safety": "yes"}, "An address for mail, or one of a program."),
        ({"name": "Ana", "email": "ana@", "safety": "yes"}, "An address like ana@example.org."),
        ({"name": "Ana", "email": "ana@example.org", "safety": ""}, "Alerts of runners"),
        ({"name": "", "email": "ana@example.org", "safety": "yes"}, "Say who it is"),
        ({"name": "Ana", "url": "http://10.0.0.1/x", "safety": "yes"}, "An address begins with"),
    ],
)
def test_what_nobody_could_be_told_by_is_refused_beside_its_field(
    storm: FlaskClient, filled: Database, fields: dict[str, str], said: str
) -> None:
    answer = submit(storm, ALERTS, ALERTS, fields)
    assert answer.status_code == 400
    assert said in answer.text
    assert "now_fault" in answer.text
    with filled.reading() as session:
        assert session.scalar(select(func.count()).select_from(AlertContactRow)) == 0


def test_the_secret_of_a_program_is_shown_once(storm: FlaskClient) -> None:
    fields = {"name": "Radio", "url": "https://example.org/hook", "stations": "yes"}
    made = submit(storm, ALERTS, ALERTS, fields)
    assert "whsec_" in made.text
    assert "whsec_" not in storm.get(ALERTS).text


def test_whom_to_call_at_a_control_is_one_tap_away(storm: FlaskClient, at: list[Instant]) -> None:
    numbers = {"name-CP2": "Bo <i>", "phone-CP2": "+41 79 123 45 67"}
    assert submit(storm, ALERTS, f"{ALERTS}/phones", numbers).status_code == 303
    at[0] += HOUR
    page = storm.get(DESK).text
    assert 'href="tel:+41791234567"' in page
    assert "Bo &lt;i&gt; +41 79 123 45 67" in page
    wrong = submit(storm, ALERTS, f"{ALERTS}/phones", {"phone-CP2": "javascript:alert(1)"})
    assert wrong.status_code == 400


def test_before_the_race_the_page_says_what_is_to_do(
    storm: FlaskClient, filled: Database, at: list[Instant]
) -> None:
    coming = STORM.replace("slug: storm", "slug: coming")
    with filled.writing() as session:
        add_race(session, racefile.loads(coming, name="coming"), at=0, by="tests")
    at[0] = STORM_TEN - 48 * HOUR
    page = storm.get("/desk/coming").text
    assert "Before the race" in page
    assert "To do before the first start" in page
    assert "4 entered" in page
    assert "Say who is told when a runner is overdue" in page
    assert "The field now" not in page


def test_another_stage_than_there_is_is_not_found(storm: FlaskClient) -> None:
    for text in ("9", "x", "-1", "1" * 40):
        assert storm.get(f"{CLEAR}?stage={text}").status_code == 404


def test_programs_read_and_close_what_the_desk_does(storm: FlaskClient, filled: Database) -> None:
    key = bearer(director_key(filled))
    first = json_of(storm.get(f"/api/v1/races/{SLUG}/now", headers=key))
    assert [(s["stage"], s["started"], s["finished"]) for s in first["stages"]] == [(1, 4, 4)]
    closed = storm.post(f"/api/v1/races/{SLUG}/stages/1/close", headers=key)
    assert json_of(closed)["stages"][0]["closed"] is True
    missing = storm.post(f"/api/v1/races/{SLUG}/stages/2/close", headers=key)
    assert missing.status_code == 422
    assert storm.get("/api/v1/races/storm/now", headers=key).status_code == 403


def test_a_silent_station_stands_with_whom_to_call_on_the_page_of_stations_too(
    filled: Database, director: FlaskClient, at: list[Instant]
) -> None:
    """All come from CP1 to the finish, and nobody was recorded at CP2 between."""
    with filled.writing() as session:
        add_race(session, racefile.loads(STORM, name="storm"), at=0, by="tests")
        rows = [
            load_passing({"id": f"{c}{n}", "stage": 1, "control": c, "bib": str(n), "time": t})
            for c, t in (("CP1", "08:40"), ("FINISH", "10:00"))
            for n in (1, 2, 3, 4)
        ]
        append(session, "storm", rows, received=STORM_TEN)
    at[0] = STORM_TEN + HOUR
    numbers = {"name-CP2": "<b>Ueli</b>", "phone-CP2": "+41 79 123 45 67"}
    assert submit(director, ALERTS, f"{ALERTS}/phones", numbers).status_code == 303
    for page in (director.get(DESK).text, director.get(f"{DESK}/stations").text):
        said = page.partition('class="now_silent"')[2].partition("</ul>")[0]
        assert "CP2 silent for" in said
        assert "No time has come from there" in said
        assert "only its times are missing" in said
        assert 'href="tel:+41791234567"' in said
        assert "&lt;b&gt;Ueli&lt;/b&gt; +41 79 123 45 67" in said
    sent = form(director.get(f"{DESK}/stations"), ACK, alert="station-silent")
    assert director.post(ACK, data=sent).status_code == 303
    assert "dora has this." in director.get(f"{DESK}/stations").text


def test_what_was_done_is_on_the_page_at_once(storm: FlaskClient, at: list[Instant]) -> None:
    """Pages of the same few seconds are worked out once: not by what was known before."""
    at[0] = STORM_TEN + HOUR + 3_001
    sent = form(storm.get(DESK), ACK)
    storm.post(ACK, data=sent)
    assert "dora has this." in storm.get(DESK).text
    at[0] += 1
    given = {"bibs": "1", "vehicle": "Bus 1"}
    page = submit(storm, CLEAR, ACCOUNT, given)
    assert page.status_code == 303
    assert "Bus 1" in storm.get(DESK).text.partition('id="h-aboard"')[2]


def test_one_answer_is_for_all_that_stands_of_a_runner(
    storm: FlaskClient, filled: Database, at: list[Instant]
) -> None:
    at[0] = STORM_TEN + HOUR
    sent = form(storm.get(DESK), ACK) | {"alert": "overdue behind-sweep", "control": ""}
    assert storm.post(ACK, data=sent).status_code == 303
    assert storm.post(ACK, data=sent).status_code == 303
    made = [r for r in rulings(filled) if isinstance(r, Acknowledgement)]
    assert [(r.alert, r.bibs, r.control) for r in made] == [
        ("overdue", ("1",), ""), ("behind-sweep", ("1",), ""),
    ]  # fmt: skip
    assert storm.post(ACK, data={**sent, "alert": ""}).status_code == 400
    assert storm.post(ACK, data={**sent, "alert": "overdue storm"}).status_code == 400


def test_a_race_that_is_played_is_looked_at_and_decided_by_its_own_clock(
    filled: Database, tmp_path: Path
) -> None:
    """By the clock of the machine everybody of a race long past is overdue."""
    with filled.writing() as session:
        add_race(session, racefile.loads(STORM, name="storm"), at=0, by="tests")
        one = load_passing({"id": "o", "stage": 1, "control": "CP1", "bib": "1", "time": "08:50"})
        append(session, "storm", [one], received=STORM_TEN)
    clock = tmp_path / "clock.txt"
    write_clock(clock, STORM_TEN - HOUR)
    client = create_app(settings_for(filled, BIVOUAC_DESK_CLOCK=str(clock))).test_client()
    sign_in(client)
    page = client.get(DESK)
    assert ">09:00:00</time>" in page.text
    assert "overdue" not in page.text.partition("now_bell")[0]
    hold = form(page, HOLDS) | {"control": "CP2", "reason": "Storm"}
    assert client.post(HOLDS, data=hold).status_code == 303
    (made,) = rulings(filled)
    assert isinstance(made, Hold)
    assert made.since == made.at == STORM_TEN - HOUR
    write_clock(clock, STORM_TEN + 4 * HOUR)
    assert "4 runners overdue" in client.get(DESK).text
