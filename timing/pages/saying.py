"""A marked text in the language spoken, with its parts filled in."""

from __future__ import annotations

from timing.pages.languages import translate, translate_many


def said(text: str, /, **parts: str | int) -> str:
    """What ``mark`` marked, translated and filled in; a stage keeps its number on its line.

    Stages are the parts called ``stage``, ``at`` and ``now``.
    """
    return _kept_together(translate(text)).format(**parts)


def said_many(texts: tuple[str, str], number: int, /, **parts: str | int) -> str:
    """The same of what ``mark_many`` marked, in the form that goes with ``number``."""
    return _kept_together(translate_many(*texts, number)).format(number=number, **parts)


def _kept_together(text: str) -> str:
    for stage in ("{stage}", "{at}", "{now}"):
        text = text.replace(f" {stage}", f"\N{NO-BREAK SPACE}{stage}")
    return text
