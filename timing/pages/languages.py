"""The languages of public pages: which is spoken, and what a text is called in it.

English is written in the code and the templates; the others are gettext catalogues beside this
module. Which language is spoken is a property of the work at hand, not of a page's values: whoever
makes a page does so ``with speaking("fr")``. The desk and the stations speak English.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from typing import Generic, TypeVar

from babel import Locale
from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import NullTranslations, Translations

CATALOGUES = Path(__file__).with_name("catalogues")

_FIGURES_REMEMBERED = 20_000

Key = TypeVar("Key")


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """A language by its code, its own name, and whether it is written from right to left.

    ``region`` is the locale whose figures and dates it uses.
    """

    code: str
    name: str
    region: str
    is_rtl: bool = False

    @property
    def direction(self) -> str:
        """``ltr`` or ``rtl``, as HTML writes it."""
        return "rtl" if self.is_rtl else "ltr"


ENGLISH = Language(code="en", name="English", region="en_GB")
LANGUAGES: tuple[Language, ...] = (
    ENGLISH,
    Language(code="fr", name="Français", region="fr_FR"),
    Language(code="de", name="Deutsch", region="de_DE"),
    Language(code="es", name="Español", region="es_ES"),
    Language(code="it", name="Italiano", region="it_IT"),
    Language(code="ar", name="العربية", region="ar", is_rtl=True),
)
"""Every language that public pages speak, the default first."""

BY_CODE: Mapping[str, Language] = {language.code: language for language in LANGUAGES}

_SPOKEN: ContextVar[Language] = ContextVar("language", default=ENGLISH)


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Speak the language of that code until the end of the ``with``; KeyError for no such."""
    token = _SPOKEN.set(BY_CODE[code])
    try:
        yield
    finally:
        _SPOKEN.reset(token)


def spoken() -> Language:
    """The language spoken now."""
    return _SPOKEN.get()


def prefix() -> str:
    """What public addresses begin with in the language spoken: nothing in English, ``/fr``."""
    language = spoken()
    return "" if language is ENGLISH else f"/{language.code}"


def divided(path: str) -> tuple[str, str]:
    """A path's language and what stands behind its prefix: ``("fr", "/races/x")``.

    Only what is public has languages; ``/fr/desk`` is no address.
    """
    for language in LANGUAGES[1:]:
        rest = path.removeprefix(f"/{language.code}")
        if rest != path and (rest in {"", "/"} or rest.startswith("/races/")):
            return language.code, rest or "/"
    return ENGLISH.code, path


def mark(text: str) -> str:
    """The text itself, marked for the catalogues; it is translated where it is shown."""
    return text


def mark_many(one: str, many: str) -> tuple[str, str]:
    """A text for one and for many, marked for the catalogues; see `translate_many`."""
    return one, many


def translate(text: str) -> str:
    """The text in the language spoken; as it is where its catalogue has none (a test finds it)."""
    language = spoken()
    return text if language is ENGLISH else _catalogue(language.code).gettext(text)


def translate_many(one: str, many: str, number: int) -> str:
    """The form of a text that goes with ``number``; ``{number}`` in it is still to be filled in."""
    return _catalogue(spoken().code).ngettext(one, many, number)


class Words(Mapping[Key, str], Generic[Key]):
    """Words by what they stand for, each in the language spoken when it is looked up."""

    def __init__(self, texts: Mapping[Key, str]) -> None:
        self._texts = texts

    def __getitem__(self, key: Key) -> str:
        return translate(self._texts[key])

    def __iter__(self) -> Iterator[Key]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)


def day_by(pattern: str, day: date) -> str:
    """A day by a pattern of CLDR, as ``EEE d MMM``, which a catalogue may have in its own order."""
    return format_date(day, translate(pattern), locale=_locale(spoken().code))


def decimal(number: float, *, places: int = 0) -> str:
    """A number in groups, with that many decimals: ``1,380``, ``1.380``, ``1 380``."""
    return _decimal(spoken().code, number, places)


@lru_cache(maxsize=_FIGURES_REMEMBERED)
def _decimal(code: str, number: float, places: int) -> str:
    pattern = "#,##0" if not places else f"#,##0.{'0' * places}"
    return format_decimal(number, pattern, locale=_locale(code))


@cache
def _locale(code: str) -> Locale:
    return Locale.parse(BY_CODE[code].region)


@cache
def _catalogue(code: str) -> NullTranslations:
    path = CATALOGUES / f"{code}.po"
    if code == ENGLISH.code or not path.exists():
        return NullTranslations()
    with path.open("rb") as file:
        catalogue = read_po(file, locale=code)
    packed = io.BytesIO()
    write_mo(packed, catalogue)
    packed.seek(0)
    return Translations(packed)
