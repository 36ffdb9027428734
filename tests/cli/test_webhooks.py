"""Webhooks from the journal to a receiver: told once, in order, signed, only what is public."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from timing import racefile
from timing.cli import main
from timing.cli.outbox import OutboxSender, OutboxWriter
from timing.core.records import Passing, Ruling
from timing.core.times import DAY, HOUR, MINUTE, SECOND, Instant
from timing.db.engines import Database
from timing.operations.races import add_race
from timing.operations.record import append
from timing.operations.webhooks import endpoints, outbox
from timing.operations.webhooks.delivering import deliver
from timing.operations.webhooks.outbox import Due
from timing.operations.webhooks.sending import Allowed, Answered
from timing.racefile import load_ruling

SLUG = "r"
RACE = """\
race: {slug: r, name: Race, timezone: UTC}
stages:
  - number: 1
    date: 2026-08-28
    start: "08:00"
    controls: [{code: START, km: 0}, {code: PASS, km: 9}, {code: FINISH, km: 20}]
  - {number: 2, date: 2026-08-29, start: "08:00"}
entries:
  - {bib: 1, name: Ana Ruiz}
  - {bib: 2, name: Bo Lind}
  - {bib: 3, name: Sekret Nam, name_hidden: true}
"""
NOON = 1_787_918_400_000
"""12:00 UTC of the first stage's day."""

HERE = Allowed(loopback=True)


class Clock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now: Instant = NOON

    def __call__(self) -> Instant:
        return self.now


class Receiver:
    """What was sent, and what to answer next; 204 where nothing else is wanted."""

    def __init__(self) -> None:
        self.sent: list[Due] = []
        self.answers: list[Answered | str] = []

    def __call__(self, due: Due) -> Answered | str:
        self.sent.append(due)
        return self.answers.pop(0) if self.answers else Answered(status=204, text="")

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(due.body) for due in self.sent]

    @property
    def told(self) -> list[tuple[str, str, str]]:
        return [
            (body["type"], body["data"]["entry"]["bib"], body["data"]["status"])
            for body in self.bodies
            if "entry" in body["data"]
        ]


class Told:
    """A race with one webhook, and both tasks of the process that tells it."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.clock = Clock()
        self.receiver = Receiver()
        with database.writing() as session:
            add_race(session, racefile.loads(RACE, name="race.yaml"), at=0, by="tests")
        self.hook = self.add("https://example.org/hook")
        self.writer = OutboxWriter(database, self.clock)
        self.writer.step()
        self.sender = OutboxSender(database, self.clock, self.receiver)

    def add(self, url: str, *events: str) -> str:
        with self.database.writing() as session:
            made = endpoints.add_webhook(
                session, SLUG, url, allowed=Allowed(), at=self.clock(), by="tests", events=events
            )
        return made.public

    def happens(self, *records: Passing | Ruling) -> None:
        with self.database.writing() as session:
            append(
                session,
                SLUG,
                [r for r in records if isinstance(r, Passing)],
                [r for r in records if isinstance(r, Ruling)],
                received=self.clock(),
            )

    def send(self) -> None:
        self.sender.step(threading.Event())
        self.sender.finish()

    def tell(self, *records: Passing | Ruling) -> None:
        if records:
            self.happens(*records)
        self.writer.step()
        self.send()

    def states(self) -> list[str]:
        with self.database.reading() as session:
            return [one.state for one in outbox.last_deliveries(session, SLUG)]


@pytest.fixture
def race(database: Database) -> Told:
    return Told(database)


def at(hour: float) -> Instant:
    return NOON - 12 * HOUR + round(hour * HOUR)


def finish(bib: str, hour: float, *, stage: int = 1, record: str = "") -> Passing:
    time = at(hour) + (stage - 1) * DAY
    return Passing(
        id=record or f"f{stage}-{bib}", stage=stage, control="FINISH", time=time, bib=bib
    )


def ruling(name: str, **keys: Any) -> Ruling:
    given = {"by": "d", "at": "2026-08-28T13:00:00Z", "reason": "Broken ankle", **keys}
    return load_ruling({"ruling": name, **given})


# What is told ------------------------------------------------------------------------------


def test_a_finish_is_told_once_with_its_time_and_a_stable_id(race: Told) -> None:
    race.tell(finish("1", 11))
    race.tell()
    race.tell(finish("2", 11.5, record="other"))
    assert race.receiver.told == [("finish", "1", "finished"), ("finish", "2", "finished")]
    data = race.receiver.bodies[0]["data"]
    assert (data["time_ms"], data["rank"], data["correction"]) == (3 * HOUR, 1, False)
    assert data["finish"] == "2026-08-28T11:00:00Z"
    assert len({due.event_id for due in race.receiver.sent}) == 2
    assert "." not in race.receiver.sent[0].event_id


def test_what_was_so_before_the_first_webhook_is_not_told(database: Database) -> None:
    race = Told(database)
    race.happens(finish("1", 11))
    with database.writing() as session:
        endpoints.remove_webhook(session, SLUG, race.hook)
    race.add("https://example.org/later")
    race.tell()
    assert race.receiver.sent == []
    race.tell(ruling("penalty", stage=1, bib="1", time="0:01:00"))
    data = race.receiver.bodies[0]["data"]
    assert (data["time_ms"], data["correction"]) == (3 * HOUR + MINUTE, True)


def test_a_new_process_goes_on_where_the_last_one_ended(race: Told) -> None:
    race.tell(finish("1", 11))
    race.happens(finish("2", 11.5))
    again = OutboxWriter(race.database, race.clock)
    assert again.step() == 1
    assert again.step() == 0


def test_a_result_that_was_taken_back_is_corrected_with_the_new_state(race: Told) -> None:
    race.tell(finish("1", 11))
    race.tell(ruling("void", record="f1-1"))
    race.tell(finish("1", 11.25, record="right"))
    assert race.receiver.told == [
        ("finish", "1", "finished"),
        ("status", "1", "on_course"),
        ("finish", "1", "finished"),
    ]
    last = race.receiver.bodies[-1]["data"]
    assert (last["number"], last["correction"], last["time_ms"]) == (3, True, 3.25 * HOUR)


def test_the_end_of_a_stage_tells_the_standings_and_a_penalty_corrects_them(race: Told) -> None:
    race.tell(finish("1", 11), finish("2", 11.5), finish("3", 12))
    standings = [b for b in race.receiver.bodies if b["type"] == "standings"]
    assert [b["data"]["after"] for b in standings] == [1]
    (gc,) = standings[0]["data"]["boards"]
    assert [(x["rank"], x["bib"], x["gap_ms"]) for x in gc["leaders"]] == [
        (1, "1", 0),
        (2, "2", HOUR // 2),
        (3, "3", HOUR),
    ]
    race.tell(ruling("penalty", stage=1, bib="1", time="2:00:00"))
    last = next(b for b in reversed(race.receiver.bodies) if b["type"] == "standings")
    assert last["data"]["correction"] is True
    assert last["data"]["boards"][0]["leaders"][0]["bib"] == "2"


def test_only_the_events_that_were_asked_for_are_told(database: Database) -> None:
    race = Told(database)
    with database.writing() as session:
        endpoints.remove_webhook(session, SLUG, race.hook)
    race.add("https://example.org/hook", "standings")
    race.writer.step()
    race.tell(finish("1", 11), finish("2", 11.5), finish("3", 12))
    assert [body["type"] for body in race.receiver.bodies] == ["standings"]


# What is not -------------------------------------------------------------------------------


def test_a_retirement_is_told_when_it_is_released_and_never_why(race: Told) -> None:
    seen = Passing(id="p", stage=1, control="PASS", time=at(10), bib="2")
    race.tell(seen, ruling("status", stage=1, bib="2", status="withdrawn", control="PASS"))
    assert race.receiver.sent == []
    race.tell(ruling("release", stage=1, bib="2", reason="The family knows"))
    assert race.receiver.told == [("status", "2", "dnf"), ("status", "2", "withdrawn")]
    stage, whole = (body["data"] for body in race.receiver.bodies)
    assert (stage["stage"]["number"], stage["control"]) == (1, "PASS")
    assert (whole["stage"], whole["out_stage"]) == (None, 1)
    assert "ankle" not in race.receiver.sent[0].body
    assert "family" not in race.receiver.sent[0].body


def test_a_hidden_name_is_not_told(race: Told) -> None:
    race.tell(finish("3", 11))
    assert race.receiver.bodies[0]["data"]["entry"]["name"] == "Runner 3"
    assert "Sekret" not in race.receiver.sent[0].body


# When it is not taken ----------------------------------------------------------------------


def test_what_was_not_taken_is_tried_again_under_the_same_id_and_later(race: Told) -> None:
    race.receiver.answers = [Answered(status=503, text="later")]
    race.tell(finish("1", 11))
    race.send()
    assert len(race.receiver.sent) == 1
    race.clock.now += 5 * SECOND
    race.send()
    first, second = race.receiver.sent
    assert first.event_id == second.event_id
    assert race.states() == ["sent"]


def test_while_one_waits_the_later_ones_of_its_subject_do_and_no_others(race: Told) -> None:
    race.receiver.answers = [Answered(status=400, text="?")]
    race.tell(finish("1", 11))
    race.tell(ruling("void", record="f1-1"), finish("2", 11.5))
    assert race.receiver.told[1:] == [("finish", "2", "finished")]
    race.clock.now += 5 * SECOND
    race.send()
    assert race.receiver.told[2:] == [("finish", "1", "finished"), ("status", "1", "on_course")]


def test_a_receiver_that_is_away_is_left_alone_for_longer_and_longer(race: Told) -> None:
    assert [outbox.wait_after(n, lambda: 1) for n in (1, 2, 3, 4)] == [
        5 * SECOND,
        15 * SECOND,
        45 * SECOND,
        135 * SECOND,
    ]
    assert outbox.wait_after(50, lambda: 1) == HOUR
    assert outbox.wait_after(50, lambda: 0) == HOUR / 2
    race.receiver.answers = ["nobody answers"]
    race.tell(finish("1", 11), finish("2", 11.5))
    assert len(race.receiver.sent) == 1
    race.tell(finish("3", 12))
    assert len(race.receiver.sent) == 1


def test_it_is_given_up_after_a_day_and_can_be_sent_again(race: Told) -> None:
    race.receiver.answers = [Answered(status=500, text="broken")] * 100
    race.tell(finish("1", 11))
    while race.states() == ["waiting"]:
        race.clock.now += HOUR
        race.send()
    assert race.clock.now - NOON == DAY
    race.receiver.answers = []
    with race.database.writing() as session:
        (last,) = outbox.last_deliveries(session, SLUG)
        assert (last.state, last.status, last.answer) == ("given_up", 500, "broken")
        outbox.send_again(session, SLUG, last.number, at=race.clock())
    race.clock.now += HOUR
    race.send()
    assert race.states() == ["sent"]


def test_one_that_is_gone_for_good_is_disabled(race: Told) -> None:
    race.receiver.answers = [Answered(status=410, text="")]
    race.tell(finish("1", 11), finish("2", 11.5))
    race.tell(finish("3", 12))
    assert len(race.receiver.sent) == 1
    with race.database.reading() as session:
        (hook,) = endpoints.webhooks_of(session, SLUG)
    assert hook.disabled is not None
    assert "410" in hook.disabled_why


def test_one_that_does_not_answer_keeps_no_other_waiting(database: Database) -> None:
    race = Told(database)
    race.add("https://example.org/other")
    held, is_told = threading.Event(), threading.Event()

    def posting(due: Due) -> Answered | str:
        if due.url.endswith("hook"):
            assert held.wait(10)
        else:
            is_told.set()
        return Answered(status=204, text="")

    sender = OutboxSender(database, race.clock, posting)
    race.happens(finish("1", 11))
    race.writer.step()
    sender.step(threading.Event())
    assert is_told.wait(10)
    held.set()
    sender.finish()
    assert race.states() == ["sent", "sent"]


# The documented way to check it, against a real request -------------------------------------


@pytest.fixture
def listening() -> Iterator[tuple[str, list[tuple[dict[str, str], bytes]]]]:
    """The address of a receiver on this machine, and what it gets."""
    got: list[tuple[dict[str, str], bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got.append(({k.lower(): v for k, v in self.headers.items()}, body))
            self.send_response(302 if self.path == "/away" else 204)
            self.send_header("Location", "/hook")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", got
    server.shutdown()
    thread.join()
    server.server_close()


def documented_check() -> Callable[..., bool]:
    page = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"^```python\n(.*?)^```", page, flags=re.MULTILINE | re.DOTALL)
    names: dict[str, Any] = {}
    exec(code, names)  # noqa: S102 - the documentation is ours
    check: Callable[..., bool] = names["is_ours"]
    return check


def test_the_check_of_the_documentation_takes_ours_and_nothing_else(
    race: Told, listening: tuple[str, list[tuple[dict[str, str], bytes]]]
) -> None:
    address, got = listening
    secrets = []
    with race.database.writing() as session:
        made = endpoints.add_webhook(
            session, SLUG, f"{address}/hook", allowed=HERE, at=NOON, by="tests"
        )
        secrets = [made.secret, endpoints.rotate_secret(session, SLUG, made.public).secret]
        endpoints.remove_webhook(session, SLUG, race.hook)
    sender = OutboxSender(race.database, race.clock, lambda due: deliver(due, HERE, race.clock()))
    race.writer.step()
    race.happens(finish("1", 11))
    race.writer.step()
    sender.step(threading.Event())
    sender.finish()
    ((headers, body),) = got
    check, now = documented_check(), race.clock() / 1000
    assert [check(headers, body, secret, now) for secret in secrets] == [True, True]
    assert not check(headers, body + b" ", secrets[0], now)
    assert not check({**headers, "webhook-id": "msg_other"}, body, secrets[0], now)
    assert not check(headers, body, secrets[0], now + 301)
    with race.database.writing() as session:
        third = endpoints.rotate_secret(session, SLUG, made.public).secret
    race.tell(finish("2", 11.5))
    assert not check(headers, body, third, now)


def test_a_redirect_is_an_answer_and_not_followed(
    listening: tuple[str, list[tuple[dict[str, str], bytes]]],
) -> None:
    address, got = listening
    due = Due(
        delivery=1, webhook=1, url=f"{address}/away", keys=("whsec_AAAA",), event_id="m", body="{}"
    )
    came = deliver(due, HERE, NOON)
    assert isinstance(came, Answered)
    assert (came.status, came.is_taken, len(got)) == (302, False, 1)


# The command line ----------------------------------------------------------------------------


def test_the_command_adds_tests_lists_and_removes(
    sqlite_database: Database,
    listening: tuple[str, list[tuple[dict[str, str], bytes]]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Told(sqlite_database)
    address, got = listening
    url = sqlite_database.url.render_as_string(hide_password=False)
    monkeypatch.setenv("BIVOUAC_DATABASE_URL", url)
    monkeypatch.setenv("BIVOUAC_ENVIRONMENT", "development")

    def timing(*words: str) -> tuple[int, str]:
        result = CliRunner().invoke(main, ["webhook", *words])
        return result.exit_code, result.output

    status, said = timing("add", SLUG, f"{address}/hook", "--event", "finish")
    name, secret = said.split()
    assert status == 0
    assert secret.startswith("whsec_")
    assert timing("test", SLUG, name) == (0, "Taken, with 204.\n")
    assert json.loads(got[0][1])["type"] == "test"
    listed = timing("list", SLUG)[1]
    assert name in listed
    assert secret not in listed
    assert timing("rotate", SLUG, name)[1].startswith("whsec_")
    assert timing("remove", SLUG, name)[0] == 0
    assert name not in timing("list", SLUG)[1]
    assert timing("add", SLUG, "http://example.org/hook")[0] == 2
