"""The one list of public addresses is the web's: none is forgotten, and both say the same there."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.serving import SLUG
from timing.core.book import RaceBook
from timing.exports import public_data as data
from timing.live.kept_files import file_name
from timing.pages import public_pages as pages
from timing.pages.languages import speaking
from timing.pages.public_pages import Around, PublicPage
from timing.web.installation import installation

BLUEPRINTS = ("public", "results", "feeds", "embedding", "cards", "certificates")


def routed(app: Flask) -> set[str]:
    """The rules of what everybody may read, as the lists write them."""
    return {
        re.sub(r"<(?:\w+:)?(\w+)>", r"<\1>", rule.rule)
        for rule in app.url_map.iter_rules()
        if rule.endpoint.partition(".")[0] in BLUEPRINTS and "GET" in (rule.methods or ())
    }


@pytest.fixture
def listed(app: Flask) -> list[PublicPage]:
    def of(book: RaceBook) -> Iterator[PublicPage]:
        for code in ("en", "ar"):
            with speaking(code):
                yield from list(pages.public_pages(book))
        yield from data.public_data(book)

    return installation(app).books.race(SLUG).ask(lambda book, _: list(of(book)))


def test_every_public_route_is_listed_or_named_among_what_is_not_kept(app: Flask) -> None:
    kept = {kind.route for kind in (*pages.PAGES, *data.DATA)}
    left_out = {*pages.NOT_KEPT, *data.NOT_KEPT}
    assert kept | left_out == routed(app)
    assert kept & left_out == set()


def test_what_is_listed_is_what_the_web_answers(
    app: Flask, client: FlaskClient, listed: list[PublicPage]
) -> None:
    race = installation(app).books.race(SLUG)
    revision = race.standing.cursor.revision
    made = race.ask(lambda book, _: {p.address: p.text(book, revision, Around()) for p in listed})
    for page in listed:
        answer = client.get(page.address)
        assert answer.status_code == 200, page.address
        assert answer.content_type == page.media.value, page.address
        assert answer.text == made[page.address], page.address


def test_no_address_and_no_file_is_listed_twice(listed: list[PublicPage]) -> None:
    names = [file_name(page.address, page.media) for page in listed]
    assert len({page.address for page in listed}) == len(listed)
    assert len(set(names)) == len(names)
    assert None not in names
