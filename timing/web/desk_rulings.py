"""The desk's rulings: a form for each kind, what it would change, the list, and reversals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from flask import Blueprint, flash, get_flashed_messages, request
from werkzeug.wrappers import Response as AnyResponse

from timing.core.book import RaceBook
from timing.core.records import Penalty, Ruling, Void
from timing.core.times import format_instant
from timing.live.books import Standing
from timing.operations.directors import Director
from timing.operations.record import Fate
from timing.operations.roles import Right
from timing.pages import addresses
from timing.pages.bib_lists import BackwardRange, TooManyBibs, bibs_typed
from timing.pages.desk_words import bibs_of, done_words
from timing.pages.preview_page import MadeOn, preview_page
from timing.pages.rendering import render
from timing.pages.ruling_kinds import KINDS, WRITTEN, Input, RulingKind
from timing.pages.rulings_page import (
    Draft,
    Filters,
    draft_correcting,
    ruling_to_correct,
    rulings_page,
)
from timing.pages.words import sentence
from timing.racefile import BadRecord
from timing.racefile.faults import RacefileErrors
from timing.racefile.rulings import load_written_ruling, ruling_to_plain
from timing.web import forms, recording
from timing.web.forms import field, form_token, new_id, private
from timing.web.guarding import allowed
from timing.web.installation import installation, now

desk_rulings = Blueprint("desk_rulings", __name__)

_LONGEST_FILTER = 60
_MOST_PAGES = 10_000


class _Refused(ValueError):
    """A form that makes no ruling: what is wrong, by field, and as a whole."""

    def __init__(self, message: str, faults: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.faults = faults or {}


@desk_rulings.get("/desk/<slug:slug>/rulings")
@allowed(Right.SEE)
def listed(who: Director, slug: str) -> AnyResponse:
    """The list; with ``kind`` the form of that kind, with ``correct`` that of a ruling."""
    args = request.args
    draft = Draft(kind=args.get("kind", ""), values={"bibs": args.get("bib", "")[:40]})
    if record := args.get("correct", ""):
        race = installation().books.race(slug)
        ruling = race.ask_whole(lambda book, _: ruling_to_correct(book, record))
        found = ruling and draft_correcting(record, ruling_to_plain(ruling))
        if found is None:
            flash("That ruling no longer stands, or has no form: write it as in a racefile.")
        draft = found or draft
    return _page(who, slug, draft=draft, message=" ".join(map(str, get_flashed_messages())))


@desk_rulings.get("/desk/<slug:slug>/rulings/new")
@allowed(Right.SEE)
def form_alone(_: Director, slug: str) -> AnyResponse:
    """Where forms are sent there is nothing to read: back to the list."""
    return forms.to(addresses.desk_rulings(slug))


@desk_rulings.post("/desk/<slug:slug>/rulings/new")
@allowed(Right.RULE)
def make(who: Director, slug: str) -> AnyResponse:
    """Make or reverse a ruling; with ``preview`` show what it would change instead."""
    known = KINDS.get(field("kind"))
    values = {name: text.strip() for name, text in request.form.items()}
    draft = Draft(kind=field("kind"), values=values, corrects=field("corrects"))
    try:
        ruling = _void(who) if known is None else _ruling(who, slug, known)
        _refuse_unknown(slug, ruling)
    except _Refused as error:
        refused = replace(draft, faults=error.faults, message=error.message)
        return _page(who, slug, draft=refused, message="" if known else error.message, status=400)
    if field("preview"):
        return _preview(who, slug, ruling)
    written = recording.write(slug, rulings=(ruling,))
    if written.fates == (Fate.CONFLICT,) and not recording.is_sent_twice(slug, ruling, ("at",)):
        message = "Not done: this form was sent before. Check it and send it again."
        return _page(who, slug, draft=replace(draft, message=message), status=400)
    here = installation()
    here.books.refresh()
    flash(here.books.race(slug).ask_whole(lambda book, _: done_words(book, ruling)))
    return forms.to(addresses.desk_rulings(slug))


def _void(who: Director) -> Ruling:
    """The reversal of a ruling, or of a reversal."""
    if field("kind") != "void":
        raise _Refused("There is no such ruling.")
    return _read(who, {"ruling": "void", **forms.given("record", "reason", "id")})


def _ruling(who: Director, slug: str, kind: RulingKind) -> Ruling:
    common: dict[str, object] = {**forms.given("id", "reason")}
    if corrects := field("corrects"):
        common["supersedes"] = [corrects]
    if kind is WRITTEN:
        return _written(who, common)
    row: dict[str, object] = {"ruling": kind.ruling, **kind.given, **common}
    for one in kind.fields:
        text = field(one.key)
        if not text:
            continue
        match one.input:
            case Input.BIBS:
                row[one.key] = _bibs(slug, one.key, text)
            case Input.STAGE | Input.ANY_STAGE | Input.NUMBER:
                row[one.key] = forms.whole(text)
            case Input.TICK:
                row[one.key] = True
            case _:
                row[one.key] = text
    return _read(who, row)


def _bibs(slug: str, key: str, text: str) -> list[str]:
    race = installation().books.race(slug)
    known = race.ask_whole(lambda book, _: tuple(one.bib for one in book.document.entries))
    try:
        return list(bibs_typed(text, known))
    except (BackwardRange, TooManyBibs) as error:
        raise _Refused(f"Bibs: {error}.", {key: f"{error}"}) from None


def _read(who: Director, row: dict[str, object]) -> Ruling:
    try:
        return recording.ruling_from(
            {**row, "at": format_instant(now())}, by=who.name, is_station=False
        )
    except BadRecord as error:
        faults = {key: "; ".join(said) for key, said in error.errors.items()}
        raise _Refused(forms.in_words(error), faults) from None


def _written(who: Director, common: Mapping[str, object]) -> Ruling:
    """The ruling in the text of a racefile, by whoever is signed in and made now."""
    usual = {"by": who.name, "at": format_instant(now())}
    usual |= {key: str(value) for key, value in common.items() if key in ("id", "reason")}
    try:
        made = load_written_ruling(field("text"), "the ruling", usual)
    except RacefileErrors as error:
        raise _Refused(str(error), {"text": str(error)}) from None
    except BadRecord as error:
        raise _Refused(forms.in_words(error), {"text": forms.in_words(error)}) from None
    # Whoever signs in answers for it, whatever the text says.
    return replace(made, by=who.name, at=now())


def _refuse_unknown(slug: str, ruling: Ruling) -> None:
    race = installation().books.race(slug)
    # Books answer in a thread of their own, where there is no request.
    if fault := race.ask_whole(lambda book, _: _unknown(book, ruling)):
        raise _Refused(fault)


def _unknown(book: RaceBook, ruling: Ruling) -> str:
    """Why the desk does not take what may be a slip of the hand; empty where nothing is wrong."""
    if isinstance(ruling, Void):
        known = book.ruling(ruling.record) or book.passing(ruling.record)
        return "" if known is not None else "There is no such record to reverse."
    if isinstance(ruling, Penalty) and not book.penalties.knows(ruling):
        return sentence("no-such-penalty", code=ruling.code)
    stage = getattr(ruling, "stage", None)
    worn_on = stage if stage in book.stages else None
    if getattr(ruling, "new", False):
        return ""
    unknown = [b for b in bibs_of(book, ruling) if not _is_known(book, b, worn_on)]
    return sentence("nobody-wears", bibs=", ".join(unknown)) if unknown else ""


def _is_known(book: RaceBook, bib: str, worn_on: int | None) -> bool:
    is_team = any(team.code == bib for team in book.document.teams)
    return is_team or book.entry_wearing(bib, worn_on) is not None


def _preview(who: Director, slug: str, ruling: Ruling) -> AnyResponse:
    """What the ruling would change, with the same form again to record it."""
    here, csrf = installation(), form_token()
    fields = {k: v for k, v in request.form.items() if k not in ("csrf_token", "preview")}
    here.books.refresh()

    def made(book: RaceBook, _: Standing) -> str:
        page = preview_page(
            book,
            ruling,
            fields=fields,
            form_token=csrf,
            signed_in_as=who.name,
            made_on=MadeOn.RULINGS,
        )
        return render(page, notice=here.settings.notice)

    return private(here.books.race(slug).ask_whole(made))


def _page(
    who: Director, slug: str, *, draft: Draft, message: str = "", status: int = 200
) -> AnyResponse:
    here = installation()
    here.books.refresh()
    csrf = form_token()
    args = {name: text.strip()[:_LONGEST_FILTER] for name, text in request.args.items()}
    page = forms.whole(args.get("page", "1"))
    filters = Filters(
        stage=args.get("stage", ""),
        ruling=args.get("ruling", ""),
        bib=args.get("bib", "") if not draft.kind else "",
        by=args.get("by", ""),
        page=page if isinstance(page, int) and 1 <= page <= _MOST_PAGES else 1,
    )

    def made(book: RaceBook, _: Standing) -> str:
        return render(
            rulings_page(
                book,
                draft=draft,
                filters=filters,
                new_id=new_id,
                form_token=csrf,
                signed_in_as=who.name,
                message=message,
            ),
            notice=here.settings.notice,
        )

    return private(here.books.race(slug).ask_whole(made), status)
