"""Plain values as YAML that reads well: what fits on a line stands on one.

Texts are put in quotes wherever a YAML reader could take them for something else, or trip over
them; numbers, dates and plain words are not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal

WIDTH = 100
"""Characters of a line, before a mapping or list is spread over several."""

_BARE = re.compile(r"[^\W\d_](?:[\w .+/·–-]*[\w.+])?|\d{4}-\d\d-\d\d(?:T[\d:.]+Z)?")
_TAKEN = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n", "nan", "inf"})


def scalar(value: object) -> str:
    """A text, number or flag as YAML."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case Decimal():
            return f"{value.normalize():f}"
        case str() if _BARE.fullmatch(value) and value.lower() not in _TAKEN:
            return value
        case str():
            escaped = value.replace("\\", "\\\\").replace('"', '\\"')
            return f'"{escaped}"'
        case _:
            raise TypeError(type(value).__name__)


def flow(value: object) -> str:
    """The value on one line."""
    match value:
        case Mapping():
            inner = ", ".join(f"{scalar(key)}: {flow(item)}" for key, item in value.items())
            return f"{{{inner}}}"
        case list():
            return f"[{', '.join(map(flow, value))}]"
        case _:
            return scalar(value)


def block(mapping: Mapping[str, object], indent: str = "") -> Iterator[str]:
    """The lines of a mapping, each key on its own; what it holds on the same line, if it fits."""
    for key, value in mapping.items():
        yield from _under(f"{indent}{scalar(key)}:", value, indent + "  ")


def _under(head: str, value: object, indent: str) -> Iterator[str]:
    line = f"{head} {flow(value)}"
    if len(line) <= WIDTH or not isinstance(value, Mapping | list) or not value:
        yield line
        return
    yield head
    if isinstance(value, Mapping):
        yield from block(value, indent)
    else:
        for item in value:
            yield from block_item(item, indent)


def block_item(item: object, indent: str = "  ") -> Iterator[str]:
    """The lines of one item of a list: a single one, if it fits."""
    line = f"{indent}- {flow(item)}"
    if len(line) <= WIDTH or not isinstance(item, Mapping):
        yield line
        return
    first, *others = block(item, indent + "  ")
    yield f"{indent}- {first[len(indent) + 2 :]}"
    yield from others


def text_block(key: str, lines: Iterator[str]) -> Iterator[str]:
    """A key with a literal block of lines, none of which begins with a blank."""
    yield f"{key}: |"
    for line in lines:
        yield f"  {line}"
