"""A marked text in the language spoken, with its parts filled in."""

from __future__ import annotations

from timing.pages.languages import spoken, translate, translate_many
from timing.pages.words import SENTENCES

_ISOLATED = "\N{FIRST STRONG ISOLATE}{}\N{POP DIRECTIONAL ISOLATE}"


def said(text: str, /, **parts: str | int) -> str:
    """What ``mark`` marked, translated and filled in; a stage keeps its number on its line.

    Stages are the parts called ``stage``, ``at`` and ``now``. Where text runs from right to left
    each part keeps its own direction: ``+1:08:46`` and names in other letters.
    """
    return _filled(translate(text), parts)


def said_many(texts: tuple[str, str], number: int, /, **parts: str | int) -> str:
    """The same of what ``mark_many`` marked, in the form that goes with ``number``."""
    return _filled(translate_many(*texts, number), {"number": number, **parts})


def sentence(key: str, /, **parts: str | int) -> str:
    """The same of the sentence of that key (`timing.pages.words`)."""
    return said(SENTENCES[key], **parts)


def _filled(text: str, parts: dict[str, str | int]) -> str:
    for stage in ("{stage}", "{at}", "{now}"):
        text = text.replace(f" {stage}", f"\N{NO-BREAK SPACE}{stage}")
    if spoken().is_rtl:
        return text.format(**{name: _ISOLATED.format(part) for name, part in parts.items()})
    return text.format(**parts)
