"""Taking records in, whoever sends them: from JSON or a form to the journal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any, TypeAlias

from timing.core.book import RaceBook
from timing.core.problems import Problem
from timing.core.records import Passing, Record, Ruling
from timing.live.books import Standing
from timing.operations.record import Appended, Batch
from timing.racefile import BadRecord, load_passing, load_ruling
from timing.web.installation import installation, now

MALFORMED = "malformed"
"""The code of what is no record; the engine's problems have codes of their own."""

Row: TypeAlias = Mapping[str, Any]


def passing_from(row: object) -> Passing:
    """The passing in a JSON object; BadRecord. When it was received is not the sender's to say."""
    return load_passing(_object(row, "a passing", not_theirs="received"))


def ruling_from(row: object, *, by: str, is_station: bool) -> Ruling:
    """The ruling in a JSON object; BadRecord.

    ``by`` is who decided where the object does not say so; a station always speaks for itself.
    """
    data = dict(_object(row, "a ruling"))
    if is_station:
        data["by"] = by
    else:
        data.setdefault("by", by)
    return load_ruling(data)


def _object(row: object, kind: str, not_theirs: str = "") -> Row:
    if not isinstance(row, Mapping):
        raise BadRecord({"": (f"{kind} is an object",)})
    if not_theirs in row:
        raise BadRecord({not_theirs: ("is this server's to say; leave it out",)})
    return row


def write(
    slug: str,
    *,
    passings: Sequence[Passing] = (),
    rulings: Sequence[Ruling] = (),
    token_id: int | None = None,
) -> Appended:
    """Write records durably; returns after the commit. UnknownRace, DatabaseBusy."""
    batch = Batch(passings=passings, rulings=rulings, received=now(), token_id=token_id)
    here = installation()
    written = here.writer.write(slug, batch)
    if here.metrics is not None:
        here.metrics.count_records(written.accepted)
    return written


def is_sent_twice(slug: str, record: Record, moments: tuple[str, ...]) -> bool:
    """Whether what is here under a record's id differs from it in ``moments`` alone.

    A form that was sent twice does: it says "now", and now is later the second time.
    """
    books = installation().books
    books.refresh()

    def known(book: RaceBook, _: Standing) -> Record | None:
        return book.passing(record.id) or book.ruling(record.id)

    there = books.race(slug).ask_whole(known)
    if type(there) is not type(record):
        return False
    return all(
        getattr(there, name.name) == getattr(record, name.name)
        for name in fields(record)
        if name.name not in (*moments, "received")
    )


def misplaced(slug: str, passing: Passing) -> Problem | None:
    """What keeps a passing from counting for anybody, such as an unknown bib; else None.

    Told from what is known of the entries, without computing anything.
    """
    found = installation().books.race(slug).standing.place(passing)
    return found if isinstance(found, Problem) else None
