"""The registration desk, and the check-in at the start of a stage, from which DNS is ruled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, request
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from timing import racefile
from timing.core.book import RaceBook
from timing.core.entries import Entry, bib_order
from timing.core.records import Status
from timing.core.statuses import RulingStatus
from timing.core.times import format_instant, local_clock, zone_named
from timing.db.tables import RaceRow
from timing.live.books import Standing
from timing.operations.directors import Director
from timing.operations.registration import (
    BadItems,
    Item,
    Tick,
    check_in,
    checked_in,
    item_code,
    items_of,
    missing_to_start,
    tick,
    ticks_of,
    write_items,
)
from timing.operations.roles import Right
from timing.pages import addresses
from timing.pages.entries_page import desk_frame, race_name
from timing.pages.marks import name_of
from timing.pages.registration_page import (
    SHOWN,
    CheckInItem,
    CheckInPage,
    ItemsPage,
    RegisteredItem,
    RegistrationPage,
    Ticked,
)
from timing.pages.stages import stage_title
from timing.pages.starters import starters
from timing.racefile import BadRecord
from timing.web import forms
from timing.web.desk_entries import flashed, shown
from timing.web.forms import field, form_token, new_id
from timing.web.guarding import allowed
from timing.web.installation import installation, now
from timing.web.supposing import moment_of_form, record_all, show_supposed

desk_registration = Blueprint("desk_registration", __name__)

_EMPTY_LINES = 4


def race_id_of(session: Session, slug: str) -> int:
    """The race's number here; 0 where there is none such."""
    return session.scalar(select(RaceRow.id).where(RaceRow.slug == slug)) or 0


def _told(one: Tick, zone: ZoneInfo) -> str:
    moment = local_clock(one.at, zone)
    return f"{'' if one.is_done else 'undone '}{one.by}, {moment:%-d %b %H:%M}"


def matching(entries: Iterable[Entry], query: str) -> list[Entry]:
    """Whose bib or chip it is; else all whose name, bib or chip has each of the words."""
    said = query.casefold()
    exact = [e for e in entries if e.bib.casefold() == said or said in map(str.casefold, e.chips)]
    if exact or not said:
        return exact
    words = said.split()
    found = [
        e
        for e in entries
        if all(word in f"{e.bib} {e.name} {' '.join(e.chips)}".casefold() for word in words)
    ]
    return sorted(found, key=lambda e: (bib_order(e.bib), e.id))


@desk_registration.get("/desk/<slug:slug>/registration")
@allowed(Right.ENTER)
def registration(who: Director, slug: str) -> AnyResponse:
    """Look for somebody, or one's checklist."""
    return _page(who, slug, message=flashed())


def _page(who: Director, slug: str, *, message: str = "", is_error: bool = False) -> AnyResponse:
    query = request.args.get("q", "").strip()[:60]
    entry_id, csrf = request.args.get("id", ""), form_token()
    with installation().database.reading() as session:
        race_id = race_id_of(session, slug)
        items, ticks = items_of(session, race_id), ticks_of(session, race_id)

    def made(book: RaceBook) -> RegistrationPage:
        every = book.entries()
        zone = zone_named(book.race.timezone)
        found = matching(every, query)
        one = next((e for e in every if e.id == entry_id), None)
        if one is None and len(found) == 1:
            one = found[0]
        lacking = [e for e in every if missing_to_start(items, ticks.get(e.id, {}))]
        listed = found if query else sorted(lacking, key=lambda e: bib_order(e.bib))
        own = {} if one is None else ticks.get(one.id, {})

        def lines(*, is_back: bool) -> tuple[Ticked, ...]:
            return tuple(
                Ticked(
                    code=item.code,
                    label=item.label,
                    blocks=item.blocks,
                    is_done=item.code in own and own[item.code].is_done,
                    told=_told(own[item.code], zone) if item.code in own else "",
                )
                for item in items
                if item.is_back == is_back
            )

        return RegistrationPage(
            frame=desk_frame(book, "Registration"),
            slug=slug,
            race=race_name(book),
            query=query,
            id="" if one is None else one.id,
            bib="" if one is None else one.bib,
            name="" if one is None else name_of(one),
            before=lines(is_back=False) if one else (),
            after=lines(is_back=True) if one else (),
            found=tuple(_found(e, items, ticks) for e in listed[:SHOWN]),
            more=max(0, len(listed) - SHOWN),
            total=len(every),
            complete=len(every) - len(lacking),
            message=message,
            is_error=is_error,
            signed_in_as=who.name,
            form_token=csrf,
        )

    return shown(slug, made, 400 if is_error else 200)


def _found(
    entry: Entry, items: tuple[Item, ...], ticks: Mapping[str, Mapping[str, Tick]]
) -> RegisteredItem:
    lacks = missing_to_start(items, ticks.get(entry.id, {}))
    return RegisteredItem(
        id=entry.id,
        bib=entry.bib,
        name=name_of(entry),
        told="lacks: " + ", ".join(item.label for item in lacks) if lacks else "may start",
        is_blocked=bool(lacks),
    )


@desk_registration.get("/desk/<slug:slug>/registration/tick")
@desk_registration.get("/desk/<slug:slug>/registration/missing")
@desk_registration.get("/desk/<slug:slug>/registration/dns")
@desk_registration.get("/desk/<slug:slug>/registration/started")
def forms_of_registration(slug: str) -> AnyResponse:
    """Where forms are sent there is nothing to read: back to the page that they stand on."""
    return forms.to(addresses.desk_registration(slug))


@desk_registration.post("/desk/<slug:slug>/registration/tick")
@allowed(Right.ENTER)
def tick_one(who: Director, slug: str) -> AnyResponse:
    """Note that a line was done, or undo it."""
    entry_id, code, is_done = field("id"), field("item"), field("done") == "yes"
    here = installation()
    here.books.refresh()
    is_known = here.books.race(slug).ask_whole(
        lambda book, _: any(e.id == entry_id for e in book.entries())
    )
    with here.database.writing() as session:
        if is_known and code in {
            item.code for item in items_of(session, race_id_of(session, slug))
        }:
            tick(session, slug, entry_id, code, is_done=is_done, by=who.name, at=now())
    return forms.to(addresses.desk_registration(slug, id=entry_id))


@desk_registration.get("/desk/<slug:slug>/registration/items")
@allowed(Right.ENTER)
def checklist(who: Director, slug: str) -> AnyResponse:
    """The race's checklist."""
    return _items(who, slug, message=flashed())


def _items(
    who: Director,
    slug: str,
    *,
    message: str = "",
    is_error: bool = False,
    typed: tuple[Item, ...] | None = None,
) -> AnyResponse:
    csrf = form_token()
    with installation().database.reading() as session:
        items = items_of(session, race_id_of(session, slug)) if typed is None else typed
    blank = [Item(code="", label="")] * _EMPTY_LINES
    return shown(
        slug,
        lambda book: ItemsPage(
            frame=desk_frame(book, "Checklist"),
            slug=slug,
            race=race_name(book),
            lines=tuple(
                (n, item.label, item.blocks, item.is_back)
                for n, item in enumerate((*items, *blank), 1)
            ),
            message=message,
            is_error=is_error,
            signed_in_as=who.name,
            form_token=csrf,
        ),
        400 if is_error else 200,
    )


@desk_registration.post("/desk/<slug:slug>/registration/items")
@allowed(Right.ENTER)
def write_checklist(who: Director, slug: str) -> AnyResponse:
    """Make these lines the checklist; without any it is the usual one."""
    numbers = [n for n in range(1, 41) if field(f"label-{n}")]
    with installation().database.reading() as session:
        codes = {i.label: i.code for i in items_of(session, race_id_of(session, slug))}
    items = tuple(
        Item(
            code=codes.get(label := field(f"label-{n}"), item_code(label)),
            label=label,
            blocks=bool(field(f"blocks-{n}")),
            is_back=bool(field(f"back-{n}")),
        )
        for n in numbers
    )
    try:
        with installation().database.writing() as session:
            write_items(session, slug, items)
    except BadItems as error:
        return _items(who, slug, message=f"Not kept: {error}.", is_error=True, typed=items)
    flash("The checklist is kept." if items else "It is the usual checklist again.")
    return forms.to(addresses.desk_registration_part(slug, "items"))


# -- who is here -------------------------------------------------------------------------------


@desk_registration.get("/desk/<slug:slug>/registration/check-in")
@allowed(Right.ENTER)
def at_start(who: Director, slug: str) -> AnyResponse:
    """Who is at the start of a stage, and who is not yet."""
    return _check_in(who, slug, message=flashed())


def _stage_asked(book: RaceBook, asked: int | str) -> int:
    """The stage that was asked for, else the next one to begin; 0 where there is none."""
    if isinstance(asked, int) and asked in book.stages:
        return asked
    coming = next((n for n in book.stages if not book.has_begun(n)), None)
    return coming or next(reversed(book.stages), 0)


def _check_in(
    who: Director, slug: str, *, message: str = "", is_error: bool = False
) -> AnyResponse:
    asked, csrf, form = forms.whole(request.values.get("stage", "")), form_token(), new_id()
    here = installation()
    here.books.refresh()
    number = here.books.race(slug).ask_whole(lambda book, _: _stage_asked(book, asked))
    with here.database.reading() as session:
        race_id = race_id_of(session, slug)
        items, ticks = items_of(session, race_id), ticks_of(session, race_id)
        at_gate = checked_in(session, race_id, number)

    def made(book: RaceBook) -> CheckInPage:
        zone = zone_named(book.race.timezone)
        rows = []
        for one in starters(book, number) if number else ():
            entry, lacks = one.entry, missing_to_start(items, ticks.get(one.entry.id, {}))
            known = at_gate.get(entry.id)
            told = [_told(known, zone)] if known else []
            told += ["lacks: " + ", ".join(item.label for item in lacks)] if lacks else []
            seen = bool(book.splits(number, entry.id))
            told += ["seen on the course"] if seen else []
            rows.append(
                CheckInItem(
                    id=entry.id,
                    bib=entry.bib,
                    name=name_of(entry),
                    told=" · ".join(told),
                    is_here=known is not None and known.is_done,
                    is_blocked=bool(lacks),
                    seen=seen,
                )
            )
        rows.sort(key=lambda row: bib_order(row.bib))
        return CheckInPage(
            frame=desk_frame(book, "Check-in"),
            slug=slug,
            race=race_name(book),
            form=form,
            stage=number,
            stages=tuple((n, stage_title(book.stage_book(n).stage)) for n in book.stages),
            title=stage_title(book.stage_book(number).stage) if number else "",
            expected=len(rows),
            here=tuple(row for row in rows if row.is_here),
            missing=tuple(row for row in rows if not row.is_here),
            ruled=tuple(
                (r.id, ", ".join(r.bibs), r.reason)
                for r in book.rulings
                if isinstance(r, Status) and r.status is RulingStatus.DNS and r.stage == number
            ),
            message=message,
            is_error=is_error,
            signed_in_as=who.name,
            form_token=csrf,
        )

    return shown(slug, made, 400 if is_error else 200)


@desk_registration.post("/desk/<slug:slug>/registration/check-in")
@allowed(Right.ENTER)
def note_here(who: Director, slug: str) -> AnyResponse:
    """Note who is here, by button or by what was typed or scanned; or that they are not."""
    asked, typed, entry_id = forms.whole(field("stage")), field("who"), field("id")
    is_here = field("gone") != "yes"
    here = installation()
    here.books.refresh()

    def found(book: RaceBook, _: Standing) -> tuple[int, Entry | str]:
        number = _stage_asked(book, asked)
        expected = [one.entry for one in starters(book, number)] if number else []
        if entry_id:
            one = next((e for e in expected if e.id == entry_id), None)
            return number, one or "They are not expected on this stage."
        fitting = matching(expected, typed)
        if len(fitting) == 1:
            return number, fitting[0]
        if fitting:
            return number, f"“{typed[:40]}” fits {len(fitting)}: type the bib."
        if matching(book.entries(), typed):
            return number, f"“{typed[:40]}” does not start on this stage: not in it, or out."
        return number, f"Nobody has bib, chip or name “{typed[:40]}”."

    number, one = here.books.race(slug).ask_whole(found)
    if isinstance(one, str):
        return _check_in(who, slug, message=one, is_error=True)
    with here.database.writing() as session:
        race_id = race_id_of(session, slug)
        lacks = missing_to_start(
            items_of(session, race_id), ticks_of(session, race_id, (one.id,)).get(one.id, {})
        )
        check_in(session, slug, number, (one.id,), is_here=is_here, by=who.name, at=now())
    told = f"{one.bib} {name_of(one)} is {'here' if is_here else 'not here after all'}."
    if lacks and is_here:
        told += f" Not to start yet, lacks: {', '.join(item.label for item in lacks)}."
    flash(told)
    return forms.to(addresses.desk_registration_part(slug, "check-in", stage=number))


@desk_registration.post("/desk/<slug:slug>/registration/missing")
@allowed(Right.RULE)
def missing(who: Director, slug: str) -> AnyResponse:
    """Show what it would change if those who are not here do not start; then record it."""
    number, reason = forms.whole(field("stage")), field("reason") or "Not at the start"
    bibs, at, form = request.form.getlist("bib"), moment_of_form(), field("form") or new_id()
    if not isinstance(number, int) or not bibs:
        return _check_in(who, slug, message="Tick who does not start.", is_error=True)
    here = installation()
    here.books.refresh()
    try:
        ruling = racefile.load_ruling(
            {
                "ruling": "status",
                "id": form,
                "status": "dns",
                "stage": number,
                "bibs": bibs,
                "by": who.name,
                "at": format_instant(at),
                "reason": reason,
            }
        )
        seen = here.books.race(slug).ask_whole(lambda book, _: _seen(book, number, bibs))
    except (BadRecord, KeyError) as error:
        said = forms.in_words(error) if isinstance(error, BadRecord) else "No such stage."
        return _check_in(who, slug, message=said, is_error=True)
    if seen:
        message = f"Not done: {', '.join(seen)} were seen on the course."
        return _check_in(who, slug, message=message, is_error=True)
    if not field("at"):
        return show_supposed(
            who,
            slug,
            (ruling,),
            heading="Who does not start",
            told=lambda _: [f"DNS on stage {number}: {', '.join(bibs)}"],
            action=addresses.desk_registration_part(slug, "missing"),
            tab="registration",
            back_url=addresses.desk_registration_part(slug, "check-in", stage=number),
            at=at,
            record=f"Record {len(bibs)} DNS",
        )
    record_all(slug, (ruling,))
    flash(f"{len(bibs)} do not start on stage {number}. Undo it below if one comes.")
    return forms.to(addresses.desk_registration_part(slug, "check-in", stage=number))


def _seen(book: RaceBook, number: int, bibs: Iterable[str]) -> list[str]:
    """Those of the bibs that were seen on the course, so that they did start."""
    if number not in book.stages:
        raise KeyError(number)
    worn = ((bib, book.entry_wearing(bib, number)) for bib in bibs)
    return [bib for bib, entry in worn if entry is not None and book.splits(number, entry.id)]


@desk_registration.post("/desk/<slug:slug>/registration/started")
@allowed(Right.RULE)
def started(who: Director, slug: str) -> AnyResponse:
    """Take a DNS back: the ruling is voided, and stands among the rulings as undone."""
    record, number = field("record"), forms.whole(field("stage"))
    try:
        ruling = racefile.load_ruling(
            {
                "ruling": "void",
                "id": field("form") or new_id(),
                "record": record,
                "by": who.name,
                "at": format_instant(now()),
                "reason": "Starts after all",
            }
        )
    except BadRecord as error:
        return _check_in(who, slug, message=forms.in_words(error), is_error=True)
    record_all(slug, (ruling,))
    flash("Taken back: they are expected at the start again.")
    return forms.to(addresses.desk_registration_part(slug, "check-in", stage=str(number)))
