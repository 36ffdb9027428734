import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest
from click.testing import CliRunner, Result

from tests.databases import (
    database,
    migrated_file,
    migrated_url,
    postgresql_database,
    sqlite_database,
)
from timing.cli import main
from timing.db.engines import Database

__all__ = [
    "database",
    "migrated_file",
    "migrated_url",
    "postgresql_database",
    "sqlite_database",
]

Run: TypeAlias = Callable[..., Result]


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Commands see no settings but those a test makes, and no database but its own."""
    for variable in [name for name in os.environ if name.startswith("BIVOUAC_")]:
        monkeypatch.delenv(variable)
    monkeypatch.setenv("BIVOUAC_INSTANCE", str(tmp_path / "instance"))


@pytest.fixture
def run() -> Run:
    """Calls ``timing`` with the given words; what it does not mean to raise is raised."""

    def call(*words: object, stdin: str = "") -> Result:
        result = CliRunner().invoke(main, [str(word) for word in words], input=stdin)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return call


@pytest.fixture
def kept(sqlite_database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """A migrated database that the commands work on."""
    return named_by_settings(sqlite_database, monkeypatch)


def named_by_settings(database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """The database, which commands find from now on."""
    url = database.url.render_as_string(hide_password=False)
    monkeypatch.setenv("BIVOUAC_DATABASE_URL", url)
    return database


@pytest.fixture
def two_days() -> Path:
    """A small race: two divisions, a team, rulings."""
    return Path(__file__).parents[1] / "exports" / "two-days.yaml"
