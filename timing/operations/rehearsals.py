"""Rehearsals: an invented field runs a race's definition to some moment, and is thrown away.

A rehearsal is a race like any other, so that everything that is made of a race can be looked at.
It is not public (timing.core.rehearsals), and no person of the real race is in it.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from timing.core.days import stage_day
from timing.core.definition import Race, Stage, StageKind
from timing.core.document import Document
from timing.core.records import Passing, Ruling
from timing.core.rehearsals import REHEARSAL, is_rehearsal
from timing.core.starts import first_gun
from timing.core.times import DAY, HOUR, MINUTE, Duration, Instant, local_clock, zone_named
from timing.db.engines import Database
from timing.db.people_tables import MembershipRow
from timing.db.rehearsal_tables import RehearsalRow
from timing.db.tables import RaceRow, Table
from timing.operations.entries import write_entries
from timing.operations.races import add_race
from timing.operations.record import append
from timing.operations.revisions import lock_race
from timing.simulator.faults import Faults
from timing.simulator.field import ImpossibleField, draw_field
from timing.simulator.simulate import simulate
from timing.simulator.timeline import timeline

KEPT_FOR: Duration = DAY
"""A rehearsal that nobody threw away goes by itself after so long."""

LEAST_ENTRIES, MOST_ENTRIES = 5, 300
MOST_TEAMS = 60
HEAD_START: Duration = 150 * MINUTE
"""How long a stage that is rehearsed under way has been so."""

_BATCH = 500
_LONGEST_SLUG = 40


class NoRehearsal(ValueError):
    """It can't be rehearsed; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """A rehearsal of the race ``of_slug``; ``state`` is running, ready or failed."""

    slug: str
    of_slug: str
    by: str
    at: Instant
    state: str
    told: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What shall be rehearsed: how many take part, to the end or with one stage under way (0)."""

    entries: int
    teams: int
    stage: int = 0


def rehearsal_of(session: Session, of_slug: str) -> Rehearsal | None:
    """The rehearsal of a race, None where there is none."""
    found = _rehearsals(session, RehearsalRow.of_slug == of_slug)
    return found[0] if found else None


def rehearsal_named(session: Session, slug: str) -> Rehearsal | None:
    """The rehearsal of that slug of its own."""
    found = _rehearsals(session, RaceRow.slug == slug)
    return found[0] if found else None


def rehearsals_before(session: Session, at: Instant) -> tuple[Rehearsal, ...]:
    """The rehearsals that were begun before a moment."""
    return _rehearsals(session, RehearsalRow.at < at)


def _rehearsals(session: Session, condition: object) -> tuple[Rehearsal, ...]:
    rows = session.execute(
        select(RaceRow.slug, RehearsalRow)
        .join(RaceRow, RaceRow.id == RehearsalRow.race_id)
        .where(condition)  # type: ignore[arg-type] # a column's
        .order_by(RehearsalRow.at.desc())
    )
    return tuple(
        Rehearsal(
            slug=slug, of_slug=row.of_slug, by=row.by, at=row.at, state=row.state, told=row.told
        )
        for slug, row in rows
    )


def begin_rehearsal(session: Session, race: Race, wish: Wish, *, at: Instant, by: str) -> str:
    """Make the race of a rehearsal, still without anybody in it, and return its slug.

    One that there was of the same race is thrown away. Whoever has a part in the race has it
    here. Raises NoRehearsal.
    """
    if is_rehearsal(race.slug):
        raise NoRehearsal("This is a rehearsal already.")
    if not LEAST_ENTRIES <= wish.entries <= MOST_ENTRIES:
        raise NoRehearsal(f"Give {LEAST_ENTRIES} to {MOST_ENTRIES} entries.")
    if not 0 <= wish.teams <= MOST_TEAMS:
        raise NoRehearsal(f"Give {MOST_TEAMS} teams at the most.")
    if wish.teams and not race.team_kinds:
        raise NoRehearsal("This race has no teams: give none.")
    held = [stage.number for stage in race.stages if stage.kind is not StageKind.REST]
    if not held or (wish.stage and wish.stage not in held):
        raise NoRehearsal("Choose a stage that the race has.")
    try:
        draw_field(race, entries=wish.entries, teams=wish.teams, seed=1)
    except ImpossibleField as error:
        raise NoRehearsal(f"{str(error)[:1].upper()}{str(error)[1:]}.") from None
    real = lock_race(session, race.slug)
    if before := rehearsal_of(session, race.slug):
        throw_rehearsal_away(session, before.slug)
    stem = race.slug[:_LONGEST_SLUG].strip("-")
    slug = f"{REHEARSAL}{stem}-{secrets.token_hex(3)}"
    moved = _moved(race, wish.stage, at)
    named = replace(moved, slug=slug, name=f"Rehearsal: {race.name}", event="")
    add_race(session, Document(race=named), at=at, by=by, is_rehearsed=True)
    made = lock_race(session, slug)
    session.add(
        RehearsalRow(
            race_id=made.id,
            of_slug=race.slug,
            by=by,
            at=at,
            state="running",
            told=f"{wish.entries} invented runners run {len(held)} stages",
        )
    )
    session.execute(delete(MembershipRow).where(MembershipRow.race_id == made.id))
    for row in session.scalars(select(MembershipRow).where(MembershipRow.race_id == real.id)).all():
        session.add(
            MembershipRow(
                race_id=made.id,
                account_id=row.account_id,
                part=row.part,
                since=at,
                given_by=row.given_by,
            )
        )
    session.flush()
    return slug


def run_rehearsal(
    database: Database,
    race: Race,
    wish: Wish,
    *,
    slug: str,
    at: Instant,
    computing: Callable[[Callable[[], Document]], Document] = lambda work: work(),
) -> None:
    """Let the field run, and write what was recorded, bit by bit, telling how far it is.

    ``race`` is the rehearsal's own definition. ``computing`` runs what takes long.
    """
    try:
        document = computing(lambda: _run(race, wish, at))
    except Exception:
        _tell(database, slug, "failed", "The simulator broke off. Try other numbers.")
        raise
    known = [record for when, record in timeline(document) if when <= at]
    with database.writing() as session:
        write_entries(session, lock_race(session, slug), document.entries, document.teams)
    for done in range(0, len(known), _BATCH):
        _tell(database, slug, "running", f"{done:,} of {len(known):,} records are written")
        part = known[done : done + _BATCH]
        with database.writing() as session:
            append(
                session,
                slug,
                tuple(record for record in part if isinstance(record, Passing)),
                tuple(record for record in part if isinstance(record, Ruling)),
                received=at,
            )
    _tell(database, slug, "ready", f"{len(document.entries)} runners, {len(known):,} records")


def _run(race: Race, wish: Wish, at: Instant) -> Document:
    seed = 1 + at % 1_000_000
    through = wish.stage or None
    return simulate(
        race, entries=wish.entries, teams=wish.teams, seed=seed, faults=Faults(), through=through
    )


def _tell(database: Database, slug: str, state: str, told: str) -> None:
    with database.writing() as session:
        row = session.get(RehearsalRow, lock_race(session, slug).id)
        if row is not None:
            row.state, row.told = state, told


def _moved(race: Race, number: int, at: Instant) -> Race:
    """The race on other days: over by now, or with one of its stages under way.

    For the latter its clocks are moved too, in whole hours, so that its stage began at its own
    time of day some HEAD_START ago.
    """
    if not number:
        last = max(stage.date for stage in race.stages)
        # Two days, since the last stage may go on into the night or the day after.
        over = local_clock(at, zone_named(race.timezone)).date() - timedelta(days=3)
        return _on_days(race, over - last)
    stage = next(stage for stage in race.stages if stage.number == number)
    gun = _gun_of_day(stage, race)
    minutes = (gun + HEAD_START) // MINUTE - at // MINUTE % (24 * 60)
    ahead = (round(minutes / 60) + 11) % 24 - 11
    # The sign in these names is the way back to Greenwich.
    zone = f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"
    begun = local_clock(at - HEAD_START, zone_named(zone)).date()
    return replace(_on_days(race, begun - stage.date), timezone=zone)


def _gun_of_day(stage: Stage, race: Race) -> Duration:
    """The time of day of a stage's first start; eight in the morning where it has none."""
    day = stage_day(stage.date, zone_named(race.timezone))
    gun = first_gun(stage, day)
    local = local_clock(gun, zone_named(race.timezone))
    return local.hour * HOUR + local.minute * MINUTE


def _on_days(race: Race, later: timedelta) -> Race:
    return replace(
        race,
        starts_on=race.starts_on + later,
        stages=tuple(replace(stage, date=stage.date + later) for stage in race.stages),
    )


def throw_rehearsal_away(session: Session, slug: str) -> bool:
    """Delete a rehearsal with all that is in it; whether there was one.

    Any other race is left alone: the database goes on refusing to delete its records.
    """
    race_id = session.scalar(
        select(RehearsalRow.race_id)
        .join(RaceRow, RaceRow.id == RehearsalRow.race_id)
        .where(RaceRow.slug == slug)
    )
    if race_id is None or not is_rehearsal(slug):
        return False
    lock_race(session, slug)
    refusing_again = _without_refusal(session)
    for table in reversed(Table.metadata.sorted_tables):
        if "race_id" in table.columns:
            session.execute(table.delete().where(table.columns["race_id"] == race_id))
    session.execute(delete(RaceRow).where(RaceRow.id == race_id))
    for statement in refusing_again:
        session.execute(text(statement))
    session.expire_all()
    return True


_REFUSING = {
    "postgresql": (
        ("journal", "journal_refuses_change"),
        ("publications", "publications_refuse_change"),
    ),
    "sqlite": (
        ("journal", "journal_refuses_delete"),
        ("publications", "publications_refuse_delete"),
    ),
}


def _without_refusal(session: Session) -> tuple[str, ...]:
    """Let this transaction delete records; what makes the database refuse again, before it ends."""
    dialect = session.get_bind().dialect.name
    again = []
    for table, trigger in _REFUSING[dialect]:
        if dialect == "postgresql":
            session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}"))
            again.append(f"ALTER TABLE {table} ENABLE TRIGGER {trigger}")
            continue
        made = session.scalar(
            text("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = :name"),
            {"name": trigger},
        )
        session.execute(text(f"DROP TRIGGER {trigger}"))
        again.append(str(made))
    return tuple(again)
