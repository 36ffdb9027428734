"""The desk's page for publishing: numbers, protests, official, reopened (Rules 12.1)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from flask import Blueprint, flash, get_flashed_messages
from werkzeug.wrappers import Response as AnyResponse

from timing.core.book import RaceBook
from timing.core.publications import Publication, PublicationKind
from timing.db.publications import publications_of
from timing.live.books import Standing
from timing.operations import automatic, publications
from timing.operations.directors import Director
from timing.operations.engine_check import altered
from timing.operations.engine_mark import engine_mark
from timing.operations.homes import NotHome
from timing.operations.publications import NEW_PROTEST, Issue, NotPublished, Outcome
from timing.operations.roles import Right
from timing.pages import addresses
from timing.pages.publish_page import ProtestDraft, publish_page
from timing.pages.rendering import render
from timing.web import forms
from timing.web.forms import field, form_token, new_id, private
from timing.web.guarding import allowed
from timing.web.installation import installation, now
from timing.web.publishing import issue_number, prospect_of

desk_publish = Blueprint("desk_publish", __name__)

Made = TypeVar("Made")

_NO_DRAFT = ProtestDraft()


@desk_publish.get("/desk/<slug:slug>/publish")
@allowed(Right.SEE)
def publish(who: Director, slug: str) -> AnyResponse:
    """What was published, and what there is to publish."""
    return _page(who, slug, message=" ".join(map(str, get_flashed_messages())))


@desk_publish.post("/desk/<slug:slug>/publish")
@allowed(Right.PUBLISH)
def issue(who: Director, slug: str) -> AnyResponse:
    """Show what a number would say; with the field ``sure`` issue it."""
    try:
        wanted = Issue(
            kind=PublicationKind(field("kind")),
            after=_whole("stage"),
            number=_whole("number"),
            at=now(),
            by=who.name,
            reason=field("reason"),
        )
    except ValueError:
        return _page(who, slug, message="There is nothing of that kind.", is_error=True)
    act = issue_number if field("sure") else prospect_of
    made = _done(lambda: act(slug, wanted))
    if isinstance(made, str):
        return _page(who, slug, message=made, is_error=True)
    if not field("sure"):
        return _page(who, slug, prospect=made)
    flash(f"Number {made.number} is public: stage {made.after}, {made.kind.value}.")
    return forms.to(addresses.desk_publish(slug))


@desk_publish.get("/desk/<slug:slug>/publish/protests")
@desk_publish.get("/desk/<slug:slug>/publish/answers")
@desk_publish.get("/desk/<slug:slug>/publish/hold")
def forms_of_publish(slug: str) -> AnyResponse:
    """Where forms are sent there is nothing to read: back to the page that they stand on."""
    return forms.to(addresses.desk_publish(slug))


@desk_publish.post("/desk/<slug:slug>/publish/hold")
@allowed(Right.PUBLISH)
def hold(who: Director, slug: str) -> AnyResponse:
    """Hold a provisional number, so that it waits for a person; or let the rules go on."""
    number, is_held = _whole("number"), field("held") == "yes"

    def written() -> None:
        with installation().database.writing() as session:
            automatic.hold(session, slug, number, held=is_held, at=now(), by=who.name)

    made = _done(written)
    if isinstance(made, str):
        return _page(who, slug, message=made, is_error=True)
    flash(f"Number {number} is held." if is_held else f"Number {number} goes on by the rules.")
    return forms.to(addresses.desk_publish(slug))


@desk_publish.post("/desk/<slug:slug>/publish/protests")
@allowed(Right.ENTER)
def lodge(who: Director, slug: str) -> AnyResponse:
    """Write down a protest."""
    draft = ProtestDraft(who=field("who"), bib=field("bib"), text=field("text"))

    def written() -> int:
        protest = replace(
            NEW_PROTEST,
            publication=_whole("publication"),
            who=draft.who,
            bib=draft.bib,
            text=draft.text,
            lodged_at=now(),
            lodged_by=who.name,
        )
        with installation().database.writing() as session:
            return publications.lodge(session, slug, protest, form=field("form"))

    made = _done(written)
    if isinstance(made, str):
        return _page(who, slug, message=made, is_error=True, draft=draft)
    flash(f"Protest {made} is written down.")
    return forms.to(addresses.desk_publish(slug))


@desk_publish.post("/desk/<slug:slug>/publish/answers")
@allowed(Right.JUDGE)
def answer(who: Director, slug: str) -> AnyResponse:
    """Answer a protest, once."""
    number = _whole("protest")

    def written() -> object:
        if field("outcome") not in tuple(Outcome):
            raise NotPublished("Say whether it is upheld, rejected or withdrawn.")
        with installation().database.writing() as session:
            return publications.answer(
                session,
                slug,
                number,
                outcome=Outcome(field("outcome")),
                text=field("text"),
                at=now(),
                by=who.name,
                ruling_id=field("ruling"),
            )

    made = _done(written)
    if isinstance(made, str):
        return _page(who, slug, message=made, is_error=True)
    flash(f"Protest {number} is answered.")
    return forms.to(addresses.desk_publish(slug))


def _done(act: Callable[[], Made]) -> Made | str:
    try:
        return act()
    except (NotPublished, NotHome) as error:
        return str(error)


def _whole(name: str) -> int:
    found = forms.whole(field(name)[:9])
    return found if isinstance(found, int) else 0


def _page(
    who: Director,
    slug: str,
    *,
    message: str = "",
    is_error: bool = False,
    prospect: Publication | None = None,
    draft: ProtestDraft = _NO_DRAFT,
) -> AnyResponse:
    here, csrf, moment, form = installation(), form_token(), now(), new_id()
    here.books.refresh()
    race = here.books.race(slug)
    with here.database.reading() as session:
        issued = publications_of(session, slug)
        protests = publications.protests_of(session, slug)
        held = automatic.holds_of(session, slug)
        other = altered(session, engine_mark(), slug)

    def shown(book: RaceBook, told: RaceBook, _: Standing) -> str:
        page = publish_page(
            book,
            told,
            issued=issued,
            upcoming=coming,
            held=held,
            altered={one.number: one.differences for one in other},
            protests=protests_shown,
            prospect=prospect,
            draft=draft,
            form=form,
            now=moment,
            form_token=csrf,
            signed_in_as=who.name,
            message=message,
            is_error=is_error,
        )
        return render(page, notice=here.settings.notice)

    coming = {u.publication.number: u.at for u in automatic.upcoming(issued, held)}
    protests_shown = [
        (
            p.number,
            p.publication,
            p.who,
            p.bib,
            p.text,
            p.lodged_at,
            p.lodged_by,
            p.outcome.value if p.outcome else "",
            p.answer,
            p.answered_by,
            p.ruling_id,
        )
        for p in protests
    ]
    return private(race.ask_both(shown), 400 if is_error else 200)
