"""The fields of set-up in steps: what each is called and means, and which keys it stands for.

A field is named by the path of its key in the definition, as errors name it:
``stages[2].controls[1].km``. Two fields that make one key up add what they are: ``….cutoff#word``
and ``….cutoff#value``. Values are those of the document as written, before any rule is checked.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

Plain: TypeAlias = Any
"""Mappings, lists and texts of a definition as written."""

Path: TypeAlias = tuple[str | int, ...]

LONGEST_VALUE = 2_000


class Form(StrEnum):
    """How a key's value stands in a field.

    TEXT: as it is; LIST: parted by blanks; LONE: likewise, one alone without its list; SPAN:
    ``40-49``, ``60-``; WORD and VALUE: the two parts of ``{penalty: "1:00:00"}``, of which a word
    may also stand alone; MODE: how a stage starts, on which its other keys hang.
    """

    TEXT = "text"
    LIST = "list"
    LONE = "lone"
    SPAN = "span"
    WORD = "word"
    VALUE = "value"
    MODE = "mode"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """A field as declared. With ``options``, pairs of value and words, it is a choice.

    ``carriers`` are the words of WORD and VALUE that carry a value. ``kind`` is an input's type.
    """

    path: Path
    label: str
    form: Form = Form.TEXT
    options: tuple[tuple[str, str], ...] = ()
    carriers: tuple[str, ...] = ()
    kind: str = "text"
    hint: str = ""
    placeholder: str = ""

    @property
    def name(self) -> str:
        """The name of the field in a form."""
        part = f"#{self.form}" if self.form in (Form.WORD, Form.VALUE) else ""
        return f"{path_name(self.path)}{part}"


def path_name(path: Path) -> str:
    """``stages[2].controls[1].cutoff``."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


_STEP = re.compile(r"\.?([a-z_]+)|\[(\d{1,4})\]")


def named_path(name: str) -> Path:
    """The path of a name; empty where it is none."""
    found: list[str | int] = []
    at = 0
    while at < len(name):
        step = _STEP.match(name, at)
        if step is None:
            return ()
        found.append(int(step[2]) if step[2] else step[1])
        at = step.end()
    return tuple(found)


# Reading -------------------------------------------------------------------------------


def value_at(document: Plain, path: Path) -> Plain:
    """What stands at a path; None for nothing."""
    for step in path:
        if isinstance(document, dict) and isinstance(step, str):
            document = document.get(step)
        elif isinstance(document, list) and isinstance(step, int) and step < len(document):
            document = document[step]
        else:
            return None
    return document


def shown(document: Plain, spec: Spec) -> str | None:
    """What stands in the field; None where the text says more than the field can."""
    value = value_at(document, spec.path)
    if value is None:
        return ""
    match spec.form:
        case Form.TEXT | Form.MODE:
            return value if isinstance(value, str) else None
        case Form.LIST | Form.LONE:
            return _joined(value)
        case Form.SPAN:
            return _span(value)
        case Form.WORD | Form.VALUE:
            return _part(value, spec)


def _joined(value: Plain) -> str | None:
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return " ".join(value)
    return value if isinstance(value, str) else None


def _span(value: Plain) -> str | None:
    if isinstance(value, str):
        return value
    if not isinstance(value, list) or len(value) != 2:
        return None
    ends = ["" if end in (None, "null", "~") else end for end in value]
    return "-".join(ends) if all(isinstance(end, str) for end in ends) else None


def _part(value: Plain, spec: Spec) -> str | None:
    is_word = spec.form is Form.WORD
    if isinstance(value, str):
        return value if is_word else ""
    found = [key for key in value if key in spec.carriers] if isinstance(value, dict) else []
    if len(found) != 1:
        return None
    return found[0] if is_word else _joined(value[found[0]])


# Writing -------------------------------------------------------------------------------


def with_fields(document: Plain, typed: Iterable[tuple[Spec, str]]) -> Plain:
    """The document with what was typed in some of its fields; an empty one leaves its key out."""
    document = copy.deepcopy(document)
    for spec, written in sorted(typed, key=lambda pair: pair[0].form is not Form.MODE):
        text = " ".join(written.split())[:LONGEST_VALUE]
        match spec.form:
            case Form.MODE:
                _put_mode(document, spec.path, text)
            case Form.WORD | Form.VALUE:
                _put_part(document, spec, text)
            case _:
                _put(document, spec.path, _plain(spec.form, text))
    return document


def without(document: Plain, path: Path) -> Plain:
    """The document without a key or an item."""
    document = copy.deepcopy(document)
    _take_out(document, path)
    return document


def _plain(form: Form, text: str) -> Plain:
    if not text:
        return None
    match form:
        case Form.LIST:
            return _words(text)
        case Form.LONE:
            words = _words(text)
            return words[0] if len(words) == 1 else words
        case Form.SPAN if "-" in text.strip("-") or text.endswith("-"):
            low, _, high = text.partition("-")
            return [low.strip() or "null", high.strip() or "null"]
        case _:
            return text


def _words(text: str) -> list[str]:
    return text.replace(",", " ").split()


def _put(document: Plain, path: Path, value: Plain) -> None:
    if value is None:
        _take_out(document, path)
        return
    *steps, last = path
    at = document
    for step, following in zip(steps, (*steps[1:], last), strict=True):
        new: Plain = [] if isinstance(following, int) else {}
        if isinstance(step, int):
            if step >= len(at):
                at.append(new)
            at = at[min(step, len(at) - 1)]
        else:
            if not isinstance(at.get(step), dict | list):
                at[step] = new
            at = at[step]
    if isinstance(last, int):
        return
    at[last] = value


def _take_out(document: Plain, path: Path) -> None:
    *steps, last = path
    at = value_at(document, tuple(steps))
    if isinstance(at, dict) and isinstance(last, str):
        at.pop(last, None)
        is_of_mappings = bool(steps) and isinstance(steps[-1], str)
        if not at and is_of_mappings and len(steps) > 1:
            _take_out(document, tuple(steps))
    elif isinstance(at, list) and isinstance(last, int) and last < len(at):
        del at[last]
        if not at:
            _take_out(document, tuple(steps))


def _put_part(document: Plain, spec: Spec, text: str) -> None:
    value = value_at(document, spec.path)
    others = dict(value) if isinstance(value, dict) else {}
    word = value if isinstance(value, str) else ""
    carried: Plain = ""
    for key in spec.carriers:
        if key in others:
            word, carried = key, others.pop(key)
    if spec.form is Form.WORD:
        word = text
    else:
        carried = _plain(Form.LONE, text) or ""
    if not word:
        _take_out(document, spec.path)
    elif word in spec.carriers:
        _put(document, spec.path, {word: carried, **others})
    elif spec.form is Form.WORD:
        _put(document, spec.path, word)


MODE_KEYS: Mapping[str, tuple[str, ...]] = {
    "mass": ("at",),
    "waves": ("waves",),
    "window": ("open", "close", "early"),
    "interval": ("interval", "first", "every", "order"),
    "chase": ("chase", "first", "cap", "rest"),
}
"""The keys of each way to start, as the racefile has them."""


def _put_mode(document: Plain, path: Path, mode: str) -> None:
    """Another way to start, at the time of the one before."""
    start = path[:-1]
    before = value_at(document, start)
    before = dict(before) if isinstance(before, dict) else {}
    times = [before.get(key) for key in ("at", "first", "open")]
    waves = before.get("waves")
    if isinstance(waves, list) and waves and isinstance(waves[0], dict):
        times.append(waves[0].get("at"))
    at = next((time for time in times if isinstance(time, str)), "08:00")
    foreign = {key for keys in MODE_KEYS.values() for key in keys} - set(MODE_KEYS.get(mode, ()))
    after = {key: value for key, value in before.items() if key not in foreign | {"mode"}}
    new: dict[str, Plain] = {"mode": mode}
    match mode:
        case "":
            _take_out(document, start)
            return
        case "waves":
            new["waves"] = [{"code": "all", "at": at}]
        case "window":
            new["open"] = at
        case "interval":
            new |= {"first": at, "every": "0:01:00"}
        case "chase":
            new["first"] = at
        case _:
            new["at"] = at
    _put(document, start, {**new, **after, "mode": mode})


def laid_out(document: Plain, stage: int) -> Plain:
    """The document with one of its stages written at length, as its fields need it.

    A start that is only a time becomes a mapping, controls that go without saying are named.
    """
    found = value_at(document, ("stages", stage))
    if not isinstance(found, dict):
        return document
    document = copy.deepcopy(document)
    at = document["stages"][stage]
    start = at.get("start")
    if isinstance(start, str):
        at["start"] = {"mode": "mass", "at": start}
    elif isinstance(start, dict):
        mode = start.get("mode", "mass")
        own = start.pop(mode, None) if mode in ("interval", "chase") else None
        at["start"] = {"mode": mode, **start, **(own if isinstance(own, dict) else {})}
    if "controls" not in at and at.get("kind") != "rest":
        length = at.get("distance_km", "0")
        at["controls"] = [{"code": "START", "km": "0"}, {"code": "FINISH", "km": length}]
    return document


def in_order(document: Plain, stage: int) -> Plain:
    """The document with a stage's controls by their kilometre, where each has one."""
    controls = value_at(document, ("stages", stage, "controls"))
    if not isinstance(controls, list):
        return document
    kilometres = [_number(value_at(control, ("km",))) for control in controls]
    if None in kilometres or kilometres == sorted(kilometres, key=lambda km: km or 0.0):
        return document
    document = copy.deepcopy(document)
    pairs = sorted(zip(kilometres, controls, strict=True), key=lambda pair: pair[0] or 0.0)
    document["stages"][stage]["controls"] = [copy.deepcopy(control) for _, control in pairs]
    return document


def _number(value: Plain) -> float | None:
    is_number = isinstance(value, str) and re.fullmatch(r"\d{1,6}(?:\.\d{1,3})?", value)
    return float(value) if is_number else None


def uncovered(document: Plain, under: Path, specs: Iterable[Spec]) -> Iterator[tuple[str, Plain]]:
    """What the text says below a path and no field shows: the names of keys, with their values."""
    covered = {spec.path for spec in specs if shown(document, spec) is not None}
    yield from _uncovered(value_at(document, under), under, covered)


def _uncovered(value: Plain, path: Path, covered: set[Path]) -> Iterator[tuple[str, Plain]]:
    if path in covered or value is None:
        return
    if any(one[: len(path)] == path for one in covered):
        items: Iterable[tuple[str | int, Plain]] = (
            value.items() if isinstance(value, dict) else enumerate(value)
            if isinstance(value, list) else ()
        )  # fmt: skip
        for step, inner in items:
            yield from _uncovered(inner, (*path, step), covered)
    else:
        yield path_name(path), value
