"""Every rule of docs/rules.md is shown by a scenario that names it, or by a test listed here."""

from __future__ import annotations

import pytest

from tests.rules_page import rule_numbers
from tests.scenarios.rule_citations import ROOT, Coverage, coverage, docstrings_of, named_in
from tests.scenarios.scenario import read
from tests.scenarios.test_scenarios import FILES, FOLDER

_DIGESTS = "tests/core/test_publication.py::"
_PRIVACY = "tests/pages/test_privacy.py::"

SHOWN_ELSEWHERE = {
    "12.1": (
        _DIGESTS + "test_erasing_names_and_messages_changes_no_digest",
        _DIGESTS + "test_a_changed_time_changes_both_digests",
    ),
    "12.2": (_PRIVACY + "test_no_public_page_tells_why_somebody_went_or_who_looks_for_them",),
}
"""What no racefile can show: the digests of a result, and what is on no page."""

CITED = {str(path.relative_to(FOLDER)): read(path).rules for path in FILES}


def test_every_rule_is_shown_and_no_other_is_named() -> None:
    cited = {**CITED, "tests listed here": tuple(SHOWN_ELSEWHERE)}
    assert coverage(rule_numbers(), cited) == Coverage(unknown={})


def test_code_and_documentation_name_no_other() -> None:
    files = [*(ROOT / "timing").rglob("*.py"), *(ROOT / "docs").rglob("*.md")]
    cited = {str(path.relative_to(ROOT)): named_in(path.read_text("utf-8")) for path in files}
    rules = rule_numbers()
    chapters = {rule.partition(".")[0] for rule in rules} - {"13"}
    assert coverage([*rules, *chapters], cited).unknown == {}


@pytest.mark.parametrize(
    ("rule", "test"), [(rule, test) for rule, tests in SHOWN_ELSEWHERE.items() for test in tests]
)
def test_a_test_listed_is_there_and_names_its_rule(rule: str, test: str) -> None:
    assert rule in named_in(docstrings_of(test))


def test_a_rule_that_nothing_shows_is_missed() -> None:
    found = coverage(["1.1", "1.2", "13.1"], {"a.yaml": ["1.2"], "b.yaml": ["1.2"]})
    assert found == Coverage(unshown=("1.1", "13.1"), unknown={})


def test_a_rule_that_there_is_none_of_is_found_with_where_it_stands() -> None:
    cited = {"a.yaml": ["1.1", "13"], "b.yaml": ["13"], "c.yaml": ["1.10"]}
    assert coverage(["1.1"], cited).unknown == {"13": ("a.yaml", "b.yaml"), "1.10": ("c.yaml",)}


def test_rules_are_found_in_words_and_in_code() -> None:
    text = 'Late (Rules 5.1, 5.2).\nSee Rules 9.9-9.11 and\nRules 11; Reason(rule="6.1")'
    assert named_in(text) == {"5.1", "5.2", "9.9", "9.11", "11", "6.1"}


def test_a_test_that_is_not_there_is_no_proof() -> None:
    for test in ("tests/core/test_publication.py::test_nothing", "tests/core/none.py::test_it"):
        with pytest.raises(LookupError):
            docstrings_of(test)
