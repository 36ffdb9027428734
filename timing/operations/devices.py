"""Devices at stations, as they described themselves when they last were in contact."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from timing.core.times import SECOND, Duration, Instant
from timing.db.reading import UnknownRace
from timing.db.tables import DeviceRow, RaceRow

CLOCK_MOVED: Duration = 5 * SECOND
"""A measured offset that changes by more between two contacts was no drift of quartz."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """What a device says of itself, None where it does not say.

    ``oldest_unsent`` is when the oldest record that was not sent was made. The clock's offset is
    true time less the device's, measured ``clock_age_ms`` ago; it is guarded while the device's
    monotonic clock watches over it. Sizes are bytes, the battery in per cent.
    """

    origin: str
    name: str
    app: str = ""
    recorded: int = 0
    unsent: int = 0
    oldest_unsent: Instant | None = None
    clock_offset_ms: int | None = None
    clock_uncertainty_ms: int | None = None
    clock_age_ms: int | None = None
    clock_is_guarded: bool = False
    battery: int | None = None
    is_charging: bool | None = None
    storage_used: int | None = None
    storage_quota: int | None = None
    storage_is_persisted: bool | None = None
    has_ended: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A device at its last contact, ``last_seen`` by this installation's clock.

    ``clock_moved_ms`` is by how much its offset last changed between two contacts, if by more than
    CLOCK_MOVED; ``shift_ended`` is when it first said so.
    """

    token_id: int
    contact: Contact
    first_seen: Instant
    last_seen: Instant
    clock_moved_ms: int | None
    clock_moved_at: Instant | None
    shift_ended: Instant | None

    @property
    def still_holds(self) -> int:
        """How many records it had not sent, after its shift ended."""
        return self.contact.unsent if self.shift_ended is not None else 0


def note_contact(
    session: Session, slug: str, contact: Contact, *, token_id: int, at: Instant
) -> None:
    """Remember a contact. Raises UnknownRace."""
    race_id = session.scalar(select(RaceRow.id).where(RaceRow.slug == slug))
    if race_id is None:
        raise UnknownRace(slug)
    row = session.scalars(
        select(DeviceRow).where(DeviceRow.race_id == race_id, DeviceRow.origin == contact.origin)
    ).one_or_none()
    if row is None:
        row = DeviceRow(race_id=race_id, origin=contact.origin, first_seen=at)
        session.add(row)
    elif row.clock_offset_ms is not None and contact.clock_offset_ms is not None:
        moved = contact.clock_offset_ms - row.clock_offset_ms
        known = (row.clock_uncertainty_ms or 0) + (contact.clock_uncertainty_ms or 0)
        if abs(moved) > CLOCK_MOVED + known:
            row.clock_moved_ms, row.clock_moved_at = moved, at
    row.token_id = token_id
    row.last_seen = at
    row.name = contact.name
    row.app = contact.app
    row.recorded = contact.recorded
    row.unsent = contact.unsent
    row.oldest_unsent = contact.oldest_unsent
    row.clock_offset_ms = contact.clock_offset_ms
    row.clock_uncertainty_ms = contact.clock_uncertainty_ms
    row.clock_age_ms = contact.clock_age_ms
    row.clock_is_guarded = contact.clock_is_guarded
    row.battery = contact.battery
    row.is_charging = contact.is_charging
    row.storage_used = contact.storage_used
    row.storage_quota = contact.storage_quota
    row.storage_is_persisted = contact.storage_is_persisted
    row.shift_ended = (row.shift_ended or at) if contact.has_ended else None
    session.flush()


def devices_of_race(session: Session, slug: str) -> tuple[Device, ...]:
    """Every device that ever was in contact, by name."""
    rows = session.scalars(
        select(DeviceRow)
        .join(RaceRow, RaceRow.id == DeviceRow.race_id)
        .where(RaceRow.slug == slug)
        .order_by(DeviceRow.name, DeviceRow.origin)
    )
    return tuple(_device(row) for row in rows)


def _device(row: DeviceRow) -> Device:
    return Device(
        token_id=row.token_id,
        contact=Contact(
            origin=row.origin,
            name=row.name,
            app=row.app,
            recorded=row.recorded,
            unsent=row.unsent,
            oldest_unsent=row.oldest_unsent,
            clock_offset_ms=row.clock_offset_ms,
            clock_uncertainty_ms=row.clock_uncertainty_ms,
            clock_age_ms=row.clock_age_ms,
            clock_is_guarded=row.clock_is_guarded,
            battery=row.battery,
            is_charging=row.is_charging,
            storage_used=row.storage_used,
            storage_quota=row.storage_quota,
            storage_is_persisted=row.storage_is_persisted,
            has_ended=row.shift_ended is not None,
        ),
        first_seen=row.first_seen,
        last_seen=row.last_seen,
        clock_moved_ms=row.clock_moved_ms,
        clock_moved_at=row.clock_moved_at,
        shift_ended=row.shift_ended,
    )
