"""What differs between two definitions, as sentences."""

from __future__ import annotations

import pytest

from timing import racefile
from timing.pages.definition_words import definition_sentence
from timing.racefile.comparing import definition_differences

BEFORE = """\
race: {slug: r, name: Three Valleys, timezone: UTC}
stages:
  - number: 2
    date: 2026-08-28
    start: {mode: mass, at: "08:00"}
    controls:
      - {code: START, km: 0}
      - {code: HUT, km: 5, cutoff: {at: "11:00"}}
      - {code: FINISH, km: 10}
"""


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('at: "08:00"', 'at: "07:00"', "Stage 2 starts at 07:00 instead of 08:00."),
        ("08-28", "08-29", "Stage 2 is on 2026-08-29 instead of 2026-08-28."),
        ("km: 5", "km: 5.5", "Stage 2, control HUT is at km 5.5 instead of 5."),
        ('"11:00"', '"12:00"', "Stage 2, control HUT closes at 12:00 instead of 11:00."),
        ("Three Valleys", "Four", "The race is called Four instead of Three Valleys."),
        (
            "timezone: UTC}",
            'timezone: UTC, rules: {protest_window: "1:00:00"}}',
            "Protests are taken for 1:00:00; nothing was given before.",
        ),
        ("timezone: UTC}", "timezone: UTC}\ndivisions: [{code: all}]", "Division all is new."),
        (
            "      - {code: FINISH",
            "      - {code: LAKE, km: 7}\n      - {code: FINISH",
            "Stage 2, control LAKE is new.",
        ),
        ('      - {code: HUT, km: 5, cutoff: {at: "11:00"}}\n', "",
         "Stage 2, control HUT is left out."),
    ],
)  # fmt: skip
def test_a_change_is_told_as_one_would_say_it(old: str, new: str, sentence: str) -> None:
    before = racefile.loads(BEFORE, name="a").race
    after = racefile.loads(BEFORE.replace(old, new), name="b").race
    told = [
        definition_sentence(k.path, k.before, k.after)
        for k in definition_differences(before, after)
    ]
    assert sentence in told


def test_what_nobody_foresaw_is_named_by_its_key() -> None:
    told = definition_sentence("stages[2].controls[HUT].checks", "", "[whistle]")
    assert told == "Stage 2, control HUT: checks is [whistle]; it was not given."
