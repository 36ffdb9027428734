"""What a reader asks of a board: the filters of its GET form and of its stream."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum

from timing.core.book import RaceBook
from timing.core.entries import Competitor, Entry
from timing.pages.languages import Words, mark
from timing.pages.marks import called, name_of

LONGEST = 80
"""Characters of one filter; no bib, code or name asked for is longer."""

ALL = "all"
"""Of ``lines``: every line in the document itself, to print or to search by the browser."""

FEW_LINES = 150
"""So few lines all stand in the document."""

FIRST_LINES = 30
"""Of more so many do; its script asks for the others when they are needed."""


def lines_held(number: int, *, tables: int = 1, is_whole: bool) -> int:
    """How many lines of each of so many ``tables`` a document holds that has ``number``."""
    if is_whole or number <= FEW_LINES:
        return number
    return max(FIRST_LINES // 2, FIRST_LINES // tables)


class BadQuery(ValueError):
    """A query string that asks for nothing there is; ``name`` is the parameter."""

    def __init__(self, name: str, expected: str) -> None:
        super().__init__(f"{name} must be {expected}")
        self.name = name
        self.expected = expected


class Show(StrEnum):
    """The last column: behind the leader, or behind the one ahead; or what is to be expected."""

    GAP = "gap"
    INTERVAL = "interval"
    PROJECTED = "projected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Codes to filter by, empty for all; ``q`` is a bib or a part of a name.

    ``lines`` is ``all`` where a document is to hold every line, however many they are.
    """

    q: str = ""
    division: str = ""
    category: str = ""
    team: str = ""
    nation: str = ""
    show: Show = Show.GAP

    lines: str = ""

    @property
    def is_filter(self) -> bool:
        """Whether lines are left out."""
        return self != Selection(show=self.show, lines=self.lines)

    @property
    def is_whole(self) -> bool:
        """Whether all lines are asked for in one document."""
        return self.lines == ALL

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
        raise BadQuery("show", "gap, interval or projected")
    is_past = bool(args.get("at") or args.get("revision"))
    # Another moment has no script that could ask for the others.
    lines = ALL if is_past else args.get("lines", "").strip()
    if lines not in ("", ALL):
        raise BadQuery("lines", "all, or not be given")
    return Selection(
        q=_text(args, "q"),
        division=_text(args, "division"),
        category=_text(args, "category"),
        team=_text(args, "team"),
        nation=_text(args, "nation"),
        show=Show(show),
        lines=lines,
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
_FINAL_SIGMA = "\N{GREEK SMALL LETTER FINAL SIGMA}"
_SIGMA = "\N{GREEK SMALL LETTER SIGMA}"
_MARK = "Mn"


def plain(text: str) -> str:
    """Letters without their accents and case, so that ``omer`` finds Ömer.

    What a browser can do as well, step by step: static/js/finding.js does.
    """
    lower = text.lower().replace("ß", "ss").replace(_FINAL_SIGMA, _SIGMA)
    decomposed = unicodedata.normalize("NFKD", lower)
    kept = "".join(c for c in decomposed if unicodedata.category(c) != _MARK)
    return kept.replace(_DOTLESS_I, "i")


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
        return not self.needle or label == wanted.q or self.needle in plain(name_of(competitor))


def filter_of(selection: Selection) -> Filter:
    """The filter of a selection."""
    return Filter(selection, plain(selection.q))


@dataclass(frozen=True, slots=True)
class Keys:
    """What the filters look at in a line, beside its bib and name: one line's own codes."""

    division: str
    categories: tuple[str, ...]
    team: str
    nation: str


def keys_of(competitor: Competitor, division: str, categories: tuple[str, ...]) -> Keys:
    """The keys of a line; those that `Filter.takes` asks."""
    if isinstance(competitor, Entry):
        return Keys(division, categories, competitor.team, competitor.nationality)
    return Keys(division, categories, competitor.code, "")


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
    all_url: str


def choices(book: RaceBook, selection: Selection, *, teams: bool) -> tuple[Choice, ...]:
    """The lists worth offering: those with more than one thing to choose from.

    ``teams`` offers the teams, which a board of teams does not need.
    """
    race = book.race
    nations = sorted({e.nationality for e in book.entries() if e.nationality})
    offered = (
        ("division", [(d.code, called(d)) for d in race.divisions]),
        ("category", [(c.code, called(c)) for c in race.categories]),
        ("team", _teams(book) if teams else []),
        ("nation", [(code, code) for code in nations]),
    )
    return tuple(
        _choice(name, pairs, getattr(selection, name))
        for name, pairs in offered
        if len(pairs) > 1 or getattr(selection, name)
    )


def _teams(book: RaceBook) -> list[tuple[str, str]]:
    teams = ((team.code, team.name or team.code) for team in book.teams())
    return sorted(teams, key=lambda pair: plain(pair[1]))


_LABEL: Mapping[str, str] = Words(
    {
        "division": mark("Division"),
        "category": mark("Category"),
        "team": mark("Team"),
        "nation": mark("Nation"),
    }
)
_EVERYTHING: Mapping[str, str] = Words(
    {
        "division": mark("All divisions"),
        "category": mark("All runners"),
        "team": mark("All teams"),
        "nation": mark("All nations"),
    }
)


def _choice(name: str, pairs: list[tuple[str, str]], chosen: str) -> Choice:
    if chosen and chosen not in {code for code, _ in pairs}:
        pairs = [(chosen, chosen), *pairs]  # asked for by hand: say what is filtered by
    options = [
        Option(value="", label=_EVERYTHING[name], is_chosen=not chosen),
        *(Option(value=code, label=label, is_chosen=code == chosen) for code, label in pairs),
    ]
    return Choice(name=name, label=_LABEL[name], options=tuple(options))
