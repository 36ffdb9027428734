import shutil
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.databases import migrated_file, sqlite_database
from tests.served import Server, serving
from tests.serving import BEFORE, RACE, filled, filled_file
from timing import racefile
from timing.db.engines import Database, open_database
from timing.operations.races import add_race

__all__ = ["filled", "filled_file", "migrated_file", "sqlite_database"]

_numbers = count(1)


@pytest.fixture(scope="module")
def served(
    filled_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Server, Database]]:
    """A real server for all of a module's tests, and its database."""
    folder = tmp_path_factory.mktemp("served")
    shutil.copy(filled_file, folder / "race.sqlite")
    database = open_database(f"sqlite:///{folder / 'race.sqlite'}")
    with serving(database, folder) as running:
        yield running, database
    database.close()


@pytest.fixture
def server(served: tuple[Server, Database]) -> Server:
    """The server."""
    return served[0]


@pytest.fixture
def database(served: tuple[Server, Database]) -> Database:
    """Its database."""
    return served[1]


@pytest.fixture
def slug(database: Database) -> str:
    """A race for this test alone."""
    document = racefile.load(RACE)
    name = f"valleys-{next(_numbers)}"
    with database.writing() as session:
        race = replace(document.race, slug=name)
        add_race(session, replace(document, race=race), at=BEFORE, by="tests")
    return name


@pytest.fixture
def context(browser: Browser, server: Server) -> Iterator[BrowserContext]:
    """A visitor's browser at the server's address."""
    opened = browser.new_context(base_url=server.url, viewport={"width": 1024, "height": 900})
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A tab in which nothing may go wrong: no error of a script, nothing refused by the policy."""
    tab = context.new_page()
    wrong: list[str] = []
    tab.on("pageerror", lambda error: wrong.append(str(error)))
    tab.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    tab.on("dialog", lambda dialog: wrong.append(f"dialog: {dialog.message}"))
    yield tab
    assert wrong == []


@pytest.fixture
def plain_page(browser: Browser, server: Server) -> Iterator[Page]:
    """A tab of a browser without scripts."""
    opened = browser.new_context(base_url=server.url, java_script_enabled=False)
    yield opened.new_page()
    opened.close()
