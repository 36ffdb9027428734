"""Charts of a classification through the race: places and gaps, stage by stage."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from timing.core.book import RaceBook
from timing.core.definition import Classification, Measure, Stage
from timing.core.entries import Competitor, Entry, Team
from timing.core.times import Duration
from timing.pages import addresses, figures
from timing.pages.languages import translate
from timing.pages.line_charts import ChartColumn, ChartLine, LineChart, Values, in_order_shown
from timing.pages.marks import competitor_key, name_of
from timing.pages.running import Roads, Running, has_road
from timing.pages.words import sentence

MOST_PLACES = 20
"""Lines of the places."""

MOST_GAPS = 10
"""Lines of gaps."""

STAND_OUT = 3
"""How many of the first stand out where nobody was chosen."""


@dataclass(frozen=True, slots=True)
class _Standing:
    """A competitor's place and gap in one column; ``on_road`` while that may move."""

    rank: int
    gap: Duration | None
    on_road: bool = False


@dataclass(frozen=True, slots=True)
class _Column:
    stage: Stage
    is_live: bool
    standings: Mapping[str, _Standing]
    competitors: Mapping[str, Competitor]
    order: Sequence[str]


def race_charts(
    book: RaceBook,
    classification: Classification,
    now: Running | None,
    roads: Roads | None,
    bibs: Sequence[str],
) -> tuple[LineChart, LineChart]:
    """Places and gaps after each stage, the running one on the road where it can be (Rules 9.8).

    Of the first, and of those chosen by ``bibs``, who stand out.
    """
    columns = _columns(book, classification, now, roads)
    return _places(book, columns, bibs), _gaps(book, classification, columns, bibs)


def label_of(competitor: Competitor) -> str:
    """What one is chosen by: an entry's bib, a team's code."""
    return competitor.code if isinstance(competitor, Team) else competitor.bib


def page_of(book: RaceBook, competitor: Competitor) -> str:
    """Where one has a page, else nothing."""
    has_one = isinstance(competitor, Entry) and competitor.bib
    return addresses.runner(book.race.slug, label_of(competitor)) if has_one else ""


def marks_of(labels: Sequence[str], bibs: Sequence[str]) -> list[int]:
    """The mark of each line: the chosen in their order, else the first few."""
    if any(label in bibs for label in labels):
        return [bibs.index(label) + 1 if label in bibs else 0 for label in labels]
    return [nth + 1 if nth < STAND_OUT else 0 for nth in range(len(labels))]


def _columns(
    book: RaceBook, classification: Classification, now: Running | None, roads: Roads | None
) -> list[_Column]:
    closed = now.closed if now is not None else book.last_stage
    counting = classification.stages
    numbers = [n for n in book.stages if n <= closed and (not counting or n in counting)]
    columns = [_settled(book, classification, number) for number in numbers]
    if now is not None and roads is not None and has_road(classification):
        columns.append(_live(now, roads, classification))
    return [column for column in columns if column.order]


def _settled(book: RaceBook, classification: Classification, number: int) -> _Column:
    stage = book.race.stage(number)
    if stage is None:
        raise LookupError(number)
    ranked = [li for li in book.board(classification.code, number).lines if li.rank is not None]
    return _Column(
        stage,
        is_live=False,
        standings={competitor_key(li.competitor): _Standing(li.rank or 0, li.gap) for li in ranked},
        competitors={competitor_key(li.competitor): li.competitor for li in ranked},
        order=[competitor_key(li.competitor) for li in ranked],
    )


def _live(now: Running, roads: Roads, classification: Classification) -> _Column:
    ranked = [line for line in roads.of(classification.code) if line.rank is not None]
    if not now.closed and all(line.split is None for line in ranked):
        ranked = []
    return _Column(
        now.stage,
        is_live=True,
        standings={
            competitor_key(line.line.competitor): _Standing(
                line.rank or 0, line.gap, not line.is_settled
            )
            for line in ranked
        },
        competitors={competitor_key(li.line.competitor): li.line.competitor for li in ranked},
        order=[competitor_key(line.line.competitor) for line in ranked],
    )


def _shown(columns: Sequence[_Column], bibs: Sequence[str], most: int) -> list[str]:
    """The first of the last column, and who was chosen, in its order."""
    if not columns:
        return []
    last = columns[-1]
    return [
        key
        for nth, key in enumerate(last.order)
        if nth < most or label_of(last.competitors[key]) in bibs
    ]


def _places(book: RaceBook, columns: Sequence[_Column], bibs: Sequence[str]) -> LineChart:
    shown = _shown(columns, bibs, MOST_PLACES)
    ranks = [
        [at.rank if (at := column.standings.get(key)) else None for column in columns]
        for key in shown
    ]
    rows = in_order_shown(ranks) if shown else []
    return LineChart(
        id="places",
        kind="places",
        title=translate("Places, stage by stage"),
        note=translate("Place after each stage, the best on top. Dotted: still on the road."),
        columns=_heads(columns, along=[nth for nth, _ in enumerate(columns)]),
        lines=_lines(book, columns, bibs, shown=zip(shown, rows, _rank_texts(ranks), strict=True)),
        empty=translate("There is something to draw once two stages have results."),
    )


def _rank_texts(ranks: Sequence[Sequence[int | None]]) -> list[tuple[str, ...]]:
    return [tuple("" if rank is None else str(rank) for rank in line) for line in ranks]


def _gaps(
    book: RaceBook,
    classification: Classification,
    columns: Sequence[_Column],
    bibs: Sequence[str],
) -> LineChart:
    shown = _shown(columns, bibs, MOST_GAPS)
    precision = book.race.rules.precision
    is_time = classification.measure not in (Measure.POINTS, Measure.PLACES)
    gaps = [
        tuple(at.gap if (at := column.standings.get(key)) else None for column in columns)
        for key in shown
    ]

    def told(gap: Duration | None) -> str:
        if gap is None:
            return ""
        return figures.behind(gap, precision) if is_time else figures.count(gap)

    texts = [tuple(told(gap) for gap in line) for line in gaps]
    along, run = [], 0
    for column in columns:
        run += column.stage.distance_m
        along.append(run)
    if len(set(along)) < len(along):
        along = list(range(len(columns)))
    return LineChart(
        id="gaps",
        kind="gaps" if is_time else "counts",
        title=translate("Gaps to the leader through the race"),
        note=translate(
            "Behind the leader after each stage, over the distance run. Dotted: still on the road."
        ),
        columns=_heads(columns, along),
        lines=_lines(book, columns, bibs, shown=zip(shown, gaps, texts, strict=True)),
        empty=translate("There is something to draw once two stages have results."),
    )


def _heads(columns: Sequence[_Column], along: Sequence[int]) -> tuple[ChartColumn, ...]:
    return tuple(
        ChartColumn(
            x=x,
            label=str(column.stage.number),
            head=sentence(
                "stage-live" if column.is_live else "stage-column", stage=column.stage.number
            ),
        )
        for column, x in zip(columns, along, strict=True)
    )


def _lines(
    book: RaceBook,
    columns: Sequence[_Column],
    bibs: Sequence[str],
    *,
    shown: Iterable[tuple[str, Values, tuple[str, ...]]],
) -> tuple[ChartLine, ...]:
    """``shown`` has of each line its competitor's key, where it is drawn, and what it says."""
    if not columns:
        return ()
    last, chosen = columns[-1], list(shown)
    marks = marks_of([label_of(last.competitors[key]) for key, _, _ in chosen], bibs)
    return tuple(
        ChartLine(
            bib=label_of(last.competitors[key]),
            name=name_of(last.competitors[key]),
            url=page_of(book, last.competitors[key]),
            end=texts[-1],
            mark=mark,
            y=y,
            texts=texts,
            on_road=last.standings[key].on_road,
        )
        for (key, y, texts), mark in zip(chosen, marks, strict=True)
    )
