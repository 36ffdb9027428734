"""The desk's page of comparison: a vendor's file beside our results, kept nowhere.

The file goes with the form, packed, from one look to the next. So columns can be matched and lines
filtered without a copy of anybody's results on the server.
"""

from __future__ import annotations

import base64
import binascii
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as AnyResponse

from timing.core.book import RaceBook, UnknownBoard, UnknownStage
from timing.core.definition import Race
from timing.core.results import Line, StageLine
from timing.exports.finishers import NotFit
from timing.exports.submissions import CSV
from timing.importers.columns import TextTable, read_table
from timing.importers.reads import MAX_FILE, BadFile
from timing.importers.vendor import (
    Column,
    Compared,
    Verdict,
    compare_results,
    guess_result_columns,
    read_results,
    tendency,
)
from timing.live.books import Standing
from timing.live.threads import in_thread
from timing.operations.comparing import compared_csv, compared_row, our_lines
from timing.operations.directors import Director
from timing.operations.roles import Right
from timing.pages import addresses
from timing.pages.compare_page import (
    Choice,
    ColumnChoice,
    ComparedLine,
    Kind,
    compare_page,
    result_choices,
)
from timing.pages.marks import name_of
from timing.pages.rendering import render
from timing.web.forms import field, form_token, private
from timing.web.guarding import allowed
from timing.web.installation import installation

desk_compare = Blueprint("desk_compare", __name__)

_MOST_PACKED = 700_000
"""Letters of a packed file: a form takes a million in all."""

_MOST_COLUMNS = 60
_DIFFERENT = "different"
_ALL = "all"
_LABELS: Mapping[Column, str] = {
    Column.BIB: "Bib",
    Column.RANK: "Rank",
    Column.TIME: "Time",
    Column.STATUS: "Status",
}
_WORDS: Mapping[Verdict, str] = {
    Verdict.SAME: "The same",
    Verdict.TIME: "Another time",
    Verdict.RANK: "Another rank",
    Verdict.STATUS: "One has a time",
    Verdict.ONLY_OURS: "Only ours",
    Verdict.ONLY_THEIRS: "Only theirs",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sent:
    """A file that was sent: its name, what is in it, which column says what."""

    name: str
    packed: str
    table: TextTable
    columns: Mapping[Column, int]


class _NotRead(ValueError):
    """There is no file, or none that can be read; the message says what to do."""


@desk_compare.get("/desk/<slug:slug>/compare")
@allowed(Right.EXPORT)
def compare(who: Director, slug: str) -> AnyResponse:
    """Which file, beside which result?"""
    return _page(who, slug)


@desk_compare.post("/desk/<slug:slug>/compare")
@allowed(Right.EXPORT)
def compared(who: Director, slug: str) -> AnyResponse:
    """The differences line by line, or all lines as CSV."""
    sent: _Sent | None = None
    try:
        sent = _sent()
        theirs = read_results(sent.table, sent.columns)
    except _NotRead as error:
        return _page(who, slug, message=str(error))
    except BadFile as error:
        text = str(error)
        return _page(who, slug, sent=sent, message=f"{text[:1].upper()}{text[1:]}.")
    here = installation()
    here.books.refresh()

    def found(book: RaceBook, _: Standing) -> tuple[Compared, ...]:
        chosen = _chosen_result(book)
        return compare_results(chosen, theirs, book.race.rules.precision)

    try:
        lines = here.books.race(slug).ask_whole(found)
    except (NotFit, UnknownBoard, UnknownStage) as error:
        text = str(error) if isinstance(error, NotFit) else "Choose a result that there is."
        return _page(who, slug, sent=sent, message=text)
    if field("do") == "download":
        response = Response(compared_csv(lines), content_type=CSV)
        name = f"{slug}-compared.csv"
        response.headers.set("Content-Disposition", "attachment", filename=name)
        return response
    return _page(who, slug, sent=sent, found=lines)


def _sent() -> _Sent:
    """The file that was chosen now, else the one that goes with the form; _NotRead, BadFile."""
    upload = request.files.get("file")
    content = upload.read(MAX_FILE + 1) if upload is not None else b""
    name = (upload.filename or "") if upload is not None and content else field("name")
    if not content:
        content = _unpacked(field("packed"))
    if not content:
        raise _NotRead("Choose a file first.")
    table = in_thread(lambda: read_table(content))
    packed = base64.b64encode(zlib.compress(content, 6)).decode()
    return _Sent(
        name=name[:100],
        packed=packed if len(packed) <= _MOST_PACKED else "",
        table=table,
        columns=_columns(table),
    )


def _unpacked(text: str) -> bytes:
    """The file that a form brought back, and no more of it than a file may have; or nothing."""
    if not text:
        return b""
    try:
        packed = base64.b64decode(text.encode("ascii", "replace"), validate=True)
        return zlib.decompressobj().decompress(packed, MAX_FILE + 1)
    except (binascii.Error, zlib.error):
        raise _NotRead("Choose the file once more.") from None


def _columns(table: TextTable) -> Mapping[Column, int]:
    """The columns as they were matched in the form, else by their names."""
    if not any(f"column-{column}" in request.form for column in Column):
        return guess_result_columns(table)
    found = {}
    for column in Column:
        text = field(f"column-{column}")
        if text.isascii() and text.isdigit() and int(text[:3]) < len(table.header):
            found[column] = int(text[:3])
    return found


def _chosen_result(book: RaceBook) -> Sequence[Line | StageLine]:
    kind, _, rest = field("result").partition(":")
    code, _, after = rest.rpartition(":")
    number = int(after[:4]) if after.isascii() and after.isdigit() else 0
    if kind == "stage":
        return our_lines(book, stage=number)
    return our_lines(book, board=code, after=number or None)


def _page(
    who: Director,
    slug: str,
    *,
    sent: _Sent | None = None,
    found: Sequence[Compared] = (),
    message: str = "",
) -> AnyResponse:
    here, token = installation(), form_token()
    here.books.refresh()
    shown = field("show") or _DIFFERENT

    def made(book: RaceBook, _: Standing) -> str:
        chosen = [one for one in found if _is_shown(one, shown)]
        page = compare_page(
            book.race,
            form_token=token,
            signed_in_as=who.name,
            results=result_choices(book.race, book.last_stage, field("result")),
            message=message,
            file_name="" if sent is None else sent.name,
            packed="" if sent is None else sent.packed,
            columns=() if sent is None else tuple(_choice(sent, column) for column in Column),
            kinds=_kinds(found, shown) if found else (),
            tendency=tendency(found),
            lines=[_line(book.race, one) for one in chosen],
        )
        return render(page, notice=here.settings.notice)

    return private(here.books.race(slug).ask_whole(made), 400 if message else 200)


def _is_shown(one: Compared, shown: str) -> bool:
    if shown == _ALL:
        return True
    return one.verdict is not Verdict.SAME if shown == _DIFFERENT else one.verdict.value == shown


def _kinds(found: Sequence[Compared], shown: str) -> tuple[Kind, ...]:
    counts = Counter(one.verdict for one in found)
    different = len(found) - counts[Verdict.SAME]
    kinds = [(_DIFFERENT, "All differences", different)]
    kinds += [(v.value, _WORDS[v], counts[v]) for v in Verdict if counts[v]]
    kinds.append((_ALL, "Every line", len(found)))
    return tuple(
        Kind(value=value, label=label, count=count, is_shown=value == shown)
        for value, label, count in kinds
    )


def _choice(sent: _Sent, column: Column) -> ColumnChoice:
    names = list(enumerate(sent.table.header))[:_MOST_COLUMNS]
    return ColumnChoice(
        name=f"column-{column}",
        label=_LABELS[column],
        is_needed=column in (Column.BIB, Column.TIME),
        choices=tuple(
            Choice(
                value=str(index),
                label=name[:60] or f"Column {index + 1}",
                is_chosen=sent.columns.get(column) == index,
            )
            for index, name in names
        ),
    )


def _line(race: Race, one: Compared) -> ComparedLine:
    _, _, our_rank, their_rank, our_time, their_time, off, because = compared_row(one)
    return ComparedLine(
        bib=one.bib[:40],
        url="" if one.ours is None else addresses.runner(race.slug, one.bib),
        name="" if one.ours is None else name_of(one.ours.competitor),
        verdict=_WORDS[one.verdict],
        is_same=one.verdict is Verdict.SAME,
        our_rank=our_rank,
        our_time=our_time,
        their_rank=their_rank,
        their_time=their_time or ("" if one.theirs is None else one.theirs.status[:20]),
        off=off,
        because=because,
    )
