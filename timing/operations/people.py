"""Who plays which part in a race, and what that lets them do.

A race is there only for accounts that have a part in it. Each race has an owner at all times,
once it had one: the last can neither be taken away nor given a lesser part.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from timing.core.times import Instant
from timing.db.people_tables import MembershipRow, PeoplePolicyRow, SecondFactorRow
from timing.db.reading import UnknownRace
from timing.db.tables import DirectorRow, RaceRow
from timing.operations.revisions import lock_race
from timing.operations.roles import RIGHTS, Part, Right

FOUNDING = "founded"
"""What is written for who gave its founder the part of owner."""


class LastOwner(ValueError):
    """A race keeps an owner: another has to be made before this one goes."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is the only owner: make somebody else an owner first")
        self.name = name


class NoSuchMember(LookupError):
    """The account has no part in this race."""

    def __init__(self, account_id: int) -> None:
        super().__init__("who this is about has no part in this race")
        self.account_id = account_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody who has a part in a race; ``given_by`` is a name, or `FOUNDING`."""

    account_id: int
    name: str
    part: Part
    since: Instant
    given_by: str
    has_second_factor: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How an account stands in a race: its part, and what the race asks of everybody."""

    part: Part
    lacks_second_factor: bool

    @property
    def rights(self) -> frozenset[Right]:
        """What it may do there."""
        return RIGHTS[self.part]


def found_membership(session: Session, race_id: int, account_id: int) -> None:
    """Make whoever founds a race its owner; doing so again changes nothing."""
    if session.get(MembershipRow, (race_id, account_id)) is None:
        since = session.get_one(RaceRow, race_id).created
        session.add(
            MembershipRow(
                race_id=race_id,
                account_id=account_id,
                part=Part.OWNER,
                since=since,
                given_by=FOUNDING,
            )
        )
        session.flush()


def founders_own(session: Session, race_id: int) -> None:
    """Make every account that may found races an owner of a new one, which came from no desk."""
    for account_id in session.scalars(select(DirectorRow.id).where(DirectorRow.may_found)).all():
        found_membership(session, race_id, account_id)


def standing_in(session: Session, slug: str, account_id: int) -> Standing | None:
    """How an account stands in a race; None where it has no part, or there is no such race."""
    found = session.execute(
        select(MembershipRow.part, PeoplePolicyRow.needs_second_factor, SecondFactorRow.confirmed)
        .join(RaceRow, RaceRow.id == MembershipRow.race_id)
        .outerjoin(PeoplePolicyRow, PeoplePolicyRow.race_id == MembershipRow.race_id)
        .outerjoin(SecondFactorRow, SecondFactorRow.account_id == MembershipRow.account_id)
        .where(RaceRow.slug == slug, MembershipRow.account_id == account_id)
    ).one_or_none()
    if found is None:
        return None
    part, is_needed, confirmed = found
    return Standing(part=Part(part), lacks_second_factor=bool(is_needed) and confirmed is None)


def races_of(session: Session, account_id: int) -> Mapping[str, Part]:
    """The races in which an account has a part, by slug."""
    found = session.execute(
        select(RaceRow.slug, MembershipRow.part)
        .join(MembershipRow, MembershipRow.race_id == RaceRow.id)
        .where(MembershipRow.account_id == account_id)
        .order_by(RaceRow.slug)
    )
    return {slug: Part(part) for slug, part in found}


def members(session: Session, slug: str) -> tuple[Member, ...]:
    """Everybody who has a part in a race: owners first, then by part and name."""
    found = session.execute(
        select(MembershipRow, DirectorRow.name, SecondFactorRow.confirmed)
        .join(RaceRow, RaceRow.id == MembershipRow.race_id)
        .join(DirectorRow, DirectorRow.id == MembershipRow.account_id)
        .outerjoin(SecondFactorRow, SecondFactorRow.account_id == MembershipRow.account_id)
        .where(RaceRow.slug == slug)
    )
    order = {part: nth for nth, part in enumerate(Part)}
    everybody = (
        Member(
            account_id=row.account_id,
            name=name,
            part=Part(row.part),
            since=row.since,
            given_by=row.given_by,
            has_second_factor=confirmed is not None,
        )
        for row, name, confirmed in found
    )
    return tuple(sorted(everybody, key=lambda member: (order[member.part], member.name)))


def owners(session: Session, slug: str) -> tuple[str, ...]:
    """The names of a race's owners."""
    return tuple(member.name for member in members(session, slug) if member.part is Part.OWNER)


def give_part(
    session: Session, slug: str, account_id: int, part: Part, *, by: str, at: Instant
) -> None:
    """Let an account play this part from now on, whatever it played before.

    Raises UnknownRace, and LastOwner where the race would be left without an owner.
    """
    race = lock_race(session, slug)
    row = session.get(MembershipRow, (race.id, account_id), populate_existing=True)
    if row is None:
        row = MembershipRow(race_id=race.id, account_id=account_id)
        session.add(row)
    elif row.part == part:
        return
    elif row.part == Part.OWNER:
        _keep_an_owner(session, race.id, account_id)
    row.part, row.since, row.given_by = part, at, by
    session.flush()


def take_part_away(session: Session, slug: str, account_id: int) -> None:
    """Let an account have no part in a race any more. UnknownRace, NoSuchMember, LastOwner."""
    race = lock_race(session, slug)
    row = session.get(MembershipRow, (race.id, account_id), populate_existing=True)
    if row is None:
        raise NoSuchMember(account_id)
    if row.part == Part.OWNER:
        _keep_an_owner(session, race.id, account_id)
    session.delete(row)
    session.flush()


def _keep_an_owner(session: Session, race_id: int, leaving: int) -> None:
    """Raises LastOwner where nobody but ``leaving`` owns the race, whose row is locked."""
    others = session.scalar(
        select(func.count()).where(
            MembershipRow.race_id == race_id,
            MembershipRow.part == Part.OWNER,
            MembershipRow.account_id != leaving,
        )
    )
    if not others:
        raise LastOwner(session.get_one(DirectorRow, leaving).name)


def needs_second_factor(session: Session, slug: str) -> bool:
    """Whether a race lets nobody in who signs in by password alone."""
    return bool(
        session.scalar(
            select(PeoplePolicyRow.needs_second_factor)
            .join(RaceRow, RaceRow.id == PeoplePolicyRow.race_id)
            .where(RaceRow.slug == slug)
        )
    )


def ask_for_second_factor(session: Session, slug: str, *, is_needed: bool) -> None:
    """Ask everybody in a race for a second factor, or no longer. UnknownRace."""
    race_id = session.scalar(select(RaceRow.id).where(RaceRow.slug == slug))
    if race_id is None:
        raise UnknownRace(slug)
    row = session.get(PeoplePolicyRow, race_id)
    if row is None:
        session.add(PeoplePolicyRow(race_id=race_id, needs_second_factor=is_needed))
    else:
        row.needs_second_factor = is_needed
    session.flush()
