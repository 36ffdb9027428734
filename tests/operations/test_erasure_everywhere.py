"""Erasure reaches whatever people wrote of somebody, in every table, and no result (Rules 12.2).

A birthday between two days of the race stays, as ages rest on it: tests/operations/
test_personal_data.py.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import Boolean, CheckConstraint, String, Table, inspect, select, text, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from tests.operations.test_personal_data import AFTER, RACE, book, results
from timing import racefile
from timing.cli import main
from timing.core.publications import PublicationKind
from timing.core.records import Penalty, StartList, Status, Void
from timing.core.statuses import RulingStatus
from timing.db import every_table
from timing.db.engines import Database
from timing.db.every_table import TABLES
from timing.db.publication_tables import ProtestRow, PublicationRow
from timing.db.publications import frozen_result, publications_of
from timing.db.tables import JournalRow
from timing.operations.contacts import write_contacts
from timing.operations.erased_texts import (
    KEPT,
    Known,
    looked_through,
    replacing,
    rewrite,
    why_kept,
)
from timing.operations.mailing import post_mail
from timing.operations.personal_data import erase_person, personal_data
from timing.operations.publications import NEW_PROTEST, Issue, Outcome, answer, issue, lodge
from timing.operations.races import add_race
from timing.operations.record import append
from timing.operations.registration import check_in, tick
from timing.operations.ruling_drafts import RulingDraft, drafts_of, keep_draft
from timing.operations.ruling_notes import RulingNote, attach_note, file_of_note, notes_of

NOON = 1_787_918_400_000 + 12 * 3_600_000
PHONE, EMAIL, MEDICAL = (
    "+41 79 555 12 34",
    "ulrich@zimmermann.example",
    "Bee stings: swells at once",
)
KIN, KIN_PHONE = "Berta Zimmermann-Egli", "044 321 12 12"
SAID = (
    f"Ulrich Zimmermann, born 1986-05-17 (17.5.1986), {EMAIL}, {PHONE} or +41795551234; "
    f"{MEDICAL}; ask {KIN}, {KIN_PHONE}"
)
TRACES = (
    "Ulrich", "Zimmermann", "1986-05-17", "17.5.1986", EMAIL, PHONE, "795551234", MEDICAL, "Berta",
    KIN_PHONE, "Ibex", "Chur",
)  # fmt: skip
SCAN = b"%PDF-1.7 a sheet with a name on it"
DOCS = Path(__file__).parents[2] / "docs" / "personal-data.md"


@pytest.fixture
def told(database: Database) -> Database:
    """The race with somebody of whom everybody has written something, wherever one can."""
    with database.writing() as session:
        document = racefile.loads(RACE.replace("1986-08-29", "1986-05-17"), name="ages")
        add_race(session, document, at=1, by="tests")
        contacts = {
            "phone": PHONE, "email": EMAIL, "kin": KIN, "kin_phone": KIN_PHONE, "medical": MEDICAL,
        }  # fmt: skip
        write_contacts(session, "ages", {"1": contacts}, who="d", at=2)
        tick(session, "ages", "1", "kit", is_done=True, by="d", at=3)
        check_in(session, "ages", 2, ("1",), is_here=True, by="d", at=4)
        append(session, "ages", rulings=rulings(), received=NOON)
        for number in (1, 2):
            publish(session, number)
        number = lodge(session, "ages", protest(who=SAID, bib="2", text=SAID), form="f1")
        answer(session, "ages", number, outcome=Outcome.REJECTED, text=SAID, at=NOON, by="jury")
        for ruling_id, file in (("r1", SCAN), ("both", SCAN), ("other", b"")):
            note(session, f"n-{ruling_id}", ruling_id, SAID, file)
        for bibs in ("1", "2"):
            form = {"kind": "penalty", "bibs": bibs, "reason": SAID}
            keep_draft(session, "ages", RulingDraft(id=f"d{bibs}", form=form, by="d", at=5))
    return database


def rulings() -> tuple[Any, ...]:
    noon = NOON
    return (
        StartList(id="issued", by="d", at=1, reason=SAID, stage=2, starts=(("1", 28_800_000),)),
        Penalty(id="both", by="d", at=noon, reason=SAID, stage=1, time=1_000, bibs=("1", "2")),
        Penalty(id="other", by="d", at=noon, reason=SAID, stage=1, time=1_000, bibs=("3",)),
        Void(id="undone", by="d", at=noon + 1, reason="Zimmermann was not there", record="r1"),
        Void(id="redone", by="d", at=noon + 2, reason=SAID, record="undone"),
    )


def publish(session: Session, number: int) -> None:
    kind = PublicationKind.PROVISIONAL
    issue(
        session,
        "ages",
        Issue(kind=kind, after=1, number=number, at=NOON, by="Mila", reason=SAID),
    )


def protest(**given: Any) -> Any:
    return replace(NEW_PROTEST, publication=1, lodged_at=NOON, lodged_by="d", **given)


def note(session: Session, note_id: str, ruling_id: str, said: str, file: bytes) -> None:
    made = RulingNote(
        id=note_id, ruling_id=ruling_id, text=said, file_name=f"{SAID}.pdf", by="jury", at=6
    )
    attach_note(session, "ages", made, file)


def erase(database: Database, entry_id: str = "1") -> None:
    with database.writing() as session:
        erase_person(session, "ages", entry_id, by="d", at=NOON, today=AFTER)


def left_of(database: Database, traces: tuple[str, ...] = TRACES) -> dict[str, set[str]]:
    """Which traces of a person stand in which column, of all that the database itself knows."""
    found: dict[str, set[str]] = {}
    with database.readers.connect() as connection:
        known = inspect(connection)
        for table in known.get_table_names():
            for row in connection.execute(text(f'SELECT * FROM "{table}"')).mappings():  # noqa: S608
                for column, value in row.items():
                    for trace in traces_in(value, traces):
                        found.setdefault(f"{table}.{column}", set()).add(trace)
    return found


def traces_in(value: object, traces: tuple[str, ...]) -> Iterator[str]:
    if isinstance(value, bytes):
        value = value.decode("latin-1")
    if isinstance(value, date):
        value = value.isoformat()
    if isinstance(value, str):
        plain = value.casefold()
        # As JSON too: what is escaped there is as readable.
        unescaped = re.sub(r"\\u([0-9a-f]{4})", lambda m: chr(int(m[1], 16)), plain)
        yield from (t for t in traces if t.casefold() in plain or t.casefold() in unescaped)


# -- whatever there is ----------------------------------------------------------------------------


def fill(session: Session, table: Table) -> None:
    """A row in a table of the race that has none, so that there is something to be erased."""
    row: dict[str, Any] = {}
    for column in table.columns:
        if column.name == "race_id":
            row[column.name] = 1
        elif column.foreign_keys:
            parent = next(iter(column.foreign_keys)).column
            if session.scalar(select(parent).limit(1)) is None:
                fill(session, parent.table)
            row[column.name] = session.scalar(select(parent).limit(1))
        elif column.primary_key and not isinstance(column.type, String):
            row[column.name] = 1
        elif isinstance(column.type, String):
            row[column.name] = allowed_word(table, column.name)
        elif not column.nullable:
            row[column.name] = False if isinstance(column.type, Boolean) else 1
    session.execute(table.insert().values(row))


def allowed_word(table: Table, column: str) -> str:
    for rule in table.constraints:
        if isinstance(rule, CheckConstraint) and re.search(rf"\b{column}\b", str(rule.sqltext)):
            return str(re.findall(r"'(\w+)'", str(rule.sqltext))[0])
    return "{}" if column in {"body", "state", "form", "position"} else "x"


def plant(session: Session) -> int:
    """Write of the person into every text that is looked through; into how many columns."""
    planted = 0
    for table in TABLES:
        if "race_id" in table.columns and not session.execute(select(table).limit(1)).first():
            fill(session, table)
    for table, columns in looked_through().items():
        for row in session.execute(select(*table.primary_key.columns, *columns)).all():
            key, held = row[: -len(columns)], row[-len(columns) :]
            said = {c.name: with_it(text or "") for c, text in zip(columns, held, strict=True)}
            rewrite(session, table, [(key, said)])
        planted += len(columns)
    return planted


def with_it(held: str) -> str:
    return json.dumps({**json.loads(held), "said": SAID}) if held[:1] == "{" else SAID


def test_after_an_erasure_no_text_of_any_table_tells_of_the_person(told: Database) -> None:
    with told.writing() as session:
        assert plant(session) > 20
    before, results_before = left_of(told), results(book(told))
    assert {"publications.reason", "protests.text", "messages.body", "ruling_notes.text"} < set(
        before
    )
    erase(told)
    assert left_of(told) == {}
    assert results(book(told)) == results_before


def test_every_text_is_looked_through_or_left_for_a_reason_that_is_written_down() -> None:
    of_races = [t for t in TABLES if "race_id" in t.columns]
    passed_over = {
        f"{table.name}.{column.name}"
        for table in of_races
        for column in table.columns
        if isinstance(column.type, String)
        and column not in looked_through().get(table, ())
        and not why_kept(table, column)
    }
    assert passed_over == set()
    known = {t.name for t in TABLES} | {f"{t.name}.{c.name}" for t in TABLES for c in t.columns}
    assert set(KEPT) <= known
    written = dict(re.findall(r"^\| `([a-z_.]+)` \| (.+?) \|$", DOCS.read_text(), re.MULTILINE))
    assert written == dict(KEPT)


def test_tables_of_no_race_are_of_the_installation_and_its_accounts() -> None:
    """A new one is to be decided about: nobody's data are erased from these with a race's."""
    assert {t.name for t in TABLES if "race_id" not in t.columns} == {
        "node", "races", "directors", "sign_ins", "account_sessions", "account_sign_ins",
        "second_factors", "recovery_codes",
    }  # fmt: skip


def test_every_module_of_tables_is_known_to_an_erasure() -> None:
    folder = Path(every_table.__file__).parent
    modules = {path.stem for path in folder.glob("*_tables.py")}
    assert {module.__name__.rpartition(".")[2] for module in every_table.MODULES} == modules


# -- one by one -----------------------------------------------------------------------------------


def test_what_was_published_is_as_it_was_but_for_the_name_in_its_reason(told: Database) -> None:
    with told.reading() as session:
        before, frozen = publications_of(session, "ages"), frozen_result(session, "ages", 1)
    erase(told)
    with told.reading() as session:
        after = publications_of(session, "ages")
        assert frozen_result(session, "ages", 1) == frozen
    assert [replace(p, reason="") for p in after] == [replace(p, reason="") for p in before]
    assert all(p.reason.startswith("Runner 1, born … (…), …, …") for p in after)
    with pytest.raises(DatabaseError), told.writing() as session:
        session.execute(update(PublicationRow).values(reason="x"))


def test_a_published_result_still_verifies(told: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    erase(told)
    url = told.url.render_as_string(hide_password=False)
    monkeypatch.setenv("BIVOUAC_DATABASE_URL", url)
    done = CliRunner().invoke(main, ["verify", "--race", "ages"])
    assert done.exit_code == 0, done.output
    assert done.output.count("as published") == 2


def test_a_protest_keeps_its_outcome_and_loses_the_name(told: Database) -> None:
    erase(told)
    with told.reading() as session:
        (row,) = session.scalars(select(ProtestRow))
    assert (row.outcome, row.bib) == ("rejected", "2")
    assert row.who == row.text == row.answer
    assert row.text.startswith("Runner 1, born")


def test_notes_of_the_jury_about_the_person_are_emptied_and_scans_of_them_are_gone(
    told: Database,
) -> None:
    """A scan of what concerned others too goes as well: nobody can be taken out of a picture."""
    erase(told)
    with told.reading() as session:
        notes = {n.id: n for n in notes_of(session, "ages")}
        assert file_of_note(session, "ages", "n-r1") is None
        assert file_of_note(session, "ages", "n-both") is None
    assert notes["n-r1"].text == "…"
    assert notes["n-both"].text.startswith("Runner 1, born")
    assert notes["n-other"].text.startswith("Runner 1, born")
    assert not any(n.file_name for n in notes.values())


def test_a_file_about_somebody_else_stays(told: Database) -> None:
    with told.writing() as session:
        note(session, "n-3", "other", "seen by two marshals", SCAN)
    erase(told)
    with told.reading() as session:
        found = file_of_note(session, "ages", "n-3")
    assert found is not None
    assert found[1] == SCAN


def test_a_draft_about_the_person_is_thrown_away_and_another_made_nameless(
    told: Database,
) -> None:
    erase(told)
    with told.reading() as session:
        (draft,) = drafts_of(session, "ages")
    assert draft.form["bibs"] == "2"
    assert draft.form["reason"].startswith("Runner 1, born")


def test_an_issued_start_list_stands_as_it_was_issued(told: Database) -> None:
    erase(told)
    (issued,) = [r for r in book(told).document.rulings if isinstance(r, StartList)]
    assert issued.starts == (("1", 28_800_000),)
    assert issued.reason.startswith("Runner 1, born")


def test_a_surname_alone_goes_from_what_was_said_about_the_person(told: Database) -> None:
    """And stays in what was said about others: a sister may run too."""
    with told.writing() as session:
        other = Penalty(
            id="sister", by="d", at=NOON, reason="Zimmermann cut a corner", stage=1, time=1_000,
            bibs=("2",),
        )  # fmt: skip
        append(session, "ages", rulings=(other,), received=NOON)
    erase(told)
    reasons = {r.id: r.reason for r in book(told).document.rulings}
    assert reasons["undone"] == "Runner 1 was not there"
    assert reasons["sister"] == "Zimmermann cut a corner"


def test_mail_to_the_person_is_not_kept(told: Database) -> None:
    with told.writing() as session:
        for to in (EMAIL, "d@race.example"):
            post_mail(session, 1, to=to, subject=SAID, text=SAID, key=to, at=NOON)
    erase(told)
    with told.reading() as session:
        kept = session.execute(text("SELECT address, subject, body FROM messages")).all()
    assert [row.address for row in kept] == ["d@race.example"]
    assert all("Ulrich" not in part for row in kept for part in row)


@pytest.mark.parametrize(
    "said",
    [
        "José Müller came", "JOSÉ MÜLLER came", "josé  müller came", "José\nMüller came",
        "Jose\u0301 Mu\u0308ller came", '{"a": "Jos\\u00e9 M\\u00fcller came"}',
        '{"a": "\\nJOS\\u00c9\\nM\\u00dcLLER came"}', "Jos&#233; M&#252;ller came",
    ],
)  # fmt: skip
def test_a_name_is_found_however_it_is_written(said: str) -> None:
    known = Known(instead="Runner 9", names=frozenset({"José Müller"}))
    assert "Runner 9 came" in replacing(known)(said)


@pytest.mark.parametrize(
    "said", ["Joséphine Müllerin", "Joséfina Müllerle", "4 Dé Ou", "7 955 512"]
)
def test_what_only_looks_alike_stays(said: str) -> None:
    known = Known(
        instead="Runner 9",
        names=frozenset({"José Müllers", "Dé", "Ou"}),
        numbers=frozenset({"55", "955 5123"}),
        others=frozenset({"", "4"}),
    )
    assert replacing(known, about_them=True)(said) == said


def test_a_runner_who_is_called_as_a_checkpoint_leaves_the_course_as_it_is(
    database: Database,
) -> None:
    called = RACE.replace("Cem Ak", "Start").replace("Bo Lind", "penalty")
    with database.writing() as session:
        add_race(session, racefile.loads(called, name="ages"), at=1, by="tests")
        append(session, "ages", rulings=rulings(), received=NOON)
        status = Status(
            id="s", by="d", at=NOON, reason="Start", status=RulingStatus.DNF, bibs=("3",), stage=2,
            control="START",
        )  # fmt: skip
        append(session, "ages", rulings=(status,), received=NOON)
    before = results(book(database))
    for entry_id in ("2", "3"):
        erase(database, entry_id)
    assert results(book(database)) == before
    with database.reading() as session:
        body = session.scalar(select(JournalRow.body).where(JournalRow.record_id == "s"))
    assert body is not None
    assert json.loads(body)["control"] == "START"
    assert json.loads(body)["reason"] == "Runner 3"


def test_what_a_person_is_given_of_their_data_holds_protests_and_notes(told: Database) -> None:
    with told.writing() as session:
        lodge(session, "ages", protest(who="Bo", bib="1", text="cut a corner"), form="f2")
    with told.reading() as session:
        data = personal_data(session, "ages", "1")
    assert [p["text"] for p in data["protests"]] == ["cut a corner"]
    assert {n["ruling"] for n in data["notes"]} == {"r1", "both"}
