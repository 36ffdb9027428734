"""What timekeepers ask of stations, and what stations answer.

A question is a row; its answer is a record: an observation of kind ``answer`` whose ``items`` name
the question. So an answer reaches every installation, whichever way it came, and one that is
taken back opens the question again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from timing.core.records import RULING_NAMES, Observation, Void
from timing.core.times import Instant
from timing.db.reading import UnknownRace
from timing.db.rows import RULING_COLUMNS, ruling_from_columns
from timing.db.tables import JournalRow, QuestionRow, RaceRow
from timing.operations.keys import new_name
from timing.operations.tokens import Token

ANSWER = "answer"
"""The kind of an observation that answers."""

LONGEST_TEXT = 500

_JOURNAL = JournalRow.__table__
_TELLING = (RULING_NAMES[Observation], RULING_NAMES[Void])


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question; ``id`` names it on the wire, ``answer`` is the observation that closed it.

    ``token_id`` None asks every station that serves the control, ``stage`` None any stage.
    """

    id: str
    text: str
    by: str
    at: Instant
    token_id: int | None = None
    stage: int | None = None
    control: str = ""
    bib: str = ""
    record: str = ""
    answer: Observation | None = None

    def is_for(self, token: Token) -> bool:
        """Whether this station is asked."""
        if self.token_id is not None:
            return self.token_id == token.id
        return self.stage is None or token.covers(self.stage, self.control)


class BadQuestion(ValueError):
    """A question that says nothing, or too much."""


def ask(
    session: Session,
    slug: str,
    *,
    text: str,
    by: str,
    at: Instant,
    token_id: int | None = None,
    stage: int | None = None,
    control: str = "",
    bib: str = "",
    record: str = "",
) -> Question:
    """Ask a station, or all that serve a control. Raises UnknownRace and BadQuestion."""
    said = text.strip()
    if not said or len(said) > LONGEST_TEXT:
        raise BadQuestion(f"a question has 1 to {LONGEST_TEXT} characters")
    race = session.execute(
        select(RaceRow.id, RaceRow.revision).where(RaceRow.slug == slug)
    ).one_or_none()
    if race is None:
        raise UnknownRace(slug)
    row = QuestionRow(
        race_id=race.id,
        public=_unused_id(session, race.id),
        revision=race.revision,
        token_id=token_id,
        stage=stage,
        control=control,
        bib=bib,
        record_id=record,
        text=said,
        asked_by=by,
        asked_at=at,
    )
    session.add(row)
    session.flush()
    return _question(row)


def open_questions(session: Session, token: Token) -> tuple[Question, ...]:
    """What this station is asked and nobody has answered yet, the oldest first."""
    return tuple(
        question
        for question in questions_of_race(session, token.slug)
        if question.answer is None and question.is_for(token)
    )


def questions_of_race(session: Session, slug: str) -> tuple[Question, ...]:
    """Every question of a race, in the order they were asked, with its answer where it has one.

    One query where there are none, else two. Of several answers the first to be decided counts.
    """
    rows = session.scalars(
        select(QuestionRow)
        .join(RaceRow, RaceRow.id == QuestionRow.race_id)
        .where(RaceRow.slug == slug)
        .order_by(QuestionRow.asked_at, QuestionRow.id)
    ).all()
    if not rows:
        return ()
    answers = _answers(session, rows)
    return tuple(replace(_question(row), answer=answers.get(row.public)) for row in rows)


def _answers(session: Session, rows: Sequence[QuestionRow]) -> Mapping[str, Observation]:
    found = session.execute(
        select(*RULING_COLUMNS)
        .where(
            _JOURNAL.c.race_id == rows[0].race_id,
            _JOURNAL.c.revision > min(row.revision for row in rows),
            _JOURNAL.c.kind.in_(_TELLING),
        )
        .order_by(_JOURNAL.c.revision)
    )
    rulings = [ruling_from_columns(*row) for row in found]
    taken_back = _voided(ruling for ruling in rulings if isinstance(ruling, Void))
    said = sorted(
        (
            ruling
            for ruling in rulings
            if isinstance(ruling, Observation)
            and ruling.kind == ANSWER
            and ruling.id not in taken_back
        ),
        key=lambda ruling: (ruling.at, ruling.id),
    )
    answers: dict[str, Observation] = {}
    for ruling in said:
        for item in ruling.items:
            answers.setdefault(item, ruling)
    return answers


def _voided(voids: Iterable[Void]) -> frozenset[str]:
    """The records that count no more; a void that was itself voided takes nothing back."""
    of_record: dict[str, list[str]] = {}
    for void in voids:
        of_record.setdefault(void.record, []).append(void.id)

    def is_voided(record: str, seen: frozenset[str]) -> bool:
        return any(
            not is_voided(void, seen | {record})
            for void in of_record.get(record, ())
            if void not in seen
        )

    return frozenset(record for record in of_record if is_voided(record, frozenset()))


def _unused_id(session: Session, race_id: int) -> str:
    while True:
        made = new_name()
        taken = select(QuestionRow.id).where(
            QuestionRow.race_id == race_id, QuestionRow.public == made
        )
        if session.scalar(taken) is None:
            return made


def _question(row: QuestionRow) -> Question:
    return Question(
        id=row.public,
        text=row.text,
        by=row.asked_by,
        at=row.asked_at,
        token_id=row.token_id,
        stage=row.stage,
        control=row.control,
        bib=row.bib,
        record=row.record_id,
    )
