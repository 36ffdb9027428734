"""docs/rules.md numbers its rules without a gap; its examples load, its links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.rules_page import PAGE, examples, rule_numbers
from timing.core.compute import compute
from timing.racefile import RacefileErrors, loads

DOCS = Path(__file__).parents[2] / "docs"


def headings(page: str) -> set[str]:
    """As links name them."""
    return {
        re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")
        for title in re.findall(r"^#+ (.+)$", page, flags=re.MULTILINE)
    }


def test_rules_are_numbered_without_a_gap() -> None:
    chapters: dict[int, list[int]] = {}
    for number in rule_numbers():
        chapter, _, rule = number.partition(".")
        chapters.setdefault(int(chapter), []).append(int(rule))
    assert list(chapters) == list(range(1, 14))
    assert all(rules == list(range(1, len(rules) + 1)) for rules in chapters.values())


@pytest.mark.parametrize(("rule", "text"), examples().items(), ids=examples())
def test_an_example_loads_and_speaks_of_nothing_unknown(rule: str, text: str) -> None:
    codes = {p.code.value for p in compute(loads(text, name=f"rule {rule}")).problems()}
    assert {code for code in codes if "unknown" in code or code.startswith("ruling-")} == set()


def test_an_example_that_is_wrong_does_not_load() -> None:
    page = "### 5.1 Limits\n```yaml\nrules: {cutoff: {inclusiv: false}}\n```\n"
    with pytest.raises(RacefileErrors, match="inclusiv"):
        loads(examples(page)["5.1"], name="wrong")


def test_every_link_leads_to_a_heading() -> None:
    for name, _, heading in (x.partition("#") for x in re.findall(r"\]\(([^)]+)\)", PAGE)):
        page = (DOCS / name).read_text(encoding="utf-8") if name else PAGE
        assert not heading or heading in headings(page), f"{name}#{heading}"
