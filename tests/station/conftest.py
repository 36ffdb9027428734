"""The station app's modules in Chromium, without a server of ours: see harness.js."""

import http.server
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from timing.pages.static_files import STATIC

HARNESS = Path(__file__).parent / "harness.js"
FRAME = b"""<!doctype html><title>Device</title><script type="module">
try {
  frameElement.prepare(window);
  const { openJournal } = await import("/static/js/station/journal.js");
  frameElement.opened(await openJournal());
} catch (error) { frameElement.failed(error); }
</script>"""

Run = Callable[..., Any]


class Files(http.server.BaseHTTPRequestHandler):
    """The static files, the harness, and empty pages."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path.startswith("/static/"):
            file = STATIC / path.removeprefix("/static/")
            if not file.is_file():
                self._send(404, b"", "text/plain")
                return
            kind = "text/javascript" if path.endswith(".js") else "application/octet-stream"
            self._send(200, file.read_bytes(), kind)
        elif path == "/harness.js":
            self._send(200, HARNESS.read_bytes(), "text/javascript")
        elif path == "/frame":
            self._send(200, FRAME, "text/html")
        else:
            self._send(200, b"<!doctype html><title>Bench</title><body>", "text/html")

    def _send(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "max-age=600")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


class Server(http.server.ThreadingHTTPServer):
    """Serves the files; who goes away in the middle of one was killed by the test."""

    def handle_error(self, *_: object) -> None:
        """Nothing to say."""


@pytest.fixture(scope="session")
def bench_address() -> Iterator[str]:
    """Where the modules are served."""
    with Server(("127.0.0.1", 0), Files) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def bench(browser: Browser, bench_address: str) -> Iterator[Page]:
    """A page to run modules in, of a browser that knows nothing yet."""
    context = browser.new_context(base_url=bench_address)
    page = context.new_page()
    page.goto("/")
    yield page
    context.close()


@pytest.fixture
def run(bench: Page) -> Run:
    """Run the body of an async function in the page, with the harness's names and ``given``."""

    def ran(body: str, given: Any = None) -> Any:
        return bench.evaluate(
            "async ([body, given]) => {"
            "  const harness = await import('/harness.js');"
            "  const names = Object.keys(harness);"
            "  const { constructor } = async function () {};"
            "  const act = constructor(...names, 'given', body);"
            "  return act(...names.map((name) => harness[name]), given);"
            "}",
            [body, given],
        )

    return ran
