"""An application with a small race in it, for the tests that ask for ``app`` or ``client``."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from timing import racefile
from timing.db.engines import Database, open_database
from timing.operations.directors import add_director
from timing.operations.races import add_race
from timing.operations.tokens import Role, TokenScope, make_token
from timing.settings import Settings, read_settings
from timing.web.application import create_app

RACE = Path(__file__).parent / "web" / "valleys.yaml"
SLUG = "valleys"
BEFORE = 1_774_000_000_000
"""An instant some days before the race."""

SECRET_KEY = "a key of tests, of more than thirty-two characters"
DIRECTOR = "Dora"
PASSWORD = "a long enough password"


def settings_for(database: Database, **variables: str) -> Settings:
    """Settings of a server on this database, which keeps its files beside it."""
    beside = {} if database.file is None else {"BIVOUAC_INSTANCE": str(database.file.parent)}
    return read_settings(
        {
            **beside,
            "BIVOUAC_ENVIRONMENT": "development",
            "BIVOUAC_SECRET_KEY": SECRET_KEY,
            "BIVOUAC_DATABASE_URL": database.url.render_as_string(hide_password=False),
            **variables,
        }
    )


def fill(database: Database) -> None:
    """Put the race and a director into a migrated database."""
    with database.writing() as session:
        add_race(session, racefile.load(RACE), at=BEFORE, by="tests")
        add_director(session, DIRECTOR, PASSWORD, at=BEFORE)


def station_key(
    database: Database,
    *controls: str,
    stage: int | None = 1,
    label: str = "Finish",
    slug: str = SLUG,
    role: Role = Role.MAIN,
) -> str:
    """The key of a new station."""
    with database.writing() as session:
        made = make_token(
            session,
            slug,
            scope=TokenScope.STATION,
            label=label,
            at=BEFORE,
            stage=stage,
            controls=controls,
            role=role,
        )
    return made.plain


def director_key(database: Database) -> str:
    """The key of a new program of the director."""
    with database.writing() as session:
        made = make_token(session, SLUG, scope=TokenScope.DIRECTOR, label="Program", at=BEFORE)
    return made.plain


def bearer(key: str) -> dict[str, str]:
    """The header that shows a key."""
    return {"Authorization": f"Bearer {key}"}


def json_of(answer: TestResponse) -> Any:
    """What an answer says, for whoever knows what it should be."""
    return answer.json


@pytest.fixture(scope="session")
def filled_file(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the race in it, to be copied."""
    path = tmp_path_factory.mktemp("filled") / "race.sqlite"
    shutil.copy(migrated_file, path)
    database = open_database(f"sqlite:///{path}")
    fill(database)
    database.close()
    return path


@pytest.fixture
def filled(filled_file: Path, tmp_path: Path) -> Iterator[Database]:
    """A database with the race in it, for this test alone."""
    path = tmp_path / "filled.sqlite"
    shutil.copy(filled_file, path)
    database = open_database(f"sqlite:///{path}")
    yield database
    database.close()


@pytest.fixture
def app(filled: Database) -> Flask:
    """The application on that database."""
    return create_app(settings_for(filled))


@pytest.fixture
def client(app: Flask) -> Iterator[FlaskClient]:
    """A visitor of that application."""
    with app.test_client() as visitor:
        yield visitor
