"""The parts people play in a race, in words: what each is called, and what it lets them do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

PART_NAMES: Mapping[str, str] = {
    "owner": "Owner",
    "director": "Director",
    "timekeeper": "Timekeeper",
    "jury": "Jury",
    "station": "Station",
    "reader": "Reader",
}
"""By the part, in the order in which they are listed."""

PART_FACTS: Mapping[str, str] = {
    "owner": "Everything, and who may do what.",
    "director": "Everything but who may do what, and the erasure of a person’s data.",
    "timekeeper": "Reviews and takes in times; keeps entries, start lists and stations.",
    "jury": "Sees the desk, makes rulings, answers protests, takes files home.",
    "station": "Opens the race’s station pages and logs times there; sees nothing else.",
    "reader": "Sees the desk and takes files home; changes nothing.",
}
"""What each lets somebody do."""


def part_name(part: str) -> str:
    """What a part is called."""
    return PART_NAMES[part]


def any_of(names: Sequence[str]) -> str:
    """``owner, director or jury``."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} or {names[-1]}"
