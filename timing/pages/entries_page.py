"""The desk's entries: the list, one entry, teams, bibs; what changes how, and what is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from timing.core.book import RaceBook
from timing.core.categories import categories_of, day_of_age
from timing.core.definition import StageKind
from timing.core.entries import Entry, bib_order
from timing.pages import figures
from timing.pages.frame import Frame, name_and_edition
from timing.pages.marks import name_of
from timing.pages.selection import Option

SHOWN = 200
"""So many stand on the page at once; all of them are a link away."""

MISSING: Mapping[str, str] = {
    "name": "name",
    "gender": "gender",
    "born": "birth date",
    "nationality": "nationality",
    "division": "division",
    "chips": "chip",
}
"""What an entry may lack, by field, as it is called."""

GENDERS = (("", "–"), ("F", "F"), ("M", "M"), ("X", "X"))


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryItem:
    """One line of the list."""

    id: str
    bib: str
    name: str
    details: str
    division: str
    team: str
    missing: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionItem:
    """The entries as they were, to go back to."""

    revision: int
    told: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EntriesPage:
    """The list; ``selects`` are the filters by name."""

    template: ClassVar[str] = "desk_entries.html"

    frame: Frame
    slug: str
    race: str
    is_started: bool
    total: int
    found: int
    query: str
    is_filtered: bool
    selects: tuple[tuple[str, str, tuple[Option, ...]], ...]
    rows: tuple[EntryItem, ...]
    versions: tuple[VersionItem, ...]
    message: str
    is_error: bool
    signed_in_as: str
    form_token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryPage:
    """One entry's form: ``values`` stand in its fields, ``errors`` beside them."""

    template: ClassVar[str] = "desk_entry.html"

    frame: Frame
    slug: str
    race: str
    id: str
    form: str
    heading: str
    is_started: bool
    is_erased: bool
    values: Mapping[str, str]
    errors: Mapping[str, str]
    divisions: tuple[Option, ...]
    teams: tuple[Option, ...]
    genders: tuple[Option, ...]
    stages: tuple[Option, ...]
    message: str
    is_error: bool
    signed_in_as: str
    form_token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamItem:
    """A team with its members, each a bib, a name and an id."""

    code: str
    name: str
    kind: str
    members: tuple[tuple[str, str, str], ...]
    lacks: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamsDeskPage:
    """The teams of a race, and the form of another."""

    template: ClassVar[str] = "desk_entry_teams.html"

    frame: Frame
    slug: str
    race: str
    is_started: bool
    teams: tuple[TeamItem, ...]
    kinds: tuple[Option, ...]
    values: Mapping[str, str]
    message: str
    is_error: bool
    signed_in_as: str
    form_token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BibsPage:
    """Bibs and chips swapped or given anew, in one form (Rules 4.6)."""

    template: ClassVar[str] = "desk_entry_bibs.html"

    frame: Frame
    slug: str
    race: str
    form: str
    is_started: bool
    stages: tuple[Option, ...]
    values: Mapping[str, str]
    message: str
    is_error: bool
    signed_in_as: str
    form_token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonPage:
    """What is kept of one person: contacts with who looked, or the whole of it and its erasure."""

    template: ClassVar[str]

    frame: Frame
    slug: str
    race: str
    id: str
    bib: str
    name: str
    values: Mapping[str, str] = field(default_factory=dict)
    looks: tuple[tuple[str, str, str], ...] = ()
    may_erase: bool = False
    is_erased: bool = False
    last_day: str = ""
    message: str = ""
    is_error: bool = False
    signed_in_as: str = ""
    form_token: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactsPage(PersonPage):
    """Contacts and medical notes."""

    template: ClassVar[str] = "desk_contacts.html"


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalDataPage(PersonPage):
    """All that is held of a person, to be taken out."""

    template: ClassVar[str] = "desk_person.html"


def desk_frame(book: RaceBook, title: str) -> Frame:
    """The frame of a page of the entries' tab."""
    return Frame(title=f"{title} · {book.race.name}", styles=("board", "desk", "entries"))


def race_name(book: RaceBook) -> str:
    """The race's name, without its edition."""
    return name_and_edition(book.race)[0]


def entries_page(
    book: RaceBook,
    args: Mapping[str, str],
    *,
    is_started: bool,
    versions: Sequence[VersionItem],
    signed_in_as: str,
    form_token: str,
    message: str = "",
    is_error: bool = False,
) -> EntriesPage:
    """The entries of a race, those that ``args`` select."""
    every = sorted(book.entries(), key=lambda entry: (bib_order(entry.bib), entry.id))
    rows = [entry for entry in every if _is_selected(book, entry, args)]
    race, query = book.race, args.get("q", "")
    selects = (
        ("division", "Division", _options([(d.code, d.name or d.code) for d in race.divisions],
                                          args.get("division", ""), "All")),
        ("category", "Category", _options([(c.code, c.name or c.code) for c in race.categories],
                                          args.get("category", ""), "All")),
        ("team", "Team", _options([(t.code, t.name or t.code) for t in book.teams()],
                                  args.get("team", ""), "All")),
        ("missing", "Missing", _options(list(MISSING.items()),
                                        args.get("missing", ""), "Anything")),
    )  # fmt: skip
    return EntriesPage(
        frame=desk_frame(book, "Entries"),
        slug=race.slug,
        race=race_name(book),
        is_started=is_started,
        total=len(every),
        found=len(rows),
        query=query,
        is_filtered=any(args.get(k) for k in ("q", "division", "category", "team", "missing")),
        selects=tuple(select for select in selects if len(select[2]) > 1),
        rows=tuple(_item(book, entry) for entry in (rows if args.get("all") else rows[:SHOWN])),
        versions=tuple(versions),
        message=message,
        is_error=is_error,
        signed_in_as=signed_in_as,
        form_token=form_token,
    )


def _is_selected(book: RaceBook, entry: Entry, args: Mapping[str, str]) -> bool:
    words = args.get("q", "").casefold().split()
    text = f"{entry.bib} {entry.name} {entry.club} {' '.join(entry.chips)}".casefold()
    category, missing = args.get("category", ""), args.get("missing", "")
    return (
        all(word in text for word in words)
        and args.get("division", "") in ("", entry.division)
        and args.get("team", "") in ("", entry.team)
        and (not category or category in _categories(book, entry))
        and (missing not in MISSING or not getattr(entry, missing))
    )


def _categories(book: RaceBook, entry: Entry) -> tuple[str, ...]:
    return categories_of(book.race, entry, day_of_age(book.race, book.race.starts_on))


def _item(book: RaceBook, entry: Entry) -> EntryItem:
    team = book.team(entry.team)
    born = "" if entry.born is None else entry.born.isoformat()
    parts = (entry.gender, born, entry.nationality, entry.club, *_categories(book, entry))
    has_divisions = len(book.race.divisions) > 1
    lacks = [
        label
        for key, label in MISSING.items()
        if not getattr(entry, key) and (key != "division" or has_divisions) and key != "chips"
    ]
    return EntryItem(
        id=entry.id,
        bib=entry.bib,
        name=name_of(entry),
        details=" · ".join(part for part in parts if part),
        division=entry.division,
        team="" if team is None else team.name or team.code,
        missing=", ".join(lacks),
    )


def _options(named: Sequence[tuple[str, str]], chosen: str, first: str) -> tuple[Option, ...]:
    if not named:
        return ()
    return options([("", first), *named], chosen)


def options(named: Sequence[tuple[str, str]], chosen: str) -> tuple[Option, ...]:
    """Choices of (value, label)."""
    return tuple(Option(value=v, label=label, is_chosen=v == chosen) for v, label in named)


def stage_options(book: RaceBook, chosen: str) -> tuple[Option, ...]:
    """The stages from which on something may hold; the next one to begin is offered first."""
    stages = [s for s in book.race.stages if s.kind is not StageKind.REST]
    coming = next((str(s.number) for s in stages if not book.has_begun(s.number)), "")
    named = [(str(s.number), f"{s.number} {s.name}".strip()) for s in stages]
    return options(named, chosen or coming)


def entry_values(entry: Entry) -> dict[str, str]:
    """What stands in an entry's form."""
    return {
        "bib": entry.bib,
        "name": entry.name,
        "gender": entry.gender,
        "born": "" if entry.born is None else entry.born.isoformat(),
        "nationality": entry.nationality,
        "residence": entry.residence,
        "club": entry.club,
        "tags": " ".join(entry.tags),
        "division": entry.division,
        "chips": " ".join(entry.chips),
        "team": entry.team,
        "name_hidden": "yes" if entry.name_hidden else "",
        "stage": "",
        "reason": "",
    }


def entry_page(
    book: RaceBook,
    *,
    entry_id: str,
    form: str,
    values: Mapping[str, str],
    is_started: bool,
    is_erased: bool = False,
    errors: Mapping[str, str] | None = None,
    message: str = "",
    is_error: bool = False,
    signed_in_as: str,
    form_token: str,
) -> EntryPage:
    """The form of an entry, or of a new one where ``entry_id`` is empty."""
    race = book.race
    if entry_id:
        heading = f"{values['bib']} {values['name']}".strip()
    else:
        heading = "A late entry" if is_started else "A new entry"
    return EntryPage(
        frame=desk_frame(book, heading),
        slug=race.slug,
        race=race_name(book),
        id=entry_id,
        form=form,
        heading=heading,
        is_started=is_started,
        is_erased=is_erased,
        values=values,
        errors=errors or {},
        divisions=_options(
            [(d.code, d.name or d.code) for d in race.divisions], values["division"], "–"
        ),
        teams=_options([(t.code, t.name or t.code) for t in book.teams()], values["team"], "Alone"),
        genders=options(GENDERS, values["gender"]),
        stages=stage_options(book, values["stage"]),
        message=message,
        is_error=is_error,
        signed_in_as=signed_in_as,
        form_token=form_token,
    )


def teams_desk_page(
    book: RaceBook,
    *,
    is_started: bool,
    values: Mapping[str, str],
    signed_in_as: str,
    form_token: str,
    message: str = "",
    is_error: bool = False,
) -> TeamsDeskPage:
    """The teams, with their members and what they lack."""
    race = book.race
    sizes = {kind.code: kind.size for kind in race.team_kinds}

    def item(code: str, name: str, kind: str) -> TeamItem:
        members = book.members(code)
        least, most = sizes.get(kind, (0, 0))
        count, lacks = len(members), ""
        if count < least:
            lacks = f"{figures.count(least - count)} too few: no result for the team"
        elif most and count > most:
            lacks = f"{figures.count(count - most)} too many"
        return TeamItem(
            code=code,
            name=name,
            kind=kind,
            members=tuple((m.bib, name_of(m), m.id) for m in members),
            lacks=lacks,
        )

    return TeamsDeskPage(
        frame=desk_frame(book, "Teams"),
        slug=race.slug,
        race=race_name(book),
        is_started=is_started,
        teams=tuple(item(t.code, t.name, t.kind) for t in book.teams()),
        kinds=options([(k.code, k.name or k.code) for k in race.team_kinds], values["kind"]),
        values=values,
        message=message,
        is_error=is_error,
        signed_in_as=signed_in_as,
        form_token=form_token,
    )
