"""Fields that hold other values: mappings, lists, pairs, spans, words that carry a value."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from marshmallow import ValidationError, fields

from timing.racefile.expecting import Expecting, described
from timing.racefile.faults import Fault, did_you_mean, one_of, quoted, refusal
from timing.racefile.nodes import Written
from timing.racefile.quantities import Whole
from timing.racefile.texts import MAX_NOTE, line_of_text


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
