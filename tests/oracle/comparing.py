"""The engine beside the oracle: the same racefile to both, and where their answers differ."""

from __future__ import annotations

import json
from typing import Any

from tests.oracle.made_up import racefile
from tests.oracle.oracle import results
from tests.oracle.race import read
from timing.core.compute import compute
from timing.exports.json import everything
from timing.racefile import RacefileErrors, loads

ATTEMPTS = 100


def made_up(seed: int) -> str:
    """The racefile of a seed: the first that is drawn from it and not refused."""
    for attempt in range(ATTEMPTS):
        text = racefile(seed + attempt * ATTEMPTS**4)
        try:
            loads(text, name="race.yaml")
        except RacefileErrors:
            continue
        return text
    raise AssertionError(seed)


def differences(text: str) -> list[str]:
    """Where engine and oracle differ about a racefile, as lines for people; empty if nowhere."""
    engine = json.loads(everything(compute(loads(text, name="race.yaml"))))
    oracle = results(read(text))
    found = []
    for code, by_stage in oracle["boards"].items():
        for number, lines in by_stage.items():
            mine = engine["boards"].get(code, {}).get(number)
            found += _between(f"board {code} after {number}", mine, lines, in_order=True)
    for number, lines in oracle["stages"].items():
        mine = [line for line in engine["stages"][number] if line["bib"]]
        found += _between(f"stage {number}", mine, lines, in_order=False)
    return found


def _between(
    where: str, engine: list[dict[str, Any]] | None, oracle: list[dict[str, Any]], *, in_order: bool
) -> list[str]:
    if engine is None:
        return [f"{where}: the engine has none"]
    found = []
    ours = {line["bib"]: line for line in engine}
    theirs = {line["bib"]: line for line in oracle}
    if set(ours) != set(theirs):
        return [f"{where}: engine has {sorted(ours)}, oracle {sorted(theirs)}"]
    for bib, line in theirs.items():
        for key, value in line.items():
            if ours[bib][key] != value:
                found.append(f"{where}, {bib}, {key}: engine {ours[bib][key]}, oracle {value}")
    if in_order and not found and list(ours) != list(theirs):
        found.append(f"{where}: engine orders {list(ours)}, oracle {list(theirs)}")
    return found
