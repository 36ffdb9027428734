"""The desk's first page: how the stage stands at this moment, and what asks for somebody."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from timing.core.book import RaceBook
from timing.core.safety import AlertKind
from timing.core.times import SECOND, Instant
from timing.pages import addresses, figures
from timing.pages.arrivals import Arrival, arrivals
from timing.pages.field import FieldPicture
from timing.pages.frame import Frame, name_and_edition
from timing.pages.marks import worn_bibs
from timing.pages.now_alarms import Alarm, alarms
from timing.pages.now_closing_times import ClosingItem, closing_items
from timing.pages.now_counts import Counts, counts_of
from timing.pages.now_field import Missing, field_of
from timing.pages.now_head import (
    coming_words,
    facts_of,
    first_gun,
    headline,
    title_of,
    window_title,
)
from timing.pages.now_holds import HoldItem, hold_controls, hold_item, holds_of
from timing.pages.now_leads import Lead, leads
from timing.pages.now_moment import Moment, Phase, moment_at
from timing.pages.now_review import CASES_SHOWN, CaseLine, case_line, open_cases
from timing.pages.now_silences import Silence, silences
from timing.pages.now_starts import GunItem, gun_items
from timing.pages.now_stations import NOTHING_KNOWN, Known, PostLine, post_lines
from timing.pages.now_steps import Step, clear_steps, clear_words, steps_before, unclosed_stages
from timing.pages.now_sweep import SweepView, Vehicle, sweep_view, vehicles
from timing.pages.outgoing_page import held_items
from timing.pages.ruling_form import Article, articles_of
from timing.pages.selection import Option

ARRIVALS_SHOWN = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class NowPage:
    """The desk as it stands; ``clock_from`` is the gun that the clock counts from."""

    template: ClassVar[str] = "desk_now.html"

    frame: Frame
    slug: str
    race: str
    phase: Phase
    title: str
    facts: str
    at: str
    at_ms: Instant
    offset_minutes: int
    clock_from: Instant | None
    stage: int
    alarms: tuple[Alarm, ...]
    open_alarms: int
    headline: str
    counts: Counts | None
    picture: FieldPicture | None
    missing: tuple[Missing, ...]
    closings: tuple[ClosingItem, ...]
    arrivals: tuple[Arrival, ...]
    cases: tuple[CaseLine, ...]
    cases_open: int
    clean: str
    posts: tuple[PostLine, ...]
    silent: tuple[Silence, ...]
    sweep: SweepView | None
    vehicles: tuple[Vehicle, ...]
    leads: tuple[Lead, ...]
    guns: tuple[GunItem, ...]
    holds: tuple[HoldItem, ...]
    hold_controls: tuple[Option, ...]
    hold_id: str
    clear: tuple[Step, ...]
    clear_url: str
    clear_words: str
    is_closed: bool
    unclosed: tuple[tuple[str, str], ...]
    steps: tuple[Step, ...]
    coming: str
    articles: tuple[Article, ...]
    stages: tuple[Option, ...]
    ruling_id: str
    draft_id: str
    contacts: int
    notices: tuple[str, ...]
    kept: str
    message: str
    is_error: bool
    signed_in_as: str
    form_token: str
    revision: int


def now_page(
    book: RaceBook,
    *,
    now: Instant,
    known: Known = NOTHING_KNOWN,
    new_id: Callable[[], str],
    form_token: str,
    signed_in_as: str,
    revision: int = 0,
    message: str = "",
    is_error: bool = False,
) -> NowPage:
    """The page at ``now``."""
    moment = moment_at(book, now)
    found, number = moment.found, moment.number
    is_live = moment.phase is Phase.RUNNING
    box = _alarms(moment, known, new_id)
    counts = None if found is None else counts_of(found)
    picture, missing = field_of(moment)
    open_ones = open_cases(book)
    those = tuple(one for one in moment.standing if one.stage == number)
    silent = silences(book, those, at=moment.at, phones=known.phones, new_id=new_id)
    aboard = tuple(vehicles(moment, new_id))
    in_force = holds_of(book, number) if is_live else ()
    holds = tuple(hold_item(moment, hold, new_id) for hold in in_force)
    return NowPage(
        frame=Frame(
            title=window_title(moment, box),
            styles=("board", "field", "desk", "rulings", "now"),
            scripts=("now", "rulings"),
        ),
        slug=moment.slug,
        race=name_and_edition(book.race)[0],
        phase=moment.phase,
        title=title_of(moment),
        facts=" · ".join(facts_of(moment)),
        at=figures.clock(now, moment.zone),
        at_ms=now,
        offset_minutes=figures.utc_offset_ms(now, moment.zone) // (60 * SECOND),
        clock_from=first_gun(moment) if is_live else None,
        stage=number,
        alarms=box,
        open_alarms=sum(not alarm.had_by for alarm in box),
        headline=headline(moment.standing, box),
        counts=counts,
        picture=picture,
        missing=missing,
        closings=tuple(closing_items(moment)),
        arrivals=()
        if moment.stage is None
        else arrivals(book, moment.stage, worn_bibs(book), most=ARRIVALS_SHOWN),
        cases=tuple(case_line(moment, case) for case in open_ones[:CASES_SHOWN]),
        cases_open=len(open_ones),
        clean=figures.count(max(0, book.passings_held() - len(open_ones))),
        posts=tuple(post_lines(moment, known)),
        silent=silent,
        sweep=sweep_view(moment),
        vehicles=aboard,
        leads=tuple(
            leads(
                moment.slug,
                cases_open=len(open_ones),
                silent=silent,
                aboard=aboard,
                holds=holds,
                not_public=len(held_items(book)),
            )
        ),
        guns=tuple(gun_items(moment, new_id)),
        holds=holds,
        hold_controls=hold_controls(moment) if is_live else (),
        hold_id=new_id(),
        clear=() if found is None or counts is None else tuple(clear_steps(moment, found, counts)),
        clear_url=addresses.desk_course_clear(moment.slug, stage=number or None),
        clear_words="" if counts is None else clear_words(moment, counts),
        is_closed=moment.closed is not None,
        unclosed=tuple(unclosed_stages(moment)),
        steps=tuple(steps_before(moment, known)),
        coming=coming_words(moment),
        articles=articles_of(book),
        stages=tuple(
            Option(value=str(n), label=str(n), is_chosen=n == number) for n in book.stages
        ),
        ruling_id=new_id(),
        draft_id=new_id(),
        contacts=known.contacts,
        notices=known.notices,
        kept=known.kept,
        message=message,
        is_error=is_error,
        signed_in_as=signed_in_as,
        form_token=form_token,
        revision=revision,
    )


def _alarms(moment: Moment, known: Known, new_id: Callable[[], str]) -> tuple[Alarm, ...]:
    silent = {
        one.control: one.since
        for one in moment.standing
        if one.kind is AlertKind.STATION_SILENT and one.stage == moment.number
    }
    return alarms(
        moment.book,
        moment.standing,
        at=moment.at,
        phones=known.phones,
        silent=silent,
        new_id=new_id,
    )
