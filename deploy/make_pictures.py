"""Take the pictures of README and guides from the running system: `make pictures`.

A race of the demo is served at one fixed moment of its fifth stage, and Chromium looks at it, so
that pictures taken twice are alike. A picture is a line of PICTURES: name, address, whether a phone
shows it, what to do first. ``--only NAME`` takes some of them; docs/pictures is where they go.
"""

import argparse
import logging
import os
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright
from werkzeug.serving import make_server

from timing import racefile
from timing.core.days import stage_day
from timing.core.definition import Race
from timing.core.starts import first_gun
from timing.core.times import MINUTE, Instant, parse_instant, zone_named
from timing.db.engines import Database, open_database
from timing.live.logs import configure_logs
from timing.operations import schema
from timing.operations.demo import HEAD_START, STAGE_UNDER_WAY, edition, opening
from timing.operations.directors import add_director
from timing.operations.races import add_race
from timing.operations.tokens import TokenScope, make_token
from timing.pages import addresses
from timing.racefile.library import path_of
from timing.settings import read_settings
from timing.web.application import create_app

PICTURES_FOLDER = Path(__file__).resolve().parents[1] / "docs" / "pictures"
MOST_BYTES = 2_500_000
"""Of all pictures together."""

DAY_OF_PICTURES = parse_instant("2026-08-28T14:00:00Z")
LOOKED_AT_AFTER = HEAD_START + MINUTE
"""The stage's first gun; by then the demo's records have just come in."""

SLUG = "transrockies-run"
DIRECTOR, PASSWORD = "ana", "a password of pictures only"
DESKTOP = ViewportSize(width=1280, height=800)
PHONE = ViewportSize(width=360, height=720)
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture: of which address, on a phone or a desk, after which preparation."""

    name: str
    path: str
    is_phone: bool = False
    prepare: Callable[[Page], None] = lambda _: None


def _typed(*bibs: str, then: str) -> Callable[[Page], None]:
    """Bibs recorded at a station, and one that is being typed."""

    def prepare(page: Page) -> None:
        page.locator(".rec").first.wait_for()
        for bib in bibs:
            page.keyboard.type(bib)
            page.keyboard.press("Enter")
            page.wait_for_timeout(200)
        page.keyboard.type(then)

    return prepare


def _first_case(page: Page) -> None:
    page.locator('a[href*="case="]').first.click()
    page.wait_for_load_state()
    page.wait_for_timeout(500)


STATION_LINK = "STATION_LINK"
"""Stands for the address with the key of a station, which is another each time."""

PICTURES = (
    Picture(name="board", path=addresses.board(SLUG, "gc")),
    Picture(name="home-phone", path=addresses.race(SLUG), is_phone=True),
    Picture(name="runner-phone", path=addresses.runner(SLUG, "2"), is_phone=True),
    Picture(name="desk-now", path=addresses.desk(SLUG)),
    Picture(name="desk-stations", path=addresses.desk_stations(SLUG)),
    Picture(name="desk-entries", path=addresses.desk_entries(SLUG)),
    Picture(name="desk-start-lists", path=addresses.desk_start_lists(SLUG)),
    Picture(name="desk-registration", path=addresses.desk_registration(SLUG)),
    Picture(name="desk-rulings", path=addresses.desk_rulings(SLUG)),
    Picture(name="desk-publish", path=addresses.desk_publish(SLUG)),
    Picture(name="desk-files", path=addresses.desk_files(SLUG)),
    Picture(name="desk-set-up", path=addresses.desk_setup_step(SLUG, "stages", 2)),
    Picture(name="desk-people", path=addresses.desk_people(SLUG)),
    Picture(name="review", path=addresses.desk_review(SLUG), prepare=_first_case),
    Picture(name="api", path=addresses.API),
    Picture(
        name="station-phone",
        path=STATION_LINK,
        is_phone=True,
        prepare=_typed("12", "47", "103", then="18"),
    ),
)


def main() -> int:
    """Take the pictures that are asked for; 0 unless they came to more than they may."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--only", nargs="*", default=[], metavar="NAME")
    parser.add_argument("--out", type=Path, default=PICTURES_FOLDER)
    asked = parser.parse_args()
    chosen = [one for one in PICTURES if not asked.only or one.name in asked.only]
    with (
        tempfile.TemporaryDirectory() as folder,
        _served(Path(folder)) as served,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(
            executable_path=_chromium(), args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        for one in chosen:
            _take(browser, one, served, asked.out / f"{one.name}.png")
        browser.close()
    total = sum(path.stat().st_size for path in asked.out.glob("*.png"))
    print(f"{len(chosen)} pictures in {asked.out}; all there: {total / 1e6:.1f} MB")
    return 1 if total > MOST_BYTES else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """The race, served: the address, the link of a station, and what time it is there."""

    address: str
    station: str
    at: Instant


@contextmanager
def _served(folder: Path) -> Iterator[Served]:
    whole = edition(racefile.load(path_of(SLUG)).race, DAY_OF_PICTURES)
    at = _gun_of(whole.race) + LOOKED_AT_AFTER
    # Every part of the application asks this one for the time.
    time.time_ns = lambda: at * 1_000_000  # noqa: TID251
    database = open_database(f"sqlite:///{folder}/pictures.sqlite")
    schema.upgrade(database)
    with database.writing() as session:
        add_race(session, opening(whole), at=at - HEAD_START, by=DIRECTOR)
        add_director(session, DIRECTOR, PASSWORD, at=at - HEAD_START)
    keys = [_station_of(database, whole.race, control) for control in ("FINISH", "START")]
    settings = read_settings(
        {
            "BIVOUAC_ENVIRONMENT": "development",
            "BIVOUAC_DATABASE_URL": str(database.url),
            "BIVOUAC_INSTANCE": str(folder),
            "BIVOUAC_LOG_LEVEL": "error",
            "BIVOUAC_NODE_NAME": "Camp",
        }
    )
    configure_logs(settings)
    app = create_app(settings)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield Served(
            address=f"http://127.0.0.1:{server.server_port}",
            station=f"{addresses.STATION}#{keys[0]}",
            at=at,
        )
    finally:
        server.shutdown()
        database.close()


def _gun_of(race: Race) -> Instant:
    stage = race.stages[STAGE_UNDER_WAY - 1]
    return first_gun(stage, stage_day(stage.date, zone_named(race.timezone)))


def _station_of(database: Database, race: Race, control: str) -> str:
    with database.writing() as session:
        made = make_token(
            session,
            race.slug,
            scope=TokenScope.STATION,
            label="Finish line" if control == "FINISH" else "Start line",
            at=DAY_OF_PICTURES,
            stage=STAGE_UNDER_WAY,
            controls=(control,),
        )
    return made.plain


def _take(browser: Browser, picture: Picture, served: Served, to: Path) -> None:
    context = browser.new_context(
        base_url=served.address,
        viewport=PHONE if picture.is_phone else DESKTOP,
        locale="en-GB",
        timezone_id="UTC",
        device_scale_factor=2 if picture.is_phone else 1,
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.clock.install(time=served.at / 1000)  # in seconds
    if picture.path.startswith(addresses.DESK):
        page.goto(addresses.DESK)
        page.fill("input[name=name]", DIRECTOR)
        page.fill("input[name=password]", PASSWORD)
        page.press("input[name=password]", "Enter")
        page.wait_for_load_state()
    answer = page.goto(served.station if picture.path == STATION_LINK else picture.path)
    if answer is not None and answer.status >= 400:
        raise SystemExit(f"{picture.name}: {picture.path} answers {answer.status}")
    page.wait_for_timeout(500)  # for what scripts draw
    picture.prepare(page)
    to.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=to)
    print(f"{to.name}: {to.stat().st_size // 1000} kB")
    context.close()


def _chromium() -> str:
    for name in (os.environ.get("CHROMIUM", ""), *BROWSERS):
        if name and (found := shutil.which(name)):
            return found
    raise SystemExit("no browser found; set CHROMIUM to name one")


if __name__ == "__main__":
    sys.exit(main())
