"""Which letters can be printed: a name in a script without a font is said to be so, never boxes.

The fonts lie beside the templates of what is printed; `letters.json` there says what each of them
has (``make fonts`` writes it). No other font is ever used, whatever the system has.
"""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass, field
from functools import cache

from timing.settings import TREE

FONTS = TREE / "templates" / "print" / "fonts"

LEFT_OUT = "…"
"""Stands where letters are missing."""

_SEVERAL = re.compile(rf"{LEFT_OUT}(?:\s*{LEFT_OUT})+")

_LONG = re.compile(r"\w{24}(?=\w{2})")
_GAP = "\u200b"
"""Where a word so long may be broken, of which nothing is drawn."""

_JOINERS = frozenset("\u200c\u200d")
"""Say how letters join; nothing is drawn of them itself."""


@cache
def letters() -> frozenset[str]:
    """Every character that some font has, and what says how they join."""
    by_font = json.loads((FONTS / "letters.json").read_text(encoding="utf-8"))
    return _JOINERS.union(
        chr(code)
        for runs in by_font.values()
        for first, last in runs
        for code in range(first, last + 1)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Unprintable:
    """A text that is not printed as it is, which of its letters no font has, what is printed."""

    text: str
    letters: tuple[str, ...]
    printed: str


@dataclass(slots=True, kw_only=True)
class Legible:
    """Makes texts fit for print, and keeps a list of those that lose letters by it."""

    lost: dict[str, Unprintable] = field(default_factory=dict)

    def __call__(self, text: str) -> str:
        """The text in letters that there are, others as `LEFT_OUT`; nothing that directs text."""
        composed = unicodedata.normalize("NFC", text)
        plain = "".join(_plain(letter) for letter in composed)
        there = letters()
        missing = dict.fromkeys(letter for letter in plain if letter not in there)
        if not missing:
            return _breakable(plain)
        shown = "".join(LEFT_OUT if letter in missing else letter for letter in plain)
        shown = _SEVERAL.sub(LEFT_OUT, shown)
        self.lost[text] = Unprintable(text=text, letters=tuple(missing), printed=shown)
        return _breakable(shown)


def _breakable(text: str) -> str:
    return _LONG.sub(lambda long: long[0] + _GAP, text)


def _plain(letter: str) -> str:
    """The letter; a blank for every kind of gap, nothing for what only steers others."""
    category = unicodedata.category(letter)
    if category in ("Cc", "Zl", "Zp", "Zs"):
        return " "
    return "" if category == "Cf" and letter not in _JOINERS else letter
