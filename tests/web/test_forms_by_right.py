"""No page of the desk shows a form to whom it would be refused: each page, as each part."""

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException

from tests.serving import BEFORE, RACE, SLUG, settings_for, station_key
from tests.web.people import account, signed_in
from tests.web.test_whole_security import Page, is_html, ours
from timing import racefile
from timing.core.publications import PublicationKind
from timing.core.records import Observation, Penalty
from timing.core.times import HOUR
from timing.db.engines import Database
from timing.operations.publications import NEW_PROTEST, Issue, issue, lodge
from timing.operations.record import append
from timing.operations.roles import RIGHTS, Part, Right
from timing.operations.ruling_drafts import RulingDraft, keep_draft
from timing.operations.ruling_notes import RulingNote, attach_note
from timing.web.application import create_app

MOST_PAGES = 120
"""Of one part: enough for each page, and each of its kinds of forms."""
SAME_PAGE = 3
"""With so many other queries."""


@pytest.fixture
def busy(filled: Database) -> Flask:
    """A race at which everything waits that a form is for: drafts, notes, protests, reports."""
    document = racefile.load(RACE)
    bib, stage = document.entries[0].bib, document.race.stages[0].number
    seen = Observation(
        id="seen", by="CP1", at=BEFORE, reason="no jacket", kind="kit", bibs=(bib,), stage=stage
    )
    with filled.writing() as session:
        given = Penalty(
            id="given", by="d", at=BEFORE, reason="x", stage=stage, time=60_000, bibs=(bib,)
        )
        append(session, SLUG, rulings=(seen, given), received=BEFORE)
        keep_draft(
            session,
            SLUG,
            RulingDraft(id="d1", form={"kind": "penalty", "bibs": bib}, by="d", at=BEFORE),
        )
        note = RulingNote(id="n1", ruling_id="given", text="seen by two", by="jury", at=BEFORE)
        attach_note(session, SLUG, note)
        wanted = Issue(
            kind=PublicationKind.PROVISIONAL, after=stage, number=1, at=BEFORE + HOUR, by="d"
        )
        issue(session, SLUG, wanted)
        protest = replace(
            NEW_PROTEST, publication=1, who="Bo", text="why", lodged_at=BEFORE + HOUR, lodged_by="d"
        )
        lodge(session, SLUG, protest, form="f1")
    station_key(filled, "S1")
    return create_app(settings_for(filled))


def desk_pages(app: Flask, client: FlaskClient) -> Iterator[tuple[str, str]]:
    """Every page of the race's desk that opens for whoever this is, from the table of routes on."""
    waiting = [
        rule.rule.replace("<slug:slug>", SLUG)
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/desk/<slug:slug>")
        and "GET" in (rule.methods or set())
        and rule.arguments == {"slug"}
    ]
    seen: dict[str, int] = {}
    done: set[str] = set()
    while waiting and len(done) < MOST_PAGES:
        address = waiting.pop(0)
        path = address.partition("?")[0]
        if address in done or seen.get(path, 0) >= SAME_PAGE or not path.startswith("/desk"):
            continue
        seen[path] = seen.get(path, 0) + 1
        done.add(address)
        answer = client.get(address)
        if answer.status_code == 200 and is_html(answer):
            yield address, answer.text
            links = [ours(path, given.get("href", "")) for _, given in Page(answer.text).elements]
            waiting += [link for link in links if link.startswith(f"/desk/{SLUG}")]
        elif answer.status_code in (302, 303):
            waiting.append(ours(path, answer.location))
        answer.close()


def targets(address: str, html: str) -> Iterator[str]:
    """Where the forms of a page send what is typed, with their buttons that say otherwise."""
    form = ""
    for tag, given in Page(html).elements:
        if tag == "form":
            form = given.get("method", "get").lower()
            if form == "post":
                yield ours(address, given.get("action") or address)
        elif given.get("formaction") and given.get("formmethod", form).lower() == "post":
            yield ours(address, given["formaction"])


def right_of(app: Flask, target: str) -> Right | None:
    """The right that a form's address takes; None where it takes none, or is no address."""
    try:
        endpoint, _ = app.url_map.bind("localhost").match(urlsplit(target).path, method="POST")
    except HTTPException:
        return None
    found = getattr(app.view_functions[endpoint], "right", None)
    assert found is None or isinstance(found, Right)
    return found


@pytest.mark.parametrize("part", Part)
def test_no_page_shows_a_form_that_would_be_refused(
    busy: Flask, filled: Database, part: Part
) -> None:
    client = signed_in(busy, filled, account(filled, f"the {part}", part))
    refused, shown = set(), set()
    for address, html in desk_pages(busy, client):
        for target in targets(address, html):
            right = right_of(busy, target)
            if right is not None:
                shown.add(right)
            if right is not None and right not in RIGHTS[part]:
                refused.add((address, target, right.value))
    assert refused == set()
    # And there was something to be shown, wherever the part may change anything.
    changing = RIGHTS[part] - {Right.SEE, Right.EXPORT, Right.CONTACTS, Right.ERASE, Right.DEFINE}
    assert changing <= shown, changing - shown


def test_a_form_that_would_be_refused_is_found(busy: Flask) -> None:
    page = f'<form method="post" action="/desk/{SLUG}/people"></form>'
    page += f'<form><button formmethod="post" formaction="/desk/{SLUG}/starts"></button></form>'
    found = [right_of(busy, target) for target in targets(f"/desk/{SLUG}", page)]
    assert found == [Right.PEOPLE, Right.RULE]
