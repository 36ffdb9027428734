"""The public pages: each there, escaped, remembered, without a cookie, and 304 where it holds."""

import gzip
import zlib

import pytest
from flask.testing import FlaskClient

from tests.live.test_books import finish, write
from tests.serving import SLUG
from timing.db.engines import Database

RACE = f"/races/{SLUG}"
PAGES = [
    "/",
    RACE,
    f"{RACE}/boards/gc",
    f"{RACE}/boards/gc?after=1&q=Ruiz&show=interval",
    f"{RACE}/boards/pairs",
    f"{RACE}/stages/1",
    f"{RACE}/stages/1?control=FINISH",
    f"{RACE}/entries/7",
    f"{RACE}/entries/7?rivals=12,15a",
    f"{RACE}/runners",
    f"{RACE}/teams",
    f"{RACE}/teams/T1",
    f"{RACE}/live",
]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_there(client: FlaskClient, path: str) -> None:
    page = client.get(path)
    assert page.status_code == 200
    assert page.content_type == "text/html; charset=utf-8"
    assert "Three Valleys" in page.text


@pytest.mark.parametrize("path", PAGES)
def test_a_page_sets_no_cookie_and_depends_on_none(client: FlaskClient, path: str) -> None:
    page = client.get(path)
    assert "Set-Cookie" not in page.headers
    assert page.headers["Vary"] == "Accept-Encoding"
    assert page.headers["Cache-Control"] == "public, no-cache"


@pytest.mark.parametrize("path", PAGES)
def test_a_page_that_is_had_already_is_not_sent_again(
    client: FlaskClient, filled: Database, path: str
) -> None:
    etag = client.get(path).headers["ETag"]
    for _ in range(2):
        again = client.get(path, headers={"If-None-Match": etag})
        assert (again.status_code, again.data) == (304, b"")
    write(filled, finish("12", "11:00:00", "new"))
    assert client.get(path, headers={"If-None-Match": etag}).status_code == 200


@pytest.mark.parametrize("path", PAGES)
def test_a_remembered_page_is_the_page(client: FlaskClient, path: str) -> None:
    first, second = client.get(path), client.get(path)
    assert second.data == first.data
    assert dict(second.headers) == dict(first.headers)


@pytest.mark.parametrize(
    ("path", "told"),
    [("entries/7", "ESP · Women."), ("teams/T1", "Ibex. Pairs"), ("runners", "Everybody who runs")],
)
def test_pages_of_people_say_whose_they_are_where_they_are_shared(
    client: FlaskClient, path: str, told: str
) -> None:
    page = client.get(f"{RACE}/{path}").text
    assert page.count('<meta name="description"') == 1
    assert f'<meta property="og:description" content="{told}' in page


def test_a_page_is_packed_for_who_takes_it(client: FlaskClient) -> None:
    plain = client.get(f"{RACE}/boards/gc")
    packed = client.get(f"{RACE}/boards/gc", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data


def test_a_reload_shows_what_was_recorded_meanwhile(client: FlaskClient, filled: Database) -> None:
    def leader() -> int:
        page = client.get(f"{RACE}/boards/gc").text
        return page.index('id="line-12"') - page.index('id="line-7"')

    assert leader() > 0
    write(filled, finish("12", "11:00:00", "new"))
    assert leader() < 0


def test_names_are_escaped_and_isolated(client: FlaskClient) -> None:
    page = client.get(f"{RACE}/boards/gc").text
    assert "<b>Bold</b>" not in page
    assert "Zoë &lt;b&gt;Bold&lt;/b&gt;" in page
    assert "<bdi>مريم العلوي</bdi>" in page


def test_bib_007_and_bib_7_have_pages_of_their_own(client: FlaskClient) -> None:
    assert "Ana Ruiz" in client.get(f"{RACE}/entries/7").text
    assert "Bo Lind" in client.get(f"{RACE}/entries/007").text


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/nothing", 404, ""),
        ("/races/nowhere", 404, "no race"),
        ("/races/No%20Where", 404, ""),
        ("/races/%00", 404, ""),
        (f"{RACE}/boards/nope", 404, "no classification"),
        (f"{RACE}/boards/%3Cscript%3Ealert(1)%3E", 404, "no classification"),
        (f"{RACE}/boards/gc?after=9", 404, "stage 9"),
        (f"{RACE}/boards/gc?after=x", 400, "after"),
        (f"{RACE}/boards/gc?show=everything", 400, "show"),
        (f"{RACE}/boards/gc?q={'x' * 81}", 400, "q"),
        (f"{RACE}/stages/9", 404, "stage 9"),
        (f"{RACE}/stages/9999999999999999999999", 404, "stage"),
        (f"{RACE}/stages/1?control=NOWHERE", 404, "no control"),
        (f"{RACE}/stages/one", 404, ""),
        (f"{RACE}/entries/99", 404, "Nobody wears"),
        (f"{RACE}/entries/%3Cscript%3E", 404, "Nobody wears"),
        (f"{RACE}/entries/7?stage=9", 404, ""),
        (f"{RACE}/entries/7?rivals={'1,' * 201}", 400, "rivals"),
        (f"{RACE}/entries/7/certificate.pdf", 404, "no certificate"),
        (f"{RACE}/entries/99/certificate.pdf", 404, "Nobody wears"),
        (f"{RACE}/teams/nope", 404, "no team"),
        (f"{RACE}/teams/T1?stage=9", 404, "stage 9"),
        (f"{RACE}/runners?q={'x' * 81}", 400, "q"),
        (f"{RACE}/events?board=nope", 404, "no classification"),
        (f"{RACE}/events", 400, "page"),
        ("/races/nowhere/events?board=gc", 404, "no race"),
    ],
)
def test_what_is_not_there_is_said_in_words(
    client: FlaskClient, path: str, status: int, words: str
) -> None:
    page = client.get(path)
    assert page.status_code == status
    assert page.content_type == "text/html; charset=utf-8"
    assert words in page.text
    assert "<script>" not in page.text.replace('<script type="module"', "")


def test_a_page_takes_no_post(client: FlaskClient) -> None:
    assert client.post(RACE).status_code in {400, 405}


def test_a_stream_begins_at_once_and_says_what_it_is(client: FlaskClient) -> None:
    stream = client.get(f"{RACE}/events?board=gc", buffered=False)
    assert stream.status_code == 200
    assert stream.content_type == "text/event-stream"
    assert stream.headers["Cache-Control"] == "no-store"
    first = next(stream.iter_encoded())
    assert first.startswith(b"retry:")
    assert b"\nevent: board\nid: " in first
    stream.close()


def test_a_stream_is_packed_for_whoever_takes_it_so(client: FlaskClient) -> None:
    stream = client.get(
        f"{RACE}/events?board=gc", headers={"Accept-Encoding": "gzip"}, buffered=False
    )
    assert stream.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in stream.headers["Vary"]
    first = zlib.decompressobj(wbits=31).decompress(next(stream.iter_encoded()))
    assert b"\nevent: board\nid: " in first
    stream.close()


@pytest.mark.parametrize("known", ["", "x", "-1", "9" * 40, "1.5", "another-12", "-"])
def test_a_stream_takes_any_last_event_id(client: FlaskClient, known: str) -> None:
    stream = client.get(f"{RACE}/events?board=gc", headers={"Last-Event-ID": known}, buffered=False)
    assert next(stream.iter_encoded()).startswith(b"retry:")
    stream.close()
