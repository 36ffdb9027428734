"""The first lines of a board for a frame on another site: a small page that leads to the race's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from timing.core.book import RaceBook
from timing.pages import addresses
from timing.pages.frame import Frame, race_frame
from timing.pages.languages import translate
from timing.pages.result_mark import ResultMark, result_mark
from timing.pages.screen_options import choice_of, number_within
from timing.pages.selection import BadQuery
from timing.pages.shown_boards import STAGE, ShownBoard, ShownBoards, usual_boards

LINES = (1, 100)
USUAL_LINES = 10


class EmbedTheme(StrEnum):
    """As the reader's device has it, or as the site around the frame is."""

    AUTO = "auto"
    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbedPage:
    """A framed board; ``theme`` is empty where the reader's device decides."""

    template: ClassVar[str] = "embed.html"

    frame: Frame
    theme: str
    board: ShownBoard | None
    mark: ResultMark | None
    race_url: str


def embed_page(book: RaceBook, args: Mapping[str, str], *, revision: int = 0) -> EmbedPage:
    """A frame's page as its parameters ask; BadQuery, UnknownBoard."""
    theme = choice_of(args, "theme", EmbedTheme.AUTO)
    board = asked_board(book, args)
    return EmbedPage(
        frame=race_frame(
            book,
            translate("Standings"),
            revision=revision,
            styles=("embed",),
            scripts=("embed",),
        ),
        theme="" if theme is EmbedTheme.AUTO else theme.value,
        board=board,
        mark=_mark(book, board),
        race_url=addresses.race(book.race.slug),
    )


def _mark(book: RaceBook, board: ShownBoard | None) -> ResultMark | None:
    if board is None:
        return None
    is_on_road = board.is_live and board.code != STAGE
    return result_mark(book, book.running_stage if is_on_road else board.after)


def asked_board(book: RaceBook, args: Mapping[str, str]) -> ShownBoard | None:
    """The board of the parameters ``board`` and ``lines``, by default the race's first.

    ``board=stage`` is the result of the stage that runs, or of the last. None where the race has
    no board yet; raises BadQuery, UnknownBoard.
    """
    most = number_within(args, "lines", LINES, USUAL_LINES)
    code = args.get("board", "").strip()
    if len(code) > 80:
        raise BadQuery("board", "the code of a classification, or stage")
    boards = ShownBoards(book)
    if code == STAGE:
        number = book.running_stage or book.last_stage
        return next(iter(boards.stage(number, most)), None) if number else None
    codes = (code,) if code else usual_boards(book)
    return boards.board(codes[0], most) if codes else None
