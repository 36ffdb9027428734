"""Examples of docs/api.md: a request and its answer as they travel, read and compared.

docs/api.md says under "How the examples are written" what a block of ``http`` may hold; this is
the other half of that.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any

from werkzeug.test import TestResponse

ANYTHING = "…"

_BLOCK = re.compile(r"^```http\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^## (.+)$", re.MULTILINE)
_ANSWER = re.compile(r"^HTTP/1\.1 (\d{3})(?: .*)?$", re.MULTILINE)
_REQUEST = re.compile(r"(GET|POST|PUT|PATCH|DELETE) (/\S*) HTTP/1\.1")
_NAME = re.compile(r"\$[A-Z][A-Z_0-9]*")


class BadExample(ValueError):
    """A block that is no request and answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A request, and what of its answer is told; ``line`` is where it stands in the document."""

    section: str
    line: int
    method: str
    path: str
    headers: Mapping[str, str]
    body: str
    status: int
    answer_headers: Mapping[str, str]
    answer: str


def sections(document: str) -> dict[str, tuple[Example, ...]]:
    """The examples of each heading of the second level that has some, in order."""
    found: dict[str, list[Example]] = {}
    headings = [(match.start(), match[1]) for match in _HEADING.finditer(document)]
    for block in _BLOCK.finditer(document):
        section = [name for start, name in headings if start < block.start()][-1]
        line = document.count("\n", 0, block.start()) + 1
        found.setdefault(section, []).append(_example(block[1], section, line))
    return {name: tuple(examples) for name, examples in found.items()}


def _example(text: str, section: str, line: int) -> Example:
    at = _ANSWER.search(text)
    if at is None:
        raise BadExample(f"line {line}: no answer begins with “HTTP/1.1 200 OK” or the like")
    first, headers, body = _message(text[: at.start()])
    asked = _REQUEST.fullmatch(first)
    if asked is None:
        raise BadExample(f"line {line}: “{first}” is no request like “GET /path HTTP/1.1”")
    _, answer_headers, answer = _message(text[at.start() :])
    return Example(
        section=section,
        line=line,
        method=asked[1],
        path=asked[2],
        headers=headers,
        body=body,
        status=int(at[1]),
        answer_headers=answer_headers,
        answer=answer,
    )


def _message(text: str) -> tuple[str, dict[str, str], str]:
    head, _, body = text.strip().partition("\n\n")
    first, *lines = head.split("\n")
    headers = dict(re.split(r":\s*", line, maxsplit=1) for line in lines)
    return first.strip(), headers, body.strip()


def filled_in(text: str, names: Mapping[str, str]) -> str:
    """The text with the value of each ``$NAME`` in its place; BadExample for one without."""

    def value(match: re.Match[str]) -> str:
        if match[0] not in names:
            raise BadExample(f"{match[0]} is neither given nor told by an answer before")
        return names[match[0]]

    return _NAME.sub(value, text)


def differences(
    example: Example, answer: TestResponse, names: MutableMapping[str, str]
) -> Iterator[str]:
    """What is otherwise than the example says; names that it learns are put into ``names``."""
    if answer.status_code != example.status:
        yield f"the answer is {answer.status}, not {example.status}: {answer.text[:500]}"
        return
    for name, value in example.answer_headers.items():
        if name in answer.headers:
            yield from _differing(f"header {name}", value, answer.headers[name], names)
        else:
            yield f"header {name} is missing"
    if not example.answer:
        return
    if "json" in answer.content_type:
        yield from _differing("the body", json.loads(example.answer), answer.json, names)
    else:
        yield from _differing("the body", example.answer, answer.text.strip(), names)


def _differing(where: str, told: Any, found: Any, names: MutableMapping[str, str]) -> Iterator[str]:
    if isinstance(told, str) and _NAME.fullmatch(told) and told not in names:
        names[told] = str(found)
    elif isinstance(told, str) and isinstance(found, str):
        pattern = ".*".join(map(re.escape, filled_in(told, names).split(ANYTHING)))
        if not re.fullmatch(pattern, found.replace("\r\n", "\n"), re.DOTALL):
            yield f"{where} is {found!r}, not {told!r}"
    elif told == ANYTHING:
        return
    elif isinstance(told, dict) and isinstance(found, dict):
        for key, value in told.items():
            if key not in found:
                yield f"{where} has no {key!r}"
            else:
                yield from _differing(f"{where} > {key}", value, found[key], names)
    elif isinstance(told, list) and isinstance(found, list):
        yield from _differing_lists(where, told, found, names)
    elif told != found or isinstance(told, bool) != isinstance(found, bool):
        yield f"{where} is {found!r}, not {told!r}"


def _differing_lists(
    where: str, told: Sequence[Any], found: Sequence[Any], names: MutableMapping[str, str]
) -> Iterator[str]:
    goes_on = bool(told) and told[-1] == ANYTHING
    first = told[:-1] if goes_on else told
    if len(found) < len(first) or (len(found) > len(first) and not goes_on):
        yield f"{where} has {len(found)} of what {len(first)} are shown of"
    for index, (one, other) in enumerate(zip(first, found, strict=False)):
        yield from _differing(f"{where} > {index}", one, other, names)
