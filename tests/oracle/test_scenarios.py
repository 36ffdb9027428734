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
KNOWN = [path for path in PATHS if is_known(read(scenario.read(path).racefile))]


@pytest.mark.parametrize("path", KNOWN, ids=[f"{p.parent.name}/{p.stem}" for p in KNOWN])
def test_engine_and_oracle_agree_about_a_scenario(path: Path) -> None:
    assert differences(scenario.read(path).racefile) == []


def test_the_oracle_knows_most_of_the_scenarios() -> None:
    """What it does not know (teams, transfers, laps …) it is silent about."""
    assert len(KNOWN) > 300
    assert len(KNOWN) > len(PATHS) / 2
