"""Remembered answers: when they hold, in which form they are sent, when they are forgotten."""

import gzip

import pytest

from timing.live.answers import Answer, Answers, answer, matches, takes_gzip

LONG = "standings " * 1000


def page(text: str = LONG, etag: str = 'W/"e-1-r"') -> Answer:
    return answer(text, content_type="text/html", etag=etag, headers=[("X-Ours", "yes")])


def test_a_page_is_sent_packed_to_who_takes_it() -> None:
    status, headers, body = page().chosen(if_none_match="", accept_encoding="gzip, br")
    assert status == "200 OK"
    assert gzip.decompress(body).decode() == LONG
    assert dict(headers) == {
        "Content-Type": "text/html",
        "X-Ours": "yes",
        "ETag": 'W/"e-1-r"',
        "Vary": "Accept-Encoding",
        "Content-Encoding": "gzip",
        "Content-Length": str(len(body)),
    }


def test_a_page_is_sent_as_it_is_to_who_does_not_take_gzip() -> None:
    _, headers, body = page().chosen(if_none_match="", accept_encoding="br")
    assert body.decode() == LONG
    assert "Content-Encoding" not in dict(headers)


def test_a_short_page_is_not_packed() -> None:
    _, headers, body = page("short").chosen(if_none_match="", accept_encoding="gzip")
    assert body == b"short"
    assert "Content-Encoding" not in dict(headers)


def test_who_has_the_page_gets_304_without_a_body() -> None:
    status, headers, body = page().chosen(if_none_match='W/"e-1-r"', accept_encoding="gzip")
    assert (status, body) == ("304 Not Modified", b"")
    assert dict(headers)["ETag"] == 'W/"e-1-r"'
    assert "Content-Length" not in dict(headers)


@pytest.mark.parametrize(
    ("header", "is_match"),
    [
        ('W/"a"', True),
        ('"a"', True),
        ('"b", W/"a"', True),
        ("*", True),
        ('"b"', False),
        ("a", False),
        ('"a', False),
    ],
)
def test_etags_are_compared_weakly(header: str, is_match: bool) -> None:
    assert matches(header, 'W/"a"') is is_match


@pytest.mark.parametrize(
    ("header", "takes"),
    [
        ("gzip", True),
        ("br, gzip;q=0.5", True),
        ("*", True),
        ("gzip;q=0", False),
        ("gzip;q=0.0, br", False),
        ("br", False),
        ("x-gzip", False),
        ("", False),
        ("gzip;q=", False),
        ("gzip;q=1.2.3", False),
    ],
)
def test_accept_encoding_is_read(header: str, takes: bool) -> None:
    assert takes_gzip(header) is takes


def test_an_answer_holds_for_its_own_stamp_only() -> None:
    answers, stamp, made = Answers(), object(), page()
    answers.keep(("/x", ""), "race", stamp, made)
    assert answers.get(("/x", ""), stamp) is made
    assert answers.get(("/x", ""), object()) is None
    assert answers.get(("/x", "q=1"), stamp) is None
    assert answers.slug_of(("/x", "")) == "race"
    assert answers.slug_of(("/y", "")) is None


def test_the_oldest_answers_are_forgotten_beyond_the_limit() -> None:
    stamp, size = object(), len(page("x" * 900).body)
    answers = Answers(most_bytes=3 * size)
    for name in "abcd":
        answers.keep((name, ""), "race", stamp, page("x" * 900))
    assert [name for name in "abcd" if answers.get((name, ""), stamp)] == ["b", "c", "d"]


def test_an_answer_made_again_counts_once() -> None:
    stamp, size = object(), len(page("x" * 900).body)
    answers = Answers(most_bytes=2 * size)
    for name in ("a", "b", "b", "b"):
        answers.keep((name, ""), "race", stamp, page("x" * 900))
    assert answers.get(("a", ""), stamp) is not None


def test_an_answer_larger_than_the_limit_is_not_kept() -> None:
    answers, stamp = Answers(most_bytes=100), object()
    answers.keep(("a", ""), "race", stamp, page("x" * 900))
    assert answers.get(("a", ""), stamp) is None
