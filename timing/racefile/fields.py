"""Marshmallow fields for what a racefile is made of.

Scalars come as `Written` text from documents and as JSON's own types from the API; a number or a
flag is taken from either, a text only from a text. Each field says what it expects, so that
whatever it refuses comes with its remedy.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar

from marshmallow import ValidationError, fields

from timing.core.times import (
    DAY,
    MINUTE,
    SECOND,
    BadTime,
    BadZone,
    Duration,
    Instant,
    Reading,
    TimeOfDay,
    format_exact_duration,
    format_instant,
    format_reading,
    format_time_of_day,
    parse_duration,
    parse_instant,
    parse_reading,
    parse_time_of_day,
    zone_named,
)
from timing.racefile.faults import Fault, did_you_mean, nearest, one_of, quoted, refusal
from timing.racefile.nodes import UNPRINTABLE, Written
from timing.racefile.zones import zone_names

MAX_TEXT = 200
"""Characters of a name or a club."""

MAX_NOTE = 2_000
"""Characters of a note or a reason."""

MAX_DURATION: Duration = 1_000 * DAY
"""No race, cut-off or penalty lasts longer."""

EARLIEST: Instant = parse_instant("1900-01-01T00:00:00Z")
LATEST: Instant = parse_instant("2200-01-01T00:00:00Z")
"""Instants outside are slips of the pen."""

PRECISIONS = {"1s": SECOND, "100ms": 100, "10ms": 10, "1ms": 1}
"""The precisions a race can print (Rules 1.4)."""

MINUTES_ONLY_UNCERTAINTY: Duration = MINUTE
"""How far off a time without seconds may be (Rules 4.10)."""


def described(value: object) -> str:
    """What a value is, for a message: the text itself, or its kind."""
    match value:
        case str():
            return quoted(value)
        case None:
            return "nothing"
        case bool():
            return str(value).lower()
        case int() | float():
            return "a number" if abs(value) >= 10**15 else str(value)
        case Mapping():
            return "a mapping"
        case _:
            return "a list"


class Expecting(fields.Field[Any]):
    """What all fields share: ``kind`` is what they expect, ``like`` shows one."""

    kind: ClassVar[str] = "a value"
    like: ClassVar[str] = ""

    def expected(self) -> str:
        """The kind with its example: ``a date like 2026-08-28``."""
        return f"{self.kind} like {self.like}" if self.like else self.kind

    def refused(self, value: object, remedy: str = "") -> ValidationError:
        """The error that says what was given and what belongs there."""
        return refusal(
            f"{described(value)} is not {self.kind}", remedy or f"write {self.expected()}"
        )

    def make_error(self, key: str, **kwargs: object) -> ValidationError:
        """The library's own errors in our words."""
        match key:
            case "required":
                return refusal("is missing", f"write {self.expected()}")
            case "null":
                return refusal("has no value", f"write {self.expected()}, or leave the key out")
            case _:
                return self.refused(kwargs.get("input"))

    def _deserialize(self, value: object, attr: object, data: object, **kwargs: object) -> Any:  # noqa: ANN401 - the library's signature
        del attr, data, kwargs
        return self.taken(value)

    def _serialize(self, value: object, attr: object, obj: object, **kwargs: object) -> Any:  # noqa: ANN401 - the library's signature
        del attr, obj, kwargs
        return None if value is None else self.given(value)

    def taken(self, value: object) -> object:
        """The typed value of what a document says, or ValidationError."""
        return value

    def build(self, value: Any) -> object:  # noqa: ANN401 - whatever `taken` made
        """The core's value of a typed one."""
        return tuple(value) if isinstance(value, list) else value

    def given(self, value: Any) -> object:  # noqa: ANN401 - as the core has it
        """What a document says of the core's value."""
        return value


# Texts ---------------------------------------------------------------------------------


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


# Days and times ------------------------------------------------------------------------


class Day(Text):
    """A calendar day."""

    kind = "a date"
    like = "2026-08-28"
    _form = re.compile(r"(?:19|20|21)\d\d-\d\d-\d\d", re.ASCII)

    def read(self, text: str) -> date:
        """The day."""
        if not self._form.fullmatch(text):
            raise self.refused(text)
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise refusal(f"there is no day {text}", "correct the day or the month") from None

    def given(self, value: date) -> str:
        """As ISO date."""
        return value.isoformat()


class ClockTime(Text):
    """A time of day, with a day offset where it is not on the stage's own date."""

    kind = "a time of day"
    like = '"08:00", "10:12:33" or "+1 02:00"'

    def read(self, text: str) -> TimeOfDay:
        """The time of day."""
        try:
            return parse_time_of_day(text)
        except BadTime:
            raise self.refused(text) from None

    def given(self, value: TimeOfDay) -> str:
        """With seconds."""
        return format_time_of_day(value)


class Lasting(Text):
    """A duration that is not negative."""

    kind = "a duration"
    like = '"1:30:00" or "45:00"'

    def read(self, text: str) -> Duration:
        """Its milliseconds."""
        try:
            ms = parse_duration(text)
        except BadTime:
            raise self.refused(text) from None
        if abs(ms) > MAX_DURATION:
            most = format_exact_duration(MAX_DURATION)
            raise refusal(f"{quoted(text)} is too long", f"write at most {most}")
        self.check(text, ms)
        return ms

    def check(self, text: str, ms: Duration) -> None:
        """Refuse what lies outside of the field's range."""
        if ms < 0:
            raise refusal(f"{quoted(text)} is negative", "write it without the minus")

    def given(self, value: Duration) -> str:
        """Nothing finer is lost."""
        return format_exact_duration(value)


class LastingSome(Lasting):
    """A duration longer than nothing."""

    def check(self, text: str, ms: Duration) -> None:
        """Refuse nothing and less."""
        super().check(text, ms)
        if not ms:
            raise refusal(f"{quoted(text)} is no time at all", f"write {self.expected()}")


class Fine(Lasting):
    """The time of a penalty; a negative one would be a credit."""

    def check(self, text: str, ms: Duration) -> None:
        """Refuse what is a credit."""
        if ms < 0:
            raise refusal(f"{quoted(text)} is negative", "write a credit instead")


class Shift(Lasting):
    """A difference between clocks, of either sign."""

    kind = "a difference"
    like = '"0:00:02.5" or "-0:00:02.5"'

    def check(self, text: str, ms: Duration) -> None:
        """Take either sign."""


class Moment(Text):
    """An instant."""

    kind = "an instant"
    like = "2026-08-28T18:00:00Z"

    def read(self, text: str) -> Instant:
        """Its milliseconds since 1970."""
        try:
            return in_our_age(text, parse_instant(text))
        except BadTime:
            raise self.refused(text) from None

    def given(self, value: Instant) -> str:
        """In UTC."""
        return format_instant(value)


def in_our_age(text: str, instant: Instant) -> Instant:
    """The instant, or ValidationError where no race can have been."""
    if not EARLIEST <= instant < LATEST:
        raise refusal(f"{quoted(text)} is far from any race", "correct the year")
    return instant


class ClockReading(Text):
    """A time of day, one with its day offset, or an instant."""

    kind = "a time"
    like = '"10:12:33", "+1 00:14:05" or 2026-08-28T08:12:33Z'

    def read(self, text: str) -> object:
        """The reading."""
        return self.reading(text)

    def reading(self, text: str) -> Reading:
        """The reading, or ValidationError."""
        try:
            reading = parse_reading(text)
        except BadTime:
            raise self.refused(text) from None
        return reading if isinstance(reading, TimeOfDay) else in_our_age(text, reading)

    def given(self, value: Reading) -> str:
        """As it was read, with seconds."""
        return format_reading(value)


# Numbers and flags ---------------------------------------------------------------------


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


# What holds other values ---------------------------------------------------------------


class Nested(Expecting, fields.Nested):  # type: ignore[misc] # the library's takes one more
    """A mapping that a schema reads."""

    kind = "a mapping"
    like = "{key: value}"

    def taken(self, value: object) -> object:
        """The typed values; with faults, those that have none."""
        if not isinstance(value, Mapping):
            error = self.refused(value)
            error.valid_data = {}
            raise error
        return self.schema.load(value)

    def build(self, value: Any) -> object:  # noqa: ANN401 - as the base has it
        """The core's value, which the schema makes."""
        schema: Any = self.schema
        return schema.build(value)

    def given(self, value: object) -> object:
        """The mapping."""
        return self.schema.dump(value)


class Many(Expecting, fields.List[Any]):
    """A list, whose items another field reads.

    A list of scalars with a fault in it is no list at all, so that no index shifts.
    """

    kind = "a list"
    like = "[first, second]"

    @property
    def item(self) -> Expecting:
        """The field that reads the items."""
        item: Any = self.inner
        expecting: Expecting = item
        return expecting

    def taken(self, value: object) -> object:
        """The items' values."""
        if not isinstance(value, list):
            raise self.refused(value)
        return self.items(value)

    def items(self, values: Iterable[object]) -> list[object]:
        """The items read, or ValidationError with the faults of each by its index."""
        found: list[object] = []
        errors: dict[int, object] = {}
        for index, value in enumerate(values):
            try:
                found.append(self.item.deserialize(value))
            except ValidationError as error:
                errors[index] = error.messages
                found.append(error.valid_data)
        if errors:
            is_usable = all(item is not None for item in found)
            raise ValidationError({**errors}, valid_data=found if is_usable else None)
        return found

    def build(self, value: Any) -> tuple[object, ...]:  # noqa: ANN401 - as the base has it
        """The items' values."""
        return tuple(self.item.build(item) for item in value)

    def given(self, value: Iterable[object]) -> object:
        """The list."""
        return [self.item.given(item) for item in value]


class OneOrMany(Many):
    """One item, or a list of them; the value is a list either way."""

    def expected(self) -> str:
        """The item, or several."""
        return f"{self.item.expected()}, or a list of them"

    def taken(self, value: object) -> object:
        """The items' values."""
        return super().taken(value) if isinstance(value, list) else self.items([value])

    def given(self, value: Iterable[object]) -> object:
        """The item, or the list."""
        items = [self.item.given(item) for item in value]
        return items[0] if len(items) == 1 else items


class Words(Many):
    """A list, or a text whose words are its items."""

    def taken(self, value: object) -> object:
        """The items' values."""
        if not isinstance(value, str):
            return super().taken(value)
        return self.items(Written(word) for word in line_of_text(value, MAX_NOTE).split())


class Pairs(Expecting, fields.Raw):
    """A mapping whose keys are data too; the value is a list of pairs."""

    kind = "a mapping"
    like = "{key: value}"

    def __init__(
        self,
        keys: Expecting,
        values: Expecting,
        *,
        in_order: bool = False,
        data_key: str | None = None,
        required: bool = False,
    ) -> None:
        """With ``in_order`` the pairs are sorted by key: any order in a document says the same."""
        super().__init__(data_key=data_key, required=required)
        self._keys = keys
        self._values = values
        self._in_order = in_order

    def taken(self, value: object) -> object:
        """The pairs; those with a fault are left out."""
        if not isinstance(value, Mapping):
            raise self.refused(value)
        found: list[tuple[Any, object]] = []
        errors: dict[str, object] = {}
        for key, inner in value.items():
            try:
                read = self._keys.deserialize(Written(key))
                found.append((read, self._values.deserialize(inner)))
            except ValidationError as error:
                errors[str(key)] = error.messages
        if self._in_order:
            found.sort(key=lambda pair: pair[0])
        if errors:
            raise ValidationError({**errors}, valid_data=found)
        return found

    def build(self, value: Any) -> object:  # noqa: ANN401 - as the base has it
        """The pairs."""
        return tuple((key, self._values.build(inner)) for key, inner in value)

    def given(self, value: Iterable[tuple[object, object]]) -> object:
        """The mapping."""
        return {self._keys.given(key): self._values.given(inner) for key, inner in value}


class Span(Expecting, fields.Raw):
    """Two whole numbers, the lesser first; ``null`` where that end may be open."""

    kind = "two numbers"
    like = "[40, 49]"

    def __init__(
        self, *, least: int = 0, may_be_open: bool = False, required: bool = False
    ) -> None:
        super().__init__(required=required)
        self._number = Whole(least=least)
        self._may_be_open = may_be_open

    def expected(self) -> str:
        """With the open end, where there may be one."""
        return f"{super().expected()}{' or [40, null]' * self._may_be_open}"

    def taken(self, value: object) -> object:
        """The two ends."""
        if not isinstance(value, list) or len(value) != 2:
            raise self.refused(value)
        low, high = self._end(value[0], 0), self._end(value[1], 1)
        if low is None and high is None:
            raise refusal("is open at both ends", f"write {self.expected()}")
        if low is not None and high is not None and low > high:
            raise refusal(f"[{low}, {high}] is upside down", f"write [{high}, {low}]")
        return low, high

    def _end(self, value: object, index: int) -> int | None:
        if self._may_be_open and (value is None or value in ("null", "~")):
            return None
        try:
            return self.number(value)
        except ValidationError as error:
            raise ValidationError({index: error.messages}) from None

    def number(self, value: object) -> int:
        """One of the numbers."""
        return self._number.taken(value)

    def given(self, value: tuple[int | None, int | None]) -> object:
        """The list of both."""
        return list(value)


class Variant(Expecting, fields.Raw):
    """A word, or a mapping of one key that carries a value: ``out``, ``{move: short}``.

    ``words`` stand alone, ``carriers`` give the field of each key; ``make`` builds the value
    from word and carried value (None without one), ``unmake`` gives both back.
    """

    def __init__(
        self,
        *,
        words: Iterable[str],
        carriers: Mapping[str, Expecting],
        make: Callable[[str, Any], object],
        unmake: Callable[[Any], tuple[str, object]],
    ) -> None:
        super().__init__()
        self.words = tuple(words)
        self.carriers = dict(carriers)
        self._make = make
        self._unmake = unmake

    def expected(self) -> str:
        """All forms."""
        return one_of((*self.words, *(f"{{{key}: …}}" for key in self.carriers)))

    def taken(self, value: object) -> object:
        """What word or mapping stand for."""
        if isinstance(value, str):
            return self._of_word(value.strip())
        if not isinstance(value, Mapping):
            raise refusal(f"{described(value)} does not belong here", f"write {self.expected()}")
        if len(value) != 1:
            raise refusal(f"a mapping of {len(value)} keys", f"write {self.expected()}")
        ((key, carried),) = value.items()
        if key not in self.carriers:
            remedy = f"write {key}" if key in self.words else did_you_mean(str(key), self.carriers)
            raise ValidationError({str(key): [Fault(f"unknown key {described(key)}", remedy)]})
        try:
            return self._make(str(key), self.carriers[key].deserialize(carried))
        except ValidationError as error:
            raise ValidationError({str(key): error.messages}) from None

    def _of_word(self, word: str) -> object:
        if word in self.words:
            return self._make(word, None)
        if word in self.carriers:
            raise refusal(f"{quoted(word)} needs a value", f"write {self.expected()}")
        raise refusal(
            f"{described(word)} is not known here",
            did_you_mean(word, [*self.words, *self.carriers]),
        )

    def given(self, value: object) -> object:
        """The word, or the mapping."""
        word, carried = self._unmake(value)
        return word if carried is None else {word: self.carriers[word].given(carried)}
