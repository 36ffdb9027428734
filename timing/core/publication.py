"""The digests that a publication is signed with: of what went in, and what came out (Rules 12.1).

Both are taken over entry ids, never over names or the text of messages, and over ages instead of
birth dates: erasing a person, or why something was decided, changes no digest. Neither depends on
the order of anything.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from operator import is_
from weakref import WeakKeyDictionary

from timing.core.book import RaceBook
from timing.core.classifications import key_of
from timing.core.definition import Race
from timing.core.entries import Entry, Team
from timing.core.personal import ages, asked_for, days_of_age, needed_tags
from timing.core.plain import Plain, canonical, record_to_plain, value_to_plain
from timing.core.records import (
    Account,
    Acknowledgement,
    EntryChange,
    Observation,
    Passing,
    Release,
    Ruling,
    Void,
)
from timing.core.results import Line, StageLine

RULES = 1
"""The number of the rules as this engine reads them, in every digest of a result.

It is raised whenever the same input comes to other figures.
"""

_TEXTS = frozenset({"name", "name_hidden", "withdrawals", "note", "received", "reason", "by"})
"""Fields that only people read, or that are of one installation, or say who may read what."""

_OF_NO_RESULT = (Observation, Account, Acknowledgement, Release, Void)
"""Rulings that no figure rests on. A void shows in what it leaves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Digests:
    """SHA-256, in hex, of definition, entries and records; and of the result as after a stage."""

    after: int
    input: str
    result: str


def digests_of(book: RaceBook, after: int | None = None) -> Digests:
    """The digests of a result as after a stage, by default the last one with a result."""
    number = book.last_stage if after is None else after
    return Digests(after=number, input=input_digest(book), result=_digest(_result(book, number)))


def result_of(book: RaceBook, after: int) -> str:
    """The digest of the result as after a stage, for who asks often: that of `frozen_of`.

    What is signed is put together of what was written of each stage and board, which is written
    anew only where it was laid out anew: what happens on later stages costs nothing.
    """
    kept = _KEPT.setdefault(book, _Kept())
    boards = {
        code: kept.text(
            ("board", code, after),
            book.lines_for_start(_base(book, code), "", after),
            partial(_board_lines, book, code, after),
        )
        for code in book.board_codes()
    }
    stages = {
        str(number): kept.text(
            ("stage", "", number), book.stage_boards(number), partial(_stage_lines, book, number)
        )
        for number in book.stages
        if number <= after
    }

    def whole() -> str:
        parts = {"boards": _joined(boards), "stages": _joined(stages)}
        return _joined({"after": str(after), "rules": str(RULES), **parts})

    return kept.digest(after, (*boards.values(), *stages.values()), whole)


def _base(book: RaceBook, code: str) -> str:
    """The classification that a board's code is of: its own, or that of its incomplete."""
    return code if book.race.classification(code) else code.removesuffix("-incomplete")


def _joined(texts: Mapping[str, str]) -> str:
    """An object as `canonical` writes it, of what is written already."""
    return "{" + ",".join(f"{canonical(key)}:{texts[key]}" for key in sorted(texts)) + "}"


class _Kept:
    """What was written of a book's stages and boards, each with what it was written of."""

    def __init__(self) -> None:
        self._texts: dict[tuple[str, str, int], tuple[object, str]] = {}
        self._digests: dict[int, tuple[tuple[str, ...], str]] = {}

    def text(
        self, key: tuple[str, str, int], of: object, lines: Callable[[], Iterable[Plain]]
    ) -> str:
        """The lines in the order of what they say; the same object as long as ``of`` is."""
        kept = self._texts.get(key)
        if kept is None or kept[0] is not of:
            # Sorted as they are written: what `_sorted` does, and each is written once.
            kept = of, f"[{','.join(sorted(map(canonical, lines())))}]"
            self._texts[key] = kept
        return kept[1]

    def digest(self, after: int, of: tuple[str, ...], whole: Callable[[], str]) -> str:
        """The digest of a whole that consists of these texts."""
        kept = self._digests.get(after)
        if kept is None or len(kept[0]) != len(of) or not all(map(is_, kept[0], of)):
            kept = self._digests[after] = of, signed(whole())
        return kept[1]


_KEPT: WeakKeyDictionary[RaceBook, _Kept] = WeakKeyDictionary()


def frozen_of(book: RaceBook, after: int) -> Plain:
    """The result as after a stage, over ids: what the digest of a result is taken of."""
    return _result(book, after)


def input_digest(book: RaceBook) -> str:
    """The digest of what a result is computed from."""
    return _digest(_input(book))


def signed(text: str) -> str:
    """The digest of a result that is written as `canonical` writes it."""
    return hashlib.sha256(text.encode()).hexdigest()


def result_digest(frozen: Plain) -> str:
    """The digest of a result that was kept as `frozen_of` made it."""
    return _digest(frozen)


def _digest(plain: Plain) -> str:
    return hashlib.sha256(canonical(plain).encode()).hexdigest()


def _input(book: RaceBook) -> Plain:
    document = book.document
    passings = [p for p in document.passings if not book.is_voided(p.id)]
    rulings = [r for r in book.rulings if not isinstance(r, _OF_NO_RESULT)]
    return {
        "race": _without_texts(value_to_plain(document.race)),
        "entries": _sorted(
            _without_texts(_of_results(document.race, value_to_plain(e))) for e in document.entries
        ),
        "teams": _sorted(_without_texts(value_to_plain(t)) for t in document.teams),
        "passings": _sorted(_record(p) for p in passings),
        "rulings": _sorted(_ruling(document.race, r) for r in rulings),
    }


def _record(record: Passing | Ruling) -> Plain:
    return _without_texts(record_to_plain(record))


def _ruling(race: Race, ruling: Ruling) -> Plain:
    plain = _record(ruling)
    if isinstance(ruling, EntryChange) and isinstance(plain, dict):
        changes = _of_results(race, {name: _listed(item) for name, item in ruling.changes})
        plain["changes"] = [[k, v] for k, v in sorted(changes.items()) if k not in _TEXTS]
    return plain


def _listed(item: str | tuple[str, ...]) -> Plain:
    return item if isinstance(item, str) else list(item)


def _of_results(race: Race, plain: Plain) -> dict[str, Plain]:
    """Attributes of an entry as far as a result may rest on them (timing.core.personal).

    Instead of the birth date there are the ages: what is forgotten of a person changes no digest.
    """
    asked, told = asked_for(race), dict(plain) if isinstance(plain, dict) else {}
    for name in ("nationality", "residence", "club", "tags"):
        if name not in asked:
            told.pop(name, None)
    if isinstance(tags := told.get("tags"), list):
        told["tags"] = [tag for tag in tags if tag in needed_tags(race)]
    if isinstance(born := told.pop("born", None), str) and born:
        told["ages"] = list(ages(date.fromisoformat(born), days_of_age(race)))
    return {name: item for name, item in told.items() if name != "tags" or item}


def _without_texts(plain: Plain) -> Plain:
    match plain:
        case dict():
            return {k: _without_texts(v) for k, v in plain.items() if k not in _TEXTS}
        case list():
            return [_without_texts(item) for item in plain]
        case _:
            return plain


def _sorted(items: Iterable[Plain]) -> list[Plain]:
    return sorted(items, key=canonical)


def _result(book: RaceBook, after: int) -> Plain:
    numbers = [n for n in book.stages if n <= after]
    return {
        "rules": RULES,
        "after": after,
        "boards": {code: _sorted(_board_lines(book, code, after)) for code in book.board_codes()},
        "stages": {str(number): _sorted(_stage_lines(book, number)) for number in numbers},
    }


def _board_lines(book: RaceBook, code: str, after: int) -> Iterable[Plain]:
    return (_line(line) for line in book.board(code, after).lines)


def _stage_lines(book: RaceBook, number: int) -> Iterable[Plain]:
    boards = book.stage_boards(number)
    return (_stage_line(line) for board in boards for line in board.lines)


def _who(competitor: Entry | Team) -> dict[str, Plain]:
    return {"entry" if isinstance(competitor, Entry) else "team": key_of(competitor)}


def _line(line: Line) -> Plain:
    return {
        **_who(line.competitor),
        "division": line.division,
        "rank": line.rank,
        "status": line.status.value,
        "stages": line.stages,
        "time": line.time,
        "points": line.points,
        "penalty": line.penalty,
        "credit": line.credit,
        "bonus": line.bonus,
    }


def _stage_line(line: StageLine) -> Plain:
    return {
        **_who(line.competitor),
        "division": line.division,
        "rank": line.rank,
        "status": line.status.value,
        "time": line.time,
        "penalty": line.penalty,
        "credit": line.credit,
        "bonus": line.bonus,
    }
