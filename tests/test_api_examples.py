"""docs/api.md is true: each request in it is made, and answered as it says."""

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import Client, TestResponse
from werkzeug.wrappers import Response

from tests.api_examples import ANYTHING, Example, differences, filled_in, sections
from tests.databases import migrated_file
from tests.serving import (
    app,
    client,
    director_key,
    filled,
    filled_file,
    json_of,
    station_key,
)
from tests.web.people import account
from timing.db.engines import Database
from timing.operations.account_sessions import begin_session
from timing.operations.roles import Part
from timing.web.installation import now

__all__ = ["app", "client", "filled", "filled_file", "migrated_file"]

DOCUMENT = (Path(__file__).parents[1] / "docs" / "api.md").read_text(encoding="utf-8")
SECTIONS = sections(DOCUMENT)
OPERATION = re.compile(r"^### ([A-Z]+) (/api/v1/\S+)$", re.MULTILINE)


def kim(filled: Database) -> int:
    """The number of a timekeeper's account, who is signed in somewhere."""
    made = account(filled, "kim", Part.TIMEKEEPER)
    with filled.writing() as session:
        begin_session(session, made.id, address="192.0.2.7", agent="Firefox on Linux", at=now())
    return made.id


def answer_to(client: FlaskClient, example: Example, names: dict[str, str]) -> TestResponse:
    return client.open(
        filled_in(example.path, names),
        method=example.method,
        headers={name: filled_in(value, names) for name, value in example.headers.items()},
        data=filled_in(example.body, names).encode() or None,
    )


@pytest.mark.parametrize("section", SECTIONS)
def test_every_example_of_a_section_is_answered_as_it_says(
    client: FlaskClient, filled: Database, section: str
) -> None:
    names = {
        "$DIRECTOR_KEY": director_key(filled),
        "$STATION_KEY": station_key(filled, "PASS", "HUT", label="Oberalp"),
        "$ACCOUNT": str(kim(filled)),
    }
    for example in SECTIONS[section]:
        answer = answer_to(client, example, names)
        found = list(differences(example, answer, names))
        assert not found, f"docs/api.md, line {example.line}: " + "; ".join(found)


def described(app: Flask) -> dict[str, str]:
    """Each operation of the description, and a pattern of its addresses."""
    description = json_of(app.test_client().get("/api/v1/openapi.json"))
    return {
        f"{method.upper()} {path}": f"{method.upper()} {re.sub(r'{[^}]*}', '[^/?]+', path)}"
        for path, operations in description["paths"].items()
        for method in operations
        if method != "parameters"
    }


def test_every_operation_of_the_description_has_a_heading_and_no_other_has(app: Flask) -> None:
    headings = [f"{method} {path}" for method, path in OPERATION.findall(DOCUMENT)]
    assert sorted(headings) == sorted(described(app))


def test_every_operation_of_the_description_has_an_example(app: Flask) -> None:
    asked = [
        f"{example.method} {example.path.partition('?')[0]}"
        for examples in SECTIONS.values()
        for example in examples
    ]
    without = [
        operation
        for operation, pattern in described(app).items()
        if not any(re.fullmatch(pattern, one) for one in asked)
    ]
    assert without == []


# -- the comparison itself ------------------------------------------------------------------------


def told(body: str, answer: str, *, status: int = 200, headers: str = "") -> list[str]:
    """What is found where an example says ``body`` and the answer is ``answer``."""
    block = f"## S\n```http\nGET /x HTTP/1.1\n\nHTTP/1.1 200 OK\n{headers}\n{body}\n```\n"
    (example,) = sections(block)["S"]
    given = Response(answer, status, {"ETag": '"7"'}, content_type="application/json")
    return list(differences(example, Client(given).get("/x"), {}))


def test_an_example_may_tell_a_part_of_its_answer() -> None:
    assert told('{"a": {"b": 1}}', '{"a": {"b": 1, "c": 2}, "d": 3}') == []


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        ('{"a": 1}', '{"a": 2}'),
        ('{"a": 1}', '{"b": 1}'),
        ('{"a": 1}', '{"a": true}'),
        ('{"a": null}', '{"a": 0}'),
        ('{"a": [1]}', '{"a": [1, 2]}'),
        ('{"a": [1, 2]}', '{"a": [1]}'),
        ('{"a": [2, 1]}', '{"a": [1, 2]}'),
        ('{"a": [1, 2, "…"]}', '{"a": [1]}'),
        ('{"a": "at noon…"}', '{"a": "at nine"}'),
        ('{"a": {"b": 1}}', '{"a": [1]}'),
    ],
)
def test_an_example_that_says_something_else_is_found(body: str, answer: str) -> None:
    assert told(body, answer)


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        ('{"a": "…"}', '{"a": {"b": [1]}}'),
        ('{"a": [1, "…"]}', '{"a": [1, 2, 3]}'),
        ('{"a": "from … to …"}', '{"a": "from here to there"}'),
        ('{"a": "$ID", "b": "$ID"}', '{"a": "x7", "b": "x7"}'),
    ],
)
def test_dots_stand_for_anything_and_a_name_for_what_it_first_met(body: str, answer: str) -> None:
    assert ANYTHING in body or "$" in body
    assert told(body, answer) == []


def test_a_name_stands_for_one_thing_only() -> None:
    assert told('{"a": "$ID", "b": "$ID"}', '{"a": "x7", "b": "x8"}')


def test_status_and_headers_are_compared() -> None:
    assert told("", "{}", headers='ETag: "7"') == []
    assert told("", "{}", headers='ETag: "8"')
    assert told("", "{}", headers="Retry-After: …")
