"""Taking files of times in at the desk: look, say what is what, take."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from flask import Blueprint, request
from werkzeug.wrappers import Response as AnyResponse

from timing.core.book import RaceBook
from timing.core.records import Passing
from timing.core.times import BadZone, zone_named
from timing.importers.columns import Meaning, TextTable, guess_columns, read_columns, read_table
from timing.importers.formats import FORMATS, TABLE, guess_format
from timing.importers.reads import MAX_FILE, BadFile, Reading
from timing.live.books import Standing
from timing.live.threads import in_thread
from timing.operations.directors import Director
from timing.operations.importing import Judgement, LineVerdict, Place, Verdict, judge
from timing.operations.roles import Right
from timing.pages.import_page import (
    LINES_SHOWN,
    SAMPLE_ROWS,
    ColumnItem,
    LineItem,
    choices,
    import_page,
    places_of,
)
from timing.pages.problem_words import problem_seen
from timing.pages.rendering import render
from timing.web import recording
from timing.web.forms import field, form_token, private
from timing.web.guarding import allowed
from timing.web.installation import installation
from timing.web.uploads import keep_upload, upload_named

desk_import = Blueprint("desk_import", __name__)

TAKEN_AT_ONCE = 5_000
"""Passings taken by one press of the button, so that nobody waits without a word."""

_PORTION = 500
_MOST_COLUMNS = 30

_WORDS: Mapping[Verdict, str] = {
    Verdict.NEW: "New",
    Verdict.KNOWN: "Known already",
    Verdict.CONFLICT: "Conflicting",
    Verdict.PASSED_OVER: "Passed over",
    Verdict.REJECTED: "Rejected",
}
_FIRST = (Verdict.CONFLICT, Verdict.REJECTED, Verdict.PASSED_OVER, Verdict.NEW, Verdict.KNOWN)


class _Unclear(ValueError):
    """What was written in the form can't be followed; the message says why."""


@desk_import.get("/desk/<slug:slug>/import")
@allowed(Right.REVIEW)
def empty(who: Director, slug: str) -> AnyResponse:
    """Which file?"""
    return _page(who, slug, {})


@desk_import.post("/desk/<slug:slug>/import")
@allowed(Right.REVIEW)
def look_or_take(who: Director, slug: str) -> AnyResponse:
    """Show what would become of a file's lines, or take those that are new."""
    folder = installation().settings.instance / "uploads"
    content, fields = _file(folder)
    if content is None:
        told = "Choose a file first." if not field("upload") else "Send the file once more."
        return _page(who, slug, {"message": told, "is_error": True}, status=400)
    try:
        return _judged(who, slug, content, fields)
    except (BadFile, _Unclear) as error:
        message = str(error)
        said = f"{message[:1].upper()}{message[1:]}."
        fields |= _choices_of(slug, _format(content))
        if _format(content) == TABLE:
            fields |= _columns_of(content)
        return _page(who, slug, {**fields, "message": said, "is_error": True}, status=400)


def _file(folder: Path) -> tuple[bytes | None, dict[str, object]]:
    """The file that was sent now, or before; and what the page says of it."""
    sent = request.files.get("file")
    if sent is not None and sent.filename:
        content = sent.stream.read(MAX_FILE + 1)
        name = sent.filename[:80]
        return content, {"upload": keep_upload(folder, content), "file_name": name}
    name = field("upload")
    return upload_named(folder, name), {"upload": name, "file_name": field("name")[:80]}


def _judged(who: Director, slug: str, content: bytes, fields: dict[str, object]) -> AnyResponse:
    format = _format(content)
    fields |= _choices_of(slug, format)
    table = None
    if format == TABLE:
        table = in_thread(lambda: read_table(content))
        fields |= {"columns": _columns(table, _chosen(table))}
    if (
        not request.form.get("do")
        and not field("place")
        and format != "sportident"
        and not (table is not None and Meaning.CONTROL in guess_columns(table))
    ):
        said = "Say where it was recorded, then look again."
        return _page(who, slug, {**fields, "message": said})
    place = _place(slug)
    chosen = _chosen(table) if table is not None else {}
    reading = in_thread(lambda: _reading(content, format, table, chosen))
    judged = _judge(slug, reading, place, format)
    if field("do") == "take":
        total = _number(field("total"))
        took = judged.new[:TAKEN_AT_ONCE]
        for first in range(0, len(took), _PORTION):
            recording.write(slug, passings=took[first : first + _PORTION])
        left = len(judged.new) - len(took)
        judged = _judge(slug, reading, place, format)
        said = f"Took {len(took):,} passings."
        if left:
            said = f"{said} {left:,} are left: press again to go on."
            fields |= {"total": max(total, left + len(took))}
            fields |= {"taken": max(total, left + len(took)) - left}
        fields |= {"message": said}
    return _page(who, slug, {**fields, **_verdicts(judged)})


def _judge(slug: str, reading: Reading, place: Place, format: str) -> Judgement:
    here = installation()
    here.books.refresh()
    whose = here.books.race(slug).standing.place
    with here.database.reading() as session:
        return judge(
            session, slug, reading.reads, reading.problems, place, format=format, whose=whose
        )


def _reading(
    content: bytes, format: str, table: TextTable | None, columns: Mapping[Meaning, int]
) -> Reading:
    return FORMATS[format].read(content) if table is None else read_columns(table, columns)


def _format(content: bytes) -> str:
    name = field("format")
    return name if name in FORMATS else guess_format(content)


def _place(slug: str) -> Place:
    stage, _, control = field("place").partition(" ")
    zone, offset = field("zone"), field("offset")
    try:
        zone_named(zone or installation().books.race(slug).standing.race.timezone)
        ms = int(offset) if offset else None
    except BadZone:
        raise _Unclear(f"there is no time zone “{zone}”") from None
    except ValueError:
        raise _Unclear("the clock's offset is no number of milliseconds") from None
    if ms is not None and abs(ms) > 10**12:
        raise _Unclear("the clock's offset is too large")
    return Place(
        stage=_number(stage) or None,
        control=control,
        zone=zone,
        offset_ms=ms,
        is_bib=bool(field("is_bib")),
    )


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


def _choices_of(slug: str, format: str) -> dict[str, object]:
    race = installation().books.race(slug).standing.race
    named = [(made.name, made.title) for made in FORMATS.values()]
    return {
        "formats": choices(named, format),
        "places": places_of(race, field("place")),
        "zone": field("zone")[:40],
        "offset": field("offset")[:12],
        "is_bib": bool(field("is_bib")),
    }


def _columns_of(content: bytes) -> dict[str, object]:
    try:
        table = read_table(content)
    except BadFile:
        return {}
    return {"columns": _columns(table, _chosen(table))}


def _chosen(table: TextTable) -> dict[Meaning, int]:
    """What was said of the columns; what is guessed where nothing was said yet."""
    if not any(name.startswith("column-") for name in request.form):
        return guess_columns(table)
    found: dict[Meaning, int] = {}
    for index in range(min(len(table.header), _MOST_COLUMNS)):
        said = field(f"column-{index + 1}")
        if said in list(Meaning):
            found.setdefault(Meaning(said), index)
    return found


def _columns(table: TextTable, chosen: Mapping[Meaning, int]) -> tuple[ColumnItem, ...]:
    meaning_of = {index: meaning.value for meaning, index in chosen.items()}
    named = [("", "–"), *((m.value, m.value.capitalize()) for m in Meaning)]
    return tuple(
        ColumnItem(
            number=index + 1,
            header=header[:40],
            cells=tuple(
                str(row[index])[:40] if index < len(row) else "" for row in table.rows[:SAMPLE_ROWS]
            ),
            meanings=choices(named, meaning_of.get(index, "")),
        )
        for index, header in enumerate(table.header[:_MOST_COLUMNS])
    )


def _verdicts(judged: Judgement) -> dict[str, object]:
    counts = judged.counts
    ordered = sorted(
        judged.lines,
        key=lambda one: (
            (one.problem is None, _FIRST.index(one.verdict), one.line)
            if one.verdict is Verdict.NEW
            else (False, _FIRST.index(one.verdict), one.line)
        ),
    )
    return {
        "counts": (
            *((_WORDS[verdict], counts[verdict]) for verdict in Verdict),
            ("Of nobody as yet", judged.unknown),
        ),
        "lines": tuple(_line(one) for one in ordered[:LINES_SHOWN]),
        "more": max(0, len(judged.lines) - LINES_SHOWN),
        "ready": counts[Verdict.NEW],
    }


def _line(one: LineVerdict) -> LineItem:
    told = one.told
    if one.problem is not None:
        told = problem_seen(one.problem)
    elif not told and one.passing is not None:
        told = _who(one.passing)
    is_wrong = one.verdict in (Verdict.CONFLICT, Verdict.REJECTED) or one.problem is not None
    return LineItem(
        line=one.line,
        verdict=_WORDS[one.verdict],
        tone="wrong" if is_wrong else "",
        told=told,
    )


def _who(passing: Passing) -> str:
    who = f"bib {passing.bib}" if passing.bib else f"chip {passing.chip}"
    return f"{who} at {passing.control}, stage {passing.stage}"


def _page(who: Director, slug: str, fields: Mapping[str, object], status: int = 200) -> AnyResponse:
    here, csrf = installation(), form_token()

    def made(book: RaceBook, _: Standing) -> str:
        page = import_page(book, signed_in_as=who.name, form_token=csrf, fields=fields)
        return render(page, notice=here.settings.notice)

    return private(here.books.race(slug).ask_whole(made), status)
