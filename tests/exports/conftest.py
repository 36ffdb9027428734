from pathlib import Path

import pytest

from timing import racefile
from timing.core.book import RaceBook
from timing.core.compute import compute


@pytest.fixture(scope="session")
def book() -> RaceBook:
    """Two days of a small race, with a team, a penalty, a credit, a bonus and a drop-out."""
    return compute(racefile.load(Path(__file__).with_name("two-days.yaml")))
