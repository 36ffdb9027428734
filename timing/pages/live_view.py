"""Which page a stream of changes keeps up to date: its query string says so."""

from __future__ import annotations

from collections.abc import Mapping

from timing.core.book import RaceBook
from timing.pages.board_page import board_page
from timing.pages.charts_page import charts_page
from timing.pages.fragments import LivePage
from timing.pages.live_page import live_page
from timing.pages.race_home import race_home
from timing.pages.runner_page import runner_page
from timing.pages.selection import BadQuery, number_of
from timing.pages.stage_page import stage_page


def page_of_events(book: RaceBook, args: Mapping[str, str], *, revision: int = 0) -> LivePage:
    """The page behind an address made by `addresses.events`.

    ``board``, ``stage``, ``bib`` or ``page`` (``home``, ``live``, ``charts``) says which; what else
    the page takes stands beside it. Raises what that page raises; BadQuery where none is meant.
    """
    if args.get("page", "").strip() == "charts":
        return charts_page(book, args, revision=revision)
    if code := args.get("board", "").strip():
        return board_page(book, code, args, revision=revision)
    if bib := args.get("bib", "").strip():
        return runner_page(book, bib, args, revision=revision)
    stage = number_of(args, "stage")
    if stage is not None:
        return stage_page(book, stage, args, revision=revision)
    match args.get("page", "").strip():
        case "home":
            return race_home(book, revision=revision)
        case "live":
            return live_page(book, revision=revision)
        case _:
            raise BadQuery("page", "home, live or charts, or board, stage or bib be given")
