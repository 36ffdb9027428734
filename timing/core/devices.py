"""Devices at stations: what one says of itself, and when it was last heard of."""

from __future__ import annotations

from dataclasses import dataclass, replace

from timing.core.times import Instant


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

    def after_taking(self, taken: int) -> Contact:
        """As it is once so many of its unsent records were taken; it counted them before.

        Which is the oldest of those that are left it did not say: none is older.
        """
        left = max(0, self.unsent - taken)
        return replace(self, unsent=left, oldest_unsent=self.oldest_unsent if left else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A device at its last contact, ``last_seen`` by this installation's clock.

    ``clock_moved_ms`` is by how much its offset last changed between two contacts, if by more
    than chance; ``shift_ended`` is when it first said so.
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
