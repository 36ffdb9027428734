"""What is printed of a stage, as the desk and the API serve it."""

from __future__ import annotations

from flask import Response

from timing.core.book import RaceBook
from timing.db.reading import definition_version
from timing.exports.pdf import Imprint, Sheets
from timing.exports.prints import Wish, sheets_of
from timing.live.books import Standing
from timing.web.installation import installation, now
from timing.web.own_layouts import own_layout, set_pages

PDF = "application/pdf"


def printed(slug: str, wish: Wish) -> Response:
    """The sheets of a stage as PDF; raises as `sheets_of` does."""
    here = installation()
    here.books.refresh()
    race = here.books.race(slug)
    with here.database.reading() as session:
        version = definition_version(session, slug, race.standing.cursor.revision)

    def taken(book: RaceBook, standing: Standing) -> Sheets:
        source = f"definition {version}, revision {standing.cursor.revision}"
        return sheets_of(book, wish, Imprint(source=source, issued=now()))

    own = own_layout(slug, wish.what)
    sheets = race.ask_whole(taken)
    # Not within `ask`: while the pages are set, others may ask the book.
    content = set_pages(slug, wish.what, sheets, own)
    response = Response(content, content_type=PDF)
    parts = (slug, "stage", str(wish.stage), wish.what.value, wish.control)
    name = "-".join(part for part in parts if part)
    response.headers.set("Content-Disposition", "inline", filename=f"{name}.pdf")
    return response
