"""The stations on the desk's first page: who is silent, and who out of the network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from timing.core.alerts import Standing
from timing.core.devices import Device
from timing.core.safety import AlertKind
from timing.core.times import Instant
from timing.pages.alert_words import lasting
from timing.pages.control_places import post_of
from timing.pages.device_lines import LATE, since
from timing.pages.now_moment import Moment, Phase
from timing.pages.stations_page import Station


@dataclass(frozen=True, slots=True, kw_only=True)
class PostLine:
    """A station: its state in words, and whether it needs somebody."""

    name: str
    state: str
    is_silent: bool
    is_cut_off: bool
    contact: str
    unsent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the page shows that is not in the book; ``phones`` are name and number by control.

    ``clock`` is that of this machine, which devices were in contact by, where races are played by
    another.
    """

    stations: tuple[Station, ...] = ()
    devices: tuple[Device, ...] = ()
    phones: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    contacts: int = 0
    notices: tuple[str, ...] = ()
    kept: str = ""
    clock: Instant | None = None


NOTHING_KNOWN = Known()


def post_lines(moment: Moment, known: Known) -> Iterator[PostLine]:
    """The stations of the stage; before it and after it those of the stage to come too."""
    silent = {
        post_of(one.control): one
        for one in moment.standing
        if one.kind is AlertKind.STATION_SILENT and one.stage == moment.number
    }
    devices: dict[int, list[Device]] = {}
    for device in known.devices:
        devices.setdefault(device.token_id, []).append(device)
    clock = moment.now if known.clock is None else known.clock
    serving = {None, moment.number}
    if moment.phase is not Phase.RUNNING:
        serving.add(moment.coming)
    for station in known.stations:
        is_served = not moment.number or station.stage in serving
        if station.revoked is not None or not is_served:
            continue
        mine = {post_of(control) for control in station.controls}
        told = next((silent[c] for c in sorted(mine) if c in silent), None)
        own = devices.get(station.id, [])
        yield _post(moment, station.label, told, own, clock=clock)


def _post(
    moment: Moment,
    name: str,
    told: Standing | None,
    devices: list[Device],
    *,
    clock: Instant,
) -> PostLine:
    last = max((d.last_seen for d in devices), default=None)
    unsent = sum(d.contact.unsent for d in devices)
    is_over = bool(devices) and all(d.shift_ended is not None for d in devices)
    is_cut_off = last is not None and clock - last >= LATE and not is_over
    contact = "" if last is None else since(last, clock, moment.zone)
    if told is not None:
        state = f"Silent {lasting(moment.now - told.since)}"
    elif last is None:
        state = "Not yet in contact"
    elif is_over:
        state = "Shift over, all sent" if not unsent else "Shift over, not all sent"
    elif is_cut_off:
        state = "No network"
    else:
        state = "In contact"
    return PostLine(
        name=name,
        state=state,
        is_silent=told is not None,
        is_cut_off=is_cut_off or (is_over and bool(unsent)),
        contact=contact,
        unsent="?" if last is None or (told is not None and is_cut_off) else str(unsent),
    )
