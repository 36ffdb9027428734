"""Pictures for where a page is shared: 1200 × 630 pixels, set by ``templates/print/card.typ``.

A card is plain values taken from a book in no time; the same values give the same picture.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from timing.core.book import RaceBook
from timing.core.entries import Entry
from timing.exports.pdf import typeset
from timing.exports.pdf_letters import LEFT_OUT, Legible
from timing.pages import figures, words
from timing.pages.frame import name_and_edition
from timing.pages.languages import spoken, translate
from timing.pages.marks import Bib, name_of
from timing.pages.runner_page import UnknownRunner
from timing.pages.shown_boards import ShownBoard, ShownBoards, ShownLine, usual_boards
from timing.pages.stages import stage_facts
from timing.pages.standing import standing_before
from timing.pages.words import sentence

TEMPLATE = "card.typ"
_LINES = 3
_ROOM = 32
"""Letters of a name on one line of several."""

Card: TypeAlias = dict[str, Any]


def to_png(card: Mapping[str, Any]) -> bytes:
    """The card as a PNG, set by another process; raises PrintingFailed."""
    return typeset(TEMPLATE, card, "png")


def race_card(book: RaceBook) -> Card:
    """The race: where it is, and who leads."""
    boards = ShownBoards(book)
    codes = usual_boards(book)
    board = boards.board(codes[0], _LINES) if codes else None
    shown = book.running_stage or book.last_stage
    now = boards.now
    if now is not None:
        moment = sentence("stage-live", stage=now.stage.number)
    else:
        moment = sentence("after-stage", stage=shown) if shown else ""
    return _card(
        book,
        moment=moment,
        is_live=now is not None,
        title=board.name if board is not None and shown else book.race.name,
        facts=_days(book),
        board=board if shown else None,
        nothing=standing_before(book),
    )


def board_card(book: RaceBook, code: str) -> Card:
    """A classification as it stands; raises UnknownBoard."""
    board = ShownBoards(book).board(code, _LINES)
    return _card(
        book,
        moment=board.moment,
        is_live=board.is_live,
        title=board.name,
        board=board,
        nothing=sentence("nothing-ranked"),
    )


def stage_card(book: RaceBook, number: int) -> Card:
    """A stage and who is first on it; raises UnknownStage."""
    stage = book.stage_book(number).stage
    boards = ShownBoards(book)
    board = next(iter(boards.stage(number, _LINES)), None)
    is_live = boards.now is not None and boards.now.stage.number == number
    title = sentence("stage-column", stage=number)
    return _card(
        book,
        moment=sentence("stage-live", stage=number) if is_live else words.long_day(stage.date),
        is_live=is_live,
        title=f"{title}, {stage.name}" if stage.name else title,
        facts=stage_facts(stage),
        board=board,
        nothing="",
    )


def runner_card(book: RaceBook, bib: str) -> Card:
    """A runner: place, time and gap in the general classification; raises UnknownRunner."""
    entry = next(
        (
            found
            for stage in (None, *reversed(book.stages))
            if (found := book.entry_wearing(bib, stage)) is not None
        ),
        None,
    )
    if entry is None:
        raise UnknownRunner(bib)
    boards = ShownBoards(book)
    board, line = _standing_of(boards, entry)
    legible = Legible()
    name = _name(legible, name_of(entry), entry.bib)
    detail = " · ".join(part for part in (entry.nationality, entry.club) if part)
    if line is None:
        detail = " · ".join(part for part in (detail, _days(book)) if part)
    shown = []
    if board is not None and line is not None:
        shown = [
            _figure(translate("Place"), figures.count(line.rank), is_live=line.on_road),
            _figure(translate("Time"), line.total_text, is_live=line.on_road),
        ]
        if line.rank != 1 and line.gap_text:
            shown.append(_figure(translate("Gap"), line.gap_text, is_live=line.on_road))
    return {
        **_card(
            book,
            moment=board.moment if board is not None and line is not None else "",
            is_live=board is not None and board.is_live and line is not None,
            title=name,
            facts=detail,
            board=None,
            nothing="",
        ),
        "bib": _bib(boards.bib(entry) if line is None else line.bib, legible),
        "board": board.name if board is not None and line is not None else "",
        "figures": shown,
    }


def _standing_of(boards: ShownBoards, entry: Entry) -> tuple[ShownBoard | None, ShownLine | None]:
    """The first classification that ranks an entry, and its line there."""
    for classification in boards.book.race.classifications:
        board = boards.board(classification.code, len(boards.book.entries()))
        for line in board.lines:
            if line.key == entry.id:
                return board, line
    return None, None


def _card(
    book: RaceBook,
    *,
    title: str,
    moment: str,
    is_live: bool,
    board: ShownBoard | None,
    nothing: str,
    facts: str = "",
) -> Card:
    legible = Legible()
    name, edition = name_and_edition(book.race)
    lines = board.lines if board is not None else ()
    return {
        "language": spoken().code,
        "race": legible(name),
        "edition": edition,
        "moment": legible(moment),
        "is_live": is_live,
        "title": legible(title),
        "facts": legible(facts),
        "bib": None,
        "board": "",
        "figures": [],
        "lines": list(_lines(lines, legible)),
        "nothing": "" if lines else legible(nothing),
    }


def _days(book: RaceBook) -> str:
    last = max((s.date for s in book.race.stages), default=book.race.starts_on)
    return words.days(book.race.starts_on, last)


def _lines(lines: Iterable[ShownLine], legible: Legible) -> Iterable[Card]:
    for line in lines:
        yield {
            "rank": str(line.rank),
            "bib": _bib(line.bib, legible),
            "name": _short(_name(legible, line.name, line.bib.text)),
            "figure": line.figure,
            "is_live": line.on_road,
        }


def _short(name: str) -> str:
    """A name that has room on one line; of a longer one its beginning."""
    return name if len(name) <= _ROOM else f"{name[: _ROOM - 1].rstrip()}…"


def _figure(label: str, value: str, *, is_live: bool) -> Card:
    return {"label": label, "value": value, "is_live": is_live}


def _bib(bib: Bib, legible: Legible) -> Card:
    return {"text": legible(bib.text), "jersey": bib.jersey or "", "on_road": bib.on_road}


def _name(legible: Legible, name: str, bib: str) -> str:
    """A name, or the bib of whose name no letter can be drawn."""
    shown = legible(name)
    if any(letter.isalpha() for letter in shown.replace(LEFT_OUT, "")):
        return shown
    return translate("Bib {bib}").format(bib=bib)
