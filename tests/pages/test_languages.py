"""Public pages in other languages: addresses, figures, days, and whose texts they are."""

from datetime import date

import pytest

from timing.core.definition import Classification, Of
from timing.pages import addresses, figures, words
from timing.pages.languages import LANGUAGES, divided, speaking, spoken
from timing.pages.marks import called


@pytest.mark.parametrize(
    ("path", "language", "rest"),
    [
        ("/", "en", "/"),
        ("/races/x", "en", "/races/x"),
        ("/fr", "fr", "/"),
        ("/fr/", "fr", "/"),
        ("/ar/races/x/boards/gc", "ar", "/races/x/boards/gc"),
        ("/fr/desk", "en", "/fr/desk"),
        ("/fr/racesx", "en", "/fr/racesx"),
        ("/frites/races/x", "en", "/frites/races/x"),
        ("/xx/races/x", "en", "/xx/races/x"),
        ("/en/races/x", "en", "/en/races/x"),
    ],
)
def test_a_path_has_the_language_it_begins_with(path: str, language: str, rest: str) -> None:
    assert divided(path) == (language, rest)


def test_public_addresses_keep_the_language_spoken() -> None:
    with speaking("fr"):
        assert addresses.races() == "/fr/"
        assert addresses.board("x", "gc", after=2) == "/fr/races/x/boards/gc?after=2"
        assert addresses.desk("x") == "/desk/x"
        assert addresses.in_language("en", "/races/x") == "/races/x"

    assert addresses.race("x") == "/races/x"


def test_a_language_ends_with_its_block_even_where_that_fails() -> None:
    with pytest.raises(ZeroDivisionError), speaking("de"):
        _ = 1 / 0

    assert spoken().code == "en"


@pytest.mark.parametrize(
    ("language", "count", "kilometres", "first", "second"),
    [
        ("en", "1,380", "34.2", "1st", "2nd"),
        ("fr", "1\N{NARROW NO-BREAK SPACE}380", "34,2", "1er", "2e"),
        ("de", "1.380", "34,2", "1.", "2."),
        ("es", "1.380", "34,2", "1.º", "2.º"),
        ("it", "1.380", "34,2", "1º", "2º"),
        ("ar", "1,380", "34.2", "1", "2"),
    ],
)
def test_figures_follow_the_language(
    language: str, count: str, kilometres: str, first: str, second: str
) -> None:
    with speaking(language):
        assert figures.count(1380) == count
        assert figures.kilometres(34_180) == kilometres
        assert (words.ordinal(1), words.ordinal(2)) == (first, second)
        assert figures.time(12_345_000) == "3:25:45"


@pytest.mark.parametrize("language", [language.code for language in LANGUAGES[1:]])
def test_a_day_is_named_in_the_language(language: str) -> None:
    english = words.long_day(date(2026, 8, 28))

    with speaking(language):
        assert words.long_day(date(2026, 8, 28)) != english


def test_usual_names_of_a_definition_are_said_in_the_language_and_others_left_alone() -> None:
    named = Classification(code="gc", of=Of.SOLO, name="General classification")
    own = Classification(code="kom", of=Of.SOLO, name="Rois de la montagne")

    with speaking("de"):
        assert called(named) == "Gesamtwertung"
        assert called(own) == "Rois de la montagne"
        assert called(Classification(code="x", of=Of.SOLO)) == "x"
    assert called(named) == "General classification"
