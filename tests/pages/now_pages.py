"""The desk's first page and those beside it, of the sample race at noon of its fifth stage."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import Any

from tests.pages.pages import watched
from tests.pages.sample import NOW, instant, siroua_six
from timing.core.book import RaceBook
from timing.core.course_clear import SWEEP
from timing.core.definition import Cutoff
from timing.core.devices import Device
from timing.core.records import Passing
from timing.core.times import HOUR, MINUTE, Instant, TimeOfDay, format_instant
from timing.pages.alerts_page import AlertsPage, KnownContact, KnownMessage, alerts_page
from timing.pages.clear_page import ClearPage, clear_page
from timing.pages.now_page import NowPage, now_page
from timing.pages.now_stations import Known
from timing.pages.stations_page import Station
from timing.racefile import load_ruling


def known(moment: Instant) -> Known:
    """Stations at every control: one silent, one out of the network, the others well."""
    told = watched(moment)
    station, device = told.stations[0], told.devices[0]
    stations: list[Station] = []
    devices: list[Device] = []
    for nth, control in enumerate(("CP1", "CP2", "CP3", "CP4", "CP5", "FINISH"), start=10):
        stations.append(replace(station, id=nth, label=control, controls=(control,), stage=5))
        ago = {"CP2": 38 * MINUTE, "CP4": 16 * MINUTE}.get(control, 0)
        unsent = 3 if control == "CP4" else 0
        contact = replace(device.contact, unsent=unsent)
        shift_ended = moment - 80 * MINUTE if control == "CP1" else None
        devices.append(
            replace(
                device,
                token_id=nth,
                contact=contact,
                last_seen=moment - ago,
                shift_ended=shift_ended,
            )
        )
    return Known(
        stations=tuple(stations),
        devices=tuple(devices),
        phones=dict.fromkeys(("CP2", "CP4"), ("Brahim", "+212 661 23 45 67")),
        contacts=3,
    )


def overdue_two() -> RaceBook:
    """Two who left a control long ago and were not seen since; sixteen who run late behind."""
    document = siroua_six()
    last = {"163": ("START", "CP1"), "208": ("START", "CP1", "CP2")}
    kept = tuple(
        p for p in document.passings if p.stage != 5 or p.control in last.get(p.bib, (p.control,))
    )
    return RaceBook(replace(document, passings=kept))


def stormy() -> RaceBook:
    """A silent control, a field on hold, a sweep with somebody behind it, a bus, closing times."""
    document = siroua_six()
    silent = instant(5, "10:50:00")
    closing = {
        "CP4": Cutoff(at=TimeOfDay(ms=13 * HOUR)),
        "FINISH": Cutoff(at=TimeOfDay(ms=14 * HOUR)),
    }

    def clock(text: str) -> str:
        return format_instant(instant(5, text))

    def is_known(passing: Passing) -> bool:
        if passing.stage != 5 or not isinstance(passing.time, int):
            return True
        if passing.bib in {"7a", "62"}:
            return passing.control in {"START", "CP1"}
        return passing.control != "CP4" or passing.time < silent

    stages = tuple(
        replace(
            stage,
            controls=tuple(
                replace(c, cutoffs=(closing[c.code],)) if c.code in closing else c
                for c in stage.controls
            ),
        )
        if stage.number == 5
        else stage
        for stage in document.race.stages
    )
    entries = tuple(
        replace(entry, tags=(SWEEP,)) if entry.bib == "176" else entry for entry in document.entries
    )
    rulings = (
        {"ruling": "account", "stage": 5, "bibs": ["62", "205"], "vehicle": "Bus 2",
         "where": "CP1", "at": clock("09:31:00"), "reason": "Said at the desk"},
        {"ruling": "account", "stage": 5, "bibs": ["137"], "vehicle": "Moto <i>1</i>",
         "where": "CP3", "at": clock("11:41:00"), "reason": "Said at the desk"},
        {"ruling": "hold", "stage": 5, "control": "CP3", "from": clock("10:30:00"),
         "at": clock("10:30:00"), "reason": "Thunderstorm <b>on</b> the pass"},
    )  # fmt: skip
    made = tuple(
        load_ruling({"id": f"storm-{n}", "by": "Ana", **ruling}) for n, ruling in enumerate(rulings)
    )
    return RaceBook(
        replace(
            document,
            race=replace(document.race, stages=stages),
            entries=entries,
            passings=tuple(p for p in document.passings if is_known(p)),
            rulings=(*document.rulings, *made),
        )
    )


def now_of(book: RaceBook, *, now: Instant | None = None, **given: Any) -> NowPage:
    """The desk's first page."""
    moment = instant(5, NOW) if now is None else now
    ids = count(1)
    return now_page(
        book,
        now=moment,
        known=given.pop("known", known(moment)),
        new_id=lambda: f"n-{next(ids)}",
        form_token="token",
        signed_in_as="ana",
        revision=2574,
        **given,
    )


def clear_of(book: RaceBook, *, now: Instant | None = None, **given: Any) -> ClearPage:
    """The course of the fifth stage."""
    ids = count(1)
    return clear_page(
        book,
        5,
        now=instant(5, NOW) if now is None else now,
        new_id=lambda: f"n-{next(ids)}",
        form_token="token",
        signed_in_as="ana",
        **given,
    )


def alerts_of_page(book: RaceBook, *, is_empty: bool = False, **given: Any) -> AlertsPage:
    """Who is told, with a message that could not be sent; or nobody yet."""
    moment = instant(5, NOW)
    contacts = (
        KnownContact(public="ac_1", name="Ana <b>at the desk</b>", email="desk@example.org", url="",
                     is_next=False, safety=True, stations=True),
        KnownContact(public="ac_2", name="Doctor", email="", url="https://example.org/hook",
                     is_next=True, safety=True, stations=False),
    )  # fmt: skip
    sent = KnownMessage(
        address="desk@example.org", subject="Siroua Six: 163 Lorcan Devanney overdue at CP2",
        state="sent", attempts=1, answer="taken", created=moment - MINUTE,
    )  # fmt: skip
    waiting = replace(sent, state="waiting", attempts=3, answer="451 busy")
    return alerts_page(
        book,
        contacts=() if is_empty else contacts,
        messages=() if is_empty else (sent, waiting),
        phones={} if is_empty else {"CP2": ("Brahim", "+212 661 23 45 67")},
        can_mail=not is_empty,
        now=moment,
        form_token="token",
        signed_in_as="ana",
        **given,
    )
