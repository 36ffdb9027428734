"""The station app's modules in a page of their own, without any server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route

ROOT = Path(__file__).parents[2]
ADDRESS = "http://127.0.0.1:9/"
"""Nobody listens there: what the page asks for is answered from the tree."""

TYPES = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
EMPTY = (
    "<!doctype html><html lang=en><meta charset=utf-8><title>Carriage</title>"
    "<meta name=viewport content='width=device-width'>"
    "<link rel=stylesheet href=/static/css/tokens.css>"
    "<link rel=stylesheet href=/static/css/site.css>"
    "<link rel=stylesheet href=/static/css/carriage.css><body class=station><main></main>"
)


def answer(route: Route) -> None:
    """A file of the tree, or the empty page."""
    path = urlsplit(route.request.url).path
    file = ROOT / path.removeprefix("/")
    if path == "/static/test/journal.js":
        file = Path(__file__).parent / "journal.js"
    if path.startswith("/static/") and file.is_file():
        route.fulfill(body=file.read_bytes(), content_type=TYPES[file.suffix])
    elif path == "/":
        route.fulfill(body=EMPTY, content_type="text/html")
    else:
        route.fulfill(status=404)


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A phone's browser."""
    opened = browser.new_context(viewport={"width": 360, "height": 640}, device_scale_factor=2)
    opened.route("**/*", answer)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def bench(context: BrowserContext) -> Page:
    """A page to call the modules in."""
    page = context.new_page()
    page.goto(ADDRESS)
    return page


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page for one test alone, in which no script may fail."""
    opened = context.new_page()
    wrong: list[str] = []
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    opened.goto(ADDRESS)
    yield opened
    opened.close()
    assert wrong == []
