"""The station app as it is installed: its shell, its files, its version, its worker, its manifest.

The shell holds no data and asks for no session: what a station is for, and what it records, is
between the app's scripts and the API. The same shell opens with and without a network.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import ClassVar

from timing.pages import addresses
from timing.pages.rendering import render
from timing.pages.static_files import STATIC, static_address

STYLES = ("tokens", "site", "station", "carriage")
ENTRY = "js/station/app.js"
ICONS = tuple(sorted(path.stem for path in (STATIC / "vendor" / "lucide").glob("*.svg")))
"""What the app's pages may show: `#i-check` and so on."""

_TYPE = (
    "vendor/sofia-sans-semi-condensed/sofia-sans-semi-condensed-latin-wght-normal.woff2",
    "vendor/sofia-sans-semi-condensed/sofia-sans-semi-condensed-latin-ext-wght-normal.woff2",
    # Of figures and titles only: other letters in them come from the device.
    "vendor/sofia-sans-extra-condensed/sofia-sans-extra-condensed-latin-wght-normal.woff2",
)
_LIBRARIES = ("idb", "qr")


@dataclass(frozen=True, slots=True, kw_only=True)
class StationAppPage:
    """The shell. ``version`` is that of the app, ``modules`` are fetched before they are asked for.

    Both stand in the page so that whoever has it knows what it belongs to.
    """

    template: ClassVar[str] = "station_app.html"

    version: str
    styles: tuple[str, ...]
    modules: tuple[str, ...]
    entry: str
    icons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StationWorker:
    """The service worker: the version and the addresses that it keeps."""

    template: ClassVar[str] = "station_worker.js"

    version: str
    files: tuple[str, ...]


@cache
def app_files() -> tuple[str, ...]:
    """The app's files below ``static``, which are on the device before it is taken offline."""
    modules = sorted(
        path.relative_to(STATIC).as_posix() for path in (STATIC / "js" / "station").rglob("*.js")
    )
    libraries = sorted(
        path.relative_to(STATIC).as_posix()
        for name in _LIBRARIES
        for path in (STATIC / "vendor" / name).glob("*.js")
    )
    return (
        *(f"css/{name}.css" for name in STYLES),
        *libraries,
        *modules,
        *_TYPE,
        "img/icon.svg",
    )


@cache
def app_version(notice: str = "") -> str:
    """A digest of everything the app consists of: another one is another version."""
    digest = hashlib.sha256()
    for path in app_files():
        digest.update(path.encode())
        digest.update((STATIC / path).read_bytes())
    digest.update(render(_shell(""), notice=notice).encode())
    digest.update(render(StationWorker(version="", files=())).encode())
    return digest.hexdigest()[:6]


def station_app_page(notice: str = "") -> StationAppPage:
    """The shell of the version that is served now."""
    return _shell(app_version(notice))


def station_worker(notice: str = "") -> StationWorker:
    """The worker of the version that is served now."""
    files = tuple(static_address(path, versioned=False) for path in app_files())
    return StationWorker(version=app_version(notice), files=(addresses.STATION, *files))


def station_manifest() -> Mapping[str, object]:
    """The web app manifest (https://www.w3.org/TR/appmanifest/)."""

    def icon(name: str, sizes: str, purpose: str) -> Mapping[str, str]:
        source = static_address(f"img/{name}.png")
        return {"src": source, "sizes": sizes, "type": "image/png", "purpose": purpose}

    return {
        "id": addresses.STATION,
        "name": "Bivouac station",
        "short_name": "Station",
        "description": "Records who passes, with no network too.",
        "start_url": addresses.STATION,
        "scope": addresses.STATION,
        "display": "standalone",
        "orientation": "any",
        "background_color": "#12181c",
        "theme_color": "#12181c",
        "icons": [
            icon("icon-192", "192x192", "any"),
            icon("icon-512", "512x512", "any"),
            icon("icon-maskable", "512x512", "maskable"),
        ],
    }


def _shell(version: str) -> StationAppPage:
    modules = tuple(path for path in app_files() if path.endswith(".js"))
    return StationAppPage(version=version, styles=STYLES, modules=modules, entry=ENTRY, icons=ICONS)
