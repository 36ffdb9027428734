"""Fields for numbers and flags, from a document's text or from JSON's own types."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import ClassVar

from marshmallow import ValidationError, fields

from timing.racefile.expecting import Expecting, described
from timing.racefile.faults import refusal
from timing.racefile.nodes import Written


class Whole(Expecting, fields.Integer):
    """A whole number from ``least`` to ``most``."""

    kind = "a whole number"
    _form = re.compile(r"[+-]?\d{1,15}", re.ASCII)

    def __init__(
        self,
        *,
        least: int = 0,
        most: int = 1_000_000,
        data_key: str | None = None,
        required: bool = False,
    ) -> None:
        super().__init__(data_key=data_key, required=required)
        self.least = least
        self.most = most

    def expected(self) -> str:
        """The range."""
        return f"a whole number from {self.least} to {self.most}"

    def taken(self, value: object) -> int:
        """The number."""
        match value:
            case Written() if self._form.fullmatch(value.strip()):
                number = int(value)
            case float() if value.is_integer():  # JSON does not tell 7.0 from 7
                number = int(value)
            case int() if not isinstance(value, bool):
                number = value
            case _:
                raise self.refused(value)
        if not self.least <= number <= self.most:
            raise self.refused_number(number)
        return number

    def refused_number(self, number: int) -> ValidationError:
        """The error that names the range."""
        return refusal(f"{described(number)} is out of range", f"write {self.expected()}")


class Flag(Expecting, fields.Boolean):
    """True or false."""

    kind = "true or false"
    _words: ClassVar[dict[str, bool]] = {"true": True, "false": False}
    _meant: ClassVar[dict[str, str]] = {"yes": "true", "no": "false", "on": "true", "off": "false"}

    def taken(self, value: object) -> bool:
        """The flag."""
        if isinstance(value, bool):
            return value
        word = value.strip().lower() if isinstance(value, Written) else ""
        if word in self._words:
            return self._words[word]
        meant = self._meant.get(word)
        raise self.refused(value, f"did you mean {meant}?" if meant else "")


class Thousandths(Expecting, fields.Raw):
    """A decimal number, kept as a whole number of thousandths."""

    finest: ClassVar[str]
    _form = re.compile(r"\d{1,5}(?:\.\d{1,3})?", re.ASCII)
    _too_fine = re.compile(r"\d{1,5}\.\d+", re.ASCII)

    def taken(self, value: object) -> int:
        """The thousandths; a number of JSON counts with the digits it is written with."""
        if isinstance(value, bool) or not isinstance(value, Written | int | float):
            raise self.refused(value)
        text = str(value).strip()
        if not self._form.fullmatch(text):
            is_too_fine = self._too_fine.fullmatch(text)
            raise self.refused(value, f"write nothing finer than {self.finest}" * bool(is_too_fine))
        return int(Decimal(text) * 1000)

    def given(self, value: int) -> Decimal:
        """The number."""
        return Decimal(value) / 1000


class Kilometres(Thousandths):
    """A distance; its value is in metres."""

    kind = "a number of kilometres"
    like = "31.4"
    finest = "a metre"


class KilometresAnHour(Thousandths):
    """A speed; its value is in metres an hour."""

    kind = "a speed in km/h"
    like = "4.5"
    finest = "a metre an hour"

    def taken(self, value: object) -> int:
        """The speed, which is never nothing."""
        speed = super().taken(value)
        if not speed:
            raise self.refused(value)
        return speed
