"""A race's rehearsal: what is rehearsed, how far it is, and where to look at it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from timing.core.definition import Race, StageKind
from timing.core.rehearsals import is_rehearsal
from timing.core.times import Instant, local_clock, zone_named
from timing.pages import addresses, figures, words
from timing.pages.frame import Frame, name_and_edition
from timing.pages.stages import stage_title


@dataclass(frozen=True, slots=True, kw_only=True)
class RehearsalLine:
    """The rehearsal that there is; ``links`` lead to what can be looked at."""

    slug: str
    by: str
    begun: str
    goes: str
    state: str
    told: str
    links: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RehearsalPage:
    """The page. ``real_url`` leads to the race itself, where this is a rehearsal already."""

    template: ClassVar[str] = "desk_rehearsal.html"

    frame: Frame
    slug: str
    race: str
    stages: tuple[tuple[int, str], ...]
    has_teams: bool
    has_draft: bool
    entries: str
    teams: str
    stage: str
    rehearsal: RehearsalLine | None
    real_url: str
    message: str
    is_error: bool
    signed_in_as: str
    form_token: str


def rehearsal_line(
    *, slug: str, by: str, at: Instant, until: Instant, state: str, told: str, timezone: str
) -> RehearsalLine:
    """A rehearsal as shown, in the race's own time."""
    return RehearsalLine(
        slug=slug,
        by=by,
        begun=_moment(at, timezone),
        goes=_moment(until, timezone),
        state=state,
        told=told,
        links=(
            ("The stage at a glance", addresses.desk(slug), "Now, as on the day"),
            (
                "Public pages",
                addresses.race(slug),
                "boards, stages, runners, as everybody sees them",
            ),
            ("Review", addresses.desk_review(slug), "what the records leave in doubt"),
            ("Publish", addresses.desk_publish(slug), "provisional and official, to be tried"),
            ("Files", addresses.desk_files(slug), "every export of it"),
        ),
    )


def _moment(at: Instant, timezone: str) -> str:
    zone = zone_named(timezone)
    return f"{words.day_and_month(local_clock(at, zone).date())} {figures.clock_minutes(at, zone)}"


def rehearsal_page(
    race: Race,
    *,
    has_draft: bool,
    entries: str,
    teams: str,
    stage: str,
    rehearsal: RehearsalLine | None,
    real_slug: str,
    message: str,
    is_error: bool,
    signed_in_as: str,
    form_token: str,
) -> RehearsalPage:
    """The page of a race's rehearsal; ``race`` is what would be rehearsed."""
    is_running = rehearsal is not None and rehearsal.state == "running"
    return RehearsalPage(
        frame=Frame(
            title=f"Rehearsal · {race.name}",
            styles=("desk", "setup"),
            scripts=("rehearsal",) if is_running else (),
        ),
        slug=race.slug,
        race=name_and_edition(race)[0],
        stages=tuple(
            (s.number, stage_title(s)) for s in race.stages if s.kind is not StageKind.REST
        ),
        has_teams=bool(race.team_kinds),
        has_draft=has_draft,
        entries=entries,
        teams=teams,
        stage=stage,
        rehearsal=rehearsal,
        real_url=addresses.desk_rehearsal(real_slug)
        if real_slug and is_rehearsal(race.slug)
        else "",
        message=message,
        is_error=is_error,
        signed_in_as=signed_in_as,
        form_token=form_token,
    )
