"""Every scenario comes out as it says."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenarios.scenario import accept, read, render

FOLDER = Path(__file__).parent
FILES = sorted(FOLDER.rglob("*.yaml"))


@pytest.mark.parametrize(
    "path", FILES, ids=lambda path: str(path.relative_to(FOLDER).with_suffix(""))
)
def test_scenario(path: Path, pytestconfig: pytest.Config) -> None:
    scenario = read(path)
    rendered = render(scenario)
    if rendered != scenario.expect and pytestconfig.getoption("accept"):
        accept(scenario, rendered)
        pytest.fail(f"{path.name}: expectation rewritten, read the difference")
    assert rendered == scenario.expect, scenario.title


def test_no_title_stands_twice() -> None:
    titles = [read(path).title for path in FILES]
    assert titles
    assert len(set(titles)) == len(titles)
