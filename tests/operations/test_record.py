from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from tests.race_samples import DOCUMENT, EVENING, PASSINGS, RACE, RULINGS, passing
from timing.core.document import Document
from timing.core.records import Passing, Penalty, Ruling, Void
from timing.core.times import MINUTE
from timing.db import reading
from timing.db.engines import Database
from timing.db.reading import UnknownRace
from timing.operations.races import add_race
from timing.operations.record import Appended, Batch, Fate, append, append_batches, held_here
from timing.operations.tokens import TokenScope, make_token

SLUG = RACE.slug
ACCEPTED, KNOWN, CONFLICT = Fate.ACCEPTED, Fate.KNOWN, Fate.CONFLICT


@pytest.fixture(autouse=True)
def _a_race(database: Database) -> None:
    with database.writing() as session:
        add_race(session, Document(race=RACE), at=EVENING, by="director")


def record(database: Database, *records: Passing | Ruling, keep: bool = False) -> Appended:
    with database.writing() as session:
        return append(
            session,
            SLUG,
            [one for one in records if isinstance(one, Passing)],
            [one for one in records if isinstance(one, Ruling)],
            received=EVENING,
            keep_conflicting=keep,
        )


def held(database: Database) -> reading.Held:
    with database.reading() as session:
        return reading.read_race(session, SLUG)


def test_a_record_stands_once_however_often_it_is_sent(database: Database) -> None:
    first = record(database, *PASSINGS, *RULINGS)
    again = record(database, *PASSINGS, *RULINGS)

    assert (first.accepted, first.known) == (6, 0)
    assert (again.accepted, again.known) == (0, 6)
    assert again.revision == first.revision
    assert [one.id for one in held(database).passings] == ["p1", "p2", "p3"]
    assert held(database).rulings == RULINGS


def test_each_record_takes_a_revision_of_its_own_and_none_is_skipped(database: Database) -> None:
    before = held(database).cursor.revision
    revisions = [
        record(database, passing(1)).revision,
        record(database, passing(1)).revision,
        record(database, passing(2), passing(1), passing(3)).revision,
        record(database, RULINGS[0]).revision,
    ]

    assert revisions == [before + 1, before + 1, before + 3, before + 4]
    with database.reading() as session:
        news = [reading.news_since(session, SLUG, before + n) for n in range(4)]
    assert [len(one.passings) + len(one.rulings) for one in news] == [4, 3, 2, 1]


def test_a_record_sent_twice_at_once_is_accepted_and_known(database: Database) -> None:
    answer = record(database, passing(1), passing(2), passing(1))

    assert answer.fates == (ACCEPTED, ACCEPTED, KNOWN)
    assert len(held(database).passings) == 2


def test_when_it_was_received_makes_no_other_content(database: Database) -> None:
    record(database, passing(1))

    assert record(database, passing(1, received=EVENING + MINUTE)).known == 1
    assert held(database).passings[0].received == EVENING


def test_what_says_itself_when_it_was_received_keeps_that(database: Database) -> None:
    record(database, passing(1, received=EVENING - MINUTE))

    assert held(database).passings[0].received == EVENING - MINUTE


def test_other_content_under_a_known_id_is_a_conflict_and_not_written(database: Database) -> None:
    record(database, passing(1, bib="12"), RULINGS[0])
    answer = record(
        database, passing(1, bib="21"), passing(2), replace(RULINGS[0], reason="Another")
    )

    assert answer.fates == (CONFLICT, ACCEPTED, CONFLICT)
    assert answer.conflicts == ("p1", "r1")
    assert (answer.accepted, answer.known) == (1, 0)
    assert [one.bib for one in held(database).passings] == ["12", "12"]
    assert held(database).rulings == (RULINGS[0],)


def test_a_passing_and_a_ruling_of_one_id_are_a_conflict(database: Database) -> None:
    record(database, passing(1))

    answer = record(database, Void(id="p1", by="me", at=EVENING, record="p2"))

    assert answer.fates == (CONFLICT,)


def test_both_contents_are_kept_where_nodes_exchange_records(database: Database) -> None:
    record(database, passing(1, bib="12"))
    kept = record(database, passing(1, bib="21"), keep=True)
    again = record(database, passing(1, bib="21"), passing(1, bib="12"))

    assert kept.fates == (ACCEPTED,)
    assert again.fates == (KNOWN, KNOWN)
    assert sorted(one.bib for one in held(database).passings) == ["12", "21"]


def test_batches_are_answered_each_for_itself(database: Database) -> None:
    record(database, passing(1))
    before = held(database).cursor.revision
    with database.writing() as session:
        answers = append_batches(
            session,
            SLUG,
            [
                Batch(passings=[passing(1), passing(2)], received=EVENING + 1),
                Batch(passings=[passing(2), passing(3)], received=EVENING + 2),
                Batch(),
                Batch(passings=[passing(2, bib="21")], rulings=RULINGS[:1], received=EVENING + 3),
            ],
        )

    assert [answer.fates for answer in answers] == [
        (KNOWN, ACCEPTED),
        (KNOWN, ACCEPTED),
        (),
        (CONFLICT, ACCEPTED),
    ]
    assert {answer.revision for answer in answers} == {before + 3}
    assert [one.received for one in held(database).passings] == [
        EVENING,
        EVENING + 1,
        EVENING + 2,
    ]


def test_more_records_than_one_query_can_ask_for(database: Database) -> None:
    many = [passing(number) for number in range(1_201)]
    first = record(database, *many[:1_100])
    second = record(database, *many)

    assert first.accepted == 1_100
    assert (second.accepted, second.known) == (101, 1_100)
    assert held(database).passings == tuple(replace(one, received=EVENING) for one in many)


def test_nothing_at_all_changes_nothing(database: Database) -> None:
    before = held(database).cursor.revision

    answer = record(database)

    assert answer == Appended(fates=(), conflicts=(), revision=before)


def test_what_is_not_committed_was_never_there(database: Database) -> None:
    before = held(database)
    with database.writing() as session:
        append(session, SLUG, PASSINGS, RULINGS, received=EVENING)
        session.rollback()

    assert held(database) == before
    assert record(database, *PASSINGS).revision == before.cursor.revision + len(PASSINGS)


def test_records_of_one_race_are_unknown_to_another(database: Database) -> None:
    record(database, passing(1))
    other = replace(RACE, slug="other")
    with database.writing() as session:
        add_race(session, Document(race=other), at=EVENING, by="director")
        answer = append(session, "other", [passing(1, bib="21")], received=EVENING)

    assert answer.fates == (ACCEPTED,)
    assert [one.bib for one in held(database).passings] == ["12"]


def test_a_race_that_is_not_here_takes_no_records(database: Database) -> None:
    with database.writing() as session, pytest.raises(UnknownRace, match="'elsewhere'"):
        append(session, "elsewhere", PASSINGS, received=EVENING)


def tokens(session: Session, record: str) -> set[int | None]:
    return {one.token_id for one in held_here(session, SLUG, [record]).get(record, ())}


def test_who_brought_a_record_is_known(database: Database) -> None:
    with database.writing() as session:
        token = make_token(session, SLUG, scope=TokenScope.STATION, label="Hut", at=EVENING).token
        append(session, SLUG, [passing(1)], received=EVENING, token_id=token.id)
        append(session, SLUG, [passing(2)], received=EVENING)
        append(session, SLUG, [passing(1, bib="21")], received=EVENING, keep_conflicting=True)

    with database.reading() as session:
        assert tokens(session, "p1") == {token.id, None}
        assert tokens(session, "p2") == {None}
        assert tokens(session, "p3") == set()
        assert held_here(session, "elsewhere", ["p1"]) == {}


def test_rulings_come_back_as_they_were_whatever_they_hold(database: Database) -> None:
    strange = Penalty(
        id="r-ö/…",
        by="Jury „A“",
        at=-1,
        reason='"quoted"\n\\ \t 😀 نور',
        supersedes=("r1", "r2"),
        stage=1,
        time=-250,
        bibs=("007", "7"),
    )
    record(database, strange, *RULINGS)

    assert held(database).rulings == (strange, *RULINGS)


def test_a_whole_document_is_appended_once(database: Database) -> None:
    record(database, *DOCUMENT.passings, *DOCUMENT.rulings)
    document = held(database).document(RACE)

    assert document.rulings == DOCUMENT.rulings
    assert [replace(one, received=None) for one in document.passings] == [
        replace(one, received=None) for one in DOCUMENT.passings
    ]
