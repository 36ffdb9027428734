"""Issuing numbers from the web: worked out beside everything else, then written under the lock.

What takes long (the digests of a large race, the comparison with the number before) happens in a
thread, of a book of its own, while stations and pages go on; under the race's lock there is only a
comparison with what came in meanwhile, and the row.
"""

from __future__ import annotations

from functools import partial

from sqlalchemy import URL

from timing.core.book import RaceBook
from timing.core.publications import Publication
from timing.db.engines import open_database
from timing.live.threads import in_thread
from timing.operations import publications
from timing.operations.publications import Draft, Issue, Overtaken
from timing.web.installation import installation

TRIES = 3
"""So often a number is worked out again for what came in meanwhile; then others wait for it."""


def issue_number(slug: str, wanted: Issue) -> Publication:
    """Issue it; raises what `publications.issue` raises."""
    here = installation()
    for _ in range(TRIES):
        made = _drafted(slug, wanted)
        try:
            with here.database.writing() as session:
                issued = publications.put(session, slug, made)
        except Overtaken:
            continue
        here.books.refresh()
        return issued
    with here.database.writing() as session:
        issued = publications.issue(session, slug, wanted)
    here.books.refresh()
    return issued


def prospect_of(slug: str, wanted: Issue) -> Publication:
    """What would be issued; raises what `publications.prospect` raises."""
    with installation().database.reading() as session:
        publications.refuse_elsewhere(session, slug)
    return _drafted(slug, wanted).publication


def _drafted(slug: str, wanted: Issue) -> Draft:
    here = installation()
    here.books.refresh()
    # A book of its own: while the number is worked out, others may ask the race.
    book, revision = here.books.race(slug).ask_whole(
        lambda whole, standing: (whole.fork(), standing.cursor.revision)
    )
    return in_thread(partial(_draft, here.database.url, slug, wanted, book, revision))


def _draft(url: URL, slug: str, wanted: Issue, book: RaceBook, revision: int) -> Draft:
    # By connections of its own: those of the greenlets must not be waited for in a thread.
    own = open_database(url)
    try:
        with own.reading() as session:
            return publications.draft(session, slug, wanted, book=book, revision=revision)
    finally:
        own.close()
