"""A finisher's certificate."""

from __future__ import annotations

import pytest

from tests.exports.printed import text
from tests.pages.sample import siroua_six
from timing.core.book import RaceBook
from timing.core.times import format_duration
from timing.exports.pdf import to_pdf
from timing.exports.pdf_certificate import NoCertificate, certificate
from timing.pages.languages import speaking


@pytest.fixture(scope="module")
def over() -> RaceBook:
    return RaceBook(siroua_six("22:00:00", stage=6))


def test_it_has_the_name_the_time_and_says_that_it_is_not_official(over: RaceBook) -> None:
    line = next(li for li in over.board("gc").lines if li.competitor.name == "Maren Tveitdal")
    sheets = certificate(over, "41", revision=812)
    assert not sheets.data["is_official"]
    assert sheets.data["places"][0]["rank"].startswith(str(line.rank))
    printed = text(to_pdf(sheets))
    assert "Maren Tveitdal" in printed
    assert format_duration(line.time or 0) in printed
    assert "Unofficial" in printed
    assert "Revision 812" in printed


def test_names_in_other_scripts_are_printed_whole(over: RaceBook) -> None:
    for bib in ("210", "007", "7a", "88"):
        assert certificate(over, bib, revision=1).unprintable == ()


def test_arabic_runs_from_right_to_left(over: RaceBook) -> None:
    with speaking("ar"):
        assert certificate(over, "210", revision=1).data["dir"] == "rtl"


@pytest.mark.parametrize("bib", ["62", "190"])
def test_who_has_not_finished_has_none(over: RaceBook, bib: str) -> None:
    with pytest.raises(NoCertificate):
        certificate(over, bib, revision=1)


def test_nobody_has_one_before_the_race_is_over() -> None:
    with pytest.raises(NoCertificate):
        certificate(RaceBook(siroua_six()), "41", revision=1)
