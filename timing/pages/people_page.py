"""The lists of everybody who is entered and of every team, to find somebody in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

from timing.core.book import RaceBook
from timing.core.definition import Of
from timing.core.entries import Entry, Team
from timing.core.results import Line
from timing.core.statuses import RaceStatus
from timing.pages import addresses, figures
from timing.pages.frame import Frame, race_frame
from timing.pages.languages import mark, mark_many, translate
from timing.pages.marks import (
    Bib,
    Jersey,
    StatusMark,
    bib_of,
    called,
    name_of,
    race_mark,
    worn_bibs,
)
from timing.pages.saying import said, said_many
from timing.pages.selection import FilterForm, Selection, choices, filter_of, selection_of

FIRST = 300
"""So many stand on the page at once; the others are a link away, or found by the form."""

_RUNNERS = mark_many("{number} runner", "{number} runners")
_TEAMS = mark_many("{number} team", "{number} teams")


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRow:
    """One runner of the list: ``place`` in the first classification, as after the last stage."""

    bib: Bib
    name: str
    url: str
    nation: str
    categories: str
    division: str
    team: str
    team_url: str
    place: str
    status: StatusMark | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamRow:
    """One team of the list."""

    bib: Bib
    name: str
    url: str
    kind: str
    members: tuple[tuple[str, str, str], ...]
    place: str
    total: str
    status: StatusMark | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PeoplePage:
    """The list of runners. ``more_url`` leads to the whole of it, where it is cut."""

    template: ClassVar[str] = "runners.html"

    frame: Frame
    form: FilterForm
    count: str
    place_of: str
    rows: tuple[PersonRow, ...]
    has_divisions: bool
    has_teams: bool
    more: str
    more_url: str
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamsPage:
    """The list of teams."""

    template: ClassVar[str] = "teams.html"

    frame: Frame
    form: FilterForm
    count: str
    rows: tuple[TeamRow, ...]
    has_kinds: bool
    description: str


def runners_page(book: RaceBook, args: Mapping[str, str], *, revision: int = 0) -> PeoplePage:
    """Everybody who is entered, also before the race, in the order of bibs; BadQuery."""
    selection = selection_of(args)
    wanted, lines = filter_of(selection), _solo_lines(book)
    categories = _categories(book)
    found = [
        entry
        for entry in book.entries()
        if wanted.takes(entry, entry.division, categories.get(entry.id, ()))
    ]
    is_whole = args.get("lines") == "all"
    shown = found if is_whole else found[:FIRST]
    worn, slug, count = worn_bibs(book), book.race.slug, len(book.entries())
    main = next((c for c in book.race.classifications if c.of is Of.SOLO), None)
    more = len(found) - len(shown)
    return PeoplePage(
        frame=race_frame(
            book,
            translate("Runners"),
            here="Runners",
            revision=revision,
            styles=("board", "people"),
        ),
        form=_form(book, selection, addresses.runners(slug), teams=True),
        count=_count(_RUNNERS, len(found), count),
        place_of=called(main) if main is not None and _after(book) else "",
        rows=tuple(
            _person(book, entry, worn, categories.get(entry.id, ()), lines.get(entry.id))
            for entry in shown
        ),
        has_divisions=len(book.race.divisions) > 1,
        has_teams=bool(book.teams()),
        more=said(mark("Show all {number} runners"), number=figures.count(len(found)))
        if more
        else "",
        more_url=addresses.runners(slug, **{**selection.query(), "lines": "all"}) if more else "",
        description=said(
            mark("Everybody who runs {race}: {count}."),
            race=book.race.name,
            count=_count(_RUNNERS, count, count),
        ),
    )


def teams_page(book: RaceBook, args: Mapping[str, str], *, revision: int = 0) -> TeamsPage:
    """Every team, as the race has them; BadQuery."""
    selection = selection_of(args)
    wanted, slug = filter_of(selection), book.race.slug
    found = [team for team in book.teams() if wanted.takes(team, "", ())]
    worn = worn_bibs(book)
    kinds = {kind.code: called(kind) for kind in book.race.team_kinds}
    lines = _team_lines(book)
    count = len(book.teams())
    return TeamsPage(
        frame=race_frame(
            book, translate("Teams"), here="Teams", revision=revision, styles=("board", "people")
        ),
        form=_form(book, Selection(q=selection.q), addresses.teams(slug), teams=False, plain=True),
        count=_count(_TEAMS, len(found), count),
        rows=tuple(_team(book, team, worn, kinds, lines.get(team.code)) for team in found),
        has_kinds=len(kinds) > 1,
        description=said(
            mark("The teams of {race}: {count}."),
            race=book.race.name,
            count=_count(_TEAMS, count, count),
        ),
    )


def _count(texts: tuple[str, str], found: int, of: int) -> str:
    """``46 runners``, or ``12 of 46 runners``."""
    whole = said_many(texts, of, number=figures.count(of))
    if found == of:
        return whole
    return said(mark("{found} of {whole}"), found=figures.count(found), whole=whole)


def _form(
    book: RaceBook, selection: Selection, action: str, *, teams: bool, plain: bool = False
) -> FilterForm:
    return FilterForm(
        action=action,
        q=selection.q,
        kept=(),
        choices=() if plain else choices(book, selection, teams=teams),
        show=None,
        is_filter=selection.is_filter,
        clear_url=action,
        all_url="",
    )


def _categories(book: RaceBook) -> dict[str, tuple[str, ...]]:
    """Everybody's categories, as on the first stage that each runs."""
    found: dict[str, tuple[str, ...]] = {}
    for number in book.stages:
        state = book.stage_book(number).state
        for entry_id, row in state.rows.items() if state is not None else ():
            found.setdefault(entry_id, book.merged(row.categories, number))
    return found


def _after(book: RaceBook) -> int:
    """The stage that places are told as after: while one runs, the last that is over (9.4)."""
    return book.closed_stage if book.running_stage is not None else book.last_stage


def _solo_lines(book: RaceBook) -> dict[str, Line]:
    """The lines of the first classification of entries that each stands in, by entry id."""
    found: dict[str, Line] = {}
    after = _after(book)
    for classification in book.race.classifications:
        if classification.of is Of.SOLO and not classification.category:
            for line in book.board(classification.code, after).lines:
                if isinstance(line.competitor, Entry):
                    found.setdefault(line.competitor.id, line)
    return found


def _team_lines(book: RaceBook) -> dict[str, Line]:
    found: dict[str, Line] = {}
    after = _after(book)
    for classification in book.race.classifications:
        if classification.of is Of.TEAM:
            for line in book.board(classification.code, after).lines:
                if isinstance(line.competitor, Team):
                    found.setdefault(line.competitor.code, line)
    return found


def _person(
    book: RaceBook,
    entry: Entry,
    worn: Mapping[str, Jersey],
    categories: tuple[str, ...],
    line: Line | None,
) -> PersonRow:
    slug = book.race.slug
    team = book.team(entry.team) if entry.team else None
    divisions = {d.code: called(d) for d in book.race.divisions}
    return PersonRow(
        bib=bib_of(entry, worn),
        name=name_of(entry),
        url=addresses.runner(slug, entry.bib),
        nation=entry.nationality,
        categories=" ".join(categories),
        division=divisions.get(entry.division, entry.division),
        team=name_of(team) if team is not None else "",
        team_url=addresses.team(slug, team.code) if team is not None else "",
        place="" if line is None or line.rank is None else str(line.rank),
        status=_status(line),
    )


def _status(line: Line | None) -> StatusMark | None:
    """What became of whoever is not ranked any more."""
    if line is None or line.rank is not None:
        return None
    if line.status in (RaceStatus.REGISTERED, RaceStatus.RACING):
        return None
    return race_mark(line.status)


def _team(
    book: RaceBook,
    team: Team,
    worn: Mapping[str, Jersey],
    kinds: Mapping[str, str],
    line: Line | None,
) -> TeamRow:
    return TeamRow(
        bib=bib_of(team, worn),
        name=name_of(team),
        url=addresses.team(book.race.slug, team.code),
        kind=kinds.get(team.kind, team.kind),
        members=tuple(_members(book, team)),
        place="" if line is None or line.rank is None else str(line.rank),
        total=""
        if line is None or line.time is None or line.rank is None
        else figures.time(line.time, book.race.rules.precision),
        status=_status(line),
    )


def _members(book: RaceBook, team: Team) -> Iterator[tuple[str, str, str]]:
    for member in book.members(team.code):
        yield member.bib, name_of(member), addresses.runner(book.race.slug, member.bib)
