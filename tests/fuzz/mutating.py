"""Racefiles with something else in them: what a slip, a script or bad luck may make of one."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from functools import cache
from random import Random
from typing import Any, TypeAlias

from tests.fuzz.seeds import trees

Holder: TypeAlias = "dict[str, Any] | list[Any]"

TIMES = (
    "08:00", "24:00", "23:59:59.999", "02:30", "+1 02:30:00", "+9 00:00", "-1 08:00", "0:00:00",
    "00:00", "0:00:00.001", "9999999:59:59", "2026-08-28T06:00:00Z", "1970-01-01T00:00:00Z",
    "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59-14:00",
    "2026-10-25T02:30:00+02:00", "<10:40", "60:00",
)  # fmt: skip
DAYS = (
    "2026-08-28", "2026-10-25", "2026-03-29", "2027-03-28", "2028-02-29", "2027-02-29",
    "0001-01-01", "9999-12-31", "1900-01-01", "2026-8-28", "10000-01-01",
)  # fmt: skip
NUMBERS = (
    "0", "1", "2", "-1", "64", "65", "100", "1000000", "999999999999", "9" * 30, "-" + "9" * 30,
    "0.001", "1e3", "1e999", "0x10", "1_000", "+1", "nan", "inf", "٣", "²", "007",
)  # fmt: skip
WORDS = (
    "", " ", "true", "false", "null", "~", "yes", "all", "none", "out", "dnf", "finish", "START",
    "FINISH", "*", "1*", "-", "é", "e\u0301", "\u202e", "نور", "𐤁", "\x00", "\ud800", "\u2028",
    "a" * 300, "Europe/Zurich", "Africa/Casablanca", "Pacific/Apia", "America/St_Johns", "UTC",
    "../x", "=1+1", "{", "[]", "LAP1:CP", "LAP2:START", "HUT.in", "HUT.out", "CP.in",
)  # fmt: skip
SCALARS = (*TIMES, *DAYS, *NUMBERS, *WORDS)

NAMED = frozenset(
    {
        "bib", "bibs", "new_bib", "swap_with", "stage", "control", "division", "team", "wave",
        "board", "record", "category", "kind", "supersedes", "served", "result_from", "place",
    }
)  # fmt: skip
"""Keys whose values name something: put into another document they name what that one has."""


class Mutator:
    """Changes documents by one source of chance: the same chance, the same changes."""

    def __init__(self, random: Random) -> None:
        self._random = random

    def of_a_seed(self) -> str:
        """The text of a seed with one to some changes."""
        return self.changed(self._random.choice(trees()))

    def changed(self, tree: dict[str, Any]) -> str:
        """The text of a document with one to some changes; ``tree`` stays as it is."""
        tree = deepcopy(tree)
        for _ in range(self._random.choice((1, 1, 2, 3, 5, 8))):
            self._change(tree)
        return self._text(tree)

    def _change(self, tree: dict[str, Any]) -> None:
        if self._random.random() < 0.3:
            self._add_from_elsewhere(tree)
            return
        places = list(_places(tree))
        if not places:
            return
        # Any depth as likely as another: most of a document is in its leaves.
        depth = self._random.choice(sorted({len(path) for path, _, _ in places}))
        path, holder, step = self._random.choice([p for p in places if len(p[0]) == depth])
        change = self._random.choice(self._changes(holder[step]))  # type: ignore[index]
        change(tree, path, holder, step)

    def _changes(self, value: object) -> Sequence[Callable[..., None]]:
        if isinstance(value, str) and "\n" in value:
            return (self._rewrite_lines, self._rewrite_lines, self._rewrite_lines, self._delete)
        if isinstance(value, str):
            return (
                self._put_scalar,
                self._put_like,
                self._turn_digits,
                self._delete,
                self._put_any,
            )
        return (self._put_like, self._delete, self._double, self._swap, self._put_any)

    def _put_scalar(self, _tree: Any, _path: Any, holder: Any, step: Any) -> None:
        holder[step] = self._random.choice(SCALARS)

    def _put_like(self, tree: Any, path: Any, holder: Any, step: Any) -> None:
        """What stands under the same key elsewhere."""
        like = _by_key().get(_key(path), ())
        if like:
            holder[step] = self._at_home(deepcopy(self._random.choice(like)), _key(path), tree)

    def _put_any(self, _tree: Any, _path: Any, holder: Any, step: Any) -> None:
        by_key = _by_key()
        anything = deepcopy(self._random.choice(by_key[self._random.choice(sorted(by_key))]))
        for _ in range(self._random.choice((0, 0, 0, 1, 30))):
            anything = [anything]
        holder[step] = anything

    def _turn_digits(self, _tree: Any, _path: Any, holder: Any, step: Any) -> None:
        holder[step] = self._with_other_digits(holder[step])

    def _with_other_digits(self, text: str) -> str:
        return "".join(
            self._random.choice("0123456789")
            if sign.isdecimal() and self._random.random() < 0.3
            else sign
            for sign in text
        )

    def _delete(self, _tree: Any, _path: Any, holder: Any, step: Any) -> None:
        del holder[step]

    def _double(self, _tree: Any, _path: Any, holder: Any, step: Any) -> None:
        if isinstance(holder, list):
            holder.insert(self._random.randrange(len(holder) + 1), deepcopy(holder[step]))
        elif isinstance(holder[step], list) and holder[step]:
            holder[step] = holder[step] * self._random.choice((2, 3))

    def _swap(self, _tree: Any, _path: Any, holder: Any, step: Any) -> None:
        steps = list(holder) if isinstance(holder, dict) else range(len(holder))
        other = self._random.choice(steps)
        holder[step], holder[other] = holder[other], holder[step]

    def _rewrite_lines(self, _tree: Any, path: Any, holder: Any, step: Any) -> None:
        lines = holder[step].split("\n")
        n = self._random.randrange(len(lines))
        words = lines[n].split(" ")
        match self._random.randrange(7):
            case 0:
                del lines[n]
            case 1:
                lines.insert(self._random.randrange(len(lines) + 1), lines[n])
            case 2:
                self._random.shuffle(lines)
            case 3:
                lines[n] = self._with_other_digits(lines[n])
            case 4:
                words[self._random.randrange(len(words))] = self._random.choice(SCALARS)
                lines[n] = " ".join(words)
            case 5:
                other = self._random.choice(lines).split(" ")
                at = self._random.randrange(min(len(words), len(other)))
                words[at] = other[at]
                lines[n] = " ".join(words)
            case _:
                like = self._random.choice(_by_key().get(_key(path), [holder[step]]))
                lines += str(like).split("\n")
        holder[step] = "\n".join(lines)

    def _add_from_elsewhere(self, tree: dict[str, Any]) -> None:
        """One more ruling, classification, category …, or another rule, from another seed."""
        other = self._random.choice(trees())
        key = self._random.choice(
            ("rulings", "rulings", "rulings", "rules", "classifications", "categories",
             "divisions", "team_kinds", "entries", "stages", "controls", "start")
        )  # fmt: skip
        match key:
            case "rules":
                rules = other.get("race", {}).get("rules")
                race = tree.get("race")
                if isinstance(rules, dict) and isinstance(race, dict):
                    into = race.setdefault("rules", {})
                    if isinstance(into, dict):
                        into |= deepcopy(rules)
            case "controls" | "start":
                theirs = [s for s in _dicts(other.get("stages")) if key in s]
                ours = _dicts(tree.get("stages"))
                if theirs and ours:
                    given = deepcopy(self._random.choice(theirs)[key])
                    self._random.choice(ours)[key] = self._at_home(given, key, tree)
            case _:
                theirs = _dicts(other.get(key))
                ours = tree.setdefault(key, [])
                if theirs and isinstance(ours, list):
                    given = deepcopy(self._random.choice(theirs))
                    where = self._random.randrange(len(ours) + 1)
                    ours.insert(where, self._at_home(given, key, tree))

    def _at_home(self, value: Any, key: str, tree: dict[str, Any]) -> Any:
        """The same, naming bibs, stages, controls … that this document has."""
        if self._random.random() < 0.1:
            return value
        return self._renamed(value, key, _names_of(tree))

    def _renamed(self, value: Any, key: str, names: dict[str, list[str]]) -> Any:
        match value:
            case dict():
                return {k: self._renamed(v, k, names) for k, v in value.items()}
            case list():
                return [self._renamed(v, key, names) for v in value]
            case str() if key in NAMED and value and names.get(key):
                return self._random.choice(names[key])
            case _:
                return value

    def _text(self, tree: dict[str, Any]) -> str:
        return "".join(
            f"{json.dumps(key)}: {self._written(value)}\n"
            for key, value in tree.items()
            for _ in range(2 if self._random.random() < 0.005 else 1)
        )

    def _written(self, value: object) -> str:
        if isinstance(value, str) and value.strip() and "\n" in value:
            lines = value.split("\n")
            if not lines[0].startswith(" "):
                return "|\n" + "\n".join(f"  {line}" for line in lines)
        return json.dumps(value, ensure_ascii=self._random.random() < 0.5)


def _places(
    holder: Holder, path: tuple[str | int, ...] = ()
) -> Iterator[tuple[tuple[str | int, ...], Holder, str | int]]:
    """Everything that stands in a document: its path, what holds it, and under which step."""
    steps: Sequence[str | int] = list(holder) if isinstance(holder, dict) else range(len(holder))
    for step in steps:
        inside = holder[step]  # type: ignore[index]
        yield (*path, step), holder, step
        if isinstance(inside, dict | list):
            yield from _places(inside, (*path, step))


def _key(path: tuple[str | int, ...]) -> str:
    """The last key on the way, indices left out."""
    return next((step for step in reversed(path) if isinstance(step, str)), "")


@cache
def _by_key() -> dict[str, list[Any]]:
    """What stands under each key anywhere in the seeds, each once."""
    found: dict[str, dict[str, Any]] = {}
    for tree in trees():
        for path, holder, step in _places(tree):
            value = holder[step]  # type: ignore[index]
            found.setdefault(_key(path), {}).setdefault(json.dumps(value), value)
    return {key: list(values.values()) for key, values in found.items()}


def _dicts(value: object) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _names_of(tree: dict[str, Any]) -> dict[str, list[str]]:
    """By key, what a value under it may name in a document."""

    def all_of(key: str, name: str = "code") -> list[str]:
        return [str(item[name]) for item in _dicts(tree.get(key)) if item.get(name)]

    passings = tree.get("passings")
    lines = passings.split("\n") if isinstance(passings, str) else []
    bibs = all_of("entries", "bib") or [w[2] for x in lines if len(w := x.split()) > 3]
    stages = _dicts(tree.get("stages"))
    controls = [str(c["code"]) for s in stages for c in _dicts(s.get("controls")) if "code" in c]
    starts = [s["start"] for s in stages if isinstance(s.get("start"), dict)]
    waves = [str(w["code"]) for s in starts for w in _dicts(s.get("waves")) if "code" in w]
    records = [*all_of("passings", "id"), *all_of("rulings", "id")]
    return {
        **dict.fromkeys(("bib", "bibs", "new_bib", "swap_with"), bibs),
        **dict.fromkeys(("control", "served", "result_from", "place"), controls),
        **dict.fromkeys(("record", "supersedes"), records),
        "stage": all_of("stages", "number"),
        "division": all_of("divisions"),
        "team": all_of("teams"),
        "wave": waves,
        "board": all_of("classifications"),
        "category": all_of("categories"),
        "kind": all_of("team_kinds"),
    }
