"""The review without scripts: forms, leases, and two people who can't overwrite each other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.serving import DIRECTOR, PASSWORD, SLUG, fill, json_of, settings_for
from tests.web.forms import Forms, submit
from timing.core.cases import cases
from timing.core.records import Assign, Observation, Passing, Void
from timing.core.times import MINUTE, parse_instant
from timing.db.engines import Database
from timing.operations.questions import questions_of_race
from timing.operations.races import export_document
from timing.operations.record import append
from timing.web.application import create_app
from timing.web.installation import installation, now

REVIEW = f"/desk/{SLUG}/review"
NAME = "dora"
"""The director as rulings name her."""

STAGE_1 = parse_instant("2026-03-28T11:15:00+01:00")
WHO = Passing(id="who", stage=1, control="FINISH", bib="99", time=STAGE_1)
NOTED = Observation(
    id="seen", by="PASS", at=STAGE_1, kind="weather", stage=1, control="PASS", reason="Storm"
)


@pytest.fixture
def people(either_database: Database) -> Iterator[tuple[FlaskClient, FlaskClient]]:
    """Two browsers in which a director is signed in, on each engine."""
    fill(either_database)
    app = create_app(settings_for(either_database))
    record(either_database, WHO)
    one, other = app.test_client(), app.test_client()
    for client in (one, other):
        submit(client, "/desk", "/desk/sign-in", {"name": DIRECTOR, "password": PASSWORD})
    yield one, other
    installation(app).database.close()


@pytest.fixture
def ana(client: FlaskClient, filled: Database) -> FlaskClient:
    """A director at a race with one read of a bib that nobody wears."""
    record(filled, WHO)
    submit(client, "/desk", "/desk/sign-in", {"name": DIRECTOR, "password": PASSWORD})
    return client


def record(database: Database, *records: Passing | Observation) -> None:
    with database.writing() as session:
        append(
            session,
            SLUG,
            [r for r in records if isinstance(r, Passing)],
            [r for r in records if not isinstance(r, Passing)],
            received=now(),
        )


def database_of(client: FlaskClient) -> Database:
    return installation(client.application).database


def key(client: FlaskClient, bib: str = "99") -> str:
    books = installation(client.application).books
    found = books.race(SLUG).ask(lambda book, _: cases(book))
    return next(case.key for case in found if case.bib == bib)


def opened(client: FlaskClient, bib: str = "99") -> TestResponse:
    return client.get(f"{REVIEW}?case={key(client, bib)}")


def form(page: TestResponse, do: str) -> dict[str, str]:
    return next(values for _, values in Forms(page.text).forms if values.get("do") == do)


def send(client: FlaskClient, page: TestResponse, do: str, **fields: str) -> TestResponse:
    return client.post(REVIEW, data={**form(page, do), **fields})


def records(client: FlaskClient, kind: type) -> list[Any]:
    return [r for r in written_records(client) if type(r) is kind]


def written_records(client: FlaskClient) -> list[Any]:
    """Everything that was written, as it is kept."""
    with database_of(client).reading() as session:
        document = export_document(session, SLUG).document
    return [*document.passings, *document.rulings]


# One person ----------------------------------------------------------------------------


def test_only_a_director_sees_the_review(client: FlaskClient) -> None:
    assert "data-review" not in client.get(REVIEW).text
    assert client.post(REVIEW, data={"do": "take", "case": "x"}).status_code in (400, 401)


def test_a_clean_race_says_so_and_how_much_was_looked_at(
    client: FlaskClient, filled: Database
) -> None:
    for nth, control in enumerate(("PASS", "HUT.in", "HUT.out")):
        at = STAGE_1 - (3 - nth) * 40 * MINUTE
        bibs = ("7", "007", "12", "15a")
        reads = [replace(WHO, id=f"{control}-{b}", control=control, bib=b, time=at) for b in bibs]
        record(filled, *reads)
    submit(client, "/desk", "/desk/sign-in", {"name": DIRECTOR, "password": PASSWORD})
    text = client.get(REVIEW).text
    assert "Everything is clean" in text
    assert "16 times were looked at" in text


def test_the_desk_leads_to_the_review(ana: FlaskClient) -> None:
    assert REVIEW in ana.get(f"/desk/{SLUG}").text


def test_a_read_is_assigned_and_the_next_page_says_so(ana: FlaskClient) -> None:
    answer = send(ana, opened(ana), "assign", record="who", bib="7")
    assert answer.status_code == 200
    (assign,) = records(ana, Assign)
    assert (assign.record, assign.bib, assign.by, assign.reason) == (
        "who",
        "7",
        NAME,
        "Misread",
    )


def test_a_time_is_declared_with_its_reason(ana: FlaskClient, filled: Database) -> None:
    record(filled, replace(WHO, id="again", bib="12"))
    answer = send(ana, opened(ana), "void", record="who")
    page = answer if "declare" in answer.text else opened(ana)
    assert send(ana, page, "declare", time="11:21:00", reason="Photo").status_code == 200
    declared = [p for p in records(ana, Passing) if p.source == "director"]
    assert [(p.bib, p.control, p.note) for p in declared] == [("12", "FINISH", "Photo")]


def test_what_was_decided_is_undone_by_one_form(ana: FlaskClient) -> None:
    page = send(ana, opened(ana), "void", record="who")
    assert "No such bib: 99" not in ana.get(REVIEW).text
    back = send(ana, page, "undo")
    assert back.status_code == 200
    undone, taken_back = records(ana, Void)
    assert (undone.record, taken_back.record) == ("who", undone.id)
    assert "No such bib: 99" in ana.get(REVIEW).text


def test_the_outcome_is_shown_in_a_line_before_it_is_decided(ana: FlaskClient) -> None:
    page = send(ana, opened(ana), "void", record="r-7", preview="yes")
    assert records(ana, Void) == []
    assert "Ana Ruiz 1st → Racing (General classification, after stage 1)" in page.text


def test_the_same_line_is_there_for_a_script(ana: FlaskClient) -> None:
    answer = ana.get(
        f"{REVIEW}/preview",
        query_string={"case": key(ana), "do": "assign", "record": "who", "bib": "7", "reason": "x"},
    )
    assert json_of(answer)["text"] == "Nobody’s rank, time or status differs."
    assert records(ana, Assign) == []


def test_a_report_is_closed_with_a_reason(ana: FlaskClient, filled: Database) -> None:
    record(filled, NOTED)
    assert "Storm" in opened(ana, "").text
    send(ana, opened(ana, ""), "noted")
    assert "weather" not in ana.get(REVIEW).text


def test_a_station_is_asked_and_its_answer_stands_in_the_case(
    ana: FlaskClient, filled: Database
) -> None:
    send(ana, opened(ana), "ask", text="Who was 99?")
    with filled.reading() as session:
        (question,) = questions_of_race(session, SLUG)
    assert (question.stage, question.control, question.bib) == (1, "FINISH", "99")
    record(
        filled,
        Observation(
            id="answer",
            by="Finish",
            at=STAGE_1,
            kind="answer",
            stage=1,
            control="FINISH",
            bibs=("99",),
            items=(question.id, "who"),
            reason="It was 7",
        ),
    )
    assert "It was 7" in opened(ana).text


@pytest.mark.parametrize(
    "fields",
    [
        {"do": "nonsense"},
        {"do": "assign", "record": "who", "bib": ""},
        {"do": "declare", "time": "later"},
        {"do": "undo", "records": ""},
        {"do": "ask", "text": ""},
    ],
)
def test_what_cannot_be_done_writes_nothing_and_says_why(
    ana: FlaskClient, fields: dict[str, str]
) -> None:
    before = len(written_records(ana))
    answer = ana.post(REVIEW, data={**form(opened(ana), "assign"), **fields})
    assert 400 <= answer.status_code < 500
    assert "message attention" in answer.text
    assert len(written_records(ana)) == before


def test_cases_are_filtered_by_station(ana: FlaskClient, filled: Database) -> None:
    record(filled, NOTED)
    assert "No such bib: 99" in ana.get(f"{REVIEW}?control=FINISH").text
    assert "No such bib: 99" not in ana.get(f"{REVIEW}?control=PASS").text


@pytest.mark.parametrize("query", ["stage=x", "weight=99", "stage=9&control=%00", "case=none"])
def test_an_odd_query_is_no_error(ana: FlaskClient, query: str) -> None:
    assert ana.get(f"{REVIEW}?{query}").status_code == 200


# Two people ----------------------------------------------------------------------------


def test_a_case_shows_who_is_at_it_and_refuses_another(
    people: tuple[FlaskClient, FlaskClient],
) -> None:
    ana, bo = people
    page = opened(bo)
    send(ana, opened(ana), "take")
    assert f"{NAME} is at it until" in opened(bo).text
    refused = send(bo, page, "void", record="who")
    assert refused.status_code == 409
    assert "works on this case" in refused.text
    assert records(bo, Void) == []


def test_a_case_can_be_taken_over_and_then_be_decided(
    people: tuple[FlaskClient, FlaskClient],
) -> None:
    ana, bo = people
    send(ana, opened(ana), "take")
    send(bo, opened(bo), "take over")
    assert send(ana, opened(bo), "void", record="who").status_code in (400, 409)
    assert send(bo, opened(bo), "void", record="who").status_code == 200
    assert len(records(bo, Void)) == 1


def test_who_saw_less_than_there_is_now_writes_nothing_and_sees_it(
    people: tuple[FlaskClient, FlaskClient],
) -> None:
    ana, _ = people
    page = opened(ana)
    record(database_of(ana), replace(WHO, id="more", time=STAGE_1 + 1000))
    refused = send(ana, page, "void", record="who")
    assert refused.status_code == 409
    assert "evidence of this case has changed" in refused.text
    assert records(ana, Void) == []
    assert "11:15:01" in refused.text


def test_of_two_who_opened_a_case_the_second_to_decide_overwrites_nothing(
    people: tuple[FlaskClient, FlaskClient],
) -> None:
    ana, bo = people
    first, second = opened(ana), opened(bo)
    assert send(ana, first, "assign", record="who", bib="7").status_code == 200
    refused = send(bo, second, "void", record="who")
    assert refused.status_code == 409
    assert "settled already" in refused.text
    assert records(bo, Void) == []
    assert len(records(bo, Assign)) == 1


def test_a_form_sent_twice_decides_once(people: tuple[FlaskClient, FlaskClient]) -> None:
    ana, _ = people
    page = opened(ana)
    for _ in range(2):
        send(ana, page, "void", record="who")
    assert len(records(ana, Void)) == 1
