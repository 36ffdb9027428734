"""The common base of all schemas: from plain values to core values and back.

Loading has two steps. A schema reads plain values into typed ones, under the names of the core's
attributes, and keeps what it can of a part with faults, so that the checks across parts still
see it. Only when nothing is wrong are core values built. What is left out has the default of the
core's class, and what equals that default is left out when written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from typing import Any, ClassVar

from marshmallow import EXCLUDE, Schema, ValidationError, post_dump, validates_schema
from marshmallow.fields import Field

from timing.racefile.faults import Fault, did_you_mean, nearest, quoted


class Part(Schema):
    """A mapping of the document; ``makes`` is the core's class that it describes."""

    makes: ClassVar[Callable[..., Any]]

    class Meta:
        # Unknown keys are refused below, with the key that was meant.
        unknown = EXCLUDE

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def _refuse_unknown_keys(self, data: object, original: object, **kwargs: object) -> None:
        del data, kwargs
        if not isinstance(original, Mapping):
            return
        known = self.key_names()
        unknown = [key for key in original if key not in known]
        if unknown:
            raise ValidationError({k: [_unknown(k, original[k], known)] for k in unknown})

    def key_names(self) -> tuple[str, ...]:
        """Every key that may be given, in the order they are written in."""
        return tuple(key_of(name, field) for name, field in self.load_fields.items())

    def build(self, data: Mapping[str, Any]) -> Any:  # noqa: ANN401 - each schema makes its own
        """The core's value of what was read without a fault."""
        return self.makes(**self.built(data))

    def built(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """What was read, with the values of nested parts built."""
        expecting: dict[str, Any] = self.fields
        return {name: expecting[name].build(value) for name, value in data.items()}

    @post_dump(pass_original=True)
    def _leave_out_defaults(
        self,
        data: dict[str, Any],
        original: object,
        **kwargs: object,
    ) -> dict[str, Any]:
        del kwargs
        defaults = _defaults(type(original))
        keys = {
            key_of(name, field)
            for name, field in self.dump_fields.items()
            if name in defaults and getattr(original, name) == defaults[name]
        }
        kept = {key: value for key, value in data.items() if key not in keys}
        return self.written(kept, original)

    def written(self, data: dict[str, Any], original: Any) -> dict[str, Any]:  # noqa: ANN401
        """What is written of ``original``: all that differs from the core's defaults."""
        del original
        return data


def _unknown(key: object, value: object, known: tuple[str, ...]) -> Fault:
    text = str(key)
    if value is None and not nearest(text, known):
        # In {name: Lind, Bo} a comma parted what belongs together.
        remedy = "put text that holds a comma in quotes"
    else:
        remedy = did_you_mean(text, known)
    return Fault(f"unknown key {quoted(text)}", remedy)


def key_of(name: str, field: Field[Any]) -> str:
    """The key under which a document has the field of that name."""
    return field.data_key if field.data_key is not None else name


def _defaults(cls: type) -> dict[str, Any]:
    return {field.name: field.default for field in fields(cls) if field.default is not MISSING}
