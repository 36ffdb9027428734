"""A newer engine never says in silence anything else than what was signed (Rules 12.1)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from tests.operations.test_publications import (
    NOON,
    OFFICIAL,
    PROVISIONAL,
    REOPENED,
    put_number,
    race,
)
from timing.cli import engine_checks
from timing.cli.engine_checks import check_official_results
from timing.core import publication
from timing.core.times import HOUR
from timing.db.engines import Database
from timing.db.publications import publications_of
from timing.operations import engine_check
from timing.operations.engine_check import altered
from timing.operations.engine_mark import engine_mark

__all__ = ["race"]

NEWER = "9.9.9+0000"


@pytest.fixture
def official(race: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """A race that another engine made official; this one is called NEWER."""
    with race.writing() as session:
        put_number(session, PROVISIONAL, 1)
        put_number(session, OFFICIAL, 2, NOON + HOUR)
    monkeypatch.setattr(engine_checks, "engine_mark", lambda: NEWER)
    return race


def test_a_number_says_which_engine_made_it(race: Database) -> None:
    with race.writing() as session:
        put_number(session, PROVISIONAL, 1)
        assert publications_of(session, "r")[0].engine == engine_mark()


def test_an_engine_that_says_the_same_is_noted_once_and_nothing_is_told(
    official: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with capture_logs() as logged:
        assert check_official_results(official) == 0
    assert logged == []
    monkeypatch.setattr(engine_checks, "check", pytest.fail)
    assert check_official_results(official) == 0


def test_an_engine_that_says_something_else_is_told_with_what_differs(
    official: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here one that finds half an hour more for everybody."""
    as_signed = publication._stage_line

    def slower(line: object) -> object:
        return as_signed(replace(line, time=(line.time or 0) + HOUR // 2))  # type: ignore[arg-type, attr-defined, type-var]

    monkeypatch.setattr(publication, "_stage_line", slower)
    with capture_logs() as logged:
        assert check_official_results(official) == 1
    (line,) = logged
    assert (line["log_level"], line["race"], line["number"]) == ("error", "r", 2)
    assert line["differences"][0].startswith("stage 1: e1 was rank 1 finished time 14400000, is ")
    with official.reading() as session:
        (found,) = altered(session, NEWER)
        assert (found.slug, found.number, len(found.differences)) == ("r", 2, 2)
        assert altered(session, NEWER, "another") == ()
        assert altered(session, engine_mark()) == ()


def test_what_is_not_official_any_more_is_not_told(
    official: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_check, "result_digest", lambda _: "another")
    assert check_official_results(official) == 1
    with official.writing() as session:
        put_number(session, REOPENED, 3, NOON + HOUR, "Of the new release.")
        assert altered(session, NEWER) == ()
