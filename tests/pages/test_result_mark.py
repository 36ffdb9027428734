"""The mark of a result on public pages: its number, since when, what it counts for (Rules 12.1)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.pages.markup import Markup
from tests.pages.sample import instant, siroua_six
from timing.core.book import RaceBook
from timing.core.publication import result_of
from timing.core.publications import Publication, PublicationKind
from timing.core.records import Penalty
from timing.core.times import HOUR, MINUTE, Instant
from timing.pages.board_page import board_page
from timing.pages.embed_page import embed_page
from timing.pages.fragments import changes, fragments
from timing.pages.languages import LANGUAGES, speaking
from timing.pages.race_home import race_home
from timing.pages.rendering import Page, render
from timing.pages.result_mark import result_mark
from timing.pages.runner_page import runner_page
from timing.pages.screen_page import screen_page
from timing.pages.stage_page import stage_page

PROVISIONAL, OFFICIAL, REOPENED = PublicationKind


def evening() -> RaceBook:
    """After the third stage, at eight in the evening."""
    return RaceBook(siroua_six("20:00:00", stage=3))


def at_eight(stage: int = 3) -> Instant:
    return instant(stage, "20:00:00")


def issued(
    book: RaceBook,
    kind: PublicationKind,
    number: int,
    at: Instant,
    *,
    after: int = 3,
    still_out: int = 0,
    reason: str = "",
) -> Publication:
    return Publication(
        number=number,
        kind=kind,
        after=after,
        revision=1,
        version=1,
        at=at,
        by="Mila",
        window_ends=at + 30 * MINUTE if kind is PROVISIONAL else None,
        reason=reason,
        input="",
        result=result_of(book, after),
        engine="1",
        still_out=still_out,
    )


def told(book: RaceBook, number: int = 3) -> str:
    found = result_mark(book, number)
    assert found is not None
    return found.told


def test_a_result_says_its_number_since_when_and_who_is_out() -> None:
    book = evening()
    assert told(book) == "Provisional, not published yet"
    first = issued(book, PROVISIONAL, 2, at_eight(3), still_out=12)
    book.publications = (first,)
    assert told(book) == "Provisional 2, 20:00, 12 still out"
    book.publications += (issued(book, OFFICIAL, 3, at_eight(3) + 12 * HOUR),)
    day_after = told(book)
    assert day_after.startswith("Official 3, ")
    assert day_after.endswith(" 08:00")


def test_a_stage_that_runs_is_live_and_one_to_come_has_no_mark() -> None:
    book = RaceBook(siroua_six())
    assert book.running_stage is not None
    assert told(book, book.running_stage) == "Live, not published yet"
    assert result_mark(book, book.stages[-1]) is None


def test_a_result_that_is_another_by_now_says_so_beside_its_number() -> None:
    book = evening()
    book.publications = (issued(book, OFFICIAL, 2, at_eight(3), still_out=1),)
    leader = board_page(book, "gc", {}).rows[0].bib.text
    penalty = Penalty(id="p", by="jury", at=0, reason="", bibs=(leader,), stage=3, time=90 * MINUTE)
    book.add(rulings=(penalty,))
    assert told(book) == "Official 2, 20:00, changed since"


def test_what_happens_on_a_later_stage_changes_nothing_of_an_earlier_mark() -> None:
    book = RaceBook(siroua_six())
    earlier = book.stages[0]
    book.publications = (issued(book, OFFICIAL, 1, at_eight(earlier), after=earlier),)
    assert told(book, earlier) == "Official 1, 20:00"


MAKERS: tuple[Callable[[RaceBook], Page], ...] = (
    race_home,
    lambda book: board_page(book, "gc", {}),
    lambda book: board_page(book, "gc", {"after": "3"}),
    lambda book: stage_page(book, 3, {}),
    lambda book: stage_page(book, 3, {"control": "FINISH"}),
    lambda book: runner_page(book, book.entries()[0].bib, {}),
    lambda book: embed_page(book, {}),
    lambda book: screen_page(book, {}),
)


@pytest.mark.parametrize("make", MAKERS, ids=map(str, range(len(MAKERS))))
def test_every_page_of_standings_has_the_mark(make: Callable[[RaceBook], Page]) -> None:
    book = evening()
    book.publications = (issued(book, OFFICIAL, 3, at_eight(3)),)
    assert "Official 3, 20:00" in "".join(Markup(render(make(book))).text)


def test_a_reason_stands_behind_the_mark_as_text() -> None:
    book = evening()
    reason = "A <b>late</b> read"
    book.publications = (issued(book, REOPENED, 4, at_eight(3), reason=reason),)
    html = render(board_page(book, "gc", {}))
    assert 'Reopened 4, 20:00: <bdi dir="auto">A &lt;b&gt;late&lt;/b&gt; read</bdi>' in html


def test_a_board_that_is_open_is_told_of_its_new_number_alone() -> None:
    book = evening()
    before = fragments(board_page(book, "gc", {}))
    book.publications = (issued(book, PROVISIONAL, 1, at_eight(3)),)
    change = changes(before, fragments(board_page(book, "gc", {})), revision=2)
    assert change is not None
    html = change["html"]
    assert isinstance(html, dict)
    assert [*html] == ["result_mark"]
    assert "Provisional 1, 20:00" in str(html["result_mark"])


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda one: one.code)
def test_the_mark_speaks_every_language(language: object) -> None:
    book = evening()
    book.publications = (issued(book, PROVISIONAL, 2, at_eight(3), still_out=12),)
    with speaking(getattr(language, "code", "")):
        said = told(book)
    assert "12" in said
    assert "20:00" in said


def test_in_arabic_the_parts_of_the_mark_stand_in_its_own_direction() -> None:
    """No part but a figure is isolated: else the line would have no direction, and be mixed up."""
    book = evening()
    book.publications = (issued(book, PROVISIONAL, 2, at_eight(), still_out=12),)
    with speaking("ar"):
        said = told(book)
    assert said.count("\N{FIRST STRONG ISOLATE}") == 1
    assert said.endswith("، 20:00، 12 ما زالوا على المسار")
