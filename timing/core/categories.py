"""Which categories a competitor belongs to (Rules 8.1, 8.2)."""

from __future__ import annotations

from datetime import date
from typing import assert_never

from timing.core.definition import AgeOn, Category, Race, TeamGender, TeamKind
from timing.core.entries import Entry


def age_on(born: date, day: date) -> int:
    """Whole years of age on ``day``."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def day_of_age(race: Race, stage_date: date) -> date:
    """The day at which ages count for a result of that stage (Rules 8.1)."""
    match race.rules.age_on:
        case AgeOn.RACE_START:
            return race.starts_on
        case AgeOn.STAGE_DAY:
            return stage_date
        case AgeOn.YEAR_END:
            return date(race.starts_on.year, 12, 31)
        case _:
            assert_never(race.rules.age_on)


def _within(value: int, bounds: tuple[int | None, int | None]) -> bool:
    least, most = bounds
    return (least is None or value >= least) and (most is None or value <= most)


def has_category(entry: Entry, category: Category, day: date) -> bool:
    """Whether every condition of ``category`` holds; an unknown birth date is in no age band."""
    return (
        category.team_gender is None
        and category.combined_age is None
        and (not category.gender or category.gender == entry.gender)
        and (
            category.age is None
            or (entry.born is not None and _within(age_on(entry.born, day), category.age))
        )
        and (not category.nationality or entry.nationality in category.nationality)
        and (not category.residence or entry.residence in category.residence)
        and (not category.club or entry.club in category.club)
        and (not category.tags or not set(category.tags).isdisjoint(entry.tags))
    )


def categories_of(race: Race, entry: Entry, day: date) -> tuple[str, ...]:
    """The codes of all the entry's categories, in the order of the definition."""
    return tuple(c.code for c in race.categories if has_category(entry, c, day))


def team_gender(members: tuple[Entry, ...]) -> TeamGender | None:
    """Men, women or mixed; None while a member's gender is unknown (Rules 8.2)."""
    genders = {m.gender for m in members}
    if genders == {"M"}:
        return TeamGender.MEN
    if genders == {"F"}:
        return TeamGender.WOMEN
    return TeamGender.MIXED if genders >= {"M", "F"} else None


def fits_kind(kind: TeamKind, members: tuple[Entry, ...], starts_on: date) -> bool:
    """Whether a team is of the genders and of the age that its kind asks for (Rules 8.2).

    Whose birth date is unknown may be of any age: that is asked for by itself.
    """
    if kind.gender is not None and team_gender(members) is not kind.gender:
        return False
    ages = [age_on(m.born, starts_on) for m in members if m.born is not None]
    if kind.combined_age is None or len(ages) < len(members):
        return True
    return _within(sum(ages), kind.combined_age)


def team_categories(race: Race, members: tuple[Entry, ...], starts_on: date) -> tuple[str, ...]:
    """The codes of a team's categories.

    A category with ``team_gender`` or ``combined_age`` asks for those, the age summed over the
    members at the event's start (Rules 8.2); any other needs all the members to belong.
    """
    if not members:
        return ()
    mix = team_gender(members)
    ages = [age_on(m.born, starts_on) for m in members if m.born is not None]
    total = sum(ages) if len(ages) == len(members) else None
    found = []
    for category in race.categories:
        if category.team_gender is None and category.combined_age is None:
            if all(has_category(m, category, starts_on) for m in members):
                found.append(category.code)
        elif category.team_gender in (None, mix) and (
            category.combined_age is None
            or (total is not None and _within(total, category.combined_age))
        ):
            found.append(category.code)
    return tuple(found)
