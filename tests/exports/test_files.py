"""The files of a whole race: which can be made of it, and the long ones with their progress."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace

import pytest
from pypdf import PdfReader

from tests.pages.sample import siroua_six
from timing.core.book import RaceBook
from timing.exports.files import FILES, Making, why_not
from timing.exports.finishers import NotFit

AT = 1_787_000_000_000


@pytest.fixture(scope="module")
def over() -> RaceBook:
    return RaceBook(siroua_six("22:00:00", stage=6))


def making(book: RaceBook, told: list[tuple[int, int]]) -> Making:
    return Making(
        book=book,
        revision=7,
        at=AT,
        racefile=lambda _: b"",
        progress=lambda done, of, _: told.append((done, of)),
    )


def opened(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def only(book: RaceBook, *bibs: str) -> RaceBook:
    entries = tuple(e for e in book.document.entries if e.bib in bibs)
    return RaceBook(replace(book.document, entries=entries, teams=()))


def test_certificates_are_a_page_for_each_finisher_best_first(over: RaceBook) -> None:
    told: list[tuple[int, int]] = []
    book = only(over, "41", "7a", "62")
    pages = opened(FILES["certificates"].make(making(book, told)))
    lines = [li for li in book.board("gc").lines if li.rank is not None]
    assert [name.rpartition("-")[2] for name in pages] == [
        f"{getattr(li.competitor, 'bib', '')}.pdf" for li in lines
    ]
    assert all(len(PdfReader(io.BytesIO(page)).pages) == 1 for page in pages.values())
    assert told == [(n, len(lines)) for n in range(len(lines) + 1)]


def test_a_race_that_is_not_over_has_no_certificates() -> None:
    book = RaceBook(siroua_six())
    assert "last stage" in why_not(book, "certificates")
    with pytest.raises(NotFit):
        FILES["certificates"].make(making(book, []))


def test_a_site_holds_what_the_public_is_told(over: RaceBook) -> None:
    told: list[tuple[int, int]] = []
    files = opened(FILES["site"].make(making(only(over, "41", "62"), told)))
    assert b"Maren Tveitdal" in files["index.html"]
    assert b"revision 7" in files["index.html"]
    assert told[-1] == (len(files), len(files))


def test_what_cannot_be_made_says_why_before_it_is_asked_for(book: RaceBook) -> None:
    short = [replace(stage, distance_m=44_999) for stage in book.race.stages]
    race = replace(book.race, stages=tuple(short))
    refused = RaceBook(replace(book.document, race=race))
    assert "45 km" in why_not(refused, "duv")
    with pytest.raises(NotFit, match="45 km"):
        FILES["duv"].make(making(refused, []))
    long = replace(race, stages=(replace(short[0], distance_m=45_000), *short[1:]))
    fitting = RaceBook(replace(book.document, race=long))
    assert why_not(fitting, "duv") == ""
    assert FILES["duv"].make(making(fitting, [])).startswith(b"place,name")


def test_without_a_board_by_time_federations_get_nothing(book: RaceBook) -> None:
    boards = tuple(c for c in book.race.classifications if c.code in ("points", "pairs"))
    race = replace(book.race, classifications=boards)
    bare = RaceBook(replace(book.document, race=race))
    for code in ("itra", "ultrasignup", "runsignup", "athlinks", "duv", "iof"):
        assert "no classification" in why_not(bare, code), code
