"""docs/simulator.md says what the code does."""

import re
from dataclasses import asdict
from pathlib import Path

from timing.simulator.faults import Faults
from timing.simulator.names import NATIONS

PAGE = (Path(__file__).parents[2] / "docs" / "simulator.md").read_text(encoding="utf-8")


def test_the_page_lists_every_fault_with_its_usual_share() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (no|[\d.]+) \|", PAGE, re.MULTILINE)
    usual = {name: False if share == "no" else float(share) for name, share in rows}
    assert usual == asdict(Faults())


def test_the_page_counts_the_nations() -> None:
    assert f"a list of {len(NATIONS)} nations" in PAGE
    assert len({nation.code for nation in NATIONS}) == len(NATIONS)
