"""The API does what its description says, whatever is sent to it."""

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import booleans, integers, sampled_from
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)
from sqlalchemy import delete

from tests.serving import SLUG, bearer, director_key, json_of, settings_for, station_key
from timing.core.publications import PublicationKind
from timing.db.engines import Database, open_database
from timing.db.tables import SignInRow
from timing.operations.directors import KEYS
from timing.operations.publications import NEW_PROTEST, Issue, issue, lodge
from timing.web.application import create_app

# Not that bad data is refused: rows of records are judged one by one, and the good ones taken.
CHECKS = [
    not_a_server_error,
    content_type_conformance,
    ignored_auth,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
]


@dataclass(frozen=True, slots=True)
class Described:
    """The description of an application over a database of its own."""

    schema: schemathesis.BaseSchema
    database: Database

    def forget_failed_keys(self) -> None:
        """Of keys that are not known only so many are answered, and every case may show some."""
        with self.database.writing() as session:
            session.execute(delete(SignInRow).where(SignInRow.name == KEYS))


def _described(
    filled_file: Path,
    tmp_path_factory: pytest.TempPathFactory,
    key_of: Callable[[Database], str],
) -> Described:
    path = tmp_path_factory.mktemp("described") / "race.sqlite"
    shutil.copy(filled_file, path)
    database = open_database(f"sqlite:///{path}")
    app = create_app(settings_for(database))
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    # It asks for packed answers, and in this process does not unpack them.
    schema.config.headers = {**bearer(key_of(database)), "Accept-Encoding": "identity"}
    return Described(schema, database)


@pytest.fixture(scope="module")
def described(filled_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Described:
    return _described(filled_file, tmp_path_factory, director_key)


@pytest.fixture(scope="module")
def described_to_stations(filled_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Described:
    return _described(filled_file, tmp_path_factory, station_key)


OPERATIONS = [
    ("GET", "/api/v1/races"),
    ("GET", "/api/v1/races/{slug}"),
    ("GET", "/api/v1/races/{slug}/boards/{code}"),
    ("GET", "/api/v1/races/{slug}/stages/{number}"),
    ("GET", "/api/v1/races/{slug}/entries/{bib}"),
    ("GET", "/api/v1/races/{slug}/problems"),
    ("POST", "/api/v1/races/{slug}/passings"),
    ("POST", "/api/v1/races/{slug}/rulings"),
    ("POST", "/api/v1/races/{slug}/preview"),
]
OF_DEFINITION = [
    ("GET", "/api/v1/races/{slug}/definition"),
    ("PUT", "/api/v1/races/{slug}/definition"),
]

OF_ENTRIES = [
    ("GET", "/api/v1/races/{slug}/entries"),
    ("PUT", "/api/v1/races/{slug}/entries"),
    ("POST", "/api/v1/races/{slug}/entries/import"),
    ("POST", "/api/v1/races/{slug}/stages/{number}/start-list"),
    ("POST", "/api/v1/races/{slug}/stages/{number}/check-in"),
]
OF_RULINGS = [
    ("GET", "/api/v1/races/{slug}/rulings"),
    ("GET", "/api/v1/races/{slug}/rulings/drafts"),
    ("PUT", "/api/v1/races/{slug}/rulings/drafts/{draft}"),
    ("DELETE", "/api/v1/races/{slug}/rulings/drafts/{draft}"),
    ("GET", "/api/v1/races/{slug}/rulings/notes"),
    ("PUT", "/api/v1/races/{slug}/rulings/notes/{note}"),
    ("DELETE", "/api/v1/races/{slug}/rulings/notes/{note}"),
    ("GET", "/api/v1/races/{slug}/rulings/notes/{note}/file"),
]
OF_NOW = [
    ("GET", "/api/v1/races/{slug}/now"),
    ("POST", "/api/v1/races/{slug}/now/ack"),
    ("POST", "/api/v1/races/{slug}/now/account"),
    ("POST", "/api/v1/races/{slug}/stages/{number}/close"),
]
OF_PEOPLE = [
    ("GET", "/api/v1/races/{slug}/people"),
    ("PUT", "/api/v1/races/{slug}/people/{account}"),
    ("DELETE", "/api/v1/races/{slug}/people/{account}"),
    ("GET", "/api/v1/races/{slug}/people/invitations"),
    ("POST", "/api/v1/races/{slug}/people/invitations"),
    ("DELETE", "/api/v1/races/{slug}/people/invitations/{invitation}"),
    ("GET", "/api/v1/races/{slug}/people/{account}/sessions"),
    ("DELETE", "/api/v1/races/{slug}/people/{account}/sessions"),
    ("DELETE", "/api/v1/races/{slug}/people/{account}/sessions/{number}"),
]
OF_PUBLICATIONS = [
    ("GET", "/api/v1/races/{slug}/publications"),
    ("GET", "/api/v1/races/{slug}/publications/{number}/result"),
    ("POST", "/api/v1/races/{slug}/publications"),
    ("PUT", "/api/v1/races/{slug}/publications/{number}/hold"),
    ("GET", "/api/v1/races/{slug}/protests"),
    ("POST", "/api/v1/races/{slug}/protests"),
    ("POST", "/api/v1/races/{slug}/protests/{number}/answer"),
]
OF_FILES = [
    ("GET", "/api/v1/races/{slug}/files"),
    ("GET", "/api/v1/races/{slug}/files/{form}"),
    ("GET", "/api/v1/races/{slug}/files/jobs"),
    ("POST", "/api/v1/races/{slug}/files/jobs"),
    ("GET", "/api/v1/races/{slug}/files/jobs/{job}"),
    ("DELETE", "/api/v1/races/{slug}/files/jobs/{job}"),
    ("GET", "/api/v1/races/{slug}/files/jobs/{job}/file"),
    ("GET", "/api/v1/races/{slug}/stages/{number}/print/{sheet}"),
]
OF_DESK = [
    *OF_ENTRIES,
    *OF_RULINGS,
    *OF_DEFINITION,
    *OF_NOW,
    *OF_PEOPLE,
]
OF_STATIONS = [
    ("GET", "/api/v1/station/clock"),
    ("GET", "/api/v1/station/post"),
    ("GET", "/api/v1/station/start-list"),
    ("GET", "/api/v1/station/field"),
    ("POST", "/api/v1/station/records"),
]


@pytest.mark.parametrize(("method", "path"), [*OPERATIONS, *OF_DESK])
def test_every_operation_does_what_its_description_says(
    described: Described, method: str, path: str
) -> None:
    @settings(
        max_examples=25, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck)
    )
    @given(case=described.schema[path][method].as_strategy(), elsewhere=integers(0, 4))
    def check(case: schemathesis.Case[Any], elsewhere: int) -> None:
        if elsewhere and "slug" in case.path_parameters:
            case.path_parameters["slug"] = SLUG
        described.forget_failed_keys()
        case.call_and_validate(checks=CHECKS)

    check()


@pytest.fixture(scope="module")
def described_of_files(filled_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Described:
    """Of a database of its own: jobs that are begun may still be under way in the end."""
    return _described(filled_file, tmp_path_factory, director_key)


@pytest.fixture(scope="module")
def described_of_publications(
    filled_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> Described:
    """With a number issued, and a protest against it."""
    return _described(filled_file, tmp_path_factory, _key_with_a_protest)


def _key_with_a_protest(database: Database) -> str:
    at = 1_800_000_000_000
    with database.writing() as session:
        wanted = Issue(kind=PublicationKind.PROVISIONAL, after=1, number=1, at=at, by="x")
        issue(session, SLUG, wanted)
        protest = replace(NEW_PROTEST, publication=1, who="Bo", text="He cut.", lodged_at=at)
        lodge(session, SLUG, protest, form="f")
    return director_key(database)


@pytest.mark.parametrize(("method", "path"), OF_PUBLICATIONS)
def test_every_operation_of_publishing_does_what_its_description_says(
    described_of_publications: Described, method: str, path: str
) -> None:
    @settings(
        max_examples=25, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck)
    )
    @given(
        case=described_of_publications.schema[path][method].as_strategy(),
        elsewhere=integers(0, 4),
        number=integers(1, 3),
    )
    def check(case: schemathesis.Case[Any], elsewhere: int, number: int) -> None:
        if elsewhere:
            case.path_parameters["slug"] = SLUG
            if "number" in case.path_parameters:
                case.path_parameters["number"] = number
        described_of_publications.forget_failed_keys()
        case.call_and_validate(checks=CHECKS)

    check()


@pytest.mark.parametrize(("method", "path"), OF_FILES)
def test_every_operation_of_files_does_what_its_description_says(
    described_of_files: Described, method: str, path: str
) -> None:
    @settings(
        max_examples=15, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck)
    )
    @given(
        case=described_of_files.schema[path][method].as_strategy(),
        elsewhere=integers(0, 4),
        form=sampled_from(("itra", "duv", "workbook", "bulletin", "prizes", "x")),
    )
    def check(case: schemathesis.Case[Any], elsewhere: int, form: str) -> None:
        if elsewhere:
            case.path_parameters["slug"] = SLUG
        for name in {"form", "sheet"} & set(case.path_parameters):
            case.path_parameters[name] = form
        if "sheet" in case.path_parameters and elsewhere % 2:
            case.path_parameters["number"] = 1
        described_of_files.forget_failed_keys()
        case.call_and_validate(checks=CHECKS)

    check()


@pytest.mark.parametrize(("method", "path"), OF_STATIONS)
def test_every_operation_of_stations_does_what_its_description_says(
    described_to_stations: Described, method: str, path: str
) -> None:
    @settings(
        max_examples=25, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck)
    )
    @given(case=described_to_stations.schema[path][method].as_strategy(), here=booleans())
    def check(case: schemathesis.Case[Any], *, here: bool) -> None:
        if here and path.endswith("/field"):
            case.query = {"stage": 1, "control": "PASS"}
        described_to_stations.forget_failed_keys()
        case.call_and_validate(checks=CHECKS)

    check()


def test_the_description_is_openapi_3_1(client: FlaskClient) -> None:
    description = json_of(client.get("/api/v1/openapi.json"))
    assert description["openapi"].startswith("3.1")
    assert sorted(
        (method.upper(), path)
        for path, operations in description["paths"].items()
        for method in operations
        if method != "parameters"
    ) == sorted([*OPERATIONS, *OF_STATIONS, *OF_DESK, *OF_PUBLICATIONS, *OF_FILES])


def test_what_writes_and_what_is_for_stations_needs_a_key(client: FlaskClient) -> None:
    paths = json_of(client.get("/api/v1/openapi.json"))["paths"]
    for path, operations in paths.items():
        is_of_station = "/station/" in path and not path.endswith("/clock")
        for method, operation in operations.items():
            if method in {"get", "post"}:
                is_of_desk = (
                    path.endswith(("/entries", "/definition", "/now", "/protests"))
                    or "/rulings" in path
                    or "/people" in path
                    or "/files" in path
                    or "/print/" in path
                )
                needed = method == "post" or is_of_station or is_of_desk
                assert ("security" in operation) == needed


def test_every_refusal_is_described_as_problem_json(client: FlaskClient) -> None:
    description = json_of(client.get("/api/v1/openapi.json"))
    for response in description["components"]["responses"].values():
        assert list(response["content"]) == ["application/problem+json"]


def test_the_readable_page_names_every_operation(client: FlaskClient) -> None:
    page = client.get("/api/v1/")
    assert page.content_type.startswith("text/html")
    for path in json_of(client.get("/api/v1/openapi.json"))["paths"]:
        assert re.sub(r"[{}]", "", path) in re.sub(r"<[^>]*>|[{}]", "", page.text), path
