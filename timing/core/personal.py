"""What results need to know of a person, and what may be forgotten after a race (Rules 12.2).

A birth date matters only by the ages that it makes on the days at which the race asks for them;
where somebody lives, and for whom they run, only where a category asks for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta

from timing.core.categories import age_on
from timing.core.course_clear import SWEEP
from timing.core.definition import Race
from timing.core.entries import Entry


def days_of_age(race: Race) -> tuple[date, ...]:
    """Every day at which an age may count (Rules 8.1): any that ``age_on`` may name."""
    days = {race.starts_on, date(race.starts_on.year, 12, 31), *(s.date for s in race.stages)}
    return tuple(sorted(days))


def ages(born: date, days: Iterable[date]) -> tuple[int, ...]:
    """The ages that a birth date makes on those days."""
    return tuple(age_on(born, day) for day in days)


def forgotten_birth_date(born: date, days: Iterable[date]) -> date:
    """The first day of the year of birth, or the first after it, that makes the same ages.

    So the date says no more than the ages themselves do. A birthday on a day of the race, or
    between two of them, is told apart only as far as the ages are.
    """
    days = tuple(days)
    wanted = ages(born, days)
    return next(day for day in _days_up_to(born) if ages(day, days) == wanted)


def _days_up_to(born: date) -> Iterator[date]:
    day = date(born.year, 1, 1)
    while day < born:
        yield day
        day += timedelta(days=1)
    yield born


def asked_for(race: Race) -> frozenset[str]:
    """Which of nationality, residence, club and tags any category asks for."""
    names = ("nationality", "residence", "club", "tags")
    return frozenset(n for n in names if any(getattr(c, n) for c in race.categories))


def needed_tags(race: Race) -> frozenset[str]:
    """The tags that a category asks for, and that of the sweep, who closes a course."""
    return frozenset({SWEEP, *(tag for category in race.categories for tag in category.tags)})


def forgotten(race: Race, entry: Entry) -> Entry:
    """The entry without anything that tells who it is, and with the same results.

    Kept are its id, bib, chips, gender, division and team, the ages, and what a category asks for.
    """
    asked = asked_for(race)
    return replace(
        entry,
        name="",
        name_hidden=True,
        born=None if entry.born is None else forgotten_birth_date(entry.born, days_of_age(race)),
        nationality=entry.nationality if "nationality" in asked else "",
        residence=entry.residence if "residence" in asked else "",
        club=entry.club if "club" in asked else "",
        tags=tuple(tag for tag in entry.tags if tag in needed_tags(race)),
    )
