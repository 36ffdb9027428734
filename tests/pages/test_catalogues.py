"""The catalogues: every text in every language, its parts in place, and no word beside them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from html.parser import HTMLParser

import pytest
from babel.dates import format_date
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from babel.support import NullTranslations

from deploy.catalogues import messages
from tests.pages.pages import public_pages
from tests.pages.test_every_page import MOMENTS
from timing.core.book import RaceBook
from timing.pages import languages
from timing.pages.languages import CATALOGUES, LANGUAGES, Language
from timing.pages.rendering import render
from timing.racefile import dump

PLACEHOLDER = re.compile(r"\{\w*\}|%\(\w+\)s|%%|%(?![(\s]|$)")
PATTERNS = {"EEEE d MMMM y", "EEE d MMM", "d MMM", "EEE", "d MMMM y", "d MMMM", "d"}
"""Texts that say how a day is written."""


@pytest.fixture(scope="module")
def texts() -> Catalog:
    return messages()


def catalogue(code: str) -> Catalog:
    with (CATALOGUES / f"{code}.po").open("rb") as file:
        return read_po(file, locale=code, abort_invalid=True)


def forms(text: object) -> tuple[str, ...]:
    return tuple(text) if isinstance(text, list | tuple) else (str(text),)


@pytest.mark.parametrize("language", LANGUAGES[1:], ids=lambda language: language.code)
def test_every_text_is_translated_and_nothing_else_is_in_the_catalogue(
    language: Language, texts: Catalog
) -> None:
    known = catalogue(language.code)

    assert {m.id for m in known if m.id} == {m.id for m in texts if m.id}
    assert not known.obsolete
    assert [m.id for m in known if m.id and (m.fuzzy or not all(forms(m.string)))] == []


@pytest.mark.parametrize("language", LANGUAGES[1:], ids=lambda language: language.code)
def test_a_translation_has_the_parts_of_its_text(language: Language) -> None:
    wrong = [m.id for m in catalogue(language.code) if m.id and not has_its_parts(m)]

    assert wrong == []


def has_its_parts(message: Message) -> bool:
    """Whether all forms have the placeholders of the text; one for few may leave out the number."""
    wanted = set(PLACEHOLDER.findall(forms(message.id)[-1]))
    number = {"{number}", "%(num)s", "%(number)s"}
    for form in forms(message.string):
        found = set(PLACEHOLDER.findall(form))
        if found != wanted and (not message.pluralizable or found != wanted - number):
            return False
    return True


@pytest.mark.parametrize("language", LANGUAGES[1:], ids=lambda language: language.code)
def test_days_are_written_by_patterns_that_babel_knows(language: Language) -> None:
    known = catalogue(language.code)
    for pattern in PATTERNS:
        message = known.get(pattern)
        assert message is not None
        said = format_date(date(2026, 8, 28), str(message.string), locale=language.region)
        assert ("28" in said) == ("d" in pattern)


class Brackets(NullTranslations):
    """A language whose every text stands in brackets: what stands outside was forgotten."""

    def gettext(self, message: str) -> str:
        return f"⟦{message}⟧"

    def ngettext(self, msgid1: str, msgid2: str, num: int) -> str:
        return f"⟦{msgid1 if num == 1 else msgid2}⟧"


@pytest.fixture
def pseudo(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Speaks that language; it has a code of its own, as lines are remembered by it."""
    made = Language(code="xx", name="⟦xx⟧", region="fr_FR")
    monkeypatch.setattr(languages, "BY_CODE", {**languages.BY_CODE, "xx": made})
    usual = languages._catalogue
    monkeypatch.setattr(
        languages, "_catalogue", lambda code: Brackets() if code == "xx" else usual(code)
    )
    with languages.speaking("xx"):
        yield


class Seen(HTMLParser):
    """What is read of a page, or listened to: its text, labels and titles."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = [""]  # first all that is read, as a sentence may have links in it
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"script", "style"}:
            self._silent += 1
        for name, value in attrs:
            if name in {"aria-label", "title", "placeholder", "alt"} and value:
                self.texts.append(value)

    def handle_endtag(self, tag: str) -> None:
        if tag in {"script", "style"}:
            self._silent -= 1

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.texts[0] += f"{data} "


def outside(text: str) -> str:
    """What of a text stands in no brackets."""
    kept, depth = [], 0
    for letter in text:
        depth += letter == "⟦"
        if depth == 0:
            kept.append(letter)
        depth -= letter == "⟧"
    return "".join(kept)


WORDS = re.compile(r"[^\W\d_]{2,}")
THE_SAME_EVERYWHERE = {
    *("Bivouac", "DNS", "DNF", "OTL", "DSQ", "UTC", "km", "JSON", "CSV", "PDF", "iCal", "Atom"),
    *("mm", "ss", "bis", "CP"),
    *(word for language in LANGUAGES for word in WORDS.findall(language.name)),
}


@pytest.mark.usefixtures("pseudo")
@pytest.mark.parametrize("moment", MOMENTS)
def test_every_word_of_a_public_page_can_be_translated(moment: str) -> None:
    document = MOMENTS[moment]
    known = {*WORDS.findall(dump(document)), *THE_SAME_EVERYWHERE}
    forgotten: dict[str, list[str]] = {}
    for name, page in public_pages(RaceBook(document)):
        seen = Seen()
        seen.feed(render(page, here="/races/siroua"))
        left = {word for text in map(outside, seen.texts) for word in WORDS.findall(text)} - known
        if left:
            forgotten[name] = sorted(left)

    assert forgotten == {}
