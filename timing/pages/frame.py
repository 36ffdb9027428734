"""What every page has around its content: title, tabs, the line at its foot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from timing.core.book import RaceBook
from timing.core.definition import Race
from timing.core.times import MINUTE, SECOND, Instant, Rounding, zone_named
from timing.pages import addresses, figures
from timing.pages.languages import Words, mark, translate
from timing.pages.running import running

_TIMES: Mapping[tuple[Rounding, int], str] = Words(
    {
        (Rounding.UP, SECOND): mark("Times h:mm:ss, rounded up to the second."),
        (Rounding.UP, 100): mark("Times h:mm:ss, rounded up to the tenth of a second."),
        (Rounding.UP, 10): mark("Times h:mm:ss, rounded up to the hundredth of a second."),
        (Rounding.UP, 1): mark("Times h:mm:ss, to the millisecond."),
        (Rounding.DOWN, SECOND): mark("Times h:mm:ss, rounded down to the second."),
        (Rounding.DOWN, 100): mark("Times h:mm:ss, rounded down to the tenth of a second."),
        (Rounding.DOWN, 10): mark("Times h:mm:ss, rounded down to the hundredth of a second."),
        (Rounding.DOWN, 1): mark("Times h:mm:ss, to the millisecond."),
        (Rounding.NEAREST, SECOND): mark("Times h:mm:ss, rounded to the nearest second."),
        (Rounding.NEAREST, 100): mark("Times h:mm:ss, rounded to the nearest tenth of a second."),
        (Rounding.NEAREST, 10): mark(
            "Times h:mm:ss, rounded to the nearest hundredth of a second."
        ),
        (Rounding.NEAREST, 1): mark("Times h:mm:ss, to the millisecond."),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    """One entry of the bar at the top; ``is_current`` where the page is under it."""

    label: str
    url: str
    is_current: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocks:
    """How far race time was ahead of UTC at an instant, for who wants their own time instead."""

    at: Instant
    offset_minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """The outside of a page. ``race`` and what follows are empty on pages of no race.

    ``revision`` is the race's at which the page was made; ``time_note`` says how its times read.
    ``past`` says which moment is shown, where it is not the present; ``present_url`` leads there.
    ``clocks`` is what the clocks on it show, None where there are none yet. ``feed_url`` and
    ``calendar_url`` are what a reader's own program may follow.
    ``seen`` is when anybody was last seen on the stage that runs.
    """

    title: str
    race: str = ""
    edition: str = ""
    race_url: str = ""
    tabs: tuple[Tab, ...] = ()
    revision: int = 0
    time_note: str = ""
    styles: tuple[str, ...] = ()
    scripts: tuple[str, ...] = field(default=())
    past: str = ""
    present_url: str = ""
    clocks: Clocks | None = None
    feed_url: str = ""
    calendar_url: str = ""
    seen: Instant | None = None

    def as_past(self, told: str, present_url: str) -> Frame:
        """The frame of a page that shows another moment: it does not follow what happens now."""
        return replace(self, past=told, present_url=present_url, scripts=())


def race_frame(
    book: RaceBook,
    title: str,
    *,
    here: str = "",
    revision: int = 0,
    styles: tuple[str, ...] = (),
    scripts: tuple[str, ...] = (),
) -> Frame:
    """The frame of a public page of a race; ``here`` is the current tab's label in English."""
    race = book.race
    name, edition = name_and_edition(race)
    tabs = [(mark("Race"), addresses.race(race.slug))]
    if race.classifications:
        code = race.classifications[0].code
        tabs.append((mark("Standings"), addresses.board(race.slug, code)))
    if book.stages:
        shown = book.running_stage or book.last_stage or book.stages[0]
        tabs.append((mark("Stages"), addresses.stage(race.slug, shown)))
    if book.entries():
        tabs.append((mark("Runners"), addresses.runners(race.slug)))
    if book.teams():
        tabs.append((mark("Teams"), addresses.teams(race.slug)))
    tabs.append((mark("Live"), addresses.live(race.slug)))
    if race.classifications:
        tabs.append((mark("Charts"), addresses.charts(race.slug)))
    return Frame(
        title=f"{title} · {race.name}" if title != race.name else race.name,
        race=name,
        edition=edition,
        race_url=addresses.race(race.slug),
        tabs=tuple(
            Tab(label=translate(label), url=url, is_current=label == here) for label, url in tabs
        ),
        revision=revision,
        time_note=_time_note(book),
        styles=styles,
        scripts=(*scripts, "visitor"),
        clocks=_clocks(book),
        feed_url=addresses.feed(race.slug),
        calendar_url=addresses.calendar(race.slug),
        seen=_seen(book),
    )


def name_and_edition(race: Race) -> tuple[str, str]:
    """The race's name, and its year where the name does not end with it already."""
    year = str(race.starts_on.year)
    return race.name.removesuffix(year).rstrip(), year


def _clocks(book: RaceBook) -> Clocks | None:
    number = book.running_stage or book.last_stage or next(iter(book.stages), 0)
    guns = book.guns(number) if number else {}
    if not guns:
        return None
    at = min(guns.values())
    offset = figures.utc_offset_ms(at, zone_named(book.race.timezone))
    return Clocks(at=at, offset_minutes=offset // MINUTE)


def _seen(book: RaceBook) -> Instant | None:
    now = running(book)
    latest = now.latest if now is not None else None
    return None if latest is None else latest[0].time


def _time_note(book: RaceBook) -> str:
    rules, clocks = book.race.rules, _clocks(book)
    said = [_TIMES[rules.rounding, rules.precision]]
    if clocks is not None:
        offset = figures.utc_offset(clocks.at, zone_named(book.race.timezone))
        said.append(translate("Clocks show race time ({offset}).").format(offset=offset))
    return " ".join(said)
