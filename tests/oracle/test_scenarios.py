"""The oracle reads every scenario's race that it knows as the engine does."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.oracle.comparing import differences
from tests.oracle.known import is_known
from tests.oracle.race import read
from tests.scenarios import scenario

FOLDER = Path(__file__).parents[1] / "scenarios"
PATHS = sorted(FOLDER.glob("*/*.yaml"))


@pytest.mark.parametrize("path", PATHS, ids=[f"{p.parent.name}/{p.stem}" for p in PATHS])
def test_engine_and_oracle_agree_about_a_scenario(path: Path) -> None:
    racefile = scenario.read(path).racefile
    if not is_known(read(racefile)):
        pytest.skip("holds what the oracle does not know")
    assert differences(racefile) == []


def test_the_oracle_knows_most_of_the_scenarios() -> None:
    known = [p for p in PATHS if is_known(read(scenario.read(p).racefile))]
    assert len(known) > 300
