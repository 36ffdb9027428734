"""What a reader asks of a board: the filters of its GET form and of its stream."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum

from timing.core.book import RaceBook
from timing.core.entries import Competitor, Entry

LONGEST = 80
"""Characters of one filter; no bib, code or name asked for is longer."""


class BadQuery(ValueError):
    """A query string that asks for nothing there is; ``name`` is the parameter."""

    def __init__(self, name: str, expected: str) -> None:
        super().__init__(f"{name} must be {expected}")
        self.name = name
        self.expected = expected


class Show(StrEnum):
    """The last column: behind the leader, or behind the one ahead."""

    GAP = "gap"
    INTERVAL = "interval"


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Codes to filter by, empty for all; ``q`` is a bib or a part of a name."""

    q: str = ""
    division: str = ""
    category: str = ""
    team: str = ""
    nation: str = ""
    show: Show = Show.GAP

    @property
    def is_filter(self) -> bool:
        """Whether lines are left out."""
        return self != Selection(show=self.show)

    def query(self) -> dict[str, str]:
        """The parameters that ask for this again, leaving out what is usual."""
        usual = Selection()
        return {
            f.name: str(getattr(self, f.name))
            for f in fields(self)
            if getattr(self, f.name) != getattr(usual, f.name)
        }


def selection_of(args: Mapping[str, str]) -> Selection:
    """The selection in a query string's parameters; BadQuery where one cannot be.

    A code that no entry has is no error: it selects nothing.
    """
    show = args.get("show", "") or Show.GAP
    if show not in set(Show):
        raise BadQuery("show", "gap or interval")
    return Selection(
        q=_text(args, "q"),
        division=_text(args, "division"),
        category=_text(args, "category"),
        team=_text(args, "team"),
        nation=_text(args, "nation"),
        show=Show(show),
    )


def _text(args: Mapping[str, str], name: str) -> str:
    text = args.get(name, "").strip()
    if len(text) > LONGEST:
        raise BadQuery(name, f"at most {LONGEST} characters")
    return text


def number_of(args: Mapping[str, str], name: str) -> int | None:
    """A stage's number in the query string, None where it is not given; BadQuery otherwise."""
    text = args.get(name, "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 4):
        raise BadQuery(name, "the number of a stage")
    return int(text)


_DOTLESS_I = "\N{LATIN SMALL LETTER DOTLESS I}"


def _plain(text: str) -> str:
    """Letters without their accents and case, so that ``omer`` finds Ömer."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c)).replace(_DOTLESS_I, "i")


@dataclass(frozen=True, slots=True)
class Filter:
    """A selection made ready to be asked of many lines."""

    selection: Selection
    needle: str

    def takes(self, competitor: Competitor, division: str, categories: tuple[str, ...]) -> bool:
        """Whether a line is shown."""
        wanted = self.selection
        if wanted.division and wanted.division != division:
            return False
        if wanted.category and wanted.category not in categories:
            return False
        if isinstance(competitor, Entry):
            team, nation, label = competitor.team, competitor.nationality, competitor.bib
        else:
            team, nation, label = competitor.code, "", competitor.code
        if (wanted.team and wanted.team != team) or (wanted.nation and wanted.nation != nation):
            return False
        return not self.needle or label == wanted.q or self.needle in _plain(competitor.name)


def filter_of(selection: Selection) -> Filter:
    """The filter of a selection."""
    return Filter(selection, _plain(selection.q))


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One choice of a list; the empty value is all of them."""

    value: str
    label: str
    is_chosen: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One list of a filter form: its parameter's ``name``, what it is called, its options."""

    name: str
    label: str
    options: tuple[Option, ...]

    @property
    def is_set(self) -> bool:
        """Whether something is chosen."""
        return not self.options[0].is_chosen


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterForm:
    """A board's form: where it asks, what it keeps in hidden fields, what can be chosen."""

    action: str
    q: str
    kept: tuple[tuple[str, str], ...]
    choices: tuple[Choice, ...]
    show: Show | None
    is_filter: bool
    clear_url: str


def choices(book: RaceBook, selection: Selection, *, teams: bool) -> tuple[Choice, ...]:
    """The lists worth offering: those with more than one thing to choose from.

    ``teams`` offers the teams, which a board of teams does not need.
    """
    race = book.race
    nations = sorted({e.nationality for e in book.entries() if e.nationality})
    offered = (
        ("division", "All divisions", [(d.code, d.name or d.code) for d in race.divisions]),
        ("category", "All runners", [(c.code, c.name or c.code) for c in race.categories]),
        ("team", "All teams", _teams(book) if teams else []),
        ("nation", "All nations", [(code, code) for code in nations]),
    )
    return tuple(
        _choice(name, label, pairs, getattr(selection, name))
        for name, label, pairs in offered
        if len(pairs) > 1 or getattr(selection, name)
    )


def _teams(book: RaceBook) -> list[tuple[str, str]]:
    teams = ((team.code, team.name or team.code) for team in book.teams())
    return sorted(teams, key=lambda pair: _plain(pair[1]))


def _choice(name: str, everything: str, pairs: list[tuple[str, str]], chosen: str) -> Choice:
    if chosen and chosen not in {code for code, _ in pairs}:
        pairs = [(chosen, chosen), *pairs]  # asked for by hand: say what is filtered by
    options = [
        Option(value="", label=everything, is_chosen=not chosen),
        *(Option(value=code, label=label, is_chosen=code == chosen) for code, label in pairs),
    ]
    return Choice(name=name, label=name.capitalize(), options=tuple(options))
