"""A bucket: what is sent is signed as the service's documentation says, and arrives in the end."""

import gzip
import hashlib
import hmac
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote, unquote

import pytest

from tests.live.waiting import eventually
from timing.core.times import parse_instant
from timing.live import buckets
from timing.live.buckets import Bucket, BucketMirror, key_of
from timing.live.kept_files import packed
from timing.live.signing import Credentials, object_path, signed_headers
from timing.pages.public_pages import Media

# The examples of the service's documentation: sig-v4-header-based-auth.
EXAMPLE = Credentials(
    key="AKIAIOSFODNN7EXAMPLE",
    secret="wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    region="us-east-1",
)
AT = parse_instant("2013-05-24T00:00:00Z")
HOST = "https://examplebucket.s3.amazonaws.com"

OURS = Credentials(key="writer", secret="a secret of tests", region="eu-test-1")


@pytest.mark.parametrize(
    ("method", "url", "headers", "body", "signature"),
    [
        (
            "GET",
            f"{HOST}/test.txt",
            {"Range": "bytes=0-9"},
            b"",
            "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
        ),
        (
            "PUT",
            f"{HOST}/test%24file.text",
            {
                "Date": "Fri, 24 May 2013 00:00:00 GMT",
                "x-amz-storage-class": "REDUCED_REDUNDANCY",
            },
            b"Welcome to Amazon S3.",
            "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
        ),
    ],
)
def test_a_request_is_signed_as_in_the_documentation(
    method: str, url: str, headers: dict[str, str], body: bytes, signature: str
) -> None:
    signed = signed_headers(method, url, headers, body, EXAMPLE, at=AT)
    assert signed["Authorization"].endswith(f"Signature={signature}")


def test_a_secret_is_not_told() -> None:
    assert OURS.secret not in repr(OURS)


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("/", "index.html"),
        ("/fr/", "fr/index.html"),
        ("/races/x/boards/gc", "races/x/boards/gc"),
    ],
)
def test_a_page_has_the_key_of_its_address(address: str, key: str) -> None:
    assert key_of(address) == key


def test_a_key_is_quoted_once() -> None:
    assert object_path("b", "races/x/entries/7+ä~") == "/b/races/x/entries/7%2B%C3%A4~"


class Service(ThreadingHTTPServer):
    """Keeps objects, from who signs rightly; refuses or hangs up as often as it is told to."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Request)
        self.objects: dict[str, tuple[dict[str, str], bytes]] = {}
        self.refusals = 0
        self.hang_ups = 0
        self.badly_signed = 0
        self.asked = 0
        self.hold = threading.Event()
        self.hold.set()

    def handle_error(self, request: object, client_address: object) -> None:
        """Who leaves early is nothing to tell."""


class _Request(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Service

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        service = self.server
        service.asked += 1
        service.hold.wait(20)
        if service.hang_ups:
            service.hang_ups -= 1
            self.close_connection = True
            return
        status = 200 if self.command == "PUT" else 204
        if service.refusals:
            service.refusals -= 1
            status = 503
        elif not self._is_signed(body):
            service.badly_signed += 1
            status = 403
        elif self.command == "PUT":
            headers = {name.lower(): value for name, value in self.headers.items()}
            service.objects[unquote(self.path)] = (headers, body)
        else:
            service.objects.pop(unquote(self.path), None)
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Length", "0")
        self.end_headers()

    do_DELETE = do_PUT  # noqa: N815 - the library's name

    def _is_signed(self, body: bytes) -> bool:
        """Worked out anew from what came over the wire."""
        said = dict(
            part.strip().split("=", 1)
            for part in self.headers["Authorization"].removeprefix("AWS4-HMAC-SHA256 ").split(",")
        )
        key, day, region, service, end = said["Credential"].split("/")
        digest = hashlib.sha256(body).hexdigest()
        lines = [self.command, quote(unquote(self.path), safe="/~-._"), ""]
        lines += [f"{n}:{self.headers[n].strip()}" for n in said["SignedHeaders"].split(";")]
        lines += ["", said["SignedHeaders"], self.headers["x-amz-content-sha256"]]
        hashed = hashlib.sha256("\n".join(lines).encode()).hexdigest()
        secret = b"AWS4" + OURS.secret.encode()
        for part in (day, region, service, end):
            secret = hmac.new(secret, part.encode(), "sha256").digest()
        scope = f"{day}/{region}/{service}/{end}"
        to_sign = f"AWS4-HMAC-SHA256\n{self.headers['x-amz-date']}\n{scope}\n{hashed}"
        expected = hmac.new(secret, to_sign.encode(), "sha256").hexdigest()
        return (
            key == OURS.key
            and region == OURS.region
            and digest == self.headers["x-amz-content-sha256"]
            and {"host", "x-amz-date", "x-amz-content-sha256"}
            <= set(said["SignedHeaders"].split(";"))
            and hmac.compare_digest(expected, said["Signature"])
        )

    def log_message(self, *_: object) -> None:
        """Nothing to log."""


@pytest.fixture
def service() -> Iterator[Service]:
    made = Service()
    thread = threading.Thread(target=made.serve_forever, daemon=True)
    thread.start()
    yield made
    made.hold.set()
    made.shutdown()
    thread.join()
    made.server_close()


@pytest.fixture
def mirror(service: Service, monkeypatch: pytest.MonkeyPatch) -> Iterator[BucketMirror]:
    monkeypatch.setattr(buckets, "_PAUSES_SECONDS", (0.01, 0.01, 0.01))
    monkeypatch.setattr(buckets, "_LATER_SECONDS", 0.01)
    monkeypatch.setattr(buckets, "_IDLE_SECONDS", 0.01)
    until = threading.Event()
    endpoint = f"http://127.0.0.1:{service.server_address[1]}"
    bucket = Bucket(endpoint=endpoint, name="races", credentials=OURS)
    made = BucketMirror(bucket, clock=lambda: AT, until=until)
    yield made
    until.set()
    made.join()


def page(text: str) -> bytes:
    return packed(text.encode())


def test_a_page_arrives_packed_and_says_what_it_is(service: Service, mirror: BucketMirror) -> None:
    mirror.put("/races/x/entries/7~a", Media.HTML, page("standings"))
    assert eventually(mirror.is_idle)
    headers, body = service.objects["/races/races/x/entries/7~a"]
    assert gzip.decompress(body) == b"standings"
    assert headers["content-type"] == Media.HTML.value
    assert headers["content-encoding"] == "gzip"
    assert headers["cache-control"] == "public, max-age=1"


def test_a_page_that_is_no_more_goes(service: Service, mirror: BucketMirror) -> None:
    mirror.put("/races/x", Media.HTML, page("standings"))
    assert eventually(mirror.is_idle)
    mirror.drop("/races/x", Media.HTML)
    assert eventually(mirror.is_idle)
    assert service.objects == {}
    assert service.badly_signed == 0


def test_while_one_is_on_its_way_only_the_newest_of_the_others_is_sent(
    service: Service, mirror: BucketMirror
) -> None:
    service.hold.clear()
    for number in range(50):
        mirror.put("/races/x", Media.HTML, page(f"revision {number}"))
    service.hold.set()
    assert eventually(mirror.is_idle)
    assert gzip.decompress(service.objects["/races/races/x"][1]) == b"revision 49"
    assert service.asked < 10


@pytest.mark.parametrize("failing", ["refusals", "hang_ups"])
def test_what_was_not_taken_is_tried_again_until_it_is(
    service: Service, mirror: BucketMirror, failing: str
) -> None:
    setattr(service, failing, buckets.TRIES + 2)
    mirror.put("/races/x", Media.HTML, page("standings"))
    assert eventually(mirror.is_idle)
    assert "/races/races/x" in service.objects


def test_an_address_with_a_query_has_no_place_there(service: Service, mirror: BucketMirror) -> None:
    mirror.put("/races/x/boards/gc?after=1", Media.HTML, page("standings"))
    assert mirror.is_idle()
    assert service.asked == 0
