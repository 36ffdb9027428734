"""Which page a stream of changes keeps up to date: its query string says so."""

from __future__ import annotations

from collections.abc import Mapping

from timing.core.book import RaceBook
from timing.pages.board_page import board_page
from timing.pages.charts_page import charts_page
from timing.pages.fragments import LivePage
from timing.pages.line_data import SoughtPage
from timing.pages.live_page import live_page
from timing.pages.race_home import race_home
from timing.pages.runner_page import runner_page
from timing.pages.running import running
from timing.pages.screen_page import screen_page
from timing.pages.selection import BadQuery, number_of
from timing.pages.stage_page import stage_page
from timing.pages.team_page import team_page


def page_of_lines(book: RaceBook, args: Mapping[str, str]) -> SoughtPage:
    """The page behind an address made by `addresses.lines`: of a ``board`` or of a ``stage``.

    Raises what that page raises; BadQuery where neither is meant.
    """
    if code := args.get("board", "").strip():
        return board_page(book, code, args)
    stage = number_of(args, "stage")
    if stage is None:
        raise BadQuery("stage", "given, or board")
    return stage_page(book, stage, args)


def page_of_events(book: RaceBook, args: Mapping[str, str], *, revision: int = 0) -> LivePage:
    """The page behind an address made by `addresses.events`.

    ``board``, ``stage``, ``bib`` or ``page`` (``home``, ``live``, ``screen``, ``team``,
    ``charts``) says which; what else the page takes stands beside it. Raises what that page
    raises; BadQuery where none is meant.
    """
    if args.get("page", "").strip() == "charts":
        return charts_page(book, args, revision=revision)
    if args.get("page", "").strip() == "screen":  # which takes a stage too
        return screen_page(book, args, revision=revision)
    if code := args.get("board", "").strip():
        return board_page(book, code, args, revision=revision)
    if bib := args.get("bib", "").strip():
        return runner_page(book, bib, args, revision=revision)
    # Pages of stages have a team too: that of their selection.
    if args.get("page", "").strip() == "team":
        return team_page(book, args.get("team", "").strip(), args, revision=revision)
    stage = number_of(args, "stage")
    if stage is not None:
        return stage_page(book, stage, args, revision=revision)
    match args.get("page", "").strip():
        case "home":
            return race_home(book, revision=revision)
        case "live":
            return live_page(book, revision=revision)
        case _:
            raise BadQuery(
                "page", "home, live, screen, team or charts, or board, stage or bib be given"
            )


def concern(book: RaceBook, args: Mapping[str, str]) -> object:
    """What a page is mainly about, to be compared: of a runner, where this one has been seen.

    Others passing may change a runner's page too, but it can wait a little for that. None for
    pages that are about everybody.
    """
    bib, now = args.get("bib", "").strip(), running(book)
    entry = book.entry_wearing(bib) if bib else None
    if entry is None:
        return None
    if now is not None:
        return now.lines.get(entry.id), now.splits.get(entry.id)
    number = book.last_stage
    return (book.stage_line(number, entry.id), book.splits(number, entry.id)) if number else None
