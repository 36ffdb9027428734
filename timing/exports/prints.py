"""What is printed of a stage, by name: each from a book, with the mark of what it tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from timing.core.book import RaceBook
from timing.exports.mark import mark_of
from timing.exports.pdf import Imprint, Sheets
from timing.exports.pdf_bulletin import bulletin
from timing.exports.pdf_ceremony import ceremony_sheet, prize_list
from timing.exports.pdf_checkpoint import checkpoint_sheets
from timing.exports.pdf_start import StartOrder, start_list


class Print(StrEnum):
    """What can be printed of a stage."""

    BULLETIN = "bulletin"
    START_LIST = "start-list"
    CHECKPOINT_SHEETS = "checkpoint-sheets"
    CEREMONY = "ceremony"
    PRIZES = "prizes"


TITLES: Mapping[Print, str] = {
    Print.BULLETIN: "Bulletin",
    Print.START_LIST: "Start list",
    Print.CHECKPOINT_SHEETS: "Checkpoint sheets",
    Print.CEREMONY: "Ceremony sheet",
    Print.PRIZES: "Prize list",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What of a stage is to be printed; ``control`` is for sheets, ``order`` for starts."""

    what: Print
    stage: int
    control: str | None = None
    order: StartOrder = StartOrder.START


def sheets_of(book: RaceBook, wish: Wish, imprint: Imprint) -> Sheets:
    """The sheets; UnknownStage or what the book raises for an unknown control."""
    match wish.what:
        case Print.START_LIST:
            return start_list(book, wish.stage, order=wish.order, imprint=imprint)
        case Print.CHECKPOINT_SHEETS:
            return checkpoint_sheets(book, wish.stage, wish.control, imprint=imprint)
        case _:
            mark = mark_of(book, imprint.issued, wish.stage)
    match wish.what:
        case Print.BULLETIN:
            return bulletin(book, wish.stage, imprint=imprint, mark=mark)
        case Print.CEREMONY:
            return ceremony_sheet(book, wish.stage, imprint=imprint, mark=mark)
        case Print.PRIZES:
            return prize_list(book, wish.stage, imprint=imprint, mark=mark)
