"""docs/rules.md taken apart: the numbers of its rules, and its examples as whole racefiles."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = (Path(__file__).parents[1] / "docs" / "rules.md").read_text(encoding="utf-8")

_RULE = re.compile(r"^### (\d+\.\d+) |^\| (\d+\.\d+) \|", re.MULTILINE)
_EXAMPLE = re.compile(r"```yaml\n(.*?)```", re.DOTALL)
_KEY = re.compile(r"^(?=\w+:)", re.MULTILINE)

_RACE = """\
race: {slug: example, timezone: Europe/Zurich, starts_on: 2026-08-28, rules: {}}
divisions: [{code: full}, {code: short}]
categories: [{code: W, gender: F}]
team_kinds: [{code: pair, size: 2}]
stages:
  - {number: 1, date: 2026-08-28, start: "08:00", controls: &controls}
  - {number: 2, date: 2026-08-29, start: "08:00", controls: &controls}
  - {number: 3, date: 2026-08-30, start: "08:00", controls: &controls}
  - {number: 4, date: 2026-08-31, start: "08:00", controls: &controls}
classifications: [{code: gc, division: full}, {code: gc-women, division: full, category: W}]
entries:
  - {bib: 12, name: Ana Ruiz, gender: F, born: 1984-05-02, division: full, team: T1}
  - {bib: 15, name: Bo Lind, gender: M, born: 1979-11-30, division: full, team: T1}
teams: [{code: T1, kind: pair}]
""".replace(
    "&controls",
    "[{code: START, km: 0}, {code: CP1, km: 10}, {code: CP2, km: 20}, {code: FINISH, km: 30}]",
)


def rule_numbers(page: str = PAGE) -> list[str]:
    """``1.1`` to ``13.22``, in the order of the page."""
    return [heading or row for heading, row in _RULE.findall(page)]


def examples(page: str = PAGE) -> dict[str, str]:
    """Each example by its rule, in the race that it leaves out: its keys go before that one's.

    ``rules`` stand in the race. A rule with two examples has a letter behind the second.
    """
    found: dict[str, str] = {}
    for rule in re.split(r"^(?=### )", page, flags=re.MULTILINE)[1:]:
        (number,) = rule_numbers(rule)[:1]
        for text, letter in zip(_EXAMPLE.findall(rule), ["", "b", "c"], strict=False):
            found[number + letter] = _whole(text)
    return found


def _whole(example: str) -> str:
    race = _by_key(_RACE)
    own = _by_key(example)
    if "rules" in own:
        indented = re.sub(r"^(?=.)", "  ", own.pop("rules"), flags=re.MULTILINE)
        own["race"] = "race:\n  slug: example\n  timezone: Europe/Zurich\n" + indented
    return "".join((race | own).values())


def _by_key(text: str) -> dict[str, str]:
    return {part.partition(":")[0]: part for part in _KEY.split(text) if part}
