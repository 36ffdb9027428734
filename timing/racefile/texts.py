"""Fields for texts: names, codes, bibs, words of a choice."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, ClassVar

from marshmallow import fields

from timing.core.times import BadZone, zone_named
from timing.racefile.expecting import Expecting, described
from timing.racefile.faults import did_you_mean, nearest, one_of, quoted, refusal
from timing.racefile.nodes import UNPRINTABLE
from timing.racefile.zones import zone_names

MAX_TEXT = 200
"""Characters of a name or a club."""

MAX_NOTE = 2_000
"""Characters of a note or a reason."""


class Text(Expecting, fields.String):
    """A printable line of text; blanks around it are dropped."""

    kind = "a text"
    most: ClassVar[int] = MAX_TEXT

    def taken(self, value: object) -> object:
        """The value that the text stands for."""
        if not isinstance(value, str):
            is_bare = isinstance(value, int | float)
            raise self.refused(value, "put it in quotes" if is_bare else "")
        return self.read(line_of_text(value, self.most))

    def read(self, text: str) -> object:
        """The value that a text stands for, or ValidationError."""
        return text

    def given(self, value: Any) -> object:  # noqa: ANN401 - as the base has it
        """The text that `read` makes the value of."""
        return value


def line_of_text(value: str, most: int) -> str:
    """The text without blanks around it; ValidationError if it is not one printable line."""
    text = str(value).strip()
    if len(text) > most:
        raise refusal(f"{len(text):,} characters", f"write at most {most:,}")
    if UNPRINTABLE.search(text) or not _ONE_LINE.isdisjoint(text):
        raise refusal(
            f"{described(text)} holds a line break or a control character",
            "write it on one line",
        )
    return text


_ONE_LINE = frozenset("\t\n\r")
"""What a document may hold, but no single text in it."""


class Note(Text):
    """A longer text, still on one line."""

    most = MAX_NOTE


class Said(Note):
    """A text that is never empty."""

    def read(self, text: str) -> str:
        """The text itself."""
        if not text:
            raise refusal("is empty", f"write {self.expected()}")
        return text


class Reason(Said):
    """Why something was decided."""

    kind = "a reason"
    like = '"Trail closed by a rockfall"'


class Author(Said):
    """Who decided."""

    kind = "who decided"
    like = "director"
    most = MAX_TEXT


class Token(Text):
    """A text without blanks."""

    kind = "a text without blanks"
    most = 100

    def read(self, text: str) -> str:
        """The text itself."""
        if len(text.split()) != 1:
            raise self.refused(text)
        return text


class Code(Token):
    """A short name that other parts refer to, and that stands in addresses."""

    kind = "a code"
    like = "M40, full or gc-women"
    most = 40
    form: ClassVar[re.Pattern[str]] = re.compile(r"[\w+][\w+:-]*")
    signs: ClassVar[str] = "letters, digits, - and _, without blanks"

    def read(self, text: str) -> str:
        """The code itself."""
        if not self.form.fullmatch(text):
            raise self.refused(text, f"use {self.signs}")
        return text


class BoardCode(Code):
    """The code of a classification."""

    like = "gc"

    def read(self, text: str) -> str:
        """The code, which must not look like the board of those incomplete."""
        if text.endswith("-incomplete"):
            raise refusal(
                f"{quoted(text)} is kept for the board of those incomplete",
                "choose another ending",
            )
        return super().read(text)


class PointCode(Code):
    """What a record names: a control, a place, or the in or out of one."""

    kind = "the code of a control"
    like = "PASS or HUT.in"
    form = re.compile(r"[\w+][\w+:-]*(\.in|\.out)?")


class Slug(Code):
    """The race's name in addresses and files."""

    kind = "a slug"
    like = "three-valleys"
    most = 60
    form = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
    signs = "small letters, digits and single dashes"


class Bib(Token):
    """A worn number: text, so ``007`` is not ``7``."""

    kind = "a bib"
    like = "12 or 15a"
    most = 20

    def read(self, text: str) -> str:
        """The bib itself."""
        if text == "-" or "*" in text:
            raise self.refused(text, f"write the whole bib, like {self.like}")
        return super().read(text)


class ReadBib(Token):
    """The bib in a passing: ``-`` for none, ``*`` for a digit that was not read."""

    kind = "a bib"
    like = "12, 1* or -"
    most = 20

    def read(self, text: str) -> str:
        """The bib, empty for none."""
        return "" if text in ("-", "") else super().read(text)


class Zone(Text):
    """A time zone of the IANA database."""

    kind = "a time zone"
    like = "Europe/Zurich"

    def read(self, text: str) -> str:
        """Its name."""
        try:
            zone_named(text)
        except BadZone:
            like = nearest(text, zone_names())
            raise self.refused(text, f'did you mean "{like}"?' if like else "") from None
        return text


class Choice(Text):
    """One of some words; ``words`` gives what each stands for."""

    def __init__(
        self,
        words: type[StrEnum] | Mapping[str, object],
        *,
        data_key: str | None = None,
        required: bool = False,
    ) -> None:
        super().__init__(data_key=data_key, required=required)
        self.words: dict[str, object] = (
            dict(words) if isinstance(words, Mapping) else {word.value: word for word in words}
        )

    def expected(self) -> str:
        """The words themselves."""
        return one_of(self.words)

    def read(self, text: str) -> object:
        """What the word stands for."""
        if text not in self.words:
            raise refusal(f"{described(text)} is not known here", did_you_mean(text, self.words))
        return self.words[text]

    def given(self, value: object) -> str:
        """The word; empty for a default that no word stands for, which is left out anyway."""
        return next((word for word, meaning in self.words.items() if meaning == value), "")
