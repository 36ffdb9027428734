"""What was published verifies after somebody was erased from the race (Rules 12.1, 12.2)."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Run
from tests.operations.test_personal_data import AFTER, RACE
from timing import racefile
from timing.core.publications import PublicationKind
from timing.core.times import HOUR
from timing.db.engines import Database
from timing.operations.entries import correct_name
from timing.operations.personal_data import erase_person
from timing.operations.publications import Issue, issue
from timing.operations.races import add_race

AT = 1_788_000_000_000


def published(database: Database) -> None:
    with database.writing() as session:
        add_race(session, racefile.loads(RACE, name="ages"), at=1, by="tests")
        for number, (kind, after) in enumerate(
            (("provisional", 1), ("official", 1), ("provisional", 2)), start=1
        ):
            wanted = Issue(
                kind=PublicationKind(kind),
                after=after,
                number=number,
                at=AT + number * HOUR,
                by="Mila",
            )
            issue(session, "ages", wanted)
        correct_name(session, "ages", "1", "Ulrich Zimmermann-Graf")


@pytest.mark.parametrize("entry_id", ["1", "late"])
def test_every_number_verifies_after_an_erasure(kept: Database, run: Run, entry_id: str) -> None:
    published(kept)
    with kept.writing() as session:
        erase_person(session, "ages", entry_id, by="d", at=AT, today=AFTER)
    result = run("verify", "--race", "ages")
    assert result.exit_code == 0, result.output
    assert result.output.splitlines() == [
        "1 (provisional, stage 1): as published",
        "2 (official, stage 1): as published",
        "3 (provisional, stage 2): as published",
    ]
