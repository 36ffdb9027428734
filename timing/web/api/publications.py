"""The API of publishing: numbers issued and held, protests lodged and answered (Rules 12.1)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeAlias

from flask import g

from timing.core.publications import PublicationKind
from timing.core.times import Instant, format_instant
from timing.db.publications import publications_of
from timing.exports.bodies import publication_body
from timing.operations import automatic, publications
from timing.operations.homes import NotHome
from timing.operations.publications import NEW_PROTEST, Issue, NotPublished, Outcome, Protest
from timing.web.api.bearer import director_only, key_needed
from timing.web.api.blueprint import ApiBlueprint
from timing.web.api.desk_refusals import refusals_of
from timing.web.api.publication_schemas import (
    AnswerIn,
    HoldIn,
    HoldOut,
    ProtestIn,
    ProtestOut,
    ProtestsOut,
    PublicationIn,
    PublicationOut,
)
from timing.web.errors import Refusal
from timing.web.installation import installation, now
from timing.web.publishing import issue_number, prospect_of

Answer: TypeAlias = dict[str, Any]

publications_api = ApiBlueprint(
    "publications_api",
    __name__,
    url_prefix="/api/v1",
    description="Issuing results by number, and the protests against them.",
)


_refusals = refusals_of(
    publications_api,
    {
        404: "There is no such race.",
        409: "It can't be done as things stand; `detail` says why, and what to do first.",
    },
)


def _done(act: Callable[[], Any]) -> Any:  # noqa: ANN401 - what the act returns
    try:
        return act()
    except (NotPublished, NotHome) as error:
        raise Refusal(409, str(error)) from None


@publications_api.post("/races/<slug:slug>/publications")
@key_needed
@publications_api.arguments(PublicationIn)
@publications_api.response(200, PublicationOut)
@_refusals
@publications_api.doc(security=[{"key": []}])
def issue(body: Mapping[str, Any], slug: str) -> Answer:
    """Issue a number: provisional, official, or the reopening of what was official."""
    director_only()
    wanted = Issue(
        kind=PublicationKind(body["kind"]),
        after=body["after"],
        number=body["number"],
        at=now(),
        by=g.token.label,
        reason=body["reason"].strip(),
    )
    act = prospect_of if body["dry_run"] else issue_number
    return publication_body(_done(lambda: act(slug, wanted)))


@publications_api.put("/races/<slug:slug>/publications/<int:number>/hold")
@key_needed
@publications_api.arguments(HoldIn)
@publications_api.response(200, HoldOut)
@_refusals
@publications_api.doc(security=[{"key": []}])
def hold(body: Mapping[str, Any], slug: str, number: int) -> Answer:
    """Hold a provisional number, so that it waits for a person; or let the rules go on."""
    director_only()

    def written() -> Answer:
        with installation().database.writing() as session:
            automatic.hold(session, slug, number, held=body["held"], at=now(), by=g.token.label)
            held = automatic.holds_of(session, slug)
            coming = automatic.upcoming(publications_of(session, slug), held)
        at = next(one.at for one in coming if one.publication.number == number)
        return {"number": number, "held": number in held, "official_at": _instant(at)}

    found: Answer = _done(written)
    return found


@publications_api.get("/races/<slug:slug>/protests")
@key_needed
@publications_api.response(200, ProtestsOut)
@_refusals
@publications_api.doc(security=[{"key": []}])
def protests(slug: str) -> Answer:
    """Tell every protest; they are never public."""
    director_only()
    with installation().database.reading() as session:
        return {"protests": [_protest(one) for one in publications.protests_of(session, slug)]}


@publications_api.post("/races/<slug:slug>/protests")
@key_needed
@publications_api.arguments(ProtestIn)
@publications_api.response(200, ProtestOut)
@_refusals
@publications_api.doc(security=[{"key": []}])
def lodge(body: Mapping[str, Any], slug: str) -> Answer:
    """Write a protest down; with the same ``id`` again it is the one that is there."""
    director_only()
    protest = replace(
        NEW_PROTEST,
        publication=body["publication"],
        who=body["who"],
        bib=body["bib"],
        text=body["text"],
        lodged_at=now(),
        lodged_by=g.token.label,
    )

    def written() -> Answer:
        with installation().database.writing() as session:
            number = publications.lodge(session, slug, protest, form=body["id"])
            lodged = publications.protests_of(session, slug)
        return next(_protest(one) for one in lodged if one.number == number)

    found: Answer = _done(written)
    return found


@publications_api.post("/races/<slug:slug>/protests/<int:number>/answer")
@key_needed
@publications_api.arguments(AnswerIn)
@publications_api.response(200, ProtestOut)
@_refusals
@publications_api.doc(security=[{"key": []}])
def answer(body: Mapping[str, Any], slug: str, number: int) -> Answer:
    """Answer a protest, once."""
    director_only()

    def written() -> Protest:
        with installation().database.writing() as session:
            return publications.answer(
                session,
                slug,
                number,
                outcome=Outcome(body["outcome"]),
                text=body["text"],
                at=now(),
                by=g.token.label,
                ruling_id=body["ruling"],
            )

    return _protest(_done(written))


def _protest(one: Protest) -> Answer:
    return {
        "number": one.number,
        "publication": one.publication,
        "who": one.who,
        "bib": one.bib,
        "text": one.text,
        "lodged_at": format_instant(one.lodged_at),
        "lodged_by": one.lodged_by,
        "answered_at": _instant(one.answered_at),
        "answered_by": one.answered_by,
        "answer": one.answer,
        "outcome": None if one.outcome is None else one.outcome.value,
        "ruling": one.ruling_id,
    }


def _instant(at: Instant | None) -> str | None:
    return None if at is None else format_instant(at)
