"""A file of entries against those that a race has: row by row, what would become of it.

Rows are matched by bib, else by name and birth date. What a row does not say stays as it was;
entries that the file does not name stay. Nothing is lost silently: every row has a verdict.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from timing import racefile
from timing.core.definition import Race
from timing.core.entries import Entry, Team, bib_order
from timing.importers.entry_columns import CONTACTS, About, EntryRow
from timing.operations.definitions import check_together
from timing.racefile.single_entries import entry_document, load_entry, load_team


class RowVerdict(StrEnum):
    """What becomes of a row."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    DUPLICATE = "duplicate"
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedRow:
    """A row with its verdict, and what is to be told; ``entry`` is None where nothing is taken."""

    line: int
    verdict: RowVerdict
    told: str = ""
    entry: Entry | None = None
    contacts: Mapping[About, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class BibRange:
    """The bibs that those of a division get who bring none."""

    division: str
    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryImport:
    """What a file would make of a race's entries; ``fault`` says why they can't be, if so."""

    rows: tuple[JudgedRow, ...]
    entries: tuple[Entry, ...]
    teams: tuple[Team, ...]
    new_teams: tuple[Team, ...]
    absent: int
    fault: str = ""

    @property
    def counts(self) -> Mapping[RowVerdict, int]:
        """How many rows have each verdict."""
        found = Counter(row.verdict for row in self.rows)
        return {verdict: found[verdict] for verdict in RowVerdict}

    @property
    def ready(self) -> int:
        """How many rows would change anything."""
        return sum(r.entry is not None and r.verdict is not RowVerdict.SAME for r in self.rows)


class BadRange(ValueError):
    """A range of bibs that is none; the message says what would be right."""


def bib_range(division: str, text: str) -> BibRange | None:
    """The range in ``100-199``; None where nothing is written, BadRange where it is no range."""
    if not text.strip():
        return None
    found = re.fullmatch(r"\s*(\d{1,6})\s*(?:-|–|to)\s*(\d{1,6})\s*", text, re.ASCII)
    if found is None or int(found[1]) > int(found[2]):
        raise BadRange(f"“{text[:20]}” is no range of bibs; write it like 100-199")
    return BibRange(division=division, first=int(found[1]), last=int(found[2]))


def judge_entries(
    race: Race,
    standing: Sequence[Entry],
    teams: Sequence[Team],
    rows: Iterable[EntryRow],
    *,
    division: str = "",
    ranges: Sequence[BibRange] = (),
    team_kind: str = "",
) -> EntryImport:
    """What a file's rows would make of the entries and teams of a race.

    ``division`` is for rows that say none, ``ranges`` for those without a bib, ``team_kind`` for
    teams that the race has not yet.
    """
    judge = _Judge(race, standing, teams, division=division, team_kind=team_kind)
    judged = judge.numbered([judge.row(row) for row in rows], ranges)
    taken = {row.entry.id: row.entry for row in judged if row.entry is not None}
    known = {entry.id for entry in standing}
    entries = (
        *(taken.get(entry.id, entry) for entry in standing),
        *(entry for entry_id, entry in taken.items() if entry_id not in known),
    )
    every_team = (*teams, *judge.new_teams.values())
    return EntryImport(
        rows=tuple(judged),
        entries=entries,
        teams=every_team,
        new_teams=tuple(judge.new_teams.values()),
        absent=len(known - taken.keys()),
        fault=_fault(race, entries, every_team),
    )


def _fault(race: Race, entries: tuple[Entry, ...], teams: tuple[Team, ...]) -> str:
    """What a racefile with these entries would be told, without the lines of that racefile."""
    try:
        check_together(race, entries, teams)
    except racefile.RacefileErrors as errors:
        return "; ".join(dict.fromkeys(error.message for error in errors.errors[:3]))
    return ""


class _Judge:
    """The entries as they stand, and what rows before this one have said."""

    def __init__(
        self,
        race: Race,
        standing: Sequence[Entry],
        teams: Sequence[Team],
        *,
        division: str,
        team_kind: str,
    ) -> None:
        self._race = race
        self._by_bib = {entry.bib: entry for entry in standing if entry.bib}
        self._by_person: dict[tuple[str, str], list[Entry]] = {}
        for entry in standing:
            self._by_person.setdefault(_person(entry), []).append(entry)
        self._ids = {entry.id for entry in standing}
        self._bibs = set(self._by_bib)
        self._chips = {chip: entry.id for entry in standing for chip in entry.chips}
        only = race.divisions[0].code if len(race.divisions) == 1 else ""
        self._division = division or only
        self._divisions = {
            text.casefold(): d.code for d in race.divisions for text in (d.name, d.code) if text
        }
        self._teams = {text.casefold(): t.code for t in teams for text in (t.name, t.code) if text}
        self._codes = {team.code for team in teams}
        self._kind = team_kind or (race.team_kinds[0].code if len(race.team_kinds) == 1 else "")
        self.new_teams: dict[str, Team] = {}
        self._seen: dict[str, int] = {}
        self._seen_bibs: dict[str, int] = {}
        self._seen_people: dict[tuple[str, str], int] = {}

    def row(self, row: EntryRow) -> JudgedRow:  # noqa: C901, PLR0911 - one return a verdict
        """The verdict on one row; an entry without a bib is numbered later."""
        said = row.said
        contacts = {about: said[about] for about in CONTACTS if about in said}

        def judged(verdict: RowVerdict, told: str = "", entry: Entry | None = None) -> JudgedRow:
            return JudgedRow(
                line=row.line, verdict=verdict, told=told, entry=entry, contacts=contacts
            )

        if row.faults:
            return judged(RowVerdict.ERROR, "; ".join(row.faults))
        bib = said.get(About.BIB, "")
        if not bib and not said.get(About.NAME):
            return judged(RowVerdict.ERROR, "neither bib nor name; give one of them")
        if bib in self._seen_bibs and bib:
            line = self._seen_bibs[bib]
            return judged(
                RowVerdict.DUPLICATE, f"bib {bib} is that of line {line}; give another bib"
            )
        person = (_folded(said.get(About.NAME, "")), said.get(About.BORN, ""))
        if person[0] and person[1] and person in self._seen_people:
            return judged(
                RowVerdict.DUPLICATE,
                f"the same name and birth date as line {self._seen_people[person]}; leave one out",
            )
        before = self._match(bib, person)
        if isinstance(before, str):
            return judged(RowVerdict.DUPLICATE, before)
        try:
            entry = self._entry(said, before)
        except racefile.BadRecord as error:
            return judged(
                RowVerdict.ERROR,
                "; ".join(f"{key}: {' '.join(what)}" for key, what in error.errors.items()),
            )
        if entry.id in self._seen:
            return judged(
                RowVerdict.DUPLICATE,
                f"the same entry as line {self._seen[entry.id]}; leave one out",
            )
        taken = next((c for c in entry.chips if self._chips.get(c, entry.id) != entry.id), "")
        if taken:
            return judged(
                RowVerdict.DUPLICATE, f"chip {taken} is another entry’s; give another chip"
            )
        self._seen[entry.id] = row.line
        if bib:
            self._seen_bibs[bib] = row.line
        self._seen_people.setdefault(person, row.line)
        self._ids.add(entry.id)
        self._bibs.add(entry.bib)
        self._chips.update(dict.fromkeys(entry.chips, entry.id))
        if before is None:
            return judged(RowVerdict.NEW, "", entry)
        if entry == before:
            return judged(RowVerdict.SAME, "", entry)
        return judged(RowVerdict.CHANGED, changes_words(before, entry), entry)

    def _match(self, bib: str, person: tuple[str, str]) -> Entry | str | None:
        """The entry that a row is about; a text where that is not clear."""
        if bib in self._by_bib:
            found = self._by_bib[bib]
            name, born = person
            is_other = (
                name
                and born
                and found.born is not None
                and _folded(found.name) != name
                and found.born.isoformat() != born
            )
            if is_other:
                return (
                    f"bib {bib} is worn by {found.name}, of another name and birth date;"
                    " give another bib"
                )
            return found
        same = self._by_person.get(person, []) if person[0] else []
        if len(same) == 1 and (person[1] or not bib):
            return same[0]
        if len(same) > 1 and not bib:
            return "several entries have this name and birth date; give the bib"
        return None

    def _entry(self, said: Mapping[About, str], before: Entry | None) -> Entry:
        data = {} if before is None else entry_document(before)
        for about, key in _KEYS.items():
            if about in said:
                data[key] = said[about]
        if About.TAGS in said:
            data["tags"] = re.split(r"[\s,;]+", said[About.TAGS])
        if About.CHIP in said:
            data["chips"] = re.split(r"[\s,;]+", said[About.CHIP])
        if About.DIVISION in said:
            data["division"] = self._division_of(said[About.DIVISION])
        elif before is None and self._division:
            data["division"] = self._division
        if About.TEAM in said:
            data["team"] = self._team_of(said[About.TEAM])
        data.setdefault("bib", _NO_BIB)
        if before is None:
            data.pop("id", None)
            if data["bib"] == _NO_BIB or data["bib"] in self._ids:
                data["id"] = self._free_id()
        if "division" not in data and len(self._race.divisions) > 1:
            raise racefile.BadRecord(
                {"division": ("is missing; choose one for rows that say none",)}
            )
        return load_entry(data)

    def _free_id(self) -> str:
        number = len(self._ids) + 1
        while f"e{number}" in self._ids:
            number += 1
        self._ids.add(f"e{number}")
        return f"e{number}"

    def _division_of(self, text: str) -> str:
        found = self._divisions.get(text.casefold())
        if found is None:
            known = ", ".join(d.code for d in self._race.divisions) or "none"
            raise racefile.BadRecord(
                {"division": (f"“{text[:30]}” is not known here; known: {known}",)}
            )
        return found

    def _team_of(self, text: str) -> str:
        found = self._teams.get(text.casefold())
        if found is not None:
            return found
        if not self._kind:
            raise racefile.BadRecord(
                {"team": (f"“{text[:30]}” is no team yet; choose the kind of new teams",)}
            )
        plain = re.sub(r"[^\w+]+", "-", text).strip("-:")[:30] or "team"
        code, number = plain, 2
        while code in self._codes:
            code, number = f"{plain}-{number}", number + 1
        team = load_team({"code": code, "name": text, "kind": self._kind})
        self._codes.add(code)
        self._teams[text.casefold()] = code
        self.new_teams[code] = team
        return code

    def numbered(self, rows: list[JudgedRow], ranges: Sequence[BibRange]) -> list[JudgedRow]:
        """Give bibs to those without, members of a team side by side; an error where none is left.

        In the order of the file, within the range of the division, what is worn left out.
        """
        waiting = [n for n, row in enumerate(rows) if row.entry and row.entry.bib == _NO_BIB]
        first_of: dict[str, int] = {}
        for n in waiting:
            entry = rows[n].entry
            first_of.setdefault(entry.team if entry and entry.team else f" {n}", n)
        waiting.sort(key=lambda n: (first_of.get(_team_of(rows[n]) or f" {n}", n), n))
        of_division = {one.division: one for one in ranges}
        for n in waiting:
            entry = rows[n].entry
            if entry is None:
                continue
            own = of_division.get(entry.division) or of_division.get("")
            bib = None
            if own is not None:
                numbers = map(str, range(own.first, own.last + 1))
                bib = next((number for number in numbers if number not in self._bibs), None)
            if bib is None:
                told = "has no bib; " + (
                    "give a range of bibs" if own is None else "the range is used up: widen it"
                )
                rows[n] = replace(rows[n], verdict=RowVerdict.ERROR, told=told, entry=None)
                continue
            self._bibs.add(bib)
            rows[n] = replace(rows[n], entry=replace(entry, bib=bib), told=f"gets bib {bib}")
        return rows


def _team_of(row: JudgedRow) -> str:
    return "" if row.entry is None else row.entry.team


_NO_BIB = "none-yet"
_KEYS: Mapping[About, str] = {
    About.BIB: "bib",
    About.NAME: "name",
    About.GENDER: "gender",
    About.BORN: "born",
    About.NATION: "nationality",
    About.RESIDENCE: "residence",
    About.CLUB: "club",
}

_LABELS: Mapping[str, str] = {
    "bib": "bib",
    "name": "name",
    "gender": "gender",
    "born": "born",
    "nationality": "nationality",
    "residence": "residence",
    "club": "club",
    "tags": "tags",
    "division": "division",
    "chips": "chips",
    "team": "team",
    "name_hidden": "name hidden",
}


def changes_words(before: Entry, after: Entry) -> str:
    """What differs: ``club: Ibex → Alpina; bib: 12 → 15``."""
    told = []
    for key, label in _LABELS.items():
        was, becomes = getattr(before, key), getattr(after, key)
        if was != becomes:
            told.append(f"{label}: {_worded(was)} → {_worded(becomes)}")
    return "; ".join(told)


def _worded(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "none"
    return str(value) if value else "none"


def _person(entry: Entry) -> tuple[str, str]:
    return _folded(entry.name), "" if entry.born is None else entry.born.isoformat()


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


def in_bib_order(entries: Iterable[Entry]) -> list[Entry]:
    """By bib, as people count."""
    return sorted(entries, key=lambda entry: (bib_order(entry.bib), entry.id))
