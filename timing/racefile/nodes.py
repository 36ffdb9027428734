"""YAML text as plain values, each with its line.

Every scalar stays the text that was written until a schema reads it: ``007`` is never 7, ``08:00``
never sexagesimal, ``no`` never false. What could make a document mean something else than it
shows, or grow without bound (anchors, aliases, tags, keys given twice), is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Self, TypeAlias

import yaml

from timing.racefile.faults import Path, quoted
from timing.racefile.report import Report

MAX_DEPTH = 16
"""Mappings and lists within each other: the format itself needs a dozen."""

MAX_NODES = 2_000_000
"""Keys, values and items of one document; long lists belong in a text block or a file."""

PlainNode: TypeAlias = "Written | list[PlainNode] | dict[str, PlainNode] | None"


class Written(str):
    """A scalar as written in a document: text, until a schema reads it."""

    __slots__ = ()


class Block(Written):
    """A literal block of text (``|``); ``first_line`` is the line its content begins on."""

    __slots__ = ("first_line",)

    first_line: int

    def __new__(cls, text: str, first_line: int) -> Self:
        """The text can't be changed later."""
        block = super().__new__(cls, text)
        block.first_line = first_line
        return block


UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]"
)
"""Characters that no document holds: controls, odd line breaks, half characters."""


def read_yaml(text: str, report: Report) -> PlainNode:
    """The document as mappings, lists and texts; a value left out is None.

    What is wrong goes to ``report``, and so does the line of every key and item.
    """
    reader = _Reader(report)
    try:
        return reader.document(yaml.parse(text, Loader=yaml.CSafeLoader))
    except _Hopeless:
        return None
    except yaml.MarkedYAMLError as error:
        report.at_line(*_syntax_error(error))
        return None


class _Hopeless(Exception):
    """Reading on would help nobody."""


class _Reader:
    """Builds values from the parser's events, one document deep."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._events: Iterator[Any] = iter(())
        self._nodes = 0

    def document(self, events: Iterator[Any]) -> PlainNode:
        self._events = events
        root: PlainNode = None
        documents = 0
        for event in events:
            if not isinstance(event, yaml.DocumentStartEvent):
                continue
            documents += 1
            if documents > 1:
                self._report.at_line(
                    _line(event), "a second document begins", "keep one document in a file"
                )
                raise _Hopeless
            root = self._node(next(events), ())
        return root

    def _node(self, event: Any, path: Path) -> PlainNode:  # noqa: ANN401 - PyYAML brings no types
        self._nodes += 1
        if self._nodes > MAX_NODES:
            self._report.at_line(
                _line(event),
                f"more than {MAX_NODES:,} values",
                "give long lists as a text block or in a file beside the document",
            )
            raise _Hopeless
        if isinstance(event, yaml.AliasEvent):
            self._refuse(event, path, f"alias *{event.anchor}", "*")
            self._report.unread.add(path)
            return Written()
        if event.anchor is not None:
            self._refuse(event, path, f"anchor &{event.anchor}", "&")
        if event.tag is not None:
            self._refuse(event, path, f"tag {event.tag}", "!")
        if isinstance(event, yaml.ScalarEvent):
            return _scalar(event)
        if len(path) >= MAX_DEPTH:
            self._report.at_line(
                _line(event), f"more than {MAX_DEPTH} mappings and lists within each other"
            )
            raise _Hopeless
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(path)
        return self._mapping(path)

    def _sequence(self, path: Path) -> list[PlainNode]:
        items: list[PlainNode] = []
        for event in self._events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            here = (*path, len(items))
            self._report.lines[here] = _line(event)
            items.append(self._node(event, here))
        return items

    def _mapping(self, path: Path) -> dict[str, PlainNode]:
        found: dict[str, PlainNode] = {}
        for event in self._events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            if not isinstance(event, yaml.ScalarEvent):
                self._report.at_line(
                    _line(event),
                    "a mapping, a list or an alias where a key belongs",
                    "quote text that begins with {, [ or *",
                    path=path,
                )
                raise _Hopeless
            name = str(self._node(event, path) or "")
            here = (*path, name)
            if name in found:
                self._report.at_line(
                    _line(event),
                    f"key {quoted(name)} given twice, first in line {self._report.lines[here]}",
                    "keep one of them",
                    path=here,
                )
            else:
                self._report.lines[here] = _line(event)
            value = self._node(next(self._events), here)
            found.setdefault(name, value)
        return found

    def _refuse(self, event: Any, path: Path, what: str, sign: str) -> None:  # noqa: ANN401
        self._report.at_line(
            _line(event),
            f"{what} is not allowed",
            f"write the value itself; if the text begins with {sign}, put it in quotes",
            path=path,
        )


def _scalar(event: yaml.ScalarEvent) -> Written | None:
    if event.style == "|":
        return Block(event.value, _line(event) + 1)
    if not event.value and event.implicit[0]:
        return None
    return Written(event.value)


def _line(event: Any) -> int:  # noqa: ANN401 - PyYAML brings no types
    return int(event.start_mark.line) + 1


_UNCLOSED = "did not find expected ',' or '"

_PLAIN_WORDS = {
    "mapping values are not allowed in this context": (
        "a colon where no key can stand",
        'put text that holds ": " in quotes, and check the indentation',
    ),
    "found character that cannot start any token": (
        "a character that no text may begin with",
        "indent with blanks, never tabs; quote text that begins with @, ` or %",
    ),
    "found a tab character where an indentation space is expected": (
        "a tab where the line is indented",
        "indent with blanks",
    ),
    "found a tab character that violates indentation": (
        "a tab where the line is indented",
        "indent with blanks",
    ),
    "did not find expected key": (
        "a line that is neither a key of this mapping nor part of the value before it",
        "check the indentation and the quotes",
    ),
    "did not find expected '-' indicator": (
        "a line that is no item of this list",
        "begin it with a dash, or check the indentation",
    ),
    "could not find expected ':'": ("a key without a colon", "write KEY: VALUE"),
    "block sequence entries are not allowed in this context": (
        "a dash where no list can begin",
        "put text that begins with a dash in quotes, or begin the list on its own line",
    ),
    "found unexpected end of stream": ("a quote that is never closed", "close it"),
    "found unexpected document indicator": ("a quote that is never closed", "close it"),
    "found unknown escape character": (
        "a backslash that means nothing",
        "double it, or use single quotes",
    ),
    "did not find expected alphabetic or numeric character": (
        "an anchor or alias, which is not allowed",
        "put text that begins with * or & in quotes",
    ),
    "did not find expected <document start>": (
        "something behind the end of the document",
        "keep one document in a file",
    ),
    "did not find expected node content": ("no value where one belongs", "check the brackets"),
}


def _syntax_error(error: yaml.MarkedYAMLError) -> tuple[int, str, str]:
    """Line, message and remedy of what the parser could not read."""
    mark, problem = error.problem_mark, str(error.problem)
    if problem.startswith(_UNCLOSED):
        # The parser notices only further down: the bracket itself is what helps.
        bracket = problem[len(_UNCLOSED)]
        opened = {"]": "[", "}": "{"}[bracket]
        mark = error.context_mark or mark
        return (
            mark.line + 1 if mark else 0,
            f"a {opened} that is not closed as it should be",
            f"close it with {bracket}, and part its items by commas",
        )
    if problem in ("found unexpected end of stream", "found unexpected document indicator"):
        mark = error.context_mark or mark
    words = _PLAIN_WORDS.get(problem, (f"this is not YAML: {problem}", ""))
    return (mark.line + 1 if mark else 0, *words)
