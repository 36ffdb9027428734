"""An installation as it runs at a race, on a clock that a test moves: who is told, and of what.

`timing serve` and `timing tend` are processes of their own, mail and calls go to this one. Nothing
waits for time to pass: what came by a moment is asked for once the process that tends says that it
has looked at the races at that moment.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
from collections.abc import Callable
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener, urlopen

import pytest
from sqlalchemy import select

from tests.cli.test_alerts import Program
from tests.keeping import Guard
from tests.mail_server import Mailbox
from tests.served import PROJECT, free_port
from tests.serving import PASSWORD, bearer
from tests.web.forms import Forms
from tests.web.people import account
from timing import racefile
from timing.core.times import Instant, format_instant, parse_instant
from timing.db.alert_tables import MessageRow
from timing.db.engines import Database
from timing.live.played_clock import write_clock
from timing.operations.people import give_part
from timing.operations.races import add_race
from timing.operations.roles import Part
from timing.operations.tokens import TokenScope, make_token
from timing.pages import addresses

PATIENCE_SECONDS = 60
"""After so long a test fails; nothing is measured by it."""

HUT, MUTE, STORM = "hut", "mute", "storm"
RACES = {HUT: 10, MUTE: 10, STORM: 30}
TIMING = Path(sys.executable).with_name("timing")


def definition(slug: str, runners: int) -> str:
    """Thirty kilometres on which everybody takes an hour for ten; a hut with in and out."""
    entries = "\n".join(f"  - {{bib: {n}, name: Runner {n}}}" for n in range(1, runners + 1))
    return f"""\
race: {{slug: {slug}, name: {slug.title()}, timezone: UTC}}
stages:
  - number: 1
    date: 2026-08-28
    start: "08:00"
    controls:
      - {{code: START, km: 0}}
      - {{code: CP1, km: 10}}
      - {{code: HUT, km: 20, in_out: true}}
      - {{code: FINISH, km: 30, cutoff: {{elapsed: "4:00:00"}}}}
entries:
{entries}
"""


def at(clock: str) -> Instant:
    """A time of the stage's day."""
    return parse_instant(f"2026-08-28T{clock}:00Z")


def until(holds: Callable[[], bool], told: Callable[[], str]) -> None:
    """Wait for what another process does; after `PATIENCE_SECONDS` the test fails."""
    give_up = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < give_up, told()
        time.sleep(0.02)


class Somebody:
    """An account in a browser without scripts."""

    def __init__(self, url: str, name: str) -> None:
        self.name = name
        self._url = url
        self._opener = build_opener(HTTPCookieProcessor(CookieJar()))
        page = self.page(addresses.DESK_SIGN_IN)
        self.send(page, addresses.DESK_SIGN_IN, name=name, password=PASSWORD)

    def page(self, path: str) -> str:
        return self._asked(path, None)

    def send(self, page: str, action: str, *, choose: str = "", **given: str) -> str:
        """Fill in the first form of a page with this action, and this among its values; send it."""
        for where, values in Forms(page).forms:
            if where == action and (not choose or choose in values.values()):
                return self._asked(action, urlencode({**values, **given}).encode())
        raise AssertionError(f"no form to {action} with {choose}")

    def refusal(self, path: str, action: str, **given: str) -> int:
        """Send what no form of that page sends; the status of the answer, which refuses."""
        _, values = next(one for one in Forms(self.page(path)).forms if "csrf_token" in one[1])
        token = {"csrf_token": values["csrf_token"]}
        with pytest.raises(urllib.error.HTTPError) as refused:
            self._asked(action, urlencode({**token, **given}).encode())
        refused.value.close()
        return refused.value.code

    def _asked(self, path: str, data: bytes | None) -> str:
        with self._opener.open(self._url + path, data, timeout=PATIENCE_SECONDS) as answer:
            return str(answer.read().decode())


class Evening:
    """An installation as it runs at a race: `timing serve`, `timing tend`, and who is told."""

    def __init__(self, database: Database, folder: Path, mailbox: Mailbox) -> None:
        self._database = database
        self.mailbox = mailbox
        self.program = Program()
        self._clock = folder / "clock.txt"
        self._port = free_port()
        self.url = f"http://127.0.0.1:{self._port}"
        self._environ = {
            **{k: v for k, v in os.environ.items() if not k.startswith("BIVOUAC_")},
            "BIVOUAC_ENVIRONMENT": "development",
            "BIVOUAC_SECRET_KEY": "a key of tests, of more than thirty-two characters",
            "BIVOUAC_DATABASE_URL": database.url.render_as_string(hide_password=False),
            "BIVOUAC_INSTANCE": str(folder),
            "BIVOUAC_WORKERS": "1",
            "BIVOUAC_DESK_CLOCK": str(self._clock),
            "BIVOUAC_LOG_LEVEL": "debug",
            "BIVOUAC_PUBLIC_URL": "https://live.example.org",
            "BIVOUAC_WEBHOOKS_PRIVATE": "yes",
            "BIVOUAC_SMTP_HOST": "127.0.0.1",
            "BIVOUAC_SMTP_PORT": str(mailbox.port),
            "BIVOUAC_SMTP_SECURITY": "none",
            "BIVOUAC_SMTP_FROM": "timing@example.org",
            "PORT": str(self._port),
        }
        self._folder = folder
        self._running: dict[str, tuple[subprocess.Popen[bytes], Guard]] = {}
        self._keys: dict[str, str] = {}
        with database.writing() as session:
            for slug, runners in RACES.items():
                document = racefile.loads(definition(slug, runners), name=f"{slug}.yaml")
                add_race(session, document, at=0, by="tests")
                self._keys[slug] = make_token(
                    session, slug, scope=TokenScope.DIRECTOR, label="Stations", at=0
                ).plain
        for part in (Part.DIRECTOR, Part.TIMEKEEPER, Part.JURY, Part.READER):
            who = account(database, part.value, part, slug=HUT)
            with database.writing() as session:
                for slug in (MUTE, STORM):
                    give_part(session, slug, who.id, part, by="tests", at=0)

    def begin_all(self) -> None:
        """Start both processes, at eight in the morning."""
        self.is_at("08:00")
        self.begin("serve")
        until(self._answers, self._said)
        self.begin("tend")

    def begin(self, command: str) -> None:
        """Start `timing serve` or `timing tend`."""
        with self._log(command).open("ab") as log:
            process = subprocess.Popen(
                [TIMING, command],
                cwd=PROJECT,
                env=self._environ,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._running[command] = process, Guard(process.pid)

    def end(self, command: str, number: signal.Signals) -> None:
        """End it as a supervisor does, or as when the power goes."""
        process, guard = self._running.pop(command)
        guard.dismiss()
        os.killpg(process.pid, number)
        process.wait(PATIENCE_SECONDS)

    def end_all(self) -> None:
        for command in tuple(self._running):
            self.end(command, signal.SIGKILL)
        self.program.server.shutdown()
        self.program.server.server_close()

    def is_at(self, clock: str) -> None:
        """Move the clock of the races."""
        write_clock(self._clock, at(clock))

    def look(self, clock: str) -> None:
        """Move the clock, and wait until every race was looked at then, and nothing waits."""
        before = self._tending()
        self.is_at(clock)
        moment = f"at={format_instant(at(clock))}"

        def looked() -> bool:
            lines = self._tending()[len(before) :].splitlines()
            those = [line for line in lines if "race looked at" in line and moment in line]
            return all(any(f"race={slug}" in line for line in those) for slug in RACES)

        until(looked, self._said)
        until(lambda: not self._waits(), self._said)

    def seen(self, slug: str, control: str, clock: str, *bibs: int) -> None:
        """Times that a station sends."""
        rows = [
            {"id": f"{control}-{bib}", "stage": 1, "control": control, "bib": str(bib),
             "time": f"{clock}:00"}
            for bib in bibs
        ]  # fmt: skip
        self._api(f"/api/v1/races/{slug}/passings", slug, {"passings": rows})

    def result(self, slug: str, bib: int) -> dict[str, object]:
        """The line of somebody in the results of the stage."""
        answer = self._api(f"/api/v1/races/{slug}/stages/1", slug)
        (line,) = [one for one in answer["lines"] if one["bib"] == str(bib)]
        return dict(line)

    def _api(self, path: str, slug: str, body: object = None) -> dict[str, Any]:
        data = None if body is None else json.dumps(body).encode()
        headers = {**bearer(self._keys[slug]), "Content-Type": "application/json"}
        with urlopen(Request(self.url + path, data, headers), timeout=PATIENCE_SECONDS) as answer:
            return dict(json.load(answer))

    def _answers(self) -> bool:
        try:
            with urlopen(f"{self.url}/healthz", timeout=5):
                return True
        except OSError:
            return False

    def _log(self, command: str) -> Path:
        return self._folder / f"{command}.log"

    def _tending(self) -> str:
        return self._log("tend").read_text()

    def _said(self) -> str:
        return self._log("serve").read_text()[-4_000:] + self._tending()[-4_000:]

    def _waits(self) -> bool:
        with self._database.reading() as session:
            states = session.scalars(select(MessageRow.state)).all()
        return any(state == "waiting" for state in states)

    def told(self, slug: str) -> list[tuple[str, str]]:
        """The mails about a race: to whom, and their subjects."""
        mails = [(to, str(mail["Subject"])) for to, mail in self.mailbox.came]
        name = f"{slug.title()} 2026: "
        return [(to, said.removeprefix(name)) for to, said in mails if said.startswith(name)]
