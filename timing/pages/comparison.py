"""A runner beside chosen rivals: who won what, where, and how it adds up.

Gaps are a rival's time less the runner's: with a plus the rival took longer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from timing.core.book import RaceBook
from timing.core.entries import Entry
from timing.core.times import Duration
from timing.pages import addresses, figures
from timing.pages.languages import mark, translate
from timing.pages.marks import Bib, Place, bib_of, called, name_of, worn_bibs
from timing.pages.runner_view import RunnerView
from timing.pages.saying import said
from timing.pages.selection import BadQuery
from timing.pages.stages import stage_title

MOST_RIVALS = 5
_LONGEST = 400
_AROUND = 2
"""Suggested before and behind the runner."""

_BETWEEN = re.compile(r"[,;\s]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rival:
    """A chosen rival, and the address of the page without."""

    bib: Bib
    name: str
    url: str
    without_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """Somebody worth comparing with, why, and the address that does so."""

    bib: str
    name: str
    why: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GapCell:
    """A gap; ``change`` is what came to it there, ``is_most`` where most of it was made."""

    gap: str = ""
    change: str = ""
    is_most: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonRow:
    """A stage or a control: the runner's own time, and the gap of each rival."""

    label: str
    sub: str
    own: str
    cells: tuple[GapCell, ...]
    is_live: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The runner beside the chosen rivals; without any only what it takes to choose them.

    ``action`` and ``kept`` are the form's, ``asked`` what stands in its field; ``unknown`` the
    bibs that nobody wears. What is ``told`` says in sentences where the differences were made.
    """

    rivals: tuple[Rival, ...]
    stages: tuple[ComparisonRow, ...]
    controls: tuple[ComparisonRow, ...]
    controls_title: str
    told_of_stages: tuple[str, ...]
    told_of_controls: tuple[str, ...]
    suggestions: tuple[Suggestion, ...]
    action: str
    kept: tuple[tuple[str, str], ...]
    asked: str
    unknown: str
    is_too_many: bool


def rivals_of(book: RaceBook, own: Entry, args: Mapping[str, str]) -> tuple[list[Entry], list[str]]:
    """Who ``rivals`` of a query string names, by bib or id, and what nobody answers to; BadQuery.

    All of them: the caller takes as many as it can show.
    """
    text = args.get("rivals", "")
    if len(text) > _LONGEST:
        raise BadQuery("rivals", f"at most {_LONGEST} characters")
    ids = {entry.id: entry for entry in book.entries()}
    found: dict[str, Entry] = {}
    unknown: list[str] = []
    for word in filter(None, _BETWEEN.split(text)):
        entry = book.entry_wearing(word) or ids.get(word)
        if entry is None:
            unknown.append(word)
        elif entry.id != own.id:
            found.setdefault(entry.id, entry)
    return list(found.values()), unknown


def comparison(view: RunnerView, chosen: Sequence[Entry], unknown: Sequence[str]) -> Comparison:
    """The comparison with the first `MOST_RIVALS` of the chosen."""
    rivals = chosen[:MOST_RIVALS]
    worn = worn_bibs(view.book) if rivals else {}
    stages, told_of_stages = _stage_rows(view, rivals)
    controls, told_of_controls = _control_rows(view, rivals)
    return Comparison(
        rivals=tuple(
            Rival(
                bib=bib_of(rival, worn),
                name=name_of(rival),
                url=addresses.runner(view.book.race.slug, rival.bib, rivals=view.entry.bib),
                without_url=_address(view, [r for r in rivals if r is not rival]),
            )
            for rival in rivals
        ),
        stages=stages,
        controls=controls,
        controls_title=stage_title(view.stage) if view.stage is not None and controls else "",
        told_of_stages=told_of_stages,
        told_of_controls=told_of_controls,
        suggestions=tuple(_suggestions(view, rivals)) if len(rivals) < MOST_RIVALS else (),
        action=addresses.runner(view.book.race.slug, view.entry.bib),
        kept=(("stage", str(view.asked)),) if view.asked is not None else (),
        asked=", ".join(rival.bib for rival in rivals),
        unknown=", ".join(unknown),
        is_too_many=len(chosen) > MOST_RIVALS,
    )


def _address(view: RunnerView, rivals: Sequence[Entry]) -> str:
    bibs = ",".join(rival.bib for rival in rivals)
    slug = view.book.race.slug
    return addresses.runner(slug, view.entry.bib, stage=view.asked, rivals=bibs) + "#compare"


# -- stage by stage


def _stage_rows(
    view: RunnerView, rivals: Sequence[Entry]
) -> tuple[tuple[ComparisonRow, ...], tuple[str, ...]]:
    """A row for each stage that the runner has a time of, and the totals as the last one."""
    if not rivals:
        return (), ()
    rows: list[tuple[int, Duration, list[Duration | None]]] = []
    for number, line in view.lines.items():
        if line.time is None:
            continue
        theirs = [view.book.stage_line(number, rival.id) for rival in rivals]
        times = [None if other is None else other.time for other in theirs]
        rows.append((number, line.time, [t - line.time if t is not None else None for t in times]))
    most = [_most([gaps[nth] for _, _, gaps in rows]) for nth in range(len(rivals))]
    made = [
        ComparisonRow(
            label=str(number),
            sub=stage.name if (stage := view.book.race.stage(number)) is not None else "",
            own=figures.time(own, view.precision),
            cells=tuple(
                GapCell(gap=_gap(view, gap), is_most=most[nth] == row)
                for nth, gap in enumerate(gaps)
            ),
            is_live=view.now is not None and number == view.now.stage.number,
        )
        for row, (number, own, gaps) in enumerate(rows)
    ]
    told = [
        _told_of_stage(view, rival, rows[row][0], gap)
        for nth, rival in enumerate(rivals)
        if (row := most[nth]) is not None and len(rows) > 1 and (gap := rows[row][2][nth])
    ]
    total = _total_row(view, rivals)
    return (*made, *([total] if total is not None else [])), tuple(told)


def _most(gaps: Sequence[Duration | None]) -> int | None:
    """Which of them is largest either way; None where there is none, or all are level."""
    known = [(abs(gap), -nth) for nth, gap in enumerate(gaps) if gap]
    return -max(known)[1] if known else None


def _gap(view: RunnerView, gap: Duration | None) -> str:
    return "" if gap is None else figures.behind(gap, view.precision)


def _told_of_stage(view: RunnerView, rival: Entry, number: int, gap: Duration) -> str:
    time = figures.short(abs(gap), view.precision)
    text = (
        mark("On {rival} most was won on stage {stage}: {time}.")
        if gap > 0
        else mark("To {rival} most was lost on stage {stage}: {time}.")
    )
    return said(text, rival=name_of(rival), stage=number, time=time)


def _total_row(view: RunnerView, rivals: Sequence[Entry]) -> ComparisonRow | None:
    """The totals of the main classification, as after the last stage that is over."""
    if view.main is None or not view.after:
        return None
    lines = view.book.board(view.main.code, view.after).lines
    times = {line.competitor.id: line.time for line in lines if isinstance(line.competitor, Entry)}
    own = times.get(view.entry.id)
    if own is None:
        return None
    theirs = [times.get(rival.id) for rival in rivals]
    return ComparisonRow(
        label=translate("Total"),
        sub=said(mark("after stage {stage}"), stage=view.after),
        own=figures.time(own, view.precision),
        cells=tuple(GapCell(gap=_gap(view, None if t is None else t - own)) for t in theirs),
    )


# -- control by control


def _control_rows(
    view: RunnerView, rivals: Sequence[Entry]
) -> tuple[tuple[ComparisonRow, ...], tuple[str, ...]]:
    """A row for each point of the stage shown that the runner passed, start left out."""
    if not rivals or view.shown is None or not view.places:
        return (), ()
    own = _clocks(view, view.entry)
    points = [place for place in view.places[1:] if place.code in own]
    gaps = [_gaps(points, own, _clocks(view, rival)) for rival in rivals]
    changes = [_changes(theirs) for theirs in gaps]
    most = [_most(those) for those in changes]
    rows = tuple(
        ComparisonRow(
            label=place.name,
            sub=said(mark("{distance} km"), distance=figures.kilometres(place.distance_m)),
            own=figures.elapsed(own[place.code], view.rules),
            cells=tuple(
                _control_cell(view, gaps[r][nth], changes[r][nth], is_most=most[r] == nth)
                for r in range(len(rivals))
            ),
        )
        for nth, place in enumerate(points)
    )
    told = [
        _told_of_leg(view, rival, points, nth, change)
        for rival, those, nth in zip(rivals, changes, most, strict=True)
        if nth is not None and len(points) > 1 and (change := those[nth])
    ]
    return rows, tuple(told)


def _clocks(view: RunnerView, entry: Entry) -> dict[str, Duration]:
    splits = view.book.splits(view.shown or 0, entry.id)
    return {s.point: s.elapsed for s in splits if s.elapsed is not None}


def _gaps(
    points: Sequence[Place], own: Mapping[str, Duration], theirs: Mapping[str, Duration]
) -> list[Duration | None]:
    return [theirs[p.code] - own[p.code] if p.code in theirs else None for p in points]


def _changes(gaps: Sequence[Duration | None]) -> list[Duration | None]:
    """What each leg made of the gap; the first since the start, where everybody is level."""
    return [
        None if before is None or here is None else here - before
        for before, here in zip([0, *gaps], gaps, strict=False)
    ]


def _control_cell(
    view: RunnerView, gap: Duration | None, change: Duration | None, *, is_most: bool
) -> GapCell:
    if gap is None:
        return GapCell()
    return GapCell(
        gap=_rounded(view, gap),
        change="" if change is None else _rounded(view, change),
        is_most=is_most,
    )


def _rounded(view: RunnerView, gap: Duration) -> str:
    """To the race's precision, towards level: a gap is never told larger than it is."""
    whole = abs(gap) // view.precision * view.precision
    return figures.behind(-whole if gap < 0 else whole, view.precision)


def _told_of_leg(
    view: RunnerView, rival: Entry, points: Sequence[Place], nth: int, change: Duration
) -> str:
    first = points[nth - 1].name if nth else view.places[0].name
    text = (
        mark("On {rival} most was won between {first} and {second}: {time}.")
        if change > 0
        else mark("To {rival} most was lost between {first} and {second}: {time}.")
    )
    time = _rounded(view, abs(change)).removeprefix("+")
    return said(text, rival=name_of(rival), first=first, second=points[nth].name, time=time)


# -- whom to compare with


def _suggestions(view: RunnerView, rivals: Sequence[Entry]) -> Iterator[Suggestion]:
    told = {view.entry.id, *(rival.id for rival in rivals)}
    for entry, why in _worth_it(view):
        if entry.id in told:
            continue
        told.add(entry.id)
        yield Suggestion(
            bib=entry.bib,
            name=name_of(entry),
            why=why,
            url=_address(view, [*rivals, entry]),
        )


def _worth_it(view: RunnerView) -> Iterator[tuple[Entry, str]]:
    """The leader, the leaders of the runner's categories, then who is before and behind."""
    for classification in view.boards:
        order = _order(view, classification.code)
        if order:
            name = called(classification)
            yield order[0], said(mark("leads {name}"), name=name)
    if view.main is None:
        return
    order = _order(view, view.main.code)
    nth = next((n for n, entry in enumerate(order) if entry.id == view.entry.id), None)
    if nth is None:
        return
    for entry in order[max(0, nth - _AROUND) : nth]:
        yield entry, translate("just ahead")
    for entry in order[nth + 1 : nth + 1 + _AROUND]:
        yield entry, translate("just behind")


def _order(view: RunnerView, code: str) -> list[Entry]:
    """Who is ranked, the first first: on the road where the main classification is asked for."""
    if view.main is not None and code == view.main.code and view.standing:
        lines = [line.line for line in view.standing if line.rank is not None]
    else:
        board = view.book.board(code, view.after)
        lines = [line for line in board.lines if line.rank is not None]
    return [line.competitor for line in lines if isinstance(line.competitor, Entry)]
