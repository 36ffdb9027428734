"""Names in Latin letters, in two parts, for those who take them no other way.

A federation's list wants family name and first name apart and in Latin letters. An entry has one
name, as its bearer writes it: it is parted by what is usual, and nobody can tell in every case.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from anyascii import anyascii

_PARTICLES = frozenset({
    "al", "ben", "bin", "da", "dal", "dalla", "de", "degli", "dei", "del", "della", "den", "der",
    "di", "do", "dos", "du", "el", "ibn", "la", "las", "le", "los", "saint", "san", "ten", "ter",
    "van", "vom", "von", "zu", "zum", "zur", "'t",
})  # fmt: skip
"""Words that begin a family name: ``Jeroen van der Berg``."""

_FAMILY_FIRST = ("CJK", "HANGUL", "HIRAGANA", "KATAKANA")


@dataclass(frozen=True, slots=True, kw_only=True)
class LatinName:
    """A name in Latin letters; ``first`` is empty where there is one word only."""

    family: str
    first: str


@lru_cache(maxsize=20_000)
def latin(text: str) -> str:
    """The text in Latin letters: those with accents stay, others are written by their sound.

    Chinese is read as Mandarin, whatever the language: the letters alone do not tell.
    """
    composed = unicodedata.normalize("NFC", text)
    words = (_word(word) for word in composed.split())
    return " ".join(word for word in words if word)


def latin_name(name: str) -> LatinName:
    """The two parts of a name.

    What stands before a comma is the family name; else the words in capitals where others are
    not; else what follows from the first ``von`` or its like; else the last word. In Chinese,
    Japanese and Korean letters it is the first word, or the first letter where there is one word.
    """
    if _is_family_first(name):
        family, _, first = name.strip().partition(" ")
        if not first:
            family, first = family[:1], family[1:]
        return LatinName(family=latin(family), first=latin(first))
    before, comma, after = latin(name).partition(",")
    if comma and before.strip() and after.strip():
        return LatinName(family=before.strip(), first=after.strip())
    words = [word for word in latin(name).replace(",", " ").split() if word]
    capitals = [word for word in words if len(word) > 1 and word.isupper()]
    if capitals and len(capitals) < len(words):
        rest = [word for word in words if word not in capitals]
        return LatinName(family=" ".join(capitals), first=" ".join(rest))
    for n, word in enumerate(words[1:-1], 1):
        if word.casefold() in _PARTICLES:
            return LatinName(family=" ".join(words[n:]), first=" ".join(words[:n]))
    return LatinName(family="".join(words[-1:]), first=" ".join(words[:-1]))


def _is_family_first(name: str) -> bool:
    letters = [letter for letter in name if letter.isalpha()]
    return bool(letters) and all(
        unicodedata.name(letter, "").startswith(_FAMILY_FIRST) for letter in letters
    )


def _word(word: str) -> str:
    if all(_is_latin(letter) for letter in word):
        return "".join(letter for letter in word if unicodedata.category(letter) != "Cf")
    # Without letters of their own size, as Arabic and Chinese are, a name gets its capital here.
    plain = anyascii(word).strip()
    has_case = any(letter.isupper() or letter.islower() for letter in word)
    return plain if has_case else plain[:1].upper() + plain[1:].lower()


def _is_latin(letter: str) -> bool:
    return not letter.isalpha() or unicodedata.name(letter, "").startswith("LATIN")
