"""The desk's start lists: looked at, single starts ruled, issued."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from flask import Blueprint, flash, request
from werkzeug.wrappers import Response as AnyResponse

from timing import racefile
from timing.core.book import RaceBook
from timing.core.records import Ruling
from timing.core.times import format_instant, local_clock, zone_named
from timing.live.books import Standing
from timing.operations.directors import Director
from timing.operations.roles import Right
from timing.pages import addresses
from timing.pages.start_lists_page import start_lists_page
from timing.pages.starters import due_stage, is_issuable, issued_list, starters
from timing.racefile import BadRecord
from timing.web import forms
from timing.web.desk_entries import flashed, shown
from timing.web.forms import field, form_token, new_id
from timing.web.guarding import allowed
from timing.web.installation import installation, now
from timing.web.supposing import moment_of_form, record_all, show_supposed

desk_start_lists = Blueprint("desk_start_lists", __name__)


def today_of(slug: str) -> date:
    """The date at the race."""
    zone = zone_named(installation().books.race(slug).standing.race.timezone)
    return local_clock(now(), zone).date()


@desk_start_lists.get("/desk/<slug:slug>/start-lists")
@allowed(Right.ENTER)
def lists(who: Director, slug: str) -> AnyResponse:
    """Every stage's list, one of them opened."""
    return _page(who, slug, message=flashed())


def _page(
    who: Director,
    slug: str,
    *,
    message: str = "",
    is_error: bool = False,
    values: Mapping[str, str] | None = None,
) -> AnyResponse:
    csrf, today = form_token(), today_of(slug)
    asked = forms.whole(field("stage") or request.args.get("stage", ""))
    kept = {name: (values or {}).get(name, "") for name in ("bibs", "to", "reason")}

    def made(book: RaceBook) -> object:
        coming = next((n for n in book.stages if not book.has_begun(n)), None)
        first = coming or next(reversed(book.stages), 0)
        number = asked if asked in book.stages else due_stage(book, today) or first
        return start_lists_page(
            book,
            int(number),
            today=today,
            form=new_id(),
            values=kept,
            signed_in_as=who.name,
            form_token=csrf,
            message=message,
            is_error=is_error,
        )

    return shown(slug, made, 400 if is_error else 200)  # type: ignore[arg-type]


@desk_start_lists.get("/desk/<slug:slug>/start-lists/issue")
@desk_start_lists.get("/desk/<slug:slug>/start-lists/hold")
def forms_of_lists(slug: str) -> AnyResponse:
    """Where forms are sent there is nothing to read: back to the page that they stand on."""
    return forms.to(addresses.desk_start_lists(slug))


@desk_start_lists.post("/desk/<slug:slug>/start-lists/issue")
@allowed(Right.ENTER)
def issue(who: Director, slug: str) -> AnyResponse:
    """Freeze the starts of a stage as they are shown; another time only with a reason."""
    here, moment, form = installation(), now(), field("form") or new_id()
    here.books.refresh()
    number, reason = forms.whole(field("stage")), field("reason")

    def made(book: RaceBook, _: Standing) -> Ruling:
        return issuing(
            book,
            number if isinstance(number, int) else 0,
            by=who.name,
            at=format_instant(moment),
            reason=reason,
            ruling_id=form,
        )

    try:
        ruling = here.books.race(slug).ask_whole(made)
    except (CannotIssue, BadRecord) as error:
        return _page(who, slug, message=f"Not issued: {error}.", is_error=True)
    if not record_all(slug, (ruling,)):
        flash("It was issued before by this form.")
    else:
        flash(f"The start list of stage {number} is issued and frozen.")
    return forms.to(addresses.desk_start_lists(slug, stage=str(number)))


class CannotIssue(ValueError):
    """Why a start list is not issued."""


def issuing(
    book: RaceBook, number: int, *, by: str, at: str, reason: str, ruling_id: str
) -> Ruling:
    """The ruling that freezes a stage's starts as they are now; CannotIssue, BadRecord.

    Where there is a list already it is superseded, for which a reason is asked. Its starts are
    drawn up anew from the results, as if it had not been issued.
    """
    if number not in book.stages:
        raise CannotIssue("the race has no such stage")
    if not is_issuable(book, number):
        raise CannotIssue("no result moves the starts of this stage, so nothing is to be frozen")
    if book.has_begun(number):
        raise CannotIssue("the stage has begun; rule on single starts")
    before = issued_list(book, number)
    if before is not None and not reason:
        raise CannotIssue("there is a list already; say why there is to be another")
    drawn = book
    if before is not None:
        drawn = book.fork()
        drawn.add(
            rulings=(
                racefile.load_ruling(
                    {"ruling": "void", "record": before.id, "by": by, "at": at, "reason": "Anew"}
                ),
            )
        )
    starts = {
        one.entry.bib: format_instant(one.at)
        for one in starters(drawn, number)
        if one.at is not None
    }
    if not starts:
        raise CannotIssue("nobody has a start yet")
    row: dict[str, object] = {
        "ruling": "start_list",
        "id": ruling_id,
        "stage": number,
        "starts": starts,
        "by": by,
        "at": at,
        "reason": reason or "Issued",
    }
    if before is not None:
        row["supersedes"] = [before.id]
    return racefile.load_ruling(row)


@desk_start_lists.post("/desk/<slug:slug>/start-lists/hold")
@allowed(Right.RULE)
def hold(who: Director, slug: str) -> AnyResponse:
    """Another start for some, such as those held for missing check-in (Rules 3.5)."""
    number, form = forms.whole(field("stage")), field("form") or new_id()
    bibs = field("bibs").replace(",", " ").split()
    at, to = moment_of_form(), field("to")
    here = installation()
    here.books.refresh()

    reason = field("reason")

    def wrong(book: RaceBook, _: Standing) -> str:
        if number not in book.stages:
            return "the race has no such stage"
        if not reason:
            return "say why"
        unknown = [bib for bib in bibs if book.entry_wearing(bib, int(number)) is None]
        return f"nobody wears {', '.join(unknown)} on this stage" if unknown else ""

    try:
        if said := here.books.race(slug).ask_whole(wrong):
            return _page(
                who, slug, message=f"Not done: {said}.", is_error=True, values=request.form
            )
        ruling = racefile.load_ruling(
            {
                "ruling": "start",
                "id": form,
                "stage": number,
                "bibs": bibs,
                "to": to,
                "by": who.name,
                "at": format_instant(at),
                "reason": reason,
            }
        )
    except BadRecord as error:
        said = forms.in_words(error)
        return _page(who, slug, message=said, is_error=True, values=request.form)
    if not field("at"):
        return show_supposed(
            who,
            slug,
            (ruling,),
            heading="What would change",
            told=lambda _: [f"{', '.join(bibs)} start at {to} on stage {number}."],
            action=addresses.desk_start_lists_part(slug, "hold"),
            tab="start-lists",
            back_url=addresses.desk_start_lists(slug, stage=str(number)),
            at=at,
        )
    record_all(slug, (ruling,))
    flash(f"Recorded: {', '.join(bibs)} start at {to}.")
    return forms.to(addresses.desk_start_lists(slug, stage=str(number)))
