"""Publishing: the window, protests, numbers, and what nobody may change (Rules 12.1)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from timing import racefile
from timing.core.book import RaceBook
from timing.core.definition import Source
from timing.core.publication import digests_of
from timing.core.publications import PublicationKind, official_until, publication_of
from timing.core.records import Passing, Penalty
from timing.core.times import HOUR, MINUTE
from timing.db.engines import Database
from timing.db.publications import frozen_result, publications_of
from timing.operations.publications import (
    NEW_PROTEST,
    Issue,
    Moved,
    NotPublished,
    Outcome,
    Overtaken,
    answer,
    draft,
    issue,
    lodge,
    prospect,
    put,
)
from timing.operations.races import add_race, export_document
from timing.operations.record import append

RACE = """\
race: {slug: r, timezone: UTC, rules: {protest_window: "1:00:00"}}
stages: [{number: 1, date: 2026-08-28, start: "08:00"}]
entries:
  - {id: e1, bib: 1, name: Ana}
  - {id: e2, bib: 2, name: Bo}
passings: |
  1 FINISH 1 12:00:00 id=p1
  1 FINISH 2 12:10:00 id=p2
"""
NOON = 1_787_918_400_000 + 8 * HOUR
PROVISIONAL, OFFICIAL, REOPENED = PublicationKind


@pytest.fixture
def race(sqlite_database: Database) -> Database:
    with sqlite_database.writing() as session:
        add_race(session, racefile.loads(RACE, name="r"), at=NOON, by="x")
    return sqlite_database


def put_number(
    session: Session, kind: PublicationKind, number: int, at: int = NOON, reason: str = ""
) -> None:
    issue(
        session,
        "r",
        Issue(kind=kind, after=1, number=number, at=at, by="Mila", reason=reason),
    )


def penalise(session: Session) -> None:
    penalty = Penalty(
        id="r1", by="jury", at=NOON, reason="x", bibs=("1",), stage=1, time=20 * MINUTE
    )
    append(session, "r", rulings=(penalty,), received=NOON)


def test_a_result_is_official_once_the_window_is_over_and_not_a_millisecond_before(
    race: Database,
) -> None:
    with race.writing() as session:
        put_number(session, PROVISIONAL, 1)
        with pytest.raises(NotPublished, match="still open"):
            put_number(session, OFFICIAL, 2, NOON + HOUR - 1)
        put_number(session, OFFICIAL, 2, NOON + HOUR)
        assert official_until(publications_of(session, "r")) == 1


def test_the_window_is_cut_short_with_a_reason_only(race: Database) -> None:
    with race.writing() as session:
        put_number(session, PROVISIONAL, 1)
        put_number(session, OFFICIAL, 2, NOON + 1, "All teams signed.")
        assert publications_of(session, "r")[1].reason == "All teams signed."


def test_an_open_protest_keeps_a_result_provisional_whatever_the_reason(race: Database) -> None:
    protest = replace(NEW_PROTEST, publication=1, who="Bo", text="He cut.", lodged_at=NOON + 1)
    with race.writing() as session:
        put_number(session, PROVISIONAL, 1)
        assert lodge(session, "r", protest, form="f") == 1
        assert lodge(session, "r", protest, form="f") == 1
        with pytest.raises(NotPublished, match="protest 1"):
            put_number(session, OFFICIAL, 2, NOON + HOUR, "We are tired.")
        answer(session, "r", 1, outcome=Outcome.REJECTED, text="No.", at=NOON + 2, by="jury")
        with pytest.raises(NotPublished, match="was answered"):
            answer(session, "r", 1, outcome=Outcome.UPHELD, text="Yes.", at=NOON + 3, by="jury")
        put_number(session, OFFICIAL, 2, NOON + HOUR)
        made = publications_of(session, "r")[1]
        assert (made.protests, made.upheld) == (1, 0)


def test_a_protest_comes_too_late_when_the_window_is_over(race: Database) -> None:
    late = replace(NEW_PROTEST, publication=1, who="Bo", text="He cut.", lodged_at=NOON + HOUR)
    with race.writing() as session:
        put_number(session, PROVISIONAL, 1)
        with pytest.raises(NotPublished, match="is over"):
            lodge(session, "r", late, form="f")


def test_reopening_takes_a_reason_and_a_new_number_and_lists_what_changed(race: Database) -> None:
    with race.writing() as session:
        put_number(session, PROVISIONAL, 1)
        put_number(session, OFFICIAL, 2, NOON + HOUR)
        with pytest.raises(NotPublished, match="reopen it first"):
            put_number(session, PROVISIONAL, 3)
        with pytest.raises(NotPublished, match="takes a reason"):
            put_number(session, REOPENED, 3)
        penalise(session)
        put_number(session, REOPENED, 3, NOON + 2 * HOUR, "A late penalty.")
        found = publications_of(session, "r")
        assert official_until(found) == 0
        now = publication_of(found, 1)
        assert now is not None
        assert now.number == 3
        ranks = {
            (c.who, c.before.rank, c.after.rank)
            for c in now.changes
            if not c.board and c.before and c.after
        }
        assert ranks == {("e1", 1, 2), ("e2", 2, 1)}


def test_what_changed_since_it_was_provisional_is_published_again_before_it_is_official(
    race: Database,
) -> None:
    with race.writing() as session:
        put_number(session, PROVISIONAL, 1)
        penalise(session)
        with pytest.raises(NotPublished, match="as provisional again"):
            put_number(session, OFFICIAL, 2, NOON + HOUR)


def test_the_same_form_twice_issues_one_number(race: Database) -> None:
    with race.writing() as session:
        put_number(session, PROVISIONAL, 1)
        with pytest.raises(Moved):
            put_number(session, PROVISIONAL, 1)


def test_a_prospect_issues_nothing(race: Database) -> None:
    with race.writing() as session:
        wanted = Issue(kind=PROVISIONAL, after=1, number=1, at=NOON, by="Mila")
        assert prospect(session, "r", wanted).number == 1
        assert publications_of(session, "r") == ()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE publications SET reason = 'x'",
        "DELETE FROM publications",
        "INSERT OR REPLACE INTO publications SELECT * FROM publications",
    ],
)
def test_the_database_refuses_to_change_what_was_published(race: Database, statement: str) -> None:
    with race.writing() as session:
        put_number(session, PROVISIONAL, 1)
    with pytest.raises(DBAPIError, match="what was published stays"), race.writing() as session:
        session.execute(text(statement))
    with race.reading() as session:
        assert frozen_result(session, "r", 1)["after"] == 1


def wanted(kind: PublicationKind, number: int, at: int = NOON) -> Issue:
    return Issue(kind=kind, after=1, number=number, at=at, by="Mila")


def pass_finish(session: Session, bib: str, stage: int = 1) -> None:
    passing = Passing(
        id=f"late {bib}", stage=stage, control="FINISH", bib=bib, time=NOON, source=Source.CHIP
    )
    append(session, "r", passings=(passing,), received=NOON)


def test_a_draft_is_issued_as_of_what_it_was_made_from_whoever_passes_meanwhile(
    race: Database,
) -> None:
    with race.reading() as session:
        made = draft(session, "r", wanted(PROVISIONAL, 1))
    with race.writing() as session:
        pass_finish(session, "77")
    with race.writing() as session:
        issued = put(session, "r", made)
        then = export_document(session, "r", issued.revision)
    assert digests_of(RaceBook(then.document), 1).input == issued.input


def test_a_ruling_meanwhile_makes_a_draft_be_drawn_up_again(race: Database) -> None:
    with race.reading() as session:
        made = draft(session, "r", wanted(PROVISIONAL, 1))
    with race.writing() as session:
        penalise(session)
    with race.writing() as session, pytest.raises(Overtaken):
        put(session, "r", made)


def test_a_read_meanwhile_makes_an_official_draft_be_drawn_up_again(race: Database) -> None:
    with race.writing() as session:
        put_number(session, PROVISIONAL, 1)
    with race.reading() as session:
        made = draft(session, "r", wanted(OFFICIAL, 2, NOON + HOUR))
    with race.writing() as session:
        pass_finish(session, "77")
    with race.writing() as session, pytest.raises(Overtaken):
        put(session, "r", made)


def test_a_protest_meanwhile_keeps_a_drafted_result_provisional(race: Database) -> None:
    protest = replace(NEW_PROTEST, publication=1, who="Bo", text="He cut.", lodged_at=NOON + 1)
    with race.writing() as session:
        put_number(session, PROVISIONAL, 1)
    with race.reading() as session:
        made = draft(session, "r", wanted(OFFICIAL, 2, NOON + HOUR))
    with race.writing() as session:
        lodge(session, "r", protest, form="f")
        with pytest.raises(NotPublished, match="protest 1"):
            put(session, "r", made)


def test_two_drafts_of_one_number_issue_one(race: Database) -> None:
    with race.reading() as session:
        made = draft(session, "r", wanted(PROVISIONAL, 1))
    with race.writing() as session:
        put(session, "r", made)
    with race.writing() as session, pytest.raises(Moved):
        put(session, "r", made)
