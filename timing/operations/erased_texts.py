"""What people wrote of a person, wherever it is stored: found, and made nameless.

Every text of every table of a race is looked through, so that a table made tomorrow is too. What is
left out is named here, each with its reason (docs/personal-data.md).
"""

from __future__ import annotations

import html
import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import TypeAlias

from sqlalchemy import CheckConstraint, Column, String, Table, UniqueConstraint, and_, select, text
from sqlalchemy import update as updating
from sqlalchemy.orm import Session

from timing.db.every_table import TABLES

Replacing: TypeAlias = Callable[[str], str]

ERASED = "…"
"""What stands in the place of an address, a number or a birth date."""

SHORTEST = 4
"""Characters: what is shorter stands in too many other words to be looked for."""

_FEWEST_DIGITS = 6
"""A telephone number with fewer may be any number."""

KEPT: Mapping[str, str] = {
    "entries": "the versions of the entry are erased by themselves; others are other people's",
    "contacts": "the entry's are deleted; those of others are theirs, and name their next of kin",
    "contact_looks": "the entry's are deleted; those of others say who of the desk looked",
    "registration_ticks": "the entry's are deleted",
    "check_ins": "the entry's are deleted",
    "journal": "its notes and reasons are erased by themselves; the rest are codes and bibs",
    "definitions": "the rules of a race name no runner, and digests are taken of them",
    "publications.changes": "ids of entries and figures: a document that was issued",
    "publications.frozen": "ids of entries and figures: its digest is taken of it",
    "publications.input": "a digest",
    "publications.result": "a digest",
    "publications.engine": "the version that issued it",
    "alert_contacts": "who is told of alerts is one of the race's people: removed at Alerts",
    "alerts_told": "an alert, by bib",
    "post_phones": "whoever is at a control is one of the race's people: removed at Alerts",
    "invitations": "one of the race's people: withdrawn at People",
    "memberships": "one of the race's people: taken away at People",
    "case_leases": "who of the desk works on a case",
    "carried": "coded by a station and not taken yet: taken or put away at From devices",
    "messages.key": "what a message is about, by number",
    "export_jobs.form": "what kind of file it is",
    "export_jobs.by_key": "who of the desk asked for it",
    "rehearsals.of_slug": "the address of a race",
    "publication_checks.result": "a digest",
    "protests.form": "the number of a form",
    "protests.ruling_id": "the id of a ruling",
    "ruling_notes.ruling_id": "the id of a ruling",
    "ruling_notes.file_type": "what kind of file it is",
    "devices.origin": "the id of a device",
    "devices.app": "the version of the app",
    "tokens.public": "the id of a key",
    "teams.kind": "a code of the definition",
    "teams.legs": "who runs which stage, by bib",
    "frames": "numbers of versions",
    "claims": "which installation keeps the entries",
    "race_nodes": "an installation",
    "sync_cursors": "an installation",
    "sync_taken": "an installation",
    "readers": "a timing reader",
    "webhooks": "an address of a program, with its secrets",
    "webhook_progress": "a number",
    "webhook_deliveries.event_id": "the id of an event",
    "webhook_deliveries.type": "what kind of event it is",
    "webhook_deliveries.subject": "what an event is about, by id",
}
"""Tables of a race, or columns of them, that are not looked through, and why."""

BY_PEOPLE_OF_THE_DESK = "who did it is one of the race's people, not who it was done about"
"""Why columns that end in ``by`` are left as they are."""

CODES = frozenset({"bib", "bibs", "stage", "control", "controls", "scope", "secret_hash", "chip"})
"""Names of columns that hold a code by which something is known, and never what people say."""

REFUSED_BY = {
    "journal": {"sqlite": "journal_refuses_update", "postgresql": "journal_refuses_change"},
    "publications": {
        "sqlite": "publications_refuse_update",
        "postgresql": "publications_refuse_change",
    },
}
"""The triggers that refuse to change what is never changed but by an erasure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """By what a person may stand in texts; ``instead`` is written in the place of the names.

    ``bibs`` are those that they ever wore, ``numbers`` of telephones, ``others`` what else is
    theirs: addresses, notes.
    """

    instead: str
    bibs: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    born: frozenset[date] = frozenset()
    numbers: frozenset[str] = frozenset()
    others: frozenset[str] = frozenset()


def replacing(known: Known, *, about_them: bool = False) -> Replacing:
    """Takes out of a text what a person is known by.

    In what is ``about_them``, each of their names by itself too: "Zimmermann left the course".
    Texts may be plain, JSON or HTML, in whichever case, with accents composed or not.
    """
    names = {" ".join(name.split()) for name in known.names}
    if about_them:
        names |= {word for name in names for word in re.split(r"[\s-]+", name)}
    steps = []
    for texts, instead in (
        # Names last: next of kin may share one.
        (known.others, ERASED),
        ({said for born in known.born for said in _dates(born)}, ERASED),
        (names, re.sub(r'[\\"<>&]', "", known.instead)),
    ):
        # The longest first: a name that begins with another is not left with its end.
        asked = sorted((t for t in texts if len(t) >= SHORTEST), key=lambda t: (-len(t), t))
        if asked:
            steps.append((_finding(_written(t) for t in asked), instead))
    digits = sorted({re.sub(r"\D", "", n) for n in known.numbers}, key=len, reverse=True)
    if called := [d for d in digits if len(d) >= _FEWEST_DIGITS]:
        found = "|".join(r"[\s()./-]*".join(number) for number in called)
        steps.append((re.compile(rf"(?<!\d)\+?(?:{found})(?!\d)"), ERASED))
    return partial(_replaced, tuple(steps))


def _replaced(steps: Iterable[tuple[re.Pattern[str], str]], said: str) -> str:
    for found, instead in steps:
        said = found.sub(lambda _: instead, said)  # noqa: B023 - called at once
    return said


def _dates(born: date) -> Iterator[str]:
    yield born.isoformat()
    for written in ("%d.%m.%Y", "%-d.%-m.%Y", "%d/%m/%Y", "%-d/%-m/%Y", "%m/%d/%Y"):
        yield born.strftime(written)


def _finding(patterns: Iterable[str]) -> re.Pattern[str]:
    """Any of them, as whole words; the letter of an escaped line break before one is none."""
    before = r"(?:(?<!\w)|(?<=\\[nrt]))"
    return re.compile(rf"{before}(?:{'|'.join(patterns)})(?!\w)", re.IGNORECASE)


def _written(said: str) -> str:
    """A pattern for a text in all the ways that it may be written down."""
    return "".join(_character(c) for c in unicodedata.normalize("NFC", said))


def _character(character: str) -> str:
    if character.isspace():
        return r"(?:\s|\\[nrt]|&nbsp;|\\u00a0)+"
    if character.isascii() and character.isalnum():
        return character
    cases = {character, character.lower(), character.upper()}
    plain = cases | {unicodedata.normalize("NFD", c) for c in cases}
    ways = plain | {json.dumps(c)[1:-1] for c in plain} | {html.escape(c) for c in plain}
    ways |= {f"&#{ord(c)};" for c in cases if len(c) == 1}
    return f"(?:{'|'.join(re.escape(way) for way in sorted(ways, key=len, reverse=True))})"


# -- every table ----------------------------------------------------------------------------------


def looked_through() -> dict[Table, tuple[Column[str], ...]]:
    """The texts that people may have written, of every table of a race."""
    found = {}
    for table in TABLES:
        if "race_id" not in table.columns or table.name in KEPT:
            continue
        columns = tuple(column for column in table.columns if _is_looked_through(table, column))
        if columns:
            found[table] = columns
    return found


def why_kept(table: Table, column: Column[str]) -> str:
    """Why a text of a table of a race is left as it is, empty where it is not."""
    if column.name == "by" or column.name.endswith("_by"):
        return BY_PEOPLE_OF_THE_DESK
    if column.name in CODES or _is_of_a_rule(table, column):
        return "a code by which it is known"
    return KEPT.get(table.name) or KEPT.get(f"{table.name}.{column.name}", "")


def _is_looked_through(table: Table, column: Column[str]) -> bool:
    return isinstance(column.type, String) and not why_kept(table, column)


def _is_of_a_rule(table: Table, column: Column[str]) -> bool:
    """Whether the database itself asks something of the text: a key, or one of a few words."""
    if column.primary_key or column.foreign_keys or column.unique:
        return True
    for rule in table.constraints:
        if isinstance(rule, UniqueConstraint) and column.name in rule.columns:
            return True
        if isinstance(rule, CheckConstraint) and re.search(
            rf"\b{column.name}\b", str(rule.sqltext)
        ):
            return True
    return False


def make_nameless(session: Session, race_id: int, replaced: Replacing) -> None:
    """Take a person out of every text of a race that people may have written."""
    session.flush()
    for table, columns in looked_through().items():
        keys = tuple(table.primary_key.columns)
        rows = session.execute(select(*keys, *columns).where(table.c.race_id == race_id)).all()
        changed = []
        for row in rows:
            told = row[len(keys) :]
            values = {
                column.name: said
                for column, before in zip(columns, told, strict=True)
                if before and (said := replaced(before)) != before
            }
            if values:
                changed.append((row[: len(keys)], values))
        rewrite(session, table, changed)
    session.expire_all()


def rewrite(
    session: Session, table: Table, changed: Iterable[tuple[tuple[object, ...], dict[str, str]]]
) -> None:
    """Change texts of rows, by their primary keys, in a table that may refuse it to all others."""
    changed = list(changed)
    if not changed:
        return
    again = _without_refusal(session, table.name) if table.name in REFUSED_BY else ()
    for key, values in changed:
        pairs = zip(table.primary_key.columns, key, strict=True)
        is_row = and_(*(column == part for column, part in pairs))
        session.execute(updating(table).where(is_row).values(values))
    for statement in again:
        session.execute(text(statement))


def _without_refusal(session: Session, table: str) -> tuple[str, ...]:
    """Let this transaction change a table; what makes it refuse again, before it ends."""
    dialect = session.get_bind().dialect.name
    trigger = REFUSED_BY[table][dialect]
    if dialect == "postgresql":
        session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}"))
        return (f"ALTER TABLE {table} ENABLE TRIGGER {trigger}",)
    made = session.scalar(
        text("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = :name"),
        {"name": trigger},
    )
    session.execute(text(f"DROP TRIGGER {trigger}"))
    return (str(made),)
