"""What happened in a race, to tell other programs: how things stand publicly, and what is new.

`standing` says how every subject stands that may be told; `events` what has changed since it was
told last. An event carries the whole new state of its subject, so that a correction is told in the
same form as what it corrects. Both are pure: made of a public book (`timing.core.public`), they
cannot give away what it does not hold.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from timing.core.boards import first_solo
from timing.core.book import RaceBook
from timing.core.definition import Measure
from timing.core.entries import Competitor, Entry, written_name
from timing.core.publications import Publication
from timing.core.results import Board, Line, StageLine
from timing.core.statuses import RaceStatus, StageStatus
from timing.core.times import Instant, format_instant
from timing.pages import addresses

Body: TypeAlias = dict[str, Any]

FINISH = "finish"
STATUS = "status"
STANDINGS = "standings"
PUBLICATION = "publication"
TEST = "test"
EVENT_TYPES = (FINISH, STATUS, STANDINGS, PUBLICATION)
"""What a webhook can be told; beside these, whoever has one can have a ``test`` sent."""

FIRST = 3
"""Lines of a board in an event; its address has them all."""

_UNTOLD = frozenset({StageStatus.NOT_STARTED, StageStatus.ON_COURSE, StageStatus.NOT_IN_DIVISION})
_RACING = frozenset({RaceStatus.REGISTERED, RaceStatus.RACING, RaceStatus.FINISHED})
_SPACE = uuid.UUID("6a1f2f4e-6f0b-5d7e-9a57-3b5a9b1c8f10")


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """How a subject stands: ``facts`` are compared, ``data`` makes what an event tells of it.

    ``is_news`` says whether it is worth telling where nothing was told before. ``data`` is to be
    called while nobody changes the book.
    """

    type: str
    facts: str
    data: Callable[[], Body]
    is_news: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something to tell: ``id`` is the same however often it is made or sent.

    ``number`` counts the events about its ``subject``, from 1.
    """

    id: str
    type: str
    subject: str
    number: int
    facts: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What was told last about a subject: the facts, and how many events there were.

    ``number`` is 0 where it stood so before anybody was there to be told.
    """

    number: int
    facts: str


class Standing:
    """How things stand in a book, told to somebody who asks again and again.

    Boards stay the same objects while nothing changed in them, so what was made of one is kept.
    """

    def __init__(self) -> None:
        self._kept: dict[tuple[str, int], tuple[Board, str]] = {}

    def of(self, book: RaceBook) -> dict[str, State]:
        """Every subject that may be told, with its state, in a fixed order."""
        return dict(self._states(book))

    def _states(self, book: RaceBook) -> Iterator[tuple[str, State]]:
        # Also of stages that have not begun: what was told of one may have been taken back whole.
        for number in book.stages:
            has_begun = book.has_begun(number)
            for board in book.stage_boards(number):
                for line in board.lines:
                    if isinstance(line.competitor, Entry):
                        is_told = has_begun and line.status not in _UNTOLD
                        yield _of_stage(book, number, line, line.competitor, is_told=is_told)
        yield from _of_race(book)
        for number in book.stages:
            if number <= book.closed_stage:
                yield f"standings/{number}", self._standings(book, number)
        for issued in book.publications:
            yield f"publications/{issued.number}", _of_publication(book, issued)

    def _standings(self, book: RaceBook, number: int) -> State:
        digests: dict[str, str] = {}
        boards: list[Board] = []
        for code in book.board_codes():
            board = book.board(code, number)
            before = self._kept.get((code, number))
            if before is None or before[0] != board:
                self._kept[code, number] = before = (board, _digest(board))
            digests[code] = before[1]
            boards.append(board)
        return State(
            type=STANDINGS,
            facts=json.dumps(digests, sort_keys=True),
            data=lambda: {
                "after": number,
                "stage": _stage(book, number),
                "boards": [_first_of(book, board) for board in boards],
            },
            is_news=True,
        )


def events(
    states: Mapping[str, State],
    told: Mapping[str, Told],
    *,
    race: Body,
    revision: int,
    epoch: str,
    at: Instant,
) -> tuple[Event, ...]:
    """What has changed since it was told: an event for each subject, in the order of ``states``.

    ``race`` names the race in each, ``epoch`` is the life of the database that ``revision`` is of,
    ``at`` the moment that they are made. A subject that is gone (an entry taken out) says nothing.
    """
    found = []
    for subject, state in states.items():
        before = told.get(subject)
        if before is None:
            if not state.is_news:
                continue
            number = 1
        elif before.facts == state.facts:
            continue
        else:
            number = before.number + 1
        made = uuid.uuid5(_SPACE, f"{epoch} {race['slug']} {subject} {number}")
        body = {
            "type": state.type,
            "timestamp": format_instant(at),
            "data": {
                "race": race,
                "revision": revision,
                "number": number,
                "correction": before is not None,
                **state.data(),
            },
        }
        found.append(
            Event(
                id=f"msg_{made.hex}",
                type=state.type,
                subject=subject,
                number=number,
                facts=state.facts,
                body=json.dumps(body, ensure_ascii=False, separators=(",", ":")),
            )
        )
    return tuple(found)


def _of_stage(
    book: RaceBook, number: int, line: StageLine, entry: Entry, *, is_told: bool
) -> tuple[str, State]:
    # Where somebody is on the course is for the boards: here it only takes something back.
    facts: Body = {"status": StageStatus.ON_COURSE.value}
    if is_told:
        facts = {
            "status": line.status.value,
            "time_ms": line.time,
            "penalty_ms": line.penalty,
            "credit_ms": line.credit,
            "bonus_ms": line.bonus,
            "control": line.control,
        }

    def data() -> Body:
        return {
            "stage": _stage(book, number),
            "entry": _entry(book, entry),
            **_NO_FIGURES,
            **facts,
            "finish": format_instant(line.finish) if line.finish is not None and is_told else None,
            "rank": line.rank if is_told else None,
            "gap_ms": line.gap if is_told else None,
            "url": addresses.runner(book.race.slug, entry.bib),
        }

    is_finish = is_told and line.status in (StageStatus.FINISHED, StageStatus.NEUTRALISED)
    return f"stages/{number}/entries/{entry.id}", State(
        type=FINISH if is_finish else STATUS,
        facts=repr(tuple(facts.values())),
        data=data,
        is_news=is_told,
    )


_NO_FIGURES: Body = {
    "status": "",
    "time_ms": None,
    "penalty_ms": 0,
    "credit_ms": 0,
    "bonus_ms": 0,
    "control": "",
}


def _of_race(book: RaceBook) -> Iterator[tuple[str, State]]:
    """Whether somebody is still in the race, by the first general classification they are in."""
    after = max((n for n in book.stages if book.has_begun(n)), default=0)
    seen: set[str] = set()
    for code in [d.code for d in book.race.divisions] or [""]:
        classification = first_solo(book.race, code)
        if not classification.code:
            continue
        for line in book.board(classification.code, after).lines:
            entry = line.competitor
            is_theirs = isinstance(entry, Entry) and line.division == (code or line.division)
            if is_theirs and isinstance(entry, Entry) and entry.id not in seen:
                seen.add(entry.id)
                yield f"entries/{entry.id}", _of_entry(book, line, entry)


def _of_entry(book: RaceBook, line: Line, entry: Entry) -> State:
    is_racing = line.status in _RACING
    facts = {
        "status": RaceStatus.RACING.value if is_racing else line.status.value,
        "control": "" if is_racing else line.out_control,
        "out_stage": None if is_racing else line.out_stage,
    }
    return State(
        type=STATUS,
        facts=repr(tuple(facts.values())),
        data=lambda: {
            "stage": None,
            "entry": _entry(book, entry),
            **facts,
            "url": addresses.runner(book.race.slug, entry.bib),
        },
        is_news=not is_racing,
    )


def _of_publication(book: RaceBook, issued: Publication) -> State:
    """A number that was issued: it stays as it is, and is told once."""
    return State(
        type=PUBLICATION,
        facts=issued.result,
        data=lambda: {
            "publication": {
                "number": issued.number,
                "kind": issued.kind.value,
                "after": issued.after,
                "at": format_instant(issued.at),
                "window_ends": None
                if issued.window_ends is None
                else format_instant(issued.window_ends),
                "reason": issued.reason,
                "still_out": issued.still_out,
                "changes": len(issued.changes),
                "result": issued.result,
                "input": issued.input,
            },
            "stage": _stage(book, issued.after) if issued.after in book.stages else None,
            "url": f"{addresses.publications(book.race.slug)}#n{issued.number}",
        },
        is_news=True,
    )


def _stage(book: RaceBook, number: int) -> Body:
    return {"number": number, "name": book.stage_book(number).stage.name}


def _entry(book: RaceBook, entry: Entry) -> Body:
    team = book.team(entry.team) if entry.team else None
    return {
        "id": entry.id,
        "bib": entry.bib,
        "name": written_name(entry),
        "gender": entry.gender,
        "nationality": entry.nationality,
        "division": entry.division,
        "team": None if team is None else {"code": team.code, "name": team.name},
    }


def _first_of(book: RaceBook, board: Board) -> Body:
    return {
        "code": board.code,
        "name": board.classification.name,
        "leaders": [_leader(board, line) for line in board.lines[:FIRST] if line.rank is not None],
        "url": addresses.board(book.race.slug, board.code, after=board.after),
    }


def _leader(board: Board, line: Line) -> Body:
    who = line.competitor
    is_points = board.measure is Measure.POINTS
    return {
        "rank": line.rank,
        "bib": who.bib if isinstance(who, Entry) else "",
        "name": written_name(who),
        "team": who.team if isinstance(who, Entry) else who.code,
        "points": line.points if is_points else None,
        "time_ms": None if is_points else line.time,
        "gap_ms": None if is_points else line.gap,
    }


def _digest(board: Board) -> str:
    """Over who stands where and with what, never over names."""
    lines = [
        (_identity(x.competitor), x.rank, x.status.value, x.time, x.points, x.penalty, x.credit)
        for x in board.lines
    ]
    return hashlib.sha256(repr(lines).encode()).hexdigest()[:32]


def _identity(who: Competitor) -> str:
    return f"entry {who.id}" if isinstance(who, Entry) else f"team {who.code}"
