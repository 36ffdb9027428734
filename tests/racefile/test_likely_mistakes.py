"""The slips a director is likely to make, one at a time in a race that is right otherwise.

Each is told with its line, its path and what would be right; what refers to it is told too.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from timing.racefile import RacefileErrors, loads

HERE = Path(__file__).parent
RACE = (HERE / "likely.yaml").read_text(encoding="utf-8")


class Slip(NamedTuple):
    """What should be written, what was, and what is told of it."""

    right: str
    wrong: str
    told: str


def slips() -> dict[str, Slip]:
    """By title: ``## title``, lines with ``- `` that are right, ``+ `` wrong, ``=> `` told."""
    found = {}
    content = (HERE / "mistakes" / "likely.txt").read_text(encoding="utf-8")
    for part in content.split("\n## ")[1:]:
        title, *lines = part.strip().split("\n")
        texts = {
            sign: [line[len(sign) :] for line in lines if line.startswith(sign)] for sign in SIGNS
        }
        assert title not in found, title
        found[title] = Slip(*("\n".join(texts[sign]) for sign in SIGNS))
    return found


SIGNS = ("- ", "+ ", "=> ")
SLIPS = slips()


def test_the_race_is_right() -> None:
    assert loads(RACE, name="race.yaml").race.slug == "four-valleys"


def test_there_are_sixty_and_more() -> None:
    assert len(SLIPS) >= 60


@pytest.mark.parametrize("slip", SLIPS.values(), ids=SLIPS.keys())
def test_a_likely_slip_is_told_with_line_path_and_remedy(slip: Slip) -> None:
    assert RACE.count(slip.right) == 1
    with pytest.raises(RacefileErrors) as caught:
        loads(RACE.replace(slip.right, slip.wrong), name="race.yaml")
    assert str(caught.value) == slip.told
