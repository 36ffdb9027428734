import pytest

from tests.race_samples import EVENING, RACE
from timing.core.document import Document
from timing.core.records import Observation, Void
from timing.db.engines import Database
from timing.db.reading import UnknownRace
from timing.operations.questions import (
    BadQuestion,
    Question,
    ask,
    open_questions,
    questions_of_race,
)
from timing.operations.races import add_race
from timing.operations.record import append
from timing.operations.tokens import Token, TokenScope, make_token

SLUG = RACE.slug


@pytest.fixture
def raced(database: Database) -> Database:
    with database.writing() as session:
        add_race(session, Document(race=RACE), at=EVENING, by="director")
    return database


def station(database: Database, *controls: str) -> Token:
    with database.writing() as session:
        return make_token(
            session,
            SLUG,
            scope=TokenScope.STATION,
            label="Hut",
            stage=1,
            controls=controls,
            at=EVENING,
        ).token


def asked(database: Database, text: str = "Was 12 really so early?", **more: object) -> Question:
    with database.writing() as session:
        return ask(session, SLUG, text=text, by="Ana", at=EVENING, **more)  # type: ignore[arg-type]


def open_for(database: Database, token: Token) -> list[str]:
    with database.reading() as session:
        return [question.id for question in open_questions(session, token)]


def said(database: Database, *rulings: Observation | Void) -> None:
    with database.writing() as session:
        append(session, SLUG, (), rulings, received=EVENING)


def answer(id_: str, *items: str, kind: str = "answer", at: int = EVENING) -> Observation:
    return Observation(
        id=id_, by="Hut", at=at, reason="Yes", kind=kind, items=items, stage=1, control="HUT"
    )


def test_a_question_is_asked_of_one_station(raced: Database) -> None:
    hut, other = station(raced, "HUT"), station(raced, "HUT")
    question = asked(raced, token_id=hut.id, stage=1, control="HUT", bib="12", record="p1")

    assert open_for(raced, hut) == [question.id]
    assert open_for(raced, other) == []
    assert (question.text, question.by, question.at) == ("Was 12 really so early?", "Ana", EVENING)
    assert (question.stage, question.control, question.bib, question.record) == (
        1,
        "HUT",
        "12",
        "p1",
    )


def test_a_question_of_a_control_is_asked_of_every_station_there(raced: Database) -> None:
    hut, both, finish = station(raced, "HUT"), station(raced), station(raced, "FINISH")
    question = asked(raced, stage=1, control="HUT.in")

    assert open_for(raced, hut) == open_for(raced, both) == [question.id]
    assert open_for(raced, finish) == []


def test_an_answer_closes_the_question_it_names(raced: Database) -> None:
    hut = station(raced, "HUT")
    one, other = asked(raced, token_id=hut.id), asked(raced, token_id=hut.id)
    said(raced, answer("o1", one.id, "p1"), answer("o2", other.id, kind="help"))

    assert open_for(raced, hut) == [other.id]
    with raced.reading() as session:
        first, second = questions_of_race(session, SLUG)
    assert first.answer is not None
    assert (first.answer.id, first.answer.reason) == ("o1", "Yes")
    assert second.answer is None


def test_of_two_answers_the_first_to_be_given_counts(raced: Database) -> None:
    question = asked(raced, stage=1)
    said(raced, answer("later", question.id, at=EVENING + 9), answer("first", question.id))

    with raced.reading() as session:
        (found,) = questions_of_race(session, SLUG)
    assert found.answer is not None
    assert found.answer.id == "first"


def test_an_answer_taken_back_opens_the_question_again(raced: Database) -> None:
    hut = station(raced, "HUT")
    question = asked(raced, token_id=hut.id)
    said(raced, answer("o1", question.id))
    said(raced, Void(id="v1", by="Hut", at=EVENING, record="o1"))
    assert open_for(raced, hut) == [question.id]

    said(raced, Void(id="v2", by="Hut", at=EVENING, record="v1"))
    assert open_for(raced, hut) == []


def test_a_question_says_something_and_not_too_much(raced: Database) -> None:
    for text in ("", "  ", "x" * 501):
        with pytest.raises(BadQuestion):
            asked(raced, text)
    with raced.writing() as session, pytest.raises(UnknownRace):
        ask(session, "elsewhere", text="Why?", by="Ana", at=EVENING)
    with raced.reading() as session:
        assert questions_of_race(session, SLUG) == ()
