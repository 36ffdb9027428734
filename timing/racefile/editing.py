"""A racefile's text with other values in it, everything else as it was written.

A value that changes is written anew where it stands; keys and items that come or go do so with
their lines. So comments stay, but for those within a part that is written anew as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, TypeAlias

import yaml

from timing.racefile.nodes import PlainNode, read_yaml
from timing.racefile.report import Report
from timing.racefile.writing import block, block_item, flow

Change: TypeAlias = tuple[int, int, str]
"""From one character to another, this instead."""

_IDENTITY = ("number", "code")
_NUMBER = re.compile(r"(?:0|[1-9]\d{0,8})(?:\.\d{0,5}[1-9])?")


class NotPlain(ValueError):
    """The text is no mapping that can be read; reading it as a racefile tells why."""


def plain_definition(text: str) -> dict[str, PlainNode]:
    """The text's mappings, lists and texts as written; NotPlain where YAML can't read them."""
    report = Report("definition")
    found = read_yaml(text, report)
    if report.errors or not isinstance(found, dict):
        raise NotPlain
    return found


def edited(text: str, wanted: Mapping[str, PlainNode]) -> str:
    """The text changed so that it reads as ``wanted``; NotPlain where it can't be read."""
    before = plain_definition(text)
    if before == wanted:
        return text
    root = yaml.compose(text, Loader=yaml.CSafeLoader)
    changed = text
    for start, end, new in sorted(_changes(text, root, before, wanted), reverse=True):
        changed = changed[:start] + new + changed[end:]
    if _reads_as(changed, wanted):
        return changed
    # A layout that is not understood here: what it says matters more than how it looked.
    return "\n".join(block(_typed(wanted))) + "\n"


def _reads_as(text: str, wanted: Mapping[str, PlainNode]) -> bool:
    try:
        return plain_definition(text) == wanted
    except NotPlain:
        return False


def _changes(text: str, node: Any, before: Any, after: Any) -> Iterator[Change]:  # noqa: ANN401
    """What to change so that a node of the text reads as ``after``."""
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict) and after:
        yield from _mapping(text, node, before, after)
    elif isinstance(before, list) and isinstance(after, list) and before and after:
        yield from _list(text, node, before, after)
    else:
        yield node.start_mark.index, _end(text, node), flow(_typed(after))


def _mapping(text: str, node: Any, before: Any, after: Any) -> Iterator[Change]:  # noqa: ANN401
    indent = " " * node.start_mark.column
    if node.flow_style:
        if list(before) != list(after):
            yield node.start_mark.index, node.end_mark.index, flow(_typed(after))
            return
    elif next(iter(before)) not in after:
        # Its first line may begin with the dash of an item.
        lines = "\n".join(block(_typed(after), indent))
        yield node.start_mark.index, _end(text, node), lines.lstrip(" ")
        return
    for key, value in node.value:
        name = key.value
        if name not in after:
            yield _line_start(text, key.start_mark.index), _line_end(text, _end(text, value)), ""
        elif _fits(before[name], after[name], is_in_flow=node.flow_style):
            yield from _changes(text, value, before[name], after[name])
        else:
            lines = "\n".join(block({name: _typed(after[name])}, indent))
            yield key.start_mark.index, _end(text, value), lines.lstrip(" ")
    if added := {key: _typed(value) for key, value in after.items() if key not in before}:
        yield _added(text, node, block(added, indent))


def _fits(before: object, after: object, *, is_in_flow: bool) -> bool:
    """Whether one can be written just where the other stands."""
    if before == after or (is_in_flow and before is not None):
        return True
    if isinstance(before, dict | list):
        return isinstance(after, type(before)) and bool(before) and bool(after)
    return before is not None and not isinstance(after, dict | list)


def _list(text: str, node: Any, before: Any, after: Any) -> Iterator[Change]:  # noqa: ANN401
    names_before, names_after = _names(before), _names(after)
    kept = [name for name in names_before if name in set(names_after)]
    if names_after[: len(kept)] != kept or (
        node.flow_style and not len(kept) == len(before) == len(after)
    ):
        yield from _whole_list(text, node, after)
        return
    where = {name: n for n, name in enumerate(names_after)}
    for item, name, old in zip(node.value, names_before, before, strict=True):
        if name in where:
            yield from _changes(text, item, old, after[where[name]])
        else:
            start = _line_start(text, item.start_mark.index)
            yield start, _line_end(text, _end(text, item)), ""
    if added := after[len(kept) :]:
        yield _added(text, node, _items(added, " " * node.start_mark.column))


def _whole_list(text: str, node: Any, after: Any) -> Iterator[Change]:  # noqa: ANN401
    if node.flow_style:
        yield node.start_mark.index, node.end_mark.index, flow(_typed(after))
        return
    lines = "\n".join(_items(after, " " * node.start_mark.column))
    yield node.start_mark.index, _end(text, node), lines.lstrip(" ")


def _items(items: Sequence[object], indent: str) -> Iterator[str]:
    for item in items:
        yield from block_item(_typed(item), indent)


def _added(text: str, node: Any, lines: Iterator[str]) -> Change:  # noqa: ANN401
    """Lines below a block."""
    at = _line_end(text, _end(text, node))
    new = "\n".join(lines)
    return at, at, f"{new}\n" if text[at - 1] == "\n" else f"\n{new}\n"


def _names(items: Sequence[object]) -> list[str]:
    """What tells the items of a list apart, else how many of them stand before."""
    for key in _IDENTITY:
        names = [item.get(key) if isinstance(item, dict) else None for item in items]
        if None not in names and len(set(map(str, names))) == len(names):
            return [str(name) for name in names]
    return [f"#{n}" for n in range(len(items))]


def _end(text: str, node: Any) -> int:  # noqa: ANN401 - PyYAML brings no types
    """Where a node's own text ends: not the blank lines and comments behind it."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _end(text, last[1] if isinstance(last, tuple) else last)
    end: int = node.end_mark.index
    while end > node.start_mark.index and text[end - 1] in "\n ":
        end -= 1
    return end


def _line_start(text: str, at: int) -> int:
    return text.rfind("\n", 0, at) + 1


def _line_end(text: str, at: int) -> int:
    """The beginning of the next line, or the end of the text."""
    found = text.find("\n", at)
    return len(text) if found < 0 else found + 1


def _typed(value: Any) -> Any:  # noqa: ANN401 - as written
    """Texts that look like a number or a flag as such, so that they are written without quotes."""
    match value:
        case Mapping():
            return {key: _typed(item) for key, item in value.items()}
        case list():
            return [_typed(item) for item in value]
        case "null":
            return None
        case "true" | "false":
            return value == "true"
        case str() if _NUMBER.fullmatch(value):
            return Decimal(value) if "." in value else int(value)
        case _:
            return value
