"""Fixtures that any test may ask for, and the conditions under which all of them run."""

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from argon2 import PasswordHasher
from hypothesis import Phase
from playwright.sync_api import Browser, sync_playwright
from werkzeug.routing import Rule

from tests.network import stay_on_this_machine
from tests.postgresql import PostgreSQL, installed_programs, running_postgresql
from tests.prerequisites import chromium_executable, missing, shared_data_directory
from timing.live import books
from timing.operations import directors

HASHER = directors._hasher

# No test is timed, so no example is too slow; a trusted run draws the same examples each time, and
# tells the first that fails as it is: to make that of a whole race small can take longer than a
# test may, and then nobody learns what failed.
hypothesis.settings.register_profile("local", deadline=None)
hypothesis.settings.register_profile(
    "ci",
    deadline=None,
    derandomize=True,
    print_blob=True,
    phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.target),
)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "local")

BROWSER_SWITCHES = (
    "--no-sandbox",  # root's tests have no sandbox to run it in
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--accept",
        action="store_true",
        help="rewrite what scenarios expect with what was computed (look at the difference!)",
    )


def pytest_configure() -> None:
    stay_on_this_machine()


def pytest_collection_finish() -> None:
    """Libraries and collected tests stay: the garbage collector need not look at them again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def _hashes_that_cost_nothing() -> Iterator[None]:
    """Hundreds of tests sign in; what a hash costs is tested by ``hashes_as_they_are``."""
    with pytest.MonkeyPatch.context() as patching:
        patching.setattr(directors, "_hasher", PasswordHasher(1, 8, 1))
        yield


@pytest.fixture(scope="session", autouse=True)
def _addresses_that_are_written_once() -> Iterator[None]:
    """Most tests have an application of their own; of it, how addresses are built takes half.

    Werkzeug writes a function for each rule, of nothing but what is the key here.
    """
    compiled: dict[object, object] = {}
    compile_builder = Rule._compile_builder

    def remembered(rule: Rule, append_unknown: bool = True) -> object:
        defaults = tuple((rule.defaults or {}).items())
        key = rule.rule, tuple(rule._trace), defaults, append_unknown
        if key not in compiled:
            compiled[key] = compile_builder(rule, append_unknown)
        return compiled[key]

    with pytest.MonkeyPatch.context() as patching:
        patching.setattr(Rule, "_compile_builder", remembered)
        yield


@pytest.fixture(scope="session", autouse=True)
def _books_without_a_round_of_the_collector() -> Iterator[None]:
    """A server reads a race once and lives for weeks; tests read one a second, and forget it."""
    with pytest.MonkeyPatch.context() as patching:
        patching.setattr(books, "keep_for_good", lambda: None)
        yield


@pytest.fixture
def hashes_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords are hashed at the price they have where a race is served."""
    monkeypatch.setattr(directors, "_hasher", HASHER)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real results to check against."""
    return shared_data_directory()


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[PostgreSQL]:
    """A PostgreSQL server, started when the first test asks for it."""
    programs = installed_programs()
    if programs is None:
        missing("no PostgreSQL: its wheel is not installed")
    with running_postgresql(programs) as server:
        yield server


@pytest.fixture
def postgresql_url(postgresql_server: PostgreSQL) -> Iterator[str]:
    """The url of an empty PostgreSQL database, for this test alone."""
    with postgresql_server.database() as url:
        yield url


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, started when the first test asks for it; a test opens its own context."""
    executable = chromium_executable()
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=executable, args=list(BROWSER_SWITCHES)
        )
        yield chromium
        chromium.close()
