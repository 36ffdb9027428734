"""What differs between two definitions, as sentences: ``Stage 2 starts at 07:00 instead of 08:00``.

A key of which nothing better is known is named as the racefile names it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_STEP = re.compile(r"([a-z_]+)(?:\[([^\]]*)\])?")

_LISTS: Mapping[str, str] = {
    "stages": "stage",
    "divisions": "division",
    "categories": "category",
    "team_kinds": "kind of team",
    "classifications": "classification",
    "jerseys": "jersey",
    "penalties": "penalty",
    "controls": "control",
    "waves": "wave",
}

_VERBS: Mapping[tuple[str, ...], str] = {
    ("stages", "start", "at"): "starts at",
    ("stages", "start", "first"): "starts at",
    ("stages", "start", "open"): "opens at",
    ("stages", "start", "close"): "closes at",
    ("stages", "start", "mode"): "starts by",
    ("stages", "waves", "at"): "starts at",
    ("stages", "date"): "is on",
    ("stages", "distance_km"): "is, in km,",
    ("stages", "ascent_m"): "climbs",
    ("stages", "controls", "km"): "is at km",
    ("stages", "controls", "cutoff", "at"): "closes at",
    ("stages", "controls", "cutoff", "elapsed"): "closes after",
    ("race", "name"): "is called",
    ("race", "timezone"): "goes by the clocks of",
    ("race", "starts_on"): "begins on",
    ("penalties", "time"): "costs",
}

_RULES: Mapping[str, str] = {
    "protest_window": "Protests are taken for",
    "start_tolerance": "A read at the start counts for",
    "precision": "Times are printed to",
    "rounding": "Times are rounded",
    "equal_rank": "Equal ranks are",
    "incomplete": "Who lacks a stage stands",
    "missed_control": "A control that was missed costs",
    "limit": "The limit for the whole race is",
    "after_out": "Who runs on although out is",
}

_LONGEST = 60
_ONE_KEY = re.compile(r"\{([a-z_]+): ([^{}\[\],]+)\}")
"""A mapping of one key alone, which stands for that key."""
_CLOCK = re.compile(r'"((?:\+\d )?\d\d:\d\d):00"')
"""A time of day at a full minute; a duration has an hour of one digit, or of two from ten on."""


def definition_sentence(path: str, before: str, after: str) -> str:
    """What a key that differs means; ``before`` and ``after`` are YAML, empty where not given."""
    one = _ONE_KEY.fullmatch(before or after)
    if one and not (before and after) and not path.endswith("]"):
        path = f"{path}.{one[1]}"
        before, after = (one[2], "") if before else ("", one[2])
    steps = [(m[1], m[2]) for m in _STEP.finditer(path)]
    named = [(key, name) for key, name in steps if key in _LISTS and name is not None]
    keys = tuple(key for key, _ in steps)
    if steps and steps[-1][1] is not None:
        return _of_item(named, before)
    if keys[:2] == ("race", "rules") and not named:
        return _of_rule(keys[2:], before, after)
    subject = _subject(named) if named else "The race"
    if keys == ("stages", "profile"):
        return f"{subject} is drawn by another line."
    if keys[-1] == "ascent_m":
        before, after = (f"{text} m" if text else "" for text in (before, after))
    verb = _verb(keys, named)
    if verb:
        return _with_verb(f"{subject} {verb}", before, after)
    words = " ".join(key for key, name in steps if name is None and key != "race")
    label = words.replace("_", " ") or "all of it"
    return _plain(f"{subject}: {label}", before, after)


def _verb(keys: tuple[str, ...], named: list[tuple[str, str]]) -> str:
    if keys[-1] == "name":
        return "is called"
    of_list = named[-1][0] if named else ""
    wanted = tuple(key for key in keys if key != "start" or of_list != "waves")
    return _VERBS.get(wanted) or _VERBS.get((of_list, keys[-1]), "")


def _subject(named: list[tuple[str, str]]) -> str:
    """``Stage 2, control HUT``."""
    text = ", ".join(f"{_LISTS[key]} {name}" for key, name in named)
    return text[:1].upper() + text[1:]


def _of_item(named: list[tuple[str, str]], before: str) -> str:
    what = _subject(named)
    return f"{what} is left out." if before else f"{what} is new."


def _of_rule(keys: tuple[str, ...], before: str, after: str) -> str:
    lead = _RULES.get(keys[0], "") if len(keys) == 1 else ""
    if lead:
        return _with_verb(lead, before, after)
    return _plain(f"Rules: {' '.join(keys).replace('_', ' ')}", before, after)


def _with_verb(lead: str, before: str, after: str) -> str:
    if not before:
        return f"{lead} {_value(after)}; nothing was given before."
    if not after:
        return f"{lead} what is usual, no more {_value(before)}."
    return f"{lead} {_value(after)} instead of {_value(before)}."


def _plain(lead: str, before: str, after: str) -> str:
    if not before:
        return f"{lead} is {_value(after)}; it was not given."
    if not after:
        return f"{lead} is left out; it was {_value(before)}."
    return f"{lead} is {_value(after)} instead of {_value(before)}."


def _value(text: str) -> str:
    """A value without the quotes of YAML and seconds that are none, cut where it is long."""
    if clock := _CLOCK.fullmatch(text):
        return clock[1]
    if len(text) > 1 and text[0] == text[-1] == '"':
        text = text[1:-1].replace('\\"', '"').replace("\\\\", "\\")
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
