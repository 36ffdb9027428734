"""What all fields of a racefile share.

Scalars come as `Written` text from documents and as JSON's own types from the API; a number or a
flag is taken from either, a text only from a text. Each field says what it expects, so that
whatever it refuses comes with its remedy.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from marshmallow import ValidationError, fields

from timing.racefile.faults import quoted, refusal


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
