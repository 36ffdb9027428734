"""``timing demo``: a race under way that goes on by itself, served on this machine."""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import sys
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NoReturn

import click
from sqlalchemy.orm import Session

from timing import racefile
from timing.cli.alerts import alert_tasks
from timing.cli.databases import now, upgraded_with_backup
from timing.cli.printing import patiently
from timing.cli.refusals import refusing
from timing.cli.serving import become_server, refuse_taken_port
from timing.cli.sources import read_racefile, write_file
from timing.cli.together import run_together
from timing.core.compute import compute
from timing.core.definition import Race
from timing.core.document import Document
from timing.core.entries import Entry
from timing.core.records import Record
from timing.core.times import SECOND, Duration, Instant
from timing.db.engines import Database, DatabaseBusy, open_database
from timing.live.books import Books
from timing.live.logs import configure_logs
from timing.live.played_clock import write_clock
from timing.live.tending import Task, Tending
from timing.operations.alerting import race_number, set_phone
from timing.operations.demo import STAGE_UNDER_WAY, Feed, edition, opening, play, tell
from timing.operations.directors import add_director
from timing.operations.races import add_race, export_document
from timing.operations.tokens import TokenScope, make_token
from timing.pages import addresses
from timing.racefile.library import path_of
from timing.settings import BadSettings, Settings, read_settings

DEFINITION = path_of("transrockies-run")
DIRECTOR = "director"
FINISH = "FINISH"
START = "START"
NEXT_STAGE = STAGE_UNDER_WAY + 1

_EDITION = "edition.yaml"
_SIGN_INS = "access.json"
_CLOCK = "clock.txt"
_FILES = (_EDITION, _SIGN_INS, *(f"bivouac.sqlite{end}" for end in ("", "-wal", "-shm")), _CLOCK)

_TICK_SECONDS = 0.5
_LONGEST_TICK: Duration = 2 * SECOND
"""A machine that slept does not tell hours at once when it wakes."""

_SERVER_STARTS_WITHIN_SECONDS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIns:
    """What a visitor signs in with: a director's password, and the keys of two stations."""

    password: str
    finish_key: str
    start_key: str


@click.command()
@click.option("--new", "is_new", is_flag=True, help="Forget how the race stands; begin anew.")
@click.option(
    "--speed",
    type=click.IntRange(1, 1_000),
    default=30,
    show_default=True,
    help="How many times as fast as ours the race's clock runs.",
)
def demo(*, is_new: bool, speed: int) -> None:
    """Serve a demo race that is under way and keeps moving.

    Ctrl-C stops it; the same command goes on from there. PORT names another port than 8000.
    """
    environ = _environment()
    environ["BIVOUAC_NOTICE"] = _notice(speed)
    clock_file = Path(environ["BIVOUAC_INSTANCE"]) / _CLOCK
    environ["BIVOUAC_DESK_CLOCK"] = str(clock_file)
    with refusing(BadSettings):
        settings = read_settings(environ)
    refuse_taken_port(settings)
    folder = settings.instance
    if is_new or not all((folder / name).exists() for name in _FILES[:3]):
        for name in _FILES:
            (folder / name).unlink(missing_ok=True)
    with closing(open_database(settings.database_url)) as database:
        upgraded_with_backup(database, settings.backups)
        whole = _prepared(database, folder)
        with database.reading() as session:
            held = export_document(session, whole.race.slug).document
    known = {passing.id for passing in held.passings} | {ruling.id for ruling in held.rulings}
    feed = Feed.beyond(whole, known, speed=speed)
    write_clock(clock_file, feed.clock)
    greeting = _greeting(settings, held, _sign_ins(folder))
    slug = whole.race.slug
    run_together(
        server=lambda: become_server(environ),
        feeder=lambda server: _feed_and_exit(settings, feed, slug, server, greeting),
    )
    click.echo("\nStopped. The same command goes on from here.")


def _notice(speed: int) -> str:
    """What every page says, lest anybody takes the race for a real one, or its clock for ours."""
    pace = "at our pace" if speed == 1 else f"{speed} times as fast"
    return f"Demo: an invented race. Its clock runs {pace}; the station writes the real time."


def _environment() -> dict[str, str]:
    """The settings' variables for a demo, which has a folder and a database of its own."""
    environ = {name: text for name, text in os.environ.items() if name != "BIVOUAC_DATABASE_URL"}
    environ["BIVOUAC_ENVIRONMENT"] = "development"
    environ.setdefault("BIVOUAC_LOG_LEVEL", "warning")
    with refusing(BadSettings):
        instance = read_settings(environ, serving=False).instance
    environ["BIVOUAC_INSTANCE"] = str(instance / "demo")
    return environ


def _prepared(database: Database, folder: Path) -> Document:
    """The whole edition; the first time it is simulated, and its opening added."""
    kept = folder / _EDITION
    if kept.exists():
        return read_racefile(kept)
    definition = read_racefile(DEFINITION).race
    with patiently("Simulating a race"):
        whole = edition(definition, now())
        content = racefile.dump(whole).encode()
    with patiently("Adding it to the database"), database.writing() as session:
        add_race(session, opening(whole), at=now(), by="demo")
        signs = SignIns(
            password=secrets.token_urlsafe(9),
            finish_key=_station_key(
                session, whole.race.slug, "Finish line", STAGE_UNDER_WAY, FINISH
            ),
            start_key=_station_key(session, whole.race.slug, "Start line", NEXT_STAGE, START),
        )
        add_director(session, DIRECTOR, signs.password, at=now())
        _say_whom_to_call(session, whole.race)
    _write_private(folder / _SIGN_INS, json.dumps(asdict(signs)))
    write_file(kept, content)
    return whole


def _say_whom_to_call(session: Session, race: Race) -> None:
    """Numbers at the controls of the stage under way, of those that are nobody's."""
    stage = race.stage(STAGE_UNDER_WAY)
    race_id = race_number(session, race.slug)
    for nth, control in enumerate(stage.controls[1:] if stage is not None else (), start=1):
        number = f"+1 970 555 01{nth:02d}"
        set_phone(session, race_id, control.code, name="Captain", phone=number)


def _station_key(session: Session, slug: str, label: str, stage: int, control: str) -> str:
    made = make_token(
        session,
        slug,
        scope=TokenScope.STATION,
        label=label,
        at=now(),
        stage=stage,
        controls=(control,),
    )
    return made.plain


def _write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read."""
    with os.fdopen(os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "w") as file:
        file.write(text)


def _sign_ins(folder: Path) -> SignIns:
    return SignIns(**json.loads((folder / _SIGN_INS).read_text()))


def _greeting(settings: Settings, document: Document, signs: SignIns) -> str:
    """How the race stands, and where to look, as whom."""
    race, book = document.race, compute(document)
    running = book.running_stage
    stands = "is over; timing demo --new begins it anew"
    if running is not None:
        stands = f"stage {running} is under way"
    elif book.last_stage < book.stages[-1]:
        stands = f"{book.last_stage} stages are done"
    here = f"http://{settings.host}:{settings.port}"
    lines = book.board(race.classifications[0].code).lines
    leader = next((x.competitor.bib for x in lines if isinstance(x.competitor, Entry)), "")
    return f"""
{race.name}: {stands}, at {here}
{settings.notice}

  as a runner     {here}{addresses.race(race.slug)}
                  {here}{addresses.runner(race.slug, leader)}
  as a volunteer  {here}{addresses.STATION}#{signs.finish_key}
                  at stage {STAGE_UNDER_WAY}'s finish; at stage {NEXT_STAGE}'s start
                  {here}{addresses.STATION}#{signs.start_key}
  as the director {here}{addresses.DESK}
                  name: {DIRECTOR}, password: {signs.password}

Ctrl-C stops it; the same command goes on from there.
"""


# -- the feeder: a process of its own beside the server -------------------------------------------


def _feed_and_exit(
    settings: Settings, feed: Feed, slug: str, server: int, greeting: str
) -> NoReturn:
    """Greet when the server answers, then tell the journal what becomes known."""
    parent = os.getppid()
    status = 1
    # The one that waits for both says when to end; a terminal's Ctrl-C is not for this process.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        if _answers(settings, parent):
            click.echo(greeting)
            sys.stdout.flush()
        configure_logs(settings)
        # Alerts are told as `timing tend` tells them; it ends with this process.
        tending = Tending(_alerts(settings), threading.Event())
        threading.Thread(target=tending.run, name="tending", daemon=True).start()
        with closing(open_database(settings.database_url)) as database:
            play(
                feed,
                lambda records, clock: _write(database, slug, records, clock),
                passed=_ticking(settings.desk_clock, feed),
                goes_on=lambda: os.getppid() == parent,
            )
        status = 0
        if os.getppid() != parent:
            # Nobody is left to end the server, which would go on showing a race that stands still.
            os.kill(server, signal.SIGTERM)
    except Exception:  # noqa: BLE001 - nobody else is left to tell it
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        os._exit(status)


def _answers(settings: Settings, parent: int) -> bool:
    """Wait until the server takes connections; whether it does."""
    give_up = time.monotonic() + _SERVER_STARTS_WITHIN_SECONDS
    while time.monotonic() < give_up and os.getppid() == parent:
        try:
            socket.create_connection((settings.host, settings.port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return True
    return False


def _alerts(settings: Settings) -> tuple[Task, ...]:
    def opening() -> Database:
        return open_database(settings.database_url)

    return alert_tasks(settings, now, Books(opening()), opening)


def _ticking(clock_file: Path | None, feed: Feed) -> Callable[[], Duration]:
    """Wait for the next tick, and say how many milliseconds have passed since the last.

    What time it is for the race is written meanwhile.
    """
    before = time.monotonic()

    def tick() -> Duration:
        nonlocal before
        if clock_file is not None:
            write_clock(clock_file, feed.clock)
        time.sleep(_TICK_SECONDS)
        after = time.monotonic()
        passed, before = round((after - before) * SECOND), after
        return min(passed, _LONGEST_TICK)

    return tick


def _write(database: Database, slug: str, records: tuple[Record, ...], clock: Instant) -> None:
    while True:
        try:
            with database.writing() as session:
                tell(session, slug, records, clock=clock)
        except DatabaseBusy:
            continue
        return
