"""The station app on a screen, with an installation that is made up and can be out of reach."""

from __future__ import annotations

import json
import mimetypes
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Page, Route, expect

from timing.pages.rendering import render
from timing.pages.static_files import PROJECT
from timing.pages.station_app_page import station_app_page

SITE = "http://localhost"
"""Nothing listens there: every request is answered here. Browsers take it for secure."""
KEY = "K7QM-2F9D-XW3H-TPA4"
POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; frame-ancestors 'none'"
)
HOUR = 3_600_000

RUNNERS = (
    ("12", "Ana Ruiz", "ESP · W40"),
    ("41", "Mateo Urquiola", "ARG · M"),
    ("88", "Ömer Karadağlı", "TUR · M40"),
    ("99", "Petter Lundegaard", "DEN · M50"),
    ("134", "Ayoub Zerhouni", "TUN · M"),
    ("140", "Marta Figueirinhas", "POR · W40"),
    ("142", "Lucía Etxeberria", "ESP · W"),
    ("147", "Jan Novotný", "CZE · M50"),
    ("148", "Henrik Saarelma", "FIN · M40"),
    ("153", "Eva Kolesárová", "SVK · W"),
    ("172", "Inés Barrenechea", "ARG · W"),
    ("181", "Kofi Boadu-Mensah", "GHA · M40"),
    ("188", "Amparo Luzuriaga", "ECU · W50"),
    ("205", "Radoslav Imrich", "SVK · M"),
)


def control(code: str, name: str, **given: Any) -> dict[str, Any]:
    """A control of a post."""
    base, _, way = code.partition(".")
    return {
        "code": code,
        "base": base,
        "way": way,
        "name": name,
        "number": 4,
        "symbol": "checkpoint",
        "distance_m": 43_100,
        "source": "checkpoint",
        "closes": [{"who": "", "text": "18:30", "at": 0}],
        "checks": ["whistle", "blanket", "light", "water"],
        **given,
    }


IN_AND_OUT = (control("CP4.in", "Adrar Ouzal"), control("CP4.out", "Adrar Ouzal"))
ONE_WAY = (control("CP4", "Adrar Ouzal"),)
FINISH = (control("FINISH", "Foum Zguid", number=0, symbol="finish", source="line_crew"),)
START = (control("START", "Taznakht", number=0, symbol="start", distance_m=0, closes=[]),)
GUNS = (
    {"wave": "A", "label": "Wave A", "planned": 1_787_896_800_000, "given": None},
    {"wave": "B", "label": "Wave B", "planned": 1_787_897_400_000, "given": None},
)


class Installation:
    """What answers the app; ``records`` are those that it took, by id."""

    def __init__(self, controls: tuple[dict[str, Any], ...] = ONE_WAY, **stage: Any) -> None:
        self.controls = controls
        self.stage = stage
        self.more_stages: list[dict[str, Any]] = []
        self.entries: list[list[str]] = [[*runner, "", ""] for runner in RUNNERS]
        self.field: dict[str, list[Any]] = {}
        self.questions: list[dict[str, Any]] = []
        self.records: dict[str, dict[str, Any]] = {}
        self.is_reachable = True
        self.now: Callable[[], float] = lambda: time.time() * 1000

    def post(self) -> dict[str, Any]:
        """What the key is for."""
        stage = {
            "number": 5,
            "name": "Tazenakht – Foum Zguid",
            "date": "2026-10-24",
            "guns": [],
            "controls": list(self.controls),
            "is_current": True,
            **self.stage,
        }
        return {
            "node": {"id": "3f", "name": "Camp", "epoch": "1"},
            "nodes": [{"id": "3f", "name": "Camp"}],
            "race": {
                "slug": "siroua-six",
                "name": "Siroua Six",
                "timezone": "Africa/Casablanca",
                "utc_offsets": [[0, HOUR]],
            },
            "station": {"label": "CP4", "role": "main", "key": "K7QM", "revoked": None},
            "stages": [stage, *self.more_stages],
            "start_list": '"r1"',
        }

    def passings(self) -> list[dict[str, Any]]:
        """The passings taken, as they came."""
        return [record for record in self.records.values() if record["kind"] == "passing"]

    def rulings(self, name: str) -> list[dict[str, Any]]:
        """The rulings of one kind taken, as they came."""
        return [record for record in self.records.values() if record.get("ruling") == name]

    def answer(self, route: Route) -> None:
        """Answer a request, or let it fail where nobody is there."""
        path = urlsplit(route.request.url).path
        if path == "/station":
            html = render(station_app_page())
            headers = {"Content-Security-Policy": POLICY}
            route.fulfill(body=html, content_type="text/html; charset=utf-8", headers=headers)
        elif path.startswith("/static/"):
            file = PROJECT / path.lstrip("/")
            kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
            route.fulfill(body=file.read_bytes(), content_type=kind)
        elif not self.is_reachable:
            route.abort("connectionrefused")
        elif route.request.headers.get("authorization") not in (None, f"Bearer {KEY}"):
            route.fulfill(status=401, json={"message": "not known"})
        else:
            self._interface(route, path.rpartition("/")[2])

    def _interface(self, route: Route, name: str) -> None:
        headers = {"ETag": '"r1"'}
        if name == "clock":
            route.fulfill(json={"now": round(self.now())})
        elif name == "post":
            route.fulfill(json=self.post(), headers=headers)
        elif name == "start-list":
            route.fulfill(json={"entries": self.entries}, headers=headers)
        elif name == "field":
            as_of = round(self.now()) - 480_000
            body = {"as_of": as_of, "revision": 1, "entries": self.field}
            route.fulfill(json=body, headers={"ETag": f'"{len(self.records)}"'})
        elif name == "records":
            self._take(route)
        else:
            route.fulfill(status=404, body="")

    def _take(self, route: Route) -> None:
        sent = json.loads(route.request.post_data or "{}")["records"]
        verdicts = []
        for record in sent:
            verdict = "known" if record["id"] in self.records else "accepted"
            self.records.setdefault(record["id"], record)
            verdicts.append(
                {"id": record["id"], "verdict": verdict, "message": "", "is_marked": False}
            )
        answered = {i for r in self.rulings("observation") for i in r.get("items", ())}
        route.fulfill(
            json={
                "now": round(self.now()),
                "node": {"id": "3f", "name": "Camp", "epoch": "1"},
                "revision": len(self.records),
                "verdicts": verdicts,
                "post": '"r1"',
                "start_list": '"r1"',
                "questions": [q for q in self.questions if q["id"] not in answered],
                "revoked": None,
            }
        )


class Phone:
    """The app in a tab, joined, with what a hand does at it."""

    def __init__(self, context: BrowserContext, installation: Installation) -> None:
        self.installation = installation
        context.route(f"{SITE}/**", installation.answer)
        self.page: Page = context.new_page()
        self.wrong: list[str] = []
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("dialog", lambda dialog: self.wrong.append(f"dialog: {dialog.message}"))
        self.page.on(
            "console",
            lambda said: self.wrong.append(said.text) if "Policy" in said.text else None,
        )

    def open(self, link: str = f"/station#{KEY}") -> Page:
        """Open the app by the link that was given out."""
        self.page.goto(SITE + link)
        return self.page

    def start(self) -> Page:
        """Open and join, until a view to work in is there."""
        self.open()
        expect(self.page.locator(".phone[data-view='bib'], .phone[data-view='start']")).to_be_visible()
        return self.page

    def type(self, bib: str) -> None:
        """Write a bib by the big keys."""
        for digit in bib:
            self.page.locator(f"[data-digit='{digit}']").click()

    def record(self, bib: str, way: str = "record") -> None:
        """A bib, and the key that records it; until it is in the list."""
        self.type(bib)
        self.page.locator(f".rec[data-way='{way}']").click()
        expect(self.page.locator(f".entered li[data-bib='{bib}']").first).to_be_visible()

    def line(self, bib: str) -> Any:
        """The list's line of a bib."""
        return self.page.locator(f".entered li[data-bib='{bib}']")

    def more(self, name: str) -> None:
        """One of the views behind the last tool."""
        self.page.locator(".tools .tool").last.click()
        self.page.get_by_role("button", name=name).click()

    def sent(self) -> None:
        """Wait until all is sent."""
        cell = self.page.locator(".counts .cell").nth(1)
        self.page.evaluate("dispatchEvent(new Event('online'))")
        expect(cell).to_contain_text("0not sent", timeout=15_000)
