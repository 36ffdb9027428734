"""What is wrong in a document, where, and what would be right."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self, TypeAlias

from marshmallow import ValidationError

Path: TypeAlias = tuple[str | int, ...]
"""Keys and indices (from 0) that lead to a part of a document."""


def path_text(path: Path) -> str:
    """``stages[2].controls[1].cutoff``."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            text += f".{visible(step)}" if text else visible(step)
    return text


class Fault(str):
    """A message with its remedy; as text, both, parted by a semicolon."""

    __slots__ = ("message", "remedy")

    message: str
    remedy: str

    def __new__(cls, message: str, remedy: str = "") -> Self:
        """The text is made here, since a str can't be changed later."""
        fault = super().__new__(cls, f"{message}; {remedy}" if remedy else message)
        fault.message = message
        fault.remedy = remedy
        return fault


def refusal(message: str, remedy: str = "") -> ValidationError:
    """The error by which a field refuses its value."""
    return ValidationError([Fault(message, remedy)])


def quoted(text: str) -> str:
    """The text in double quotes, cut where it is long; what can't be printed is replaced."""
    shown = text if len(text) <= 60 else f"{text[:57]}…"
    return f'"{visible(shown)}"'


def visible(text: str) -> str:
    """The text with whatever can't be printed replaced."""
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in text)


def nearest(text: str, known: Iterable[str]) -> str:
    """The known word most like ``text``, whatever its case; empty if none is like it."""
    words = {word.casefold(): word for word in known}
    found = difflib.get_close_matches(text.casefold(), words, n=1, cutoff=0.6)
    return words[found[0]] if found else ""


MOST_COMPARED = 100
"""Words that a wrong one is compared with: beyond, there may be as many wrong ones too."""


def did_you_mean(text: str, known: Iterable[str]) -> str:
    """``did you mean "cutoff"?``, or what is known where nothing is like ``text``."""
    words = list(known)
    if not words:
        return "there is none"
    if len(words) > MOST_COMPARED:
        return f"none of {len(words):,} is called so"
    if like := nearest(text, words):
        return f'did you mean "{like}"?'
    shown = ", ".join(words[:20])
    return f"known: {shown}, …" if len(words) > 20 else f"known: {shown}"


def one_of(words: Iterable[str]) -> str:
    """``mass, waves or window``."""
    *others, last = words
    return f"{', '.join(others)} or {last}" if others else last


@dataclass(frozen=True, slots=True, order=True)
class RacefileError:
    """One thing wrong in a file. ``line`` counts from 1; 0 concerns the file as a whole."""

    file: str
    line: int
    path: str
    message: str
    remedy: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        parts = [place, self.path, Fault(self.message, self.remedy)]
        return ": ".join(part for part in parts if part)


class RacefileErrors(Exception):
    """The document can't be loaded; ``errors`` holds everything wrong, by file and line."""

    def __init__(self, errors: Iterable[RacefileError]) -> None:
        self.errors = tuple(sorted(set(errors)))
        super().__init__("\n".join(map(str, self.errors)))
