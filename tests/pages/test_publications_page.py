"""The public page of what was published: numbers, reasons, digests, what changed (Rules 12.1)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.pages.markup import Markup
from tests.pages.test_result_mark import (
    OFFICIAL,
    PROVISIONAL,
    REOPENED,
    at_eight,
    evening,
    issued,
)
from timing.core.book import RaceBook
from timing.core.differences import differences
from timing.core.public import public_book
from timing.core.publications import Publication
from timing.core.published_changes import published_changes
from timing.core.records import Penalty
from timing.core.times import HOUR, MINUTE
from timing.pages.languages import LANGUAGES, Language, speaking
from timing.pages.publications_page import publications_page
from timing.pages.rendering import render


def reopened() -> RaceBook:
    """Provisional, official, and reopened for a penalty of the leader of the third stage."""
    book = evening()
    first = issued(book, PROVISIONAL, 1, at_eight(), still_out=2)
    second = replace(issued(book, OFFICIAL, 2, at_eight() + HOUR), protests=3, upheld=1)
    after = book.fork()
    leader = next(line for line in book.stage_boards(3)[0].lines if line.rank == 1)
    bib = getattr(leader.competitor, "bib", "")
    penalty = Penalty(id="p", by="jury", at=0, reason="", bibs=(bib,), stage=3, time=90 * MINUTE)
    after.add(rulings=(penalty,))
    changes = published_changes(differences(book, after, every_stage=True), 3)
    third: Publication = replace(
        issued(after, REOPENED, 3, at_eight() + 2 * HOUR, reason="A <i>late</i> report"),
        changes=changes,
    )
    after.publications = (first, second, third)
    return after


def test_each_number_stands_there_the_latest_first() -> None:
    page = publications_page(reopened())
    assert [one.title for one in page.items] == ["Reopened 3", "Official 2", "Provisional 1"]
    assert page.items[1].protests == "3 protests, 1 upheld"
    assert page.items[2].told.endswith("20:00, 2 still out")
    assert page.items[2].when.endswith("20:00")


def test_what_changed_is_told_by_name_from_what_to_what() -> None:
    book = reopened()
    item = publications_page(book).items[0]
    change = next(
        c
        for c in item.changes
        if c.where == "Stage\N{NO-BREAK SPACE}3" and c.before.startswith("1st")
    )
    assert change.who
    assert not change.after.startswith("1st")


def test_a_reason_is_text_and_a_digest_is_whole() -> None:
    book = reopened()
    html = render(publications_page(book))
    assert "A &lt;i&gt;late&lt;/i&gt; report" in html
    assert book.publications[-1].result in "".join(Markup(html).text)


def test_who_is_hidden_today_is_not_named_by_what_was_published_before() -> None:
    book = reopened()
    who = book.publications[-1].changes[0].who
    name = book.entry(who).name
    assert name in render(publications_page(book))
    told = public_book(book.document, hidden=frozenset({who}), whole=book)
    html = render(publications_page(told))
    assert name not in html
    assert f"Runner {book.entry(who).bib}" in html


def test_before_anything_is_published_the_page_says_what_is_shown() -> None:
    html = render(publications_page(evening()))
    assert "Nothing has been published yet" in html


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda one: one.code)
def test_the_page_is_made_in_every_language(language: Language) -> None:
    with speaking(language.code):
        assert len(publications_page(reopened()).items) == 3


def test_a_number_that_another_came_after_says_which_counts() -> None:
    reopened_now, official, provisional = publications_page(reopened()).items
    assert reopened_now.meaning == "It was official, and may change again."
    assert official.meaning == provisional.meaning == "Number 3 counts now."
