"""All of it together: a record comes in by nginx, its pages go out by it, whoever is killed."""

import json
import signal
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from markupsafe import escape

from tests.keeper import Keeper
from tests.live.waiting import eventually
from tests.nginx import Nginx, proxying
from tests.served import Server, serving
from tests.serving import SLUG, bearer, station_key
from timing.db.engines import Database
from timing.live.kept_files import CURRENT
from timing.pages.policy import STYLES

BOARD = f"/races/{SLUG}/boards/gc"


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Everything that serves a race."""

    nginx: Nginx
    server: Server
    keeper: Keeper
    key: str

    def page(self, path: str = BOARD) -> tuple[str, bool]:
        """A page by nginx, and whether it came from a file."""
        with urllib.request.urlopen(self.nginx.url + path) as answer:
            return answer.read().decode(), not answer.headers["ETag"].startswith("W/")

    def page_of_application(self) -> str:
        """The board straight from the application."""
        with urllib.request.urlopen(self.server.url + BOARD) as answer:
            text: str = answer.read().decode()
        return text

    def record(self, number: int, clock: str) -> None:
        """A passing at the finish, by nginx."""
        passing = {
            "id": f"published-{number}",
            "stage": 1,
            "control": "FINISH",
            "bib": "12",
            "time": f"2026-03-28T{clock}+01:00",
            "source": "chip",
        }
        request = urllib.request.Request(
            f"{self.nginx.url}/api/v1/races/{SLUG}/passings",
            json.dumps({"passings": [passing]}).encode(),
            {"Content-Type": "application/json", **bearer(self.key)},
        )
        with urllib.request.urlopen(request) as answer:
            assert json.load(answer)["accepted"] == 1


@pytest.fixture
def site(filled: Database, tmp_path: Path) -> Iterator[Site]:
    key = station_key(filled, "FINISH")
    with serving(filled, tmp_path, workers=1) as server:
        keeper = Keeper(filled, tmp_path)
        try:
            with proxying(
                tmp_path / "nginx", snapshots=keeper.path, application=server.port
            ) as nginx:
                yield Site(nginx=nginx, server=server, keeper=keeper, key=key)
        finally:
            keeper.end()


def test_a_record_reaches_everybody_whoever_is_killed(site: Site) -> None:
    assert eventually(lambda: site.page()[1])
    assert "1:00:00" not in site.page()[0]

    site.record(1, "09:00:00")
    assert eventually(lambda: "1:00:00" in (page := site.page())[0] and page[1])
    # nginx does not know the digests of a release's styles, so the page takes no others itself.
    assert f'content="{escape(STYLES)}"' in site.page()[0]
    assert eventually(lambda: site.page_of_application() == site.page()[0])

    # Pages of runners are made when it is quiet; until then the application makes them.
    runner, is_file = site.page(f"/races/{SLUG}/entries/12")
    assert ("1:00:00" in runner, is_file) == (True, False)

    site.keeper.end()
    site.record(2, "08:30:00")
    assert eventually(lambda: not (site.keeper.path / CURRENT).is_symlink())
    assert eventually(lambda: "0:30:00" in site.page()[0])
    assert not site.page()[1]


def test_the_kept_pages_outlive_the_application_and_go_with_who_keeps_them(site: Site) -> None:
    assert eventually(lambda: site.page()[1])
    site.server.kill()
    assert "Ana Ruiz" in site.page()[0]

    assert site.keeper.end(signal.SIGTERM) == 0
    assert not (site.keeper.path / CURRENT).is_symlink()
