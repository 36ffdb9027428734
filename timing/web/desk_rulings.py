"""The desk's rulings: a form for each kind, what it would change, the list, and reversals."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, flash, get_flashed_messages, request
from werkzeug.wrappers import Response as AnyResponse

from timing.core.book import RaceBook
from timing.core.records import Ruling
from timing.db.publications import publications_of
from timing.live.books import Standing
from timing.operations import ruling_drafts
from timing.operations.directors import Director
from timing.operations.record import Fate
from timing.operations.roles import Right
from timing.operations.ruling_drafts import NotKept, RulingDraft
from timing.operations.ruling_notes import notes_of
from timing.pages import addresses, granted
from timing.pages.desk_words import done_words
from timing.pages.preview_page import MadeOn, WouldPiece, would_piece
from timing.pages.rendering import render
from timing.pages.ruling_form import Draft, draft_answering, draft_correcting
from timing.pages.ruling_kinds import KINDS
from timing.pages.rulings_page import Filters, Kept, Note, ruling_to_correct, rulings_page
from timing.racefile.rulings import ruling_to_plain
from timing.web import forms, recording
from timing.web.forms import field, form_token, new_id, private
from timing.web.guarding import allowed
from timing.web.installation import installation, now
from timing.web.previewing import previewed
from timing.web.ruling_forms import Refused, refuse_unknown, ruling_of, void_of

desk_rulings = Blueprint("desk_rulings", __name__)

_LONGEST_FILTER = 60
_MOST_PAGES = 10_000
_MOST_AT_ONCE = 200
_NOT_TYPED = frozenset({"csrf_token", "id", "preview", "keep", "draft"})


@desk_rulings.get("/desk/<slug:slug>/rulings")
@allowed(Right.SEE)
def listed(who: Director, slug: str) -> AnyResponse:
    """The list; with ``kind`` the form of that kind, with ``correct`` that of a ruling.

    With ``observation`` the form of what a station reported, with ``draft`` one that was kept.
    """
    args = request.args
    typed = {key: args.get(key, "")[:40] for key in ("stage", "code", "control")}
    typed["bibs"] = args.get("bib", "")[:400]
    draft = Draft(kind=args.get("kind", ""), values=typed)
    race = installation().books.race(slug)
    found: Draft | None = draft
    if record := args.get("correct", ""):
        ruling = race.ask_whole(lambda book, _: ruling_to_correct(book, record))
        found = None if ruling is None else draft_correcting(record, ruling_to_plain(ruling))
        if found is None:
            flash("That ruling no longer stands, or has no form: write it as in a racefile.")
    elif record := args.get("observation", ""):
        found = race.ask_whole(
            lambda book, _: draft_answering(book, record, ruling_to_plain, draft.kind)
        )
        if found is None:
            flash("That report was decided already.")
    elif record := args.get("draft", ""):
        found = _opened(slug, record)
        if found is None:
            flash("That draft was given or thrown away.")
    return _page(who, slug, draft=found or draft, message=_said())


def _opened(slug: str, draft_id: str) -> Draft | None:
    """A draft that was kept, as its form."""
    with installation().database.reading() as session:
        kept = ruling_drafts.draft_named(session, slug, draft_id)
    if kept is None:
        return None
    form = kept.form
    return Draft(
        kind=form.get("kind", ""),
        values=form,
        corrects=form.get("corrects", ""),
        settles=form.get("settles", ""),
        kept=kept.id,
    )


@desk_rulings.get("/desk/<slug:slug>/rulings/new")
@desk_rulings.get("/desk/<slug:slug>/rulings/preview")
@desk_rulings.get("/desk/<slug:slug>/rulings/drafts")
@allowed(Right.SEE)
def form_alone(_: Director, slug: str) -> AnyResponse:
    """Where forms are sent there is nothing to read: back to the list."""
    return forms.to(addresses.desk_rulings(slug))


@desk_rulings.post("/desk/<slug:slug>/rulings/new")
@allowed(Right.RULE)
def make(who: Director, slug: str) -> AnyResponse:
    """Make or reverse a ruling; with ``preview`` show what it would change instead.

    With ``keep`` what was typed is kept as a draft.
    """
    known = KINDS.get(field("kind"))
    draft = _typed()
    if field("keep") and known is not None:
        return _keep(who, slug, draft)
    try:
        rulings = _voids(who) if known is None else (ruling_of(who, slug, known, _values()),)
        for ruling in rulings:
            refuse_unknown(slug, ruling)
    except Refused as error:
        refused = replace(draft, faults=error.faults, message=error.message)
        return _page(who, slug, draft=refused, message="" if known else error.message, status=400)
    if field("preview"):
        with installation().database.reading() as session:
            issued = publications_of(session, slug)
        act = known.act if known is not None else ""
        return previewed(who, slug, rulings, made_on=MadeOn.RULINGS, issued=issued, act=act)
    written = recording.write(slug, rulings=rulings)
    sent = zip(rulings, written.fates, strict=False)
    if any(
        fate is Fate.CONFLICT and not recording.is_sent_twice(slug, ruling, ("at",))
        for ruling, fate in sent
    ):
        message = "Not done: this form was sent before. Check it and send it again."
        return _page(who, slug, draft=replace(draft, message=message), status=400)
    here = installation()
    here.books.refresh()
    if draft.kept:
        with here.database.writing() as session:
            ruling_drafts.throw_away(session, slug, draft.kept)
    done = here.books.race(slug).ask_whole(lambda book, _: done_words(book, rulings[0]))
    flash(done if len(rulings) == 1 else f"{done}, and {len(rulings) - 1} more.")
    return forms.to(addresses.desk_rulings(slug))


@desk_rulings.post("/desk/<slug:slug>/rulings/preview")
@allowed(Right.RULE)
def preview(who: Director, slug: str) -> AnyResponse:
    """What the form would change as it is typed, as a piece of the page; nothing is written."""
    known = KINDS.get(field("kind"))
    here = installation()
    if known is None:
        return private(render(WouldPiece(fault="There is no such ruling.")))
    try:
        ruling = ruling_of(who, slug, known, _values())
        refuse_unknown(slug, ruling)
    except Refused as error:
        return private(render(WouldPiece(fault=error.message)))
    with here.database.reading() as session:
        issued = publications_of(session, slug)
    here.books.refresh()
    return private(
        here.books.race(slug).ask_whole(
            lambda book, _: render(would_piece(book, ruling, issued=issued))
        )
    )


@desk_rulings.post("/desk/<slug:slug>/rulings/drafts")
@allowed(Right.RULE)
def throw_draft_away(_: Director, slug: str) -> AnyResponse:
    """Throw a draft away: it was never a ruling."""
    with installation().database.writing() as session:
        was_there = ruling_drafts.throw_away(session, slug, field("draft"))
    flash("The draft is thrown away." if was_there else "That draft was gone already.")
    return forms.to(addresses.desk_rulings(slug))


def _said() -> str:
    return " ".join(map(str, get_flashed_messages()))


def _values() -> dict[str, str]:
    return {name: text.strip() for name, text in request.form.items()}


def _typed() -> Draft:
    """What was typed, for the form to show again."""
    is_kept = bool(field("draft")) and bool(field("is_kept"))
    return Draft(
        kind=field("kind"),
        values=_values(),
        corrects=field("corrects"),
        settles=field("settles"),
        kept=field("draft") if is_kept else "",
    )


def _keep(who: Director, slug: str, draft: Draft) -> AnyResponse:
    form = {k: v for k, v in _values().items() if k not in _NOT_TYPED and v}
    kept = RulingDraft(id=field("draft"), form=form, by=who.name, at=now())
    try:
        with installation().database.writing() as session:
            ruling_drafts.keep_draft(session, slug, kept)
    except NotKept as error:
        return _page(who, slug, draft=replace(draft, message=str(error)), status=400)
    flash("Kept as a draft. Nothing is recorded until it is given.")
    return forms.to(addresses.desk_rulings(slug))


def _voids(who: Director) -> tuple[Ruling, ...]:
    """The reversals of rulings, or of reversals: of several that were given together, of each."""
    records = request.form.getlist("record")[:_MOST_AT_ONCE]
    if field("kind") != "void" or not records:
        raise Refused("There is no such ruling.")
    form, reason = field("id"), field("reason")
    return tuple(
        void_of(who, record, record_id=form if nth == 0 else f"{form}-{nth}", reason=reason)
        for nth, record in enumerate(records)
    )


def _page(
    who: Director, slug: str, *, draft: Draft, message: str = "", status: int = 200
) -> AnyResponse:
    here = installation()
    here.books.refresh()
    csrf = form_token()
    args = {name: text.strip()[:_LONGEST_FILTER] for name, text in request.args.items()}
    page = forms.whole(args.get("page", "1"))
    filters = Filters(
        stage=args.get("stage", "") if not draft.kind else "",
        ruling=args.get("ruling", ""),
        bib=args.get("bib", "") if not draft.kind else "",
        by=args.get("by", ""),
        page=page if isinstance(page, int) and 1 <= page <= _MOST_PAGES else 1,
    )
    may_rule, may_judge = granted.may(Right.RULE), granted.may(Right.JUDGE)
    with here.database.reading() as session:
        kept = [
            Kept(id=one.id, form=one.form, by=one.by, at=one.at)
            for one in (ruling_drafts.drafts_of(session, slug) if may_rule else ())
        ]
        notes = [
            Note(
                id=one.id,
                ruling_id=one.ruling_id,
                text=one.text,
                file_name=one.file_name,
                by=one.by,
                at=one.at,
                deleted_by=one.deleted_by,
                deleted_at=one.deleted_at,
            )
            for one in (notes_of(session, slug) if may_judge else ())
        ]

    def made(book: RaceBook, _: Standing) -> str:
        return render(
            rulings_page(
                book,
                draft=draft,
                filters=filters,
                new_id=new_id,
                plain_of=ruling_to_plain,
                form_token=csrf,
                signed_in_as=who.name,
                kept=kept,
                notes=notes,
                may_rule=may_rule,
                may_judge=may_judge,
                message=message,
            ),
            notice=here.settings.notice,
        )

    return private(here.books.race(slug).ask_whole(made), status)
